"""A place in one line of Markdown, where tabs reach to the next column that four divides."""

from __future__ import annotations

_STOP = 4


class LineCursor:
    """Walks over the indentation and the marks of a line."""

    __slots__ = ("_in_tab", "column", "indent", "line", "offset", "start")

    def __init__(self, line: str) -> None:
        self.line = line
        self.offset = 0
        self.column = 0
        self._in_tab = False
        self.start = 0
        """The offset of the first character behind the blanks."""
        self.indent = 0
        """The columns of blanks before it."""
        self.look()

    @property
    def is_blank(self) -> bool:
        return self.start >= len(self.line)

    @property
    def rest(self) -> str:
        """What stands behind the blanks."""
        return self.line[self.start :]

    def look(self) -> None:
        """Find the next character that is no blank."""
        line, at, column = self.line, self.offset, self.column
        end = len(line)
        while at < end:
            character = line[at]
            if character == " ":
                column += 1
            elif character == "\t":
                column += _STOP - column % _STOP
            else:
                break
            at += 1
        self.start = at
        self.indent = column - self.column

    def skip_blanks(self) -> None:
        """Go to the character that `look` found."""
        self.offset, self.column = self.start, self.column + self.indent
        self._in_tab = False
        self.indent = 0

    def advance(self, columns: int) -> None:
        """Go that many columns on, perhaps into a tab."""
        line = self.line
        while columns > 0 and self.offset < len(line):
            if line[self.offset] == "\t":
                reach = _STOP - self.column % _STOP
                step = min(reach, columns)
                self._in_tab = reach > columns
                self.offset += not self._in_tab
            else:
                self._in_tab = False
                step = 1
                self.offset += 1
            self.column += step
            columns -= step
        self.look()

    def at_blank(self) -> bool:
        """Whether a space or tab comes next."""
        return self.line[self.offset : self.offset + 1] in (" ", "\t")

    def remainder(self) -> str:
        """The line from here on; what is left of a tab as spaces."""
        if self._in_tab:
            return " " * (_STOP - self.column % _STOP) + self.line[self.offset + 1 :]
        return self.line[self.offset :]

    def copy(self) -> LineCursor:
        other = LineCursor.__new__(LineCursor)
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        return other
