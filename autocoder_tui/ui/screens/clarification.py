"""What the model asks before it writes: one question at a time, below all that is settled."""

from __future__ import annotations

import textwrap
from typing import Protocol

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.engine.clarification import Clarification, Ended, Round
from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import with_keys
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import ButtonRow, KeyButton
from autocoder_tui.ui.widgets.options import Options
from autocoder_tui.ui.widgets.plain_area import PlainInput

_ENDS: dict[Ended, str] = {
    "settled": "The model has nothing left to ask.",
    "limit": "As many questions were asked as may be (clarify_limit).",
    "stopped": "No more is asked; what was open is assumed.",
}
_KEYS = "{clarify.back} goes back · leaving keeps all"
_ENDED_KEYS = "Enter shows what is sent · {clarify.back} changes it · {clarify.anew} asks anew"
_ASKING_KEYS = "{clarify.back} goes back · {clarify.write} writes with what is settled"


class Rounds(Protocol):
    """Who owns what was asked, and asks on."""

    @property
    def clarification(self) -> Clarification: ...

    @property
    def limit(self) -> int: ...

    def change(self, clarification: Clarification) -> None:
        """It stands like this now."""

    async def ask(self) -> bool:
        """Ask for the next question; whether that could be. What could not was told."""

    def stop(self) -> None:
        """Ask no more: a request that is under way ends."""


class ClarificationScreen(Dialog[bool]):
    """Returns whether files are to be asked for now."""

    BINDINGS = [
        Binding("escape", "leave", "Leave, all is kept", id="clarify.leave"),
        Binding("ctrl+s", "skip", "Skip: assume", id="clarify.skip", priority=True),
        Binding("ctrl+b", "back", "Back", id="clarify.back", priority=True),
        Binding("ctrl+r", "write", "Write now", id="clarify.write", priority=True),
        Binding("ctrl+l", "anew", "Ask anew", id="clarify.anew", priority=True),
    ]
    BUTTONS = (
        KeyButton("Answer", "enter"),
        KeyButton("Skip", "ctrl+s"),
        KeyButton("Write now", "ctrl+r"),
        KeyButton("Leave", "escape"),
    )
    DEFAULT_CSS = """
    ClarificationScreen #rounds { height: auto; }
    ClarificationScreen #rounds Static { height: auto; width: 100%; }
    ClarificationScreen #question-place { height: auto; max-height: 7; margin-top: 1; }
    ClarificationScreen #question { height: auto; width: 100%; }
    ClarificationScreen OptionList { height: auto; border: none; padding: 0; background: $surface; }
    ClarificationScreen #answer { border: none; height: 1; padding: 0 1; background: $panel; }
    ClarificationScreen #answer:focus { background: $background; text-style: underline; }
    ClarificationScreen #standing { height: auto; width: 100%; color: $text-muted; }
    """

    def __init__(self, rounds: Rounds) -> None:
        super().__init__()
        self._rounds = rounds
        self._at: int | None = rounds.clarification.open_round
        """The question that is shown; None where none is, or the next is asked for."""
        self._asking = self._leaving = self._writing = False
        self._failed = False
        self._filling = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog dense-dialog") as dialog:
            dialog.border_title = "Asked before writing"
            with VerticalScroll(id="rounds", can_focus=False):
                yield Static("", id="settled", markup=False)
            with VerticalScroll(id="question-place", can_focus=False):
                yield Static("", id="question", markup=False)
            yield Options(id="suggestions", compact=True)
            yield PlainInput(
                id="answer", compact=True, placeholder="your answer", select_on_focus=False
            )
            yield Static("", id="standing", markup=False)

    def on_mount(self) -> None:
        self._go_on()

    # ------------------------------------------------------------------ what is shown

    @property
    def _round(self) -> Round | None:
        """The question that is shown."""
        rounds = self._rounds.clarification.rounds
        return None if self._at is None or self._at >= len(rounds) else rounds[self._at]

    def _show(self) -> None:
        if self.closing:
            return
        shown, made = self._round, self._rounds.clarification
        self._show_settled()
        self.query_one("#question", Static).update(self._heading())
        options = self.query_one(OptionList)
        options.clear_options()
        for number, text in enumerate(shown.suggestions if shown else (), 1):
            line = Content.assemble(Content.styled(f"{number}  ", "bold"), visible(text))
            options.add_option(Option(line))
        options.display = bool(shown and shown.suggestions)
        field = self.query_one("#answer", Input)
        field.display = shown is not None
        for buttons in self.query(ButtonRow):
            buttons.say("enter", "Answer" if shown else "" if self._asking else "See what is sent")
            buttons.say("ctrl+s", "Skip" if shown else "")
        self._filling = True
        field.value = shown.answer if shown else ""
        field.cursor_position = len(field.value)
        self.query_one("#standing", Static).update(visible(self._standing(), lines=True))
        keys = _KEYS if shown else _ENDED_KEYS if made.ended else _ASKING_KEYS
        self.query_one(".dialog").border_subtitle = with_keys(self.app, keys)
        if shown is not None and shown.suggestions and not shown.answer:
            options.highlighted = 0
            options.focus()
        elif shown is not None:
            field.focus()
        else:
            self.set_focus(None)

    def _show_settled(self) -> None:
        """All that was asked, answered and assumed, and of that what is shown just now."""
        place = self.query_one("#rounds", VerticalScroll)
        height = self.app.size.height
        # The question and its answers are always in sight.
        place.styles.max_height = max(3, min(12, height - 19))
        self.query_one(OptionList).styles.max_height = max(3, min(9, height - 17))
        width = max(20, min(112, self.app.size.width * 94 // 100) - 8)
        lines: list[Content] = []
        shown_at = 0
        for index, each in enumerate(self._rounds.clarification.rounds):
            if index == self._at and each.state == "open":
                continue
            mark = "▸" if index == self._at else " "
            shown_at = len(lines) if index == self._at else shown_at
            asked = _hanging(f"{mark}{index + 1:>2}. ", visible(each.question), width)
            lines += [Content.styled(line, "bold") for line in asked]
            said = {"answered": "", "assumed": "assumed: ", "open": "not answered yet"}
            outcome = visible(f"{said[each.state]}{' '.join(each.outcome.split())}")
            lines += [Content(line) for line in _hanging("     ", outcome, width)]
        nothing = [Content.styled("Nothing is settled yet.", "$muted")]
        self.query_one("#settled", Static).update(Content("\n").join(lines or nothing))
        looking_back = self._round is not None and self._round.state != "open"
        if looking_back:
            self.call_after_refresh(place.scroll_to, y=shown_at, animate=False)
        else:
            self.call_after_refresh(place.scroll_end, animate=False)

    def on_resize(self) -> None:
        if not self.closing and self.query("#settled"):
            self._show_settled()

    def _heading(self) -> Content:
        made, shown = self._rounds.clarification, self._round
        if shown is not None and self._at is not None:
            number = f"Question {self._at + 1} of at most {self._rounds.limit}\n"
            return Content.assemble(
                Content.styled(number, "$muted"),
                Content.styled(visible(shown.question), "bold $accent"),
            )
        if made.ended:
            return Content.styled(_ENDS[made.ended], "bold")
        if self._failed:
            return Content.styled("The question did not come. Enter asks again.", "bold $warning")
        return Content.styled("The model is asked what it has to know …", "bold")

    def _standing(self) -> str:
        made, shown = self._rounds.clarification, self._round
        lines = []
        if shown is not None:
            keys = "A number key takes one; Tab goes to your own answer."
            if shown.answer:
                keys = "Shift+Tab goes to the suggested answers."
            lines = [keys] if shown.suggestions else []
            lines.append(f"Skipped, this is assumed: {shown.taken}")
        if made.calls:
            sent, came = map(format_tokens, made.tokens)
            cost = "" if made.cost_usd is None else f", {format_usd(made.cost_usd)}"
            times = f"{made.calls} request{'s' * (made.calls != 1)}"
            lines.append(f"Asking took {times} so far: {sent} tokens in, {came} out{cost}.")
        return "\n".join(filter(None, lines))

    # ------------------------------------------------------------------ going on

    def _go_on(self) -> None:
        """To what is open; where nothing is, the next question is asked for."""
        made = self._rounds.clarification.ended_by(self._rounds.limit)
        self._rounds.change(made)
        self._at = made.open_round
        if self._at is None and not made.ended and not self._asking:
            self._asking, self._failed = True, False
            self.run_worker(self._ask(), group="clarify", exit_on_error=True)
        self._show()

    async def _ask(self) -> None:
        came = await self._rounds.ask()
        self._asking = False
        if self._leaving or self._writing:
            self.dismiss(self._writing and not self._leaving)
            return
        self._failed = not came
        if self._at is not None:
            self._show()  # an earlier answer is looked at
        elif came:
            self._go_on()
        else:
            self._show()

    def _answer(self, text: str) -> None:
        if self._at is None:
            return
        self._rounds.change(self._rounds.clarification.answered(self._at, text))
        self._go_on()

    # ------------------------------------------------------------------ keys

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is typed is kept as it is typed."""
        event.stop()
        filled, self._filling = self._filling, False
        shown = self._round
        if shown is None or self._at is None or event.value == shown.answer:
            return
        if not filled and shown.state == "open":
            self._rounds.change(self._rounds.clarification.typed(self._at, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        shown = self._round
        if shown is not None and shown.state == "open" and not event.value.strip():
            return  # skipping is said with a key of its own
        self._answer(event.value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        shown = self._round
        if shown is not None and event.option_index < len(shown.suggestions):
            self._answer(shown.suggestions[event.option_index])

    def on_key(self, event: events.Key) -> None:
        """A number takes an answer; what else is typed begins one's own."""
        shown, field = self._round, self.query_one("#answer", Input)
        if shown is None:
            if event.key == "enter":
                event.stop()
                self._enter()
            return
        if field.has_focus or event.character is None or not event.is_printable:
            return
        event.stop()
        number = int(event.character) if event.character in "123456789" else 0
        if 0 < number <= len(shown.suggestions):
            self._answer(shown.suggestions[number - 1])
        elif event.character != " ":
            field.focus()
            field.insert_text_at_cursor(event.character)

    def on_paste(self, event: events.Paste) -> None:
        field = self.query_one("#answer", Input)
        if self._round is not None and not field.has_focus:
            event.stop()
            field.focus()
            field.insert_text_at_cursor(" ".join(event.text.split()))

    def _enter(self) -> None:
        if self._rounds.clarification.ended:
            self.dismiss(True)
        elif self._failed:
            self._go_on()

    def action_skip(self) -> None:
        """Take what the model takes for granted."""
        if self._at is not None:
            self._rounds.change(self._rounds.clarification.assumed(self._at))
            self._go_on()

    def action_back(self) -> None:
        """To the question before, whose answer can be changed."""
        count = len(self._rounds.clarification.rounds)
        at = count if self._at is None else self._at
        if at > 0:
            self._at = at - 1
            self._show()

    def action_write(self) -> None:
        """Ask no more, and have the files written."""
        self._rounds.change(self._rounds.clarification.stopped())
        if self._asking:
            self._writing = True
            self._rounds.stop()
        else:
            self.dismiss(True)

    def action_anew(self) -> None:
        """Drop all that was asked, once that has ended, and ask from the beginning."""
        made = self._rounds.clarification
        if made.ended and self._round is None:
            self._rounds.change(Clarification(made.requirements))
            self._go_on()

    def action_leave(self) -> None:
        """Back to the requirements; the next run goes on here."""
        if self._asking:
            self._leaving = True
            self._rounds.stop()
        else:
            self.dismiss(False)


def _hanging(first: str, text: str, width: int) -> list[str]:
    """Lines of `text`, the later ones indented as far as the first begins."""
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=" " * len(first)) or [
        first
    ]
