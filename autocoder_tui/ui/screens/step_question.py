"""What a step asks the person: one question, below those that were answered before it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import with_keys
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.screens.dialogs.unbidden import Unbidden
from autocoder_tui.ui.widgets.options import Options
from autocoder_tui.ui.widgets.plain_area import PlainInput

Given: TypeAlias = tuple[Literal["answer", "assume", "stop"], str]
"""How it was answered: with a text, with what is assumed, or not at all: the step stops."""

_KEYS: Final = (
    "{step_question.assume} takes what is assumed · "
    "{step_question.leave} stops the step: asked again later"
)


class StepQuestion(Unbidden[Given]):
    """Asks `question`, with `suggestions` that a number key takes. `before` are the questions
    answered so far, each with its answer. All of it is a model's word."""

    BINDINGS = [
        Binding("escape", "leave", "Stop the step", id="step_question.leave"),
        Binding("ctrl+s", "assume", "Skip: assume", id="step_question.assume", priority=True),
    ]
    BUTTONS = (
        KeyButton("Answer", "enter"),
        KeyButton("Skip", "ctrl+s"),
        KeyButton("Stop the step", "escape"),
    )
    DEFAULT_CSS = """
    StepQuestion #answered { height: auto; margin-bottom: 1; }
    StepQuestion #answered Static, StepQuestion #asked Static { height: auto; width: 100%; }
    StepQuestion #asked { height: auto; }
    StepQuestion OptionList { height: auto; border: none; padding: 0; background: $surface; }
    StepQuestion PlainInput { border: none; height: 1; padding: 0 1; background: $panel; }
    StepQuestion PlainInput:focus { background: $background; text-style: underline; }
    StepQuestion #assumed { height: auto; max-height: 3; width: 100%; color: $text-muted; }
    """

    def __init__(
        self,
        title: str,
        question: str,
        suggestions: Sequence[str],
        assume: str,
        before: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        self._heading = title
        self._question = question
        self._suggestions = tuple(suggestions)
        self._assume = assume
        self._before = tuple(before)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog dense-dialog") as dialog:
            dialog.border_title = Content(visible(self._heading))
            with VerticalScroll(id="answered", can_focus=False):
                yield Static("", markup=False)
            with VerticalScroll(id="asked", can_focus=False):
                question = visible(self._question, lines=True)
                yield Static(Content.styled(question, "bold $accent"), markup=False)
            yield Options(*self._options(), compact=True)
            yield PlainInput(compact=True, placeholder="your answer", select_on_focus=False)
            yield Static(visible(self._below()), id="assumed", markup=False)

    def on_mount(self) -> None:
        self.query_one("#answered").display = bool(self._before)
        options = self.query_one(OptionList)
        options.display = bool(self._suggestions)
        self._fit()
        if self._suggestions:
            options.highlighted = 0
            options.focus()
        else:
            self.query_one(PlainInput).focus()

    def on_resize(self) -> None:
        if not self.closing:
            self._fit()

    @property
    def keys_line(self) -> str:
        return with_keys(self.app, _KEYS)

    def _options(self) -> list[Option]:
        return [
            Option(Content.assemble(Content.styled(f"{number}  ", "bold"), visible(text)))
            for number, text in enumerate(self._suggestions, 1)
        ]

    def _below(self) -> str:
        keys = "A number key takes one; Tab goes to your own answer. " if self._suggestions else ""
        assumed = self._assume.strip()
        skipped = (
            f"Skipped, this is assumed: {assumed}" if assumed else "It may be left unanswered."
        )
        return f"{keys}{skipped}"

    def _fit(self) -> None:
        """The question and its answers are always in sight."""
        height, width = self.app.size.height, min(112, self.app.size.width * 94 // 100)
        place = self.query_one("#answered", VerticalScroll)
        place.styles.max_height = max(2, min(10, height - 19))
        self.query_one("#asked").styles.max_height = max(2, min(8, height - 14))
        self.query_one(OptionList).styles.max_height = max(3, min(9, height - 15))
        lines: list[Content] = []
        for number, (question, answer) in enumerate(self._before, 1):
            for line in _hanging(f"{number:>2}. ", visible(question), max(20, width - 8)):
                lines.append(Content.styled(line, "bold"))
            lines += map(Content, _hanging("    ", visible(answer), max(20, width - 8)))
        self.query_one("#answered Static", Static).update(Content("\n").join(lines))
        self.call_after_refresh(place.scroll_end, animate=False)

    # ------------------------------------------------------------------ keys

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.listens:
            return
        if event.value.strip():
            self.dismiss(("answer", event.value.strip()))
        elif not self._assume.strip() and not self._suggestions:
            self.dismiss(("assume", ""))
        # Where something would be assumed, that is said with a key of its own.

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._take(event.option_index)

    def on_key(self, event: events.Key) -> None:
        """A number takes an answer; what else is typed begins one's own."""
        field = self.query_one(PlainInput)
        if field.has_focus or event.character is None or not event.is_printable:
            return
        event.stop()
        number = int(event.character) if event.character in "123456789" else 0
        if 0 < number <= len(self._suggestions):
            self._take(number - 1)
        elif event.character != " ":
            field.focus()
            field.insert_text_at_cursor(event.character)

    def on_paste(self, event: events.Paste) -> None:
        field = self.query_one(PlainInput)
        if not field.has_focus:
            event.stop()
            field.focus()
            field.insert_text_at_cursor(" ".join(event.text.split()))

    def _take(self, index: int) -> None:
        if self.listens:
            self.dismiss(("answer", self._suggestions[index]))

    def action_assume(self) -> None:
        """Take what is taken for granted."""
        if self.listens:
            self.dismiss(("assume", ""))

    def action_leave(self) -> None:
        """Stop the step; it asks this again when it goes on."""
        if self.listens:
            self.dismiss(("stop", ""))


def _hanging(first: str, text: str, width: int) -> list[str]:
    """Lines of `text`, the later ones indented as far as the first begins."""
    text = " ".join(text.split())
    lines = textwrap.wrap(text, width, initial_indent=first, subsequent_indent=" " * len(first))
    return lines or [first]
