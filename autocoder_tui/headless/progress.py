"""How far a run has come, on one line of a terminal."""

from __future__ import annotations

import os
import sys
import time

from autocoder_tui.engine.run_state import RunState

PROGRESS_PERIOD = 0.5
"""Seconds between two updates."""


def to_stderr(text: str) -> None:
    """Write `text`; a terminal that was closed or a pipe that ended is no reason to stop."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        # What is still buffered would fail again, at the end even with another exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


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
            said = f"{tokens}, {state.text_length:,} characters"
            if state.prompt_percent is not None:
                said = f"reading the prompt {state.prompt_percent} %"
            to_stderr(f"\r\x1b[K… part {state.part}, {said}")

    def clear(self) -> None:
        if self._dirty:
            to_stderr("\r\x1b[K")
            self._dirty = False
