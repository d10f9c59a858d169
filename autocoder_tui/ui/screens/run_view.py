"""One run of history: its text, what was asked for, and what was said besides."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from autocoder_tui.runs.export import facts
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.plain_area import PlainArea
from autocoder_tui.ui.widgets.tab_strip import TabStrip
from autocoder_tui.ui.widgets.tabs import Tab

_TABS = (
    Tab("reply", "Text", "1"),
    Tab("requirements", "Requirements", "2"),
    Tab("notes", "Notes", "3"),
    Tab("reasoning", "Reasoning", "4"),
    Tab("facts", "About", "5"),
)


_AT_ONCE = 8_000
"""Characters that are laid out between two turns of everything else."""
_PAUSE = 0.03
_MOST_SHOWN = 200_000
"""Characters; to lay out more takes longer than anybody would read here."""


class RunView(Dialog[str]):
    """Returns the key of what to do with the run, or "" for nothing."""

    BINDINGS = [
        Binding("escape,q", "dismiss('')", "Close", id="run_view.close"),
        Binding("tab,right_square_bracket", "step(1)", show=False, priority=True),
        Binding("shift+tab,left_square_bracket", "step(-1)", show=False, priority=True),
        *(Binding(tab.key, f"part('{tab.pane}')", tab.title, show=False) for tab in _TABS),
        Binding("d", "dismiss('d')", "Open its diff", id="run_view.diff"),
        Binding("g", "dismiss('g')", "Go on with it", id="run_view.go_on"),
        Binding("a", "dismiss('a')", "Run again", id="run_view.again"),
        Binding("y", "dismiss('y')", "Copy the reply", id="run_view.copy"),
        Binding("e", "dismiss('e')", "Export", id="run_view.export"),
    ]
    BUTTONS = (
        KeyButton("Diff", "d"),
        KeyButton("Go on", "g"),
        KeyButton("Run again", "a"),
        KeyButton("Copy", "y"),
        KeyButton("Export", "e"),
        KeyButton("Close", "escape"),
    )
    DEFAULT_CSS = """
    RunView PlainArea { height: 1fr; background: $background; }
    RunView PlainArea, RunView PlainArea:focus { border: none; padding: 0; }
    RunView #run-head { height: auto; max-height: 2; color: $text-muted; }
    """

    def __init__(self, run: KeptRun) -> None:
        super().__init__()
        self._run = run
        self._left: list[str] = []  # of the text that is laid out, the last first
        self._laying_out: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall-dialog") as dialog:
            dialog.border_title = Content(visible(self._run.name) or self._run.run_id)
            snapshot = self._run.snapshot
            about = dict(facts(self._run))
            head = [about["started"], snapshot.model, self._run.status, about["tokens"]]
            head += [about["cost"]] if "cost" in about else []
            yield Static(visible(" · ".join(head)), id="run-head", markup=False)
            yield TabStrip(_TABS, id="run-tabs")
            yield PlainArea("", read_only=True, soft_wrap=True)

    def on_mount(self) -> None:
        self.query_one(PlainArea).focus()
        self.action_part("reply")

    def action_part(self, part: str) -> None:
        """Show one part of the run."""
        self.query_one(TabStrip).current = part
        text = self._text(part)
        if len(text) > _MOST_SHOWN:
            more = len(text) - _MOST_SHOWN
            text = f"{text[:_MOST_SHOWN]}\n\n[{more:,} more characters: e exports them all.]"
        begins = range(_AT_ONCE, len(text), _AT_ONCE)
        self._left = [text[begin : begin + _AT_ONCE] for begin in reversed(begins)]
        area = self.query_one(PlainArea)
        area.text = text[:_AT_ONCE]
        area.scroll_home(animate=False)
        if self._left and self._laying_out is None:
            self._laying_out = self.set_interval(_PAUSE, self._lay_out)

    def _lay_out(self) -> None:
        """Put a further part of the text to what is there."""
        area = self.query_one(PlainArea)
        if self._left:
            area.insert(self._left.pop(), area.document.end)
            area.history.clear()  # Nothing is ever taken back here, and all of it would be kept.
        elif self._laying_out is not None:
            self._laying_out.stop()
            self._laying_out = None

    def action_step(self, by: int) -> None:
        names = [tab.pane for tab in _TABS]
        at = names.index(self.query_one(TabStrip).current)
        self.action_part(names[(at + by) % len(names)])

    def on_tab_strip_chosen(self, event: TabStrip.Chosen) -> None:
        self.action_part(event.pane)

    def _text(self, part: str) -> str:
        run = self._run
        if part == "facts":
            return "\n".join(f"{label:<10}{visible(text)}" for label, text in facts(run))
        texts = {
            "reply": (run.reply, "No text came."),
            "requirements": (run.snapshot.requirements, "There are none."),
            "notes": (run.notes, "The model said nothing besides the code."),
            "reasoning": (run.reasoning, "The model showed no reasoning."),
        }
        text, nothing = texts[part]
        return nothing if not text or text.isspace() else text
