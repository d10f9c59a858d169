"""What is said of a whole reply beside the files in it."""

from __future__ import annotations

from typing import Final

from autocoder_tui.engine.reply import reply_end

MANY_LINES: Final = 40
"""Filled lines after the last file that are said: notes are shorter."""


def remarks_on(text: str) -> list[str]:
    """Sentences for the user about the reply `text`."""
    ended = reply_end(text)
    if ended.state != "closed":
        return []
    lines = sum(1 for line in text[ended.end :].splitlines() if line.strip())
    if lines <= MANY_LINES:
        return []
    return [
        f"The model went on for {lines:,} lines after the last file was closed; they are in the "
        "notes and in no file."
    ]
