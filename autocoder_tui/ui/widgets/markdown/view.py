"""A conversation in which blocks of code can be marked and chosen, and parts unfolded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message

from autocoder_tui.ui.widgets.markdown.conversation import Place
from autocoder_tui.ui.widgets.markdown.conversation_view import ConversationView
from autocoder_tui.ui.widgets.markdown.entries import CodeBlock, Entry

_TRIES: Final = 8


class MarkdownView(ConversationView):
    """Answers in Markdown, with a cursor on their blocks of code.

    It copies nothing and writes nothing: what becomes of a block is for who hears `BlockChosen`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket", "next_block(1)", "Next block", id="answer.next_block"),
        Binding(
            "left_square_bracket", "next_block(-1)", "Block before", show=False,
            id="answer.previous_block",
        ),
        Binding("enter", "choose_block", "Take block", id="answer.choose_block"),
        Binding("right_curly_bracket", "next_entry(1)", "Next entry", show=False,
                id="answer.next_entry"),
        Binding("left_curly_bracket", "next_entry(-1)", "Entry before", show=False,
                id="answer.previous_entry"),
        Binding("o", "fold", "Steps", id="answer.fold"),
    ]  # fmt: skip

    class BlockMarked(Message):
        """Another block of code is marked, or none."""

        def __init__(self, view: MarkdownView, block: CodeBlock | None) -> None:
            super().__init__()
            self.view = view
            self.block = block

        @property
        def control(self) -> MarkdownView:
            return self.view

    class BlockChosen(Message):
        """The marked block of code was chosen with a key."""

        def __init__(self, view: MarkdownView, block: CodeBlock) -> None:
            super().__init__()
            self.view = view
            self.block = block

        @property
        def control(self) -> MarkdownView:
            return self.view

    class EntryMarked(Message):
        """Another entry is marked."""

        def __init__(self, view: MarkdownView, entry: int) -> None:
            super().__init__()
            self.view = view
            self.entry = entry

        @property
        def control(self) -> MarkdownView:
            return self.view

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._block: tuple[int, int] | None = None
        self._entry: int | None = None

    def set_entries(self, entries: Sequence[Entry]) -> None:
        self._block = self._entry = None
        super().set_entries(entries)

    def blocks(self) -> list[CodeBlock]:
        """All blocks of code, in order."""
        self.take_in()
        return [
            block for entry in range(len(self._talk.entries)) for block in self._talk.blocks(entry)
        ]

    @property
    def selected_block(self) -> CodeBlock | None:
        """The block of code that is marked."""
        if self._block is None:
            return None
        entry, number = self._block
        found = self._talk.blocks(entry)
        return found[number] if number < len(found) else None

    @property
    def selected_entry(self) -> int | None:
        """The entry that is marked; without a mark the last. None if there is none."""
        if self._entry is not None:
            return self._entry
        return len(self._talk.entries) - 1 if self._talk.entries else None

    def action_next_block(self, step: int) -> None:
        self.take_in()
        found = self._block_beside(step)
        if found is not None:
            self.select_block(*found)

    def _block_beside(self, step: int) -> tuple[int, int] | None:
        """The block after or before the marked one; without one, that in view or the nearest."""
        talk = self._talk
        count = len(talk.entries)
        if self._block is not None:
            entry, number = self._block
            if 0 <= number + step < len(talk.blocks(entry)):
                return entry, number + step
            entry += step
        else:
            middle = self.top_line + (0 if step > 0 else self.size.height)
            entry, row = talk.at(min(middle, max(0, self.line_count - 1)))
            if entry < count:
                blocks = talk.blocks(entry)
                wanted = [b for b in blocks if (b.rows[1] > row) == (step > 0)]
                if wanted:
                    return entry, wanted[0 if step > 0 else -1].number
            entry += step
        while 0 <= entry < count:
            if found := talk.blocks(entry):
                return entry, 0 if step > 0 else len(found) - 1
            entry += step
        return None

    def select_block(self, entry: int, number: int) -> None:
        """Mark block `number` of an entry, and bring it into view."""
        self._unmark()
        self._block = entry, number
        rows = self._talk.entries[entry]
        block = self._talk.blocks(entry)[number]
        rows.chosen = rows.block_leaf(number)
        self._mark_entry(entry)
        self._show_rows(entry, rows.chosen, block.rows[1] - block.rows[0])
        self.repaint()
        self.post_message(self.BlockMarked(self, block))

    def _unmark(self) -> None:
        if self._block is not None:
            self._talk.entries[self._block[0]].chosen = -1
            self._block = None

    def _show_rows(self, entry: int, leaf: int, count: int) -> None:
        """Scroll so that a leaf is in view, its beginning if it is higher than the window."""
        for _ in range(_TRIES):
            first = self._talk.row_of(Place(entry, leaf, 0.0))
            height = self.size.height
            if first >= self.top_line and first + count < self.top_line + height:
                return
            before = self.top_line
            if first < self.top_line or count + 1 >= height:
                self.scroll_to_line(first)
            else:
                self.scroll_to_line(first + count + 1 - height)
            if self.top_line == before:
                return

    def action_choose_block(self) -> None:
        block = self.selected_block
        if block is None:
            self.action_next_block(1)
        else:
            self.post_message(self.BlockChosen(self, block))

    def action_next_entry(self, step: int) -> None:
        self.take_in()
        count = len(self._talk.entries)
        if not count:
            return
        if self._entry is None:
            entry = self._talk.at(self.top_line)[0] if step > 0 else count - 1
        else:
            entry = max(0, min(count - 1, self._entry + step))
        self.select_entry(entry)

    def select_entry(self, entry: int) -> None:
        """Mark an entry, and bring its beginning into view."""
        had_block = self._block is not None
        self._unmark()
        self._mark_entry(entry)
        self.scroll_to_line(self._talk.top_of(entry))
        self.repaint()
        if had_block:
            self.post_message(self.BlockMarked(self, None))

    def _mark_entry(self, entry: int) -> None:
        if entry == self._entry:
            return
        if self._entry is not None:
            self._talk.entries[self._entry].mark(is_chosen=False)
        self._entry = entry
        self._talk.entries[entry].mark(is_chosen=True)
        self.post_message(self.EntryMarked(self, entry))

    def action_fold(self) -> None:
        """Open the folded parts of an entry, or fold them all: of the marked one, or of the first
        in view that has any."""
        entry = self._foldable()
        if entry is None:
            return
        rows = self._talk.entries[entry]
        are_open = bool(rows.source.opened)
        for part in range(len(rows.source.entry.parts)):
            rows.fold(part, is_open=not are_open)
        self._talk.touch(entry)
        self._due()
        self._show_rows(entry, 0, 1)
        self.repaint()

    def _foldable(self) -> int | None:
        entries = self._talk.entries
        if self._entry is not None and entries[self._entry].source.entry.parts:
            return self._entry
        first = self._talk.at(self.top_line)[0]
        order: list[int] = [*range(first, len(entries)), *reversed(range(first))]
        return next((at for at in order if entries[at].source.entry.parts), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "fold":
            return any(rows.source.entry.parts for rows in self._talk.entries)
        return True
