"""How far a run has come, on one line of a terminal."""

from __future__ import annotations

import sys
import time

from autocoder_tui.engine.state import RunState

PROGRESS_PERIOD = 0.5
"""Seconds between two updates."""


class Progress:
    """One line on a terminal's stderr that is rewritten in place."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self._shown = 0.0
        self._dirty = False

    def show(self, state: RunState) -> None:
        now = time.monotonic()
        if self._enabled and now - self._shown >= PROGRESS_PERIOD:
            self._shown, self._dirty = now, True
            tokens = f"{state.completion_tokens:,} tokens"
            sys.stderr.write(
                f"\r\x1b[K… part {state.part}, {tokens}, {len(state.text):,} characters"
            )
            sys.stderr.flush()

    def clear(self) -> None:
        if self._dirty:
            sys.stderr.write("\r\x1b[K")
            self._dirty = False
