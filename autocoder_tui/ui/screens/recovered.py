"""Runs that were not seen through last time, and what is to become of them."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.runs.export import local_time
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.prompts import first_line
from autocoder_tui.ui.widgets.options import Options
from autocoder_tui.values import dataclass

_ANSWERS = (
    ("review", "Review", "r"),
    ("continue", "Continue", "c"),
    ("later", "Later", "l"),
    ("discard", "Discard", "d"),
)

_DEAF_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Offer:
    """A run, and how it `stands` in words."""

    run: KeptRun
    stands: str

    @property
    def can_go_on(self) -> bool:
        return self.run.status != "finished" and bool(self.run.reply)


class RecoveredRuns(Dialog[tuple[str, Offer] | None]):
    """Returns what to do with which run, or None for later."""

    AUTO_FOCUS = ""
    BINDINGS = [Binding("escape", "dismiss(None)", "Later", id="recovered.later")]
    DEFAULT_CSS = """
    RecoveredRuns OptionList { height: auto; max-height: 8; border: none; padding: 0; }
    RecoveredRuns OptionList { margin-top: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    RecoveredRuns #recovered-wish { margin-top: 1; text-style: bold; }
    RecoveredRuns #recovered-wish { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    RecoveredRuns #recovered-about { height: auto; max-height: 3; }
    """

    def __init__(self, offers: Sequence[Offer]) -> None:
        super().__init__()
        self._offers = offers
        self._listens = False

    def compose(self) -> ComposeResult:
        many = len(self._offers) > 1
        with Vertical(classes="dialog", id="recovered") as dialog:
            dialog.border_title = "Not finished last time"
            intro = (
                f"{len(self._offers)} runs in this project were not finished, or not decided on:"
                if many
                else "A run in this project was not finished, or not decided on:"
            )
            yield Static(intro, markup=False)
            yield Options(*(Option(_row(offer)) for offer in self._offers), compact=True)
            yield Static("", id="recovered-wish", markup=False)
            yield Static("", id="recovered-about", markup=False)
            with Horizontal(classes="dialog-buttons"):
                for value, label, key in _ANSWERS:
                    enters = "-enters" if value == "review" else ""
                    yield Button(f"{label} ({key})", id=f"recovered-{value}", classes=enters)

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.display = len(self._offers) > 1
        self._about(0)
        # Nobody asked for this: what is typed while it opens was meant for something else.
        self.set_timer(_DEAF_SECONDS, self._listen)

    def _listen(self) -> None:
        self._listens = True
        self.query_one("#recovered").border_subtitle = "Esc asks later"
        options = self.query_one(OptionList)
        (options if options.display else self.query_one("#recovered-review", Button)).focus()

    @property
    def _offer(self) -> Offer:
        return self._offers[self.query_one(OptionList).highlighted or 0]

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._about(event.option_index)

    def on_option_list_option_selected(self) -> None:
        self._answer("review")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self._answer((event.button.id or "").removeprefix("recovered-"))

    def on_key(self, event: events.Key) -> None:
        if not self._listens:
            event.stop()
            return
        for value, _, key in _ANSWERS:
            if event.key == key:
                event.stop()
                self._answer(value)
        if event.key in ("left", "right") and isinstance(self.focused, Button):
            event.stop()
            if event.key == "left":
                self.focus_previous(Button)
            else:
                self.focus_next(Button)

    def _about(self, index: int) -> None:
        offer = self._offers[index]
        snapshot = offer.run.snapshot
        self.query_one("#recovered-continue", Button).disabled = not offer.can_go_on
        wish = first_line(snapshot.requirements) or "(no requirements)"
        model = f"{visible(snapshot.model)} · {visible(local_time(snapshot.started))}"
        self.query_one("#recovered-wish", Static).update(wish)
        self.query_one("#recovered-about", Static).update(f"{model}\n{visible(offer.stands)}")

    def _answer(self, value: str) -> None:
        offer = self._offer
        if value == "later":
            self.dismiss(None)
        elif value != "continue" or offer.can_go_on:
            self.dismiss((value, offer))


def _row(offer: Offer) -> Content:
    return Content(first_line(offer.run.snapshot.requirements) or "(no requirements)")
