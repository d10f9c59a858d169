"""What the reader of a part makes of a reply, as events: what is joined, and what is held back.

Until it is clear where a continuation joins, nothing of it is in the joined text, and later a
few characters may wait for the rest of their line. A run that is cancelled finishes its reader
and delivers them; one that is killed can't. So what is held is told as it comes: what would
have become of it is made from these events (`store/journal/held_text.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from autocoder_tui.engine import seam
from autocoder_tui.engine.events import (
    Event,
    ReasoningDelta,
    TextDelta,
    TextHeld,
    TextRetracted,
)


def read(reader: seam.PartReader, chunk: str) -> Iterator[Event]:
    """Let `reader` take the next characters of a reply; what they bring, and what is held."""
    held_before, tail_before = reader.holding, reader.tail
    edit = reader.feed(chunk)
    yield from edits(edit)
    if reader.holding:
        yield TextHeld(chunk)
    elif held_before or edit.text or edit.retract:
        # Without an edit nothing else says that what was held before is settled.
        if reader.tail or not (edit.text or edit.retract):
            yield TextHeld(reader.tail, joined=True)
    elif reader.tail != tail_before:
        yield TextHeld(reader.tail.removeprefix(tail_before), joined=True)


def edits(edit: seam.Edit) -> Iterator[Event]:
    """What a reader of the joined text must do, as events."""
    if edit.retract:
        yield TextRetracted(edit.retract)
    if edit.reasoning:
        yield ReasoningDelta(edit.reasoning)
    if edit.text:
        yield TextDelta(edit.text)
