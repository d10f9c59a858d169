"""Tells whoever is looking elsewhere how it stands: the window's title, progress, a bell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from autocoder_tui.config.setting_sections import TerminalSettings
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.terminal.signs import (
    BELL,
    BUSY,
    FAILED,
    GIVE_TITLE_BACK,
    KEEP_TITLE,
    NO_PROGRESS,
    notification,
    progress,
    title,
)

_State: TypeAlias = Literal["", "running", "done", "failed", "stopped", "asks"]

_WORDS: Final[dict[_State, str]] = {
    "running": "a run is under way",
    "done": "the run is done",
    "failed": "the run failed",
    "stopped": "the run was stopped",
    "asks": "asks you something",
}


class TerminalSigns:
    """`write` hands a sequence to the terminal; `looked_at` says whether its window is in front."""

    def __init__(
        self, app: Program, write: Callable[[str], None], looked_at: Callable[[], bool]
    ) -> None:
        self._app = app
        self._write = write
        self._looked_at = looked_at
        self._state: _State = ""
        self._busy = False

    @property
    def _settings(self) -> TerminalSettings:
        return self._app.setup.settings.terminal

    def show(self) -> None:
        """Say how it stands: at the start, and when the terminal comes back."""
        if self._settings.title:
            words = _WORDS[self._state] if self._state else ""
            self._write(title(self._app.root.name, words, self._app.setup.environ))

    def title_wanted(self) -> None:
        """The title was switched on or off: where it is off, the terminal's own comes back."""
        if self._settings.title:
            self.show()
        else:
            self._write(GIVE_TITLE_BACK + KEEP_TITLE)

    def run_began(self) -> None:
        self._become("running")
        self._progress(BUSY)

    def run_ended(self, status: str) -> None:
        ends: dict[str, _State] = {"completed": "done", "cancelled": "stopped"}
        self._become(ends.get(status, "failed"))
        self._progress(FAILED if self._state == "failed" else NO_PROGRESS)
        if self._state != "stopped":
            self._call(_WORDS[self._state])

    def asked(self) -> None:
        """A question waits that nobody has called for."""
        before = self._state
        self._become("asks")
        self._call(_WORDS["asks"])
        self._state = before

    def answered(self) -> None:
        self.show()

    def ended(self, what: str) -> None:
        """Something else that takes its time is over."""
        self._call(what)

    def looked(self) -> None:
        """The window is in front again: what went wrong has been seen."""
        if self._busy and self._state != "running":
            self._progress(NO_PROGRESS)

    def _become(self, state: _State) -> None:
        self._state = state
        self.show()

    def _progress(self, state: int) -> None:
        if (self._settings.progress or state == NO_PROGRESS) and (
            sequence := progress(state, self._app.setup.environ)
        ):
            self._busy = state != NO_PROGRESS
            self._write(sequence)

    def _call(self, words: str) -> None:
        if self._looked_at() or self._settings.notify == "off":
            return
        if self._settings.notify == "bell":
            self._write(BELL)
        else:
            self._write(notification(self._app.root.name, words, self._app.setup.environ))
