"""The conversation in the pane of the output: its keys, beyond reading."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from textual.binding import Binding, BindingType
from textual.message import Message

from autocoder_tui.ui.widgets.markdown.view import MarkdownView

Deed: TypeAlias = Literal["copy", "edit", "branch", "new"]


class AnswerView(MarkdownView):
    """Says in messages what is to be done with what is marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "choose_block",
            "Propose",
            id="answer.choose_block",
            tooltip="the marked block as a file",
        ),
        Binding(
            "y",
            "want('copy')",
            "Copy",
            id="answer.copy",
            tooltip="the marked block, else the marked answer",
        ),
        Binding(
            "e",
            "want('edit')",
            "Ask again",
            id="answer.edit",
            tooltip="with other words, as a branch",
        ),
        Binding(
            "b",
            "want('branch')",
            "Branch",
            id="answer.branch",
            tooltip="show the next one",
            show=False,
        ),
        Binding("n", "want('new')", "New", id="answer.new", tooltip="conversation"),
    ]

    class Wanted(Message):
        """Something is to be done: copy the marked block, or else the answer; change the question
        of the marked entry; show the next branch; begin a new conversation."""

        def __init__(self, deed: Deed) -> None:
            super().__init__()
            self.deed = deed

    @property
    def has_entries(self) -> bool:
        """Whether anything was asked."""
        return bool(self._talk.entries)

    def action_want(self, deed: Deed) -> None:
        self.post_message(self.Wanted(deed))
