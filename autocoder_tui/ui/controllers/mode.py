"""Which mode the screen is in, and the text that each mode was left with."""

from __future__ import annotations

from collections.abc import Mapping

from textual.widgets import TextArea

from autocoder_tui.engine.purpose import MODES, Mode
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.mode_switch import MODE_TITLES


class ModeChoice:
    """Owns the mode. The text of the present mode is the editor's; `texts` has the others'."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self.mode: Mode = app.setup.task.mode
        self._texts: dict[Mode, str] = {}

    @property
    def texts(self) -> Mapping[Mode, str]:
        """What stands in the editors of the modes that are not shown."""
        return self._texts

    def restore(self, mode: Mode, texts: Mapping[Mode, str]) -> None:
        """Stand where an earlier start of the program was left. The editor has its text."""
        self._texts = {each: text for each, text in texts.items() if each != mode and text}
        self._show(mode)

    def choose_next(self) -> None:
        """The mode after this one."""
        self.choose(MODES[(MODES.index(self.mode) + 1) % len(MODES)])

    def choose(self, mode: Mode) -> None:
        """Put the text of this mode away, and show what was typed in the other one last."""
        if mode == self.mode:
            return
        area = self._app.main.query_one("#requirements", TextArea)
        self._texts[self.mode] = area.text
        self._show(mode)
        area.text = self._texts.pop(mode, "")
        area.move_cursor(area.document.end)
        self._app.main.log_line(f"Mode: {MODE_TITLES[mode].lower()}.")
        self._app.estimator.schedule()
        self._app.session.changed()

    def answered(self, complaint: str) -> None:
        """A new proposal answers the complaint: the editor has room for the next."""
        if self._texts.get("feedback") == complaint:
            del self._texts["feedback"]
        area = self._app.main.query_one("#requirements", TextArea)
        if self.mode == "feedback" and area.text == complaint:
            area.text = ""
        self._app.session.changed()

    def _show(self, mode: Mode) -> None:
        self.mode = mode
        self._app.main.show_mode(mode)
        if mode == "feedback":
            self._app.feedback.show_scope()
        self._app.refresh_bindings()
