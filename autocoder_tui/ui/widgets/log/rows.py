"""The lines of the log that are kept, and those of them that are shown, wrapped to rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from rich.cells import get_character_cell_size

from autocoder_tui.diagnostics.debug_log import LogLine
from autocoder_tui.values import dataclass

MOST_LINES = 20_000
MOST_CHARACTERS = 8_000_000
"""Of all kept lines together; the oldest are dropped first."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the screen. `at` is the time in the first row of a line, "" in the others."""

    level: int
    at: str
    text: str


class LogRows:
    """Keeps what comes, within bounds, and the rows of what `level` and `sought` let through."""

    def __init__(self, level: int) -> None:
        self.level = level
        self.sought = ""
        """Only lines that hold this are shown, whatever the case of its letters."""
        self.width = 0
        """Cells there are for the text of a row; 0: nobody looks, so nothing is wrapped."""
        self.rows: list[LogRow] = []
        self._lines: deque[LogLine] = deque()
        self._counts: deque[int] = deque()
        self._characters = 0

    @property
    def kept(self) -> int:
        """Lines that are kept, shown or not."""
        return len(self._lines)

    def shown(self) -> Iterator[LogLine]:
        """The lines that are let through, oldest first."""
        return (line for line in self._lines if self._lets_through(line))

    def add(self, lines: Iterable[LogLine]) -> int:
        """Take new lines; how many rows were dropped at the top for them."""
        for line in lines:
            self._lines.append(line)
            self._characters += len(line.text)
            self._counts.append(self._wrap(line))
        return self._drop_oldest()

    def wrap_anew(self) -> None:
        """Make every row again: the width, the level or what is sought has changed."""
        self.rows = []
        self._counts = deque(self._wrap(line) for line in self._lines)

    def _lets_through(self, line: LogLine) -> bool:
        if line.level > self.level:
            return False
        return not self.sought or self.sought.casefold() in line.text.casefold()

    def _wrap(self, line: LogLine) -> int:
        """Append the rows of `line`; how many there are."""
        if not self.width or not self._lets_through(line):
            return 0
        at = f"{line.at:%H:%M:%S} "
        before = len(self.rows)
        for piece in wrapped(line.text, self.width):
            self.rows.append(LogRow(line.level, at, piece))
            at = ""
        return len(self.rows) - before

    def _drop_oldest(self) -> int:
        dropped = 0
        while len(self._lines) > MOST_LINES or self._characters > MOST_CHARACTERS:
            self._characters -= len(self._lines.popleft().text)
            dropped += self._counts.popleft()
        del self.rows[:dropped]
        return dropped


def wrapped(text: str, width: int) -> Iterator[str]:
    """`text` in rows of at most `width` cells, parted at blanks where that wastes little."""
    start = 0
    while start < len(text) or start == 0:
        end = start + width if text.isascii() else _end_of_row(text, start, width)
        if end >= len(text):
            yield text[start:]
            return
        blank = text.rfind(" ", start, end + 1)
        if blank > start + (end - start) // 2:
            yield text[start:blank]
            start = blank + 1
        else:
            yield text[start:end]
            start = end


def _end_of_row(text: str, start: int, width: int) -> int:
    cells = 0
    for index in range(start, len(text)):
        cells += get_character_cell_size(text[index])
        if cells > width:
            return max(index, start + 1)
    return len(text)
