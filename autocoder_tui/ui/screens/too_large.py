"""The input does not fit the context window: which files to leave out."""

from __future__ import annotations

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.strip import Strip
from textual.style import Style
from textual.widgets import SelectionList, Static
from textual.widgets.selection_list import Selection

from autocoder_tui.engine.metering.money import ROOM_FOR_REPLY, format_tokens
from autocoder_tui.runs.estimate import Weighed
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.options import reversed_where_asked


class _Files(SelectionList[str]):
    """Space alone leaves a file out; Enter is the dialog's."""

    BINDINGS = [Binding("enter", "screen.keep", show=False)]

    def render_line(self, y: int) -> Strip:
        """With a box that is empty or ticked: Textual's has the same sign in both, and another
        colour."""
        strip, at = super().render_line(y), y + self.scroll_offset.y
        if at >= self.option_count:
            return strip
        _left, _sign, _right, gap, *row = strip
        kept = self.get_option_at_index(at).value in self.selected
        return Strip([Segment("[✓] " if kept else "[ ] ", gap.style), *row], strip.cell_length)

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        style = super().get_visual_style(*component_classes, partial=partial)
        return reversed_where_asked(self, style, *component_classes)


class TooLarge(Dialog[tuple[str, ...] | None]):
    """Lists the picked files, the heaviest first. Returns the paths that stay picked, or None."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Back", id="large.back"),
        Binding("enter", "keep", "Keep these", id="large.keep"),
    ]
    BUTTONS = (
        KeyButton("Keep the rest", "enter"),
        KeyButton("Leave out", "space"),
        KeyButton("Back", "escape"),
    )

    def __init__(self, weighed: Weighed) -> None:
        super().__init__()
        self._weighed = weighed

    def compose(self) -> ComposeResult:
        window = self._weighed.request.model.context_length or 0
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Too much for the context window: nothing was sent"
            yield Static(
                visible(
                    f"{self._weighed.request.model.name} takes {format_tokens(window)} tokens, "
                    "the reply included. Leave files out, the heaviest first, "
                    "or choose a model with a larger window."
                ),
                markup=False,
                classes="dialog-text",
            )
            yield _Files(
                *(
                    Selection(Content(f"{format_tokens(tokens):>9}  {visible(path)}"), path, True)
                    for path, tokens in self._weighed.weights.items()
                ),
                id="large-files",
                compact=True,
            )
            yield Static("", id="large-sum", markup=False)

    def on_mount(self) -> None:
        self.query_one(SelectionList).focus()
        self._show_sum()

    def on_selection_list_selected_changed(self) -> None:
        self._show_sum()

    def _show_sum(self) -> None:
        kept: list[str] = self.query_one(SelectionList).selected
        weights = self._weighed.weights
        left_out = sum(weights.values()) - sum(weights[path] for path in kept)
        total = self._weighed.estimate.prompt_tokens - left_out
        window = self._weighed.request.model.context_length or 0
        over = total - (window - min(ROOM_FOR_REPLY, window // 8))
        state = f"{format_tokens(over)} too many" if over > 0 else f"fits, {-over:,} to spare"
        self.query_one("#large-sum", Static).update(f"{format_tokens(total)} tokens: {state}")

    def action_keep(self) -> None:
        self.dismiss(tuple(self.query_one(SelectionList).selected))
