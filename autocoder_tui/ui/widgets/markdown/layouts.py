"""One leaf as rows of a width: paragraphs, headings, plain text, and what is one row."""

from __future__ import annotations

from typing import Final, Protocol

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.markdown import looks
from autocoder_tui.ui.widgets.markdown.inline import LONGEST, next_cut, piece_spans
from autocoder_tui.ui.widgets.markdown.leaves import Leaf
from autocoder_tui.ui.widgets.markdown.looks import Look, Span
from autocoder_tui.ui.widgets.markdown.references import References
from autocoder_tui.ui.widgets.markdown.wrap import Wrap, cells
from autocoder_tui.ui.widgets.stream.rows import expand_tabs

BOXES: Final = {"[ ]": "☐", "[x]": "☑", "[X]": "☑"}
"""What an item may begin with, and how it is shown."""


class Layout(Protocol):
    """The rows of one leaf in one width."""

    @property
    def height(self) -> int:
        """How many rows there are."""

    def update(self, leaf: Leaf) -> int:
        """Take the leaf as it is now: it may have grown, its last line may be another. The first
        row that is different for it."""

    def rows(self, start: int, stop: int) -> list[list[Span]]:
        """The rows from `start` to before `stop`."""


def box_of(leaf: Leaf) -> str:
    """The box that a paragraph of a list begins with, as it was written."""
    first = leaf.lines[0] if leaf.kind == "paragraph" and leaf.lines else ""
    return first[:3] if first[:3] in BOXES and first[3:4] in (" ", "\t") else ""


class TextLayout:
    """Wrapped text that may grow. Pieces that are full are parsed and wrapped once."""

    def __init__(self, width: int, references: References, look: Look, skip: int = 0) -> None:
        """`skip`: characters at the start that are shown elsewhere."""
        self._references = references
        self._look = look
        self._skip = skip
        self._width = width
        self._full = Wrap(width)
        self._parsed = 0
        self._reach = 0
        """How much of the text decided about what is parsed."""
        self._last: list[list[Span]] = []
        self._text = ""

    @property
    def height(self) -> int:
        return len(self._full.rows) + len(self._last)

    def update(self, leaf: Leaf) -> int:
        text = self.text(leaf)
        if text == self._text and self._last:
            return self.height
        self._text = text
        before = len(self._full.rows), self._last
        if len(text) < self._reach:
            # The last line has turned out to be no part of this.
            self._full, self._parsed, self._reach = Wrap(self._width), 0, 0
        while len(text) - self._parsed > LONGEST:
            end = next_cut(text, self._parsed)
            self._reach = self._parsed + LONGEST + 1
            self._full.add(self.spans(text[self._parsed : end]))
            self._parsed = end
        rest = self._full.fork()
        rest.add(self.spans(text[self._parsed :]))
        self._last = rest.end()
        if not self._last and not self._full.rows:
            self._last = [[]]
        if len(self._full.rows) < before[0]:
            return 0
        return before[0] + _alike(before[1], self.rows(before[0], before[0] + len(before[1])))

    def text(self, leaf: Leaf) -> str:
        """What is to be wrapped."""
        return leaf.text[self._skip :].strip(" \t")

    def spans(self, text: str) -> list[Span]:
        """The pieces of a part of it."""
        return piece_spans(text, self._references, self._look)

    def rows(self, start: int, stop: int) -> list[list[Span]]:
        full = len(self._full.rows)
        if start >= full:
            return self._last[start - full : stop - full]
        return self._full.rows[start:stop] + self._last[: max(0, stop - full)]


class PlainLayout(TextLayout):
    """Text as it was typed: nothing in it is a mark."""

    def __init__(self, width: int, look: Look) -> None:
        super().__init__(width, {}, look)

    def text(self, leaf: Leaf) -> str:
        return leaf.text

    def spans(self, text: str) -> list[Span]:
        lines = [expand_tabs(visible(line, lines=True)) for line in text.split("\n")]
        return [("\n".join(lines), self._look)]


class RuleLayout:
    """A horizontal rule."""

    height = 1

    def __init__(self, width: int) -> None:
        self._row: list[Span] = [("─" * width, looks.RULE)]

    def update(self, leaf: Leaf) -> int:
        return 0

    def rows(self, start: int, stop: int) -> list[list[Span]]:
        return [self._row][start:stop]


class LineLayout:
    """One row: what begins it, a line or blanks, and what ends it. What has no room is cut."""

    height = 1

    def __init__(self, width: int, left: str, right: str, look: Look, fill: str = " ") -> None:
        left, right = visible(left), visible(right)
        self._row: list[Span] = []
        right_cells = min(cells(right), max(0, width // 2))
        right = cut_to(right, right_cells)
        left = cut_to(left, max(1, width - right_cells - (2 if right else 0)))
        room = width - cells(left) - cells(right) - (1 if left else 0) - (1 if right else 0)
        looks.add_span(self._row, left, look)
        if right or fill != " ":
            middle = f"{' ' if left else ''}{fill * max(0, room)}{' ' if right else ''}"
            looks.add_span(self._row, middle, looks.RULE)
            looks.add_span(self._row, right, looks.NOTE)

    def update(self, leaf: Leaf) -> int:
        return 0

    def rows(self, start: int, stop: int) -> list[list[Span]]:
        return [self._row][start:stop]


def cut_to(text: str, width: int) -> str:
    """The beginning of `text` that fits into `width` cells, with a sign where it is cut."""
    if cells(text) <= width:
        return text
    kept = text[: max(0, width)]
    while kept and cells(kept) > width - 1:
        kept = kept[:-1]
    return f"{kept}…" if width > 0 else ""


def _alike(before: list[list[Span]], now: list[list[Span]]) -> int:
    """How many rows at the start are the same."""
    for index, (old, new) in enumerate(zip(before, now, strict=False)):
        if old != new:
            return index
    return min(len(before), len(now))
