"""Every proposal of a thread of feedback, to be opened again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.runs.rounds import Round
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.options import Options


class RoundsScreen(Dialog[str]):
    """Returns the id of the chosen run, "" for none. `now` is the run under review."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss('')", "Cancel", id="rounds.cancel")
    ]
    BUTTONS = (KeyButton("Open", "enter"), KeyButton("Cancel", "escape"))
    DEFAULT_CSS = """
    RoundsScreen .dialog-text { margin-top: 1; color: $text-muted; }
    """

    def __init__(self, rounds: Sequence[Round], now: str) -> None:
        super().__init__()
        self._rounds = rounds
        self._now = now

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Rounds of feedback"
            yield Options(*(Option(self._row(each)) for each in self._rounds), compact=True)
            yield Static("", markup=False, classes="dialog-text")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.focus()
        ids = [each.run.run_id for each in self._rounds]
        if ids:
            options.highlighted = ids.index(self._now) if self._now in ids else len(ids) - 1

    def _row(self, one: Round) -> Content:
        said = " ".join(one.said.split()) if one.number else "the first proposal"
        here = "▶" if one.run.run_id == self._now else " "
        cost = _cost_in_words(one)
        room = max(12, 64 - len(cost))
        said = visible(said if len(said) <= room else f"{said[: room - 1]}…")
        return Content(f"{here}{one.number:>2}  {said}  {cost}")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        one = self._rounds[event.option_index]
        told = visible(one.instruction.strip()[:400], lines=True)
        text = f"{visible(one.run.status)}, {one.run.files} file{'s' * (one.run.files != 1)}"
        self.query_one(".dialog-text", Static).update(f"{text}\n{told}" if told else text)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._rounds[event.option_index].run.run_id)


def _cost_in_words(one: Round) -> str:
    tokens = f"{format_tokens(one.tokens)} tokens"
    if one.run.cost_usd is None or one.asked_usd is None:
        return tokens
    return f"{tokens}  {format_usd(one.run.cost_usd + one.asked_usd)}"
