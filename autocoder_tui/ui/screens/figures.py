"""What the figures of the meters mean, a line or two each."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.meters.explained import Figure


class FiguresHelp(Dialog[None]):
    """Shows all `figures`, the one of the field `wanted` marked and in view."""

    BINDINGS = [
        Binding("escape,enter,question_mark,q", "dismiss(None)", "Close", id="figures.close"),
        Binding("up", "scroll(-1)", "Up", id="figures.up", show=False),
        Binding("down", "scroll(1)", "Down", id="figures.down", show=False),
        Binding("pageup", "scroll(-8)", "Page up", id="figures.page_up", show=False),
        Binding("pagedown", "scroll(8)", "Page down", id="figures.page_down", show=False),
    ]
    BUTTONS = (KeyButton("Close", "escape"),)
    DEFAULT_CSS = """
    FiguresHelp VerticalScroll { height: auto; max-height: 100%; }
    FiguresHelp .figure { height: auto; width: 100%; margin-bottom: 1; }
    FiguresHelp .-wanted { background: $panel; }
    """

    def __init__(self, figures: Sequence[Figure], wanted: str = "") -> None:
        super().__init__()
        self._figures = tuple(figures)
        self._wanted = wanted

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog dense-dialog") as dialog:
            dialog.border_title = "What the figures mean"
            dialog.border_subtitle = "↑ ↓ move"
            with VerticalScroll(can_focus=False):
                for figure in self._figures:
                    wanted = " -wanted" if figure.field == self._wanted else ""
                    yield Static(_entry(figure), classes=f"figure{wanted}")

    def on_mount(self) -> None:
        for wanted in self.query(".-wanted"):
            self.call_after_refresh(wanted.scroll_visible, animate=False)

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)


def _entry(figure: Figure) -> Content:
    return Content.assemble(
        Content.styled(f"{figure.name:<8}", "bold"),
        Content.styled(visible(figure.shown), "bold $text-accent"),
        "\n",
        visible(figure.says),
    )
