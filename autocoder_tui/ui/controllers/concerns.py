"""Asking about what is suspicious in a proposal, once, before it is accepted or written."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from autocoder_tui.review.acknowledged import Acknowledged
from autocoder_tui.review.review import Review
from autocoder_tui.review.warnings import warnings
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question

_MOST_SHOWN = 12


def listed(concerns: Mapping[str, Sequence[str]]) -> str:
    """Warnings by path as lines to show, the longest lists cut short. Safe to show."""
    lines = [
        f"! {visible(path)}: {visible(text)}" for path, texts in concerns.items() for text in texts
    ]
    more = len(lines) - _MOST_SHOWN
    if more > 0:
        lines[_MOST_SHOWN:] = [f"and {more} more"]
    return "\n".join(lines)


async def accept_anyway(
    app: Program, acknowledged: Acknowledged, concerns: Mapping[str, Sequence[str]]
) -> bool:
    """Whether to accept files with these warnings; asks about those not acknowledged yet.

    Must be called from a worker.
    """
    fresh = acknowledged.fresh(concerns)
    if not fresh:
        return True
    question = Question(
        "There are warnings",
        listed(fresh),
        (Answer("accept", "Accept anyway", "a"), Answer("look", "Look first", "l", harmless=True)),
        start=1,
    )
    if await app.push_screen_wait(question) != "accept":
        return False
    acknowledged.add(fresh)
    return True


async def concerns_of(review: Review) -> dict[str, tuple[str, ...]]:
    """The warnings on what would be written, by path, worked out in a thread."""

    def work() -> dict[str, tuple[str, ...]]:
        return {file.path: warnings(file, file.result()) for file in review.files if file.writes}

    return await asyncio.to_thread(work)
