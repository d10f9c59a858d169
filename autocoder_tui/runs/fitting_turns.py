"""How much of a conversation is sent with the next question: as much as the window has room for."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import Final

from autocoder_tui.engine.metering.tokens import load_counter
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.request import RunRequest, Turn

_ROOM_FOR_ANSWER: Final = 2_000
"""Tokens that are left for the answer, of a small window a quarter: earlier turns are worth less
than an answer in one piece."""
_FRAMING: Final = 16
"""Tokens around the two messages of a turn, at most."""


def with_fitting_turns(request: RunRequest) -> RunRequest:
    """`request` without the earliest turns that the context window has no room for. Files and the
    question stay, whatever they weigh. Blocking: loads a vocabulary."""
    window = request.model.context_length
    if not request.turns or window is None:
        return request
    counter = load_counter(request.model, request.calibration)
    bare = replace(request, turns=(), left_out=len(request.turns))
    reply = min(_ROOM_FOR_ANSWER, window // 4, request.limits.max_output_tokens or window)
    room = window - reply - counter.count_messages(first_messages(bare))

    def weight(turn: Turn) -> int:
        return counter.count_file(turn.question) + counter.count_file(turn.answer) + _FRAMING

    weights = accumulate(map(weight, reversed(request.turns)))
    kept = sum(1 for so_far in weights if so_far <= room)
    left_out = len(request.turns) - kept
    turns = request.turns[left_out:]
    return replace(request, turns=turns, left_out=request.left_out + left_out)


def left_out_in_words(count: int) -> str:
    """What of a conversation is not sent, "" for nothing."""
    if not count:
        return ""
    what = f"The oldest {count:,} questions and their answers"
    if count == 1:
        what = "The oldest question and its answer"
    return f"{what} do not fit the context window any more and are not sent."
