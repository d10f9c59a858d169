"""What is said of a whole reply beside the files in it."""

from __future__ import annotations

from typing import Final

from autocoder_tui.engine.reply import frame_state
from autocoder_tui.engine.seam.plan import after_last_close

MANY_LINES: Final = 40
"""Filled lines after the last file that are said: notes are shorter."""


def remarks_on(text: str) -> list[str]:
    """Sentences for the user about the reply `text`."""
    if frame_state(text) != "closed":
        return []
    lines = sum(1 for line in after_last_close(text).splitlines() if line.strip())
    if lines <= MANY_LINES:
        return []
    return [
        f"The model went on for {lines:,} lines after the last file was closed; they are in the "
        "notes and in no file."
    ]
