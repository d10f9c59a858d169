"""Pieces of text as rows of a width, broken between words.

What was wrapped stays: adding more changes the last row and what follows.
"""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len, chop_cells

from autocoder_tui.text.late_pattern import late_pattern
from autocoder_tui.ui.widgets.markdown.looks import Look, Span, add_span

_WIDE: Final = (
    "\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f"
    "\uff00-\uff60\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003fffd"
)
_MARKS: Final = "\u0300-\u036f\u302a-\u302f\u3099\u309a\u20d0-\u20ff"
_ATOMS = late_pattern(f"\n| +|[{_WIDE}][{_MARKS}]*|[^\n {_WIDE}]+")
"""Between wide characters a row may end as it does between words."""


def cells(text: str) -> int:
    """How many cells of the terminal `text` takes."""
    return len(text) if text.isascii() else cell_len(text)


class Wrap:
    """Rows of `width` cells. A word longer than a row is broken."""

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self.rows: list[list[Span]] = []
        """The rows that are full."""
        self._row: list[Span] = []
        self._column = 0
        self._blank: Span = ("", 0)
        """Blanks behind the row, which are left out where it ends."""
        self._word: list[Span] = []
        self._word_cells = 0
        self._begins = True
        """Whether the text, or a line of it, begins here: its blanks are an indentation."""

    def fork(self) -> Wrap:
        """Another that goes on from here, without the full rows."""
        other = Wrap(self.width)
        other._row, other._column, other._blank = self._row.copy(), self._column, self._blank
        other._word, other._word_cells = self._word.copy(), self._word_cells
        other._begins = self._begins
        return other

    def add(self, spans: list[Span]) -> None:
        """Add pieces of text. A newline in one ends the row."""
        for text, look in spans:
            if text.isascii() and "\n" not in text:
                self._add_words(text, look)
                continue
            for atom in _ATOMS.findall(text):
                if atom == "\n":
                    self._end_word()
                    self._end_row()
                    self._begins = True
                elif atom[0] == " ":
                    self._end_word()
                    self._blank = (self._blank[0] + atom, look)
                elif len(atom) < 3 and atom[0] >= "\u1100" and cells(atom) > 1:
                    self._end_word()
                    self._word = [(atom, look)]
                    self._word_cells = cells(atom)
                    self._end_word()
                else:
                    self._word.append((atom, look))
                    self._word_cells += cells(atom)

    def _add_words(self, text: str, look: Look) -> None:
        """As `add`, for text whose characters are all one cell wide: many words at a time."""
        first, last = text.find(" "), text.rfind(" ")
        head = text if first < 0 else text[:first]
        if head:
            self._word.append((head, look))
            self._word_cells += len(head)
        if first < 0:
            return
        self._end_word()
        at = first
        while True:
            words = len(text) - len(text[at:].lstrip(" ")) if at <= last else at
            words = min(words, last + 1)
            self._blank = (self._blank[0] + text[at:words], look)
            if words > last:
                break
            blank = len(self._blank[0]) if self._column or self._begins else 0
            reach = words + self.width - self._column - blank
            end = last if reach >= last else text.rfind(" ", words, max(words, reach + 1))
            if end <= words:  # not one word fits
                end = text.find(" ", words)
            piece = text[words:end].rstrip(" ")
            self._word, self._word_cells = [(piece, look)], len(piece)
            self._end_word()
            at = words + len(piece)
        if tail := text[last + 1 :]:
            self._word, self._word_cells = [(tail, look)], len(tail)

    def end(self) -> list[list[Span]]:
        """All rows, those that are not full too. Nothing can be added any more."""
        self._end_word()
        if self._row or not self.rows:
            self._end_row()
        return self.rows

    def _end_row(self) -> None:
        self.rows.append(self._row)
        self._row, self._column, self._blank = [], 0, ("", 0)

    def _end_word(self) -> None:
        if not self._word:
            return
        blank, look = self._blank
        if self._column and self._column + len(blank) + self._word_cells > self.width:
            self._end_row()
        elif blank and (self._column or self._begins):
            blank = blank[: max(0, self.width - self._column - self._word_cells)]
            add_span(self._row, blank, look)
            self._column += len(blank)
        self._blank, self._begins = ("", 0), False
        if self._word_cells > self.width:
            self._break_word()
        else:
            for text, word_look in self._word:
                add_span(self._row, text, word_look)
            self._column += self._word_cells
        self._word, self._word_cells = [], 0

    def _break_word(self) -> None:
        for text, look in self._word:
            self._break_text(text, look)

    def _break_text(self, text: str, look: Look) -> None:
        room = self.width - self._column
        if cells(text) <= room:
            add_span(self._row, text, look)
            self._column += cells(text)
            return
        if room > 1:
            head = chop_cells(text, room)[0]
            add_span(self._row, head, look)
            text = text[len(head) :]
        for part in chop_cells(text, self.width) if self.width > 1 else list(text):
            if self._row:
                self._end_row()
            add_span(self._row, part, look)
            self._column = cells(part)
