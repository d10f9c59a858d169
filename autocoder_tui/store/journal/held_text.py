"""What a killed run was holding back, from its events: what a cancel would have delivered.

The reader of a part holds text until it is clear where that joins (`engine/reader_events.py`).
Nobody finishes the reader of a run that is killed, so another one is fed here.
"""

from __future__ import annotations

from autocoder_tui.engine import seam
from autocoder_tui.engine.events import (
    ContinuationStarted,
    Event,
    PartFinished,
    PartWithdrawn,
    ReasoningDelta,
    RequestStarted,
    RunCancelled,
    RunFailed,
    RunFinished,
    TextDelta,
    TextHeld,
    TextRetracted,
)
from autocoder_tui.engine.reader_events import edits
from autocoder_tui.engine.seam.filters import closing_filter
from autocoder_tui.engine.seam.marker_filter import MarkerFilter


class HeldText:
    """The fold of a run's events into what is held after them."""

    def __init__(self) -> None:
        self._held: list[str] = []
        self._joined = False
        self._asked: ContinuationStarted | None = None
        self._continuation: ContinuationStarted | None = None

    def apply(self, event: Event) -> None:
        """Take the next event in."""
        match event:
            case TextHeld(piece):
                if event.joined != self._joined:
                    self._held, self._joined = [], event.joined
                self._held.append(piece)
            case TextDelta() | TextRetracted():
                self._held = []
            case ReasoningDelta():
                if self._continuation is None:
                    self._held = []  # what looked like the beginning of a thought was one
            case ContinuationStarted():
                self._asked = event
            case RequestStarted(part):
                asked = self._asked
                self._continuation = asked if asked is not None and asked.part == part else None
                self._held = []
            case PartFinished() | PartWithdrawn() | RunFinished() | RunFailed() | RunCancelled():
                self._held = []

    def released(self, text: str, *, marker_is_code: bool = False) -> list[Event]:
        """What a cancel would have delivered of it, `text` being the joined text so far.

        `marker_is_code` as for `seam.PartReader`.
        """
        rest = "".join(self._held)
        if not rest:
            return []
        if self._joined:
            return list(edits(seam.Edit(text=_tail(text, rest, marker_is_code))))
        return list(edits(_finished(text, rest, self._continuation, marker_is_code)))


def _tail(text: str, rest: str, marker_is_code: bool) -> str:
    fence = closing_filter(text, opened=True)
    if fence is not None:
        rest = fence.feed(rest) + fence.finish()
    if marker_is_code or seam.MARKER_WORDS in text:
        return rest
    marker = MarkerFilter(line_start=text[-1:] in ("", "\n"))
    return marker.feed(rest) + marker.finish()


def _finished(
    text: str, reply: str, continuation: ContinuationStarted | None, marker_is_code: bool
) -> seam.Edit:
    plan = None
    if continuation is not None and text:
        plan = seam.plan_continuation(
            text,
            finish_reason=continuation.finish_reason,
            prefill=not continuation.anchor,
            way=continuation.way,
        )
    reader = seam.PartReader(
        plan,
        text,
        resamples=continuation is not None and continuation.resamples,
        marker_is_code=marker_is_code,
    )
    # Thoughts in what is held were delivered when they came.
    first = reader.feed(reply)
    last, _ = reader.finish(None)
    return seam.Edit(
        first.retract + max(0, last.retract - len(first.text)),
        first.text[: max(0, len(first.text) - last.retract)] + last.text,
        last.reasoning,
    )
