"""The message of a git commit, proposed and editable, with what would be committed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.plain_area import PlainArea

COMMIT = "Commit"
_NAMED = 6


class CommitMessage(Dialog[str | None]):
    """Returns the message, or None. `paths` are what is committed; `remark` is shown below. It
    begins with `typed`, where that is given, in place of the proposed `message`."""

    BINDINGS = [
        Binding("ctrl+s", "commit", "Commit", id="commit.go", priority=True),
        Binding("escape", "dismiss(None)", "Cancel", id="commit.cancel"),
    ]
    BUTTONS = (KeyButton("Commit", "ctrl+s"), KeyButton("Cancel", "escape"))
    DEFAULT_CSS = """
    CommitMessage TextArea { height: 6; margin: 1 0; padding: 0 1; background: $background; }
    CommitMessage TextArea, CommitMessage TextArea:focus { border: none; }
    CommitMessage #commit-remark { color: $warning; }
    """

    def __init__(
        self, message: str, paths: Sequence[str], remark: str = "", typed: str | None = None
    ) -> None:
        super().__init__()
        self.heading = COMMIT
        self.original = message
        self._begin = message if typed is None else typed
        self._paths = paths
        self._remark = remark

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self.heading
            yield Static(self._what(), markup=False, classes="dialog-text")
            yield PlainArea(self._begin, id="commit-text", tab_behavior="focus", soft_wrap=True)
            if self._remark:
                remark = visible(self._remark)
                yield Static(remark, id="commit-remark", markup=False, classes="dialog-text")

    def on_mount(self) -> None:
        text = self.query_one(TextArea)
        text.focus()
        text.move_cursor(text.document.end)

    @property
    def typed(self) -> str:
        """The message as it is now."""
        areas = self.query(TextArea)
        return areas.first().text if areas else self._begin

    def action_commit(self) -> None:
        self.dismiss(self.typed)

    def _what(self) -> str:
        names = ", ".join(visible(path) for path in self._paths[:_NAMED])
        more = len(self._paths) - _NAMED
        others = f" and {more} more" if more > 0 else ""
        return f"Only {names}{others}. Whatever else is staged stays staged."
