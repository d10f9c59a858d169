"""The text of one entry as leaves, while it grows: parsed when it is first asked for."""

from __future__ import annotations

from typing import Any, Final

from autocoder_tui.ui.widgets.markdown.block_parser import BlockParser, Mark
from autocoder_tui.ui.widgets.markdown.entries import Entry, Part
from autocoder_tui.ui.widgets.markdown.leaves import Leaf
from autocoder_tui.ui.widgets.markdown.line_marks import is_unsure

_LINES_AT_ONCE: Final = 40
"""Lines of plain text that are one leaf: a question may be a file that was pasted."""


class EntryText:
    """Leaves of the head, the folded parts and the text, in that order."""

    def __init__(self, entry: Entry, *, is_first: bool = False, is_finished: bool = True) -> None:
        self.entry = entry
        self.is_first = is_first
        self.is_finished = is_finished
        self.opened: set[int] = set()
        """The parts that are not folded."""
        self._pieces = [entry.text] if entry.text else []
        self._length = len(entry.text)
        self._unread = 0
        """The first of the pieces that is not in the leaves yet."""
        self._changed = True
        self._tail = ""
        self._mark: Mark | None = None
        self._parser = BlockParser()
        self._fixed = self._head_leaves()
        self._leaves: list[Leaf] = []
        self.is_read = False
        """Whether the leaves are there. If not, nothing is known but the length of the text."""

    # ------------------------------------------------------------------ the text

    @property
    def text(self) -> str:
        """The text, as it was given."""
        if len(self._pieces) > 1:
            unread = "".join(self._pieces[self._unread :])
            read = "".join(self._pieces[: self._unread])
            self._pieces = [piece for piece in (read, unread) if piece]
            self._unread = 1 if read else 0
        return "".join(self._pieces)

    def append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
        self.is_finished = False
        self._changed = True

    def retract(self, count: int) -> None:
        """Take back the last `count` characters."""
        text = self.text
        self._pieces = [text[: max(0, len(text) - count)]]
        self._length = len(self._pieces[0])
        self.unread()

    def finish(self) -> None:
        """Nothing more comes for now: marks with nothing behind them are what they are."""
        self._changed = self._changed or not self.is_finished
        self.is_finished = True

    def unread(self) -> None:
        """Forget the leaves. They are made again when they are asked for."""
        self._parser, self._mark, self._tail = BlockParser(), None, ""
        self._unread, self._changed, self.is_read = 0, True, False
        self._leaves = []

    # ------------------------------------------------------------------ the leaves

    @property
    def leaves(self) -> list[Leaf]:
        """All leaves, as of the last `settle`."""
        return self._leaves

    def before(self, index: int) -> Leaf | None:
        return self._leaves[index - 1] if index else None

    def settle(self) -> int:
        """Take in what was given. The first leaf that may be another for it, -1 if none is."""
        if not self._changed:
            return -1
        self._changed = False
        fixed = len(self._fixed)
        text = "".join(self._pieces[self._unread :])
        self._unread = len(self._pieces)
        if self.entry.kind == "plain":
            self._leaves = self._fixed + _plain_leaves(self.text)
            self._unread = len(self._pieces)
            first = 0
        else:
            first = self._read(text)
            first = fixed + first if self.is_read else 0
        self.is_read = True
        return first

    def _read(self, text: str) -> int:
        parser = self._parser
        shown = len(self._leaves) - len(self._fixed)
        if self._mark is not None:
            parser.back_to(self._mark)
        # A leaf before the last of these is closed: it was the same when it was shown.
        first = max(0, min(len(parser.leaves), shown) - 1)
        *lines, tail = (self._tail + text).split("\n")
        for line in lines:
            parser.feed(line.removesuffix("\r"))
        self._tail = tail
        self._mark = parser.mark()
        if tail and (self.is_finished or not is_unsure(tail)):
            parser.feed(tail.removesuffix("\r"))
        if self.is_finished:
            parser.end()
        at = len(self._fixed) + first if self.is_read else 0
        if not self.is_read:
            self._leaves = self._fixed.copy()
            at = len(self._fixed)
        self._leaves[at:] = parser.leaves[at - len(self._fixed) :]
        if at == len(self._fixed) and at < len(self._leaves):
            self._set_first_gap()
        return first

    def _set_first_gap(self) -> None:
        self._leaves[len(self._fixed)].gap = bool(self.entry.parts)

    @property
    def references(self) -> dict[str, Any]:
        """The link definitions there are."""
        return self._parser.references

    # ------------------------------------------------------------------ head and parts

    def fold(self, part: int, *, is_open: bool) -> None:
        """Open or fold one of the parts."""
        if is_open:
            self.opened.add(part)
        else:
            self.opened.discard(part)
        self._fixed_changed()

    def set_entry(self, entry: Entry) -> None:
        """Another head or other parts for the same text."""
        self.entry = entry
        self._fixed_changed()

    def _fixed_changed(self) -> None:
        fixed = self._head_leaves()
        if self.is_read:
            self._leaves[: len(self._fixed)] = fixed
        self._fixed = fixed
        if self.is_read and len(self._leaves) > len(fixed):
            self._set_first_gap()

    def _head_leaves(self) -> list[Leaf]:
        entry = self.entry
        leaves: list[Leaf] = []
        if entry.head or entry.note:
            leaves.append(Leaf("head", 0, gap=not self.is_first))
        for number, part in enumerate(entry.parts):
            leaves.append(Leaf("part", 0, level=number, info=_title(part)))
            if number in self.opened:
                leaves += _plain_leaves(part.text.strip("\n"), info="part")
        return leaves

    def guess(self, width: int) -> int:
        """About how many rows there will be."""
        room = max(10, width - 2)
        lines = sum(piece.count("\n") for piece in self._pieces) + 1
        return len(self._fixed) + 1 + max(lines, round(1.1 * self._length / room))


def _title(part: Part) -> str:
    count = part.text.strip("\n").count("\n") + 1 if part.text else 0
    return f"{part.title} ({count:,} {'line' if count == 1 else 'lines'})"


def _plain_leaves(text: str, info: str = "") -> list[Leaf]:
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return [
        Leaf("plain", at, lines=lines[at : at + _LINES_AT_ONCE], info=info)
        for at in range(0, len(lines), _LINES_AT_ONCE)
    ]
