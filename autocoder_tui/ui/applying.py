"""From accepted hunks to files on disk, asking wherever something stands in the way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from autocoder_tui.display import visible
from autocoder_tui.errors import AutocoderError
from autocoder_tui.job import Reviewable, changes_of
from autocoder_tui.review.proposal import Review
from autocoder_tui.ui.deciding import concerns_of, listed
from autocoder_tui.ui.screens.question import Answer, Question
from autocoder_tui.ui.widgets.review_pane import ReviewPane
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.errors import ChangedOnDisk, ReadOnly

if TYPE_CHECKING:
    from autocoder_tui.ui.app import AutocoderApp

_CANCEL = Answer("cancel", "Cancel", "c")


async def apply_review(app: AutocoderApp, reviewable: Reviewable, review: Review) -> str | None:
    """Write the accepted hunks of `review`; returns what was written in words, else None.

    Must be called from a worker: it may ask about undecided hunks, about files that changed
    on disk, and about read-only files.
    """
    changes = changes_of(reviewable, review)
    if not changes:
        app.tell("Nothing is accepted yet: a accepts a hunk, A the whole file.")
        return None
    if not await _sure(app, review):
        return None
    overwrite_changed = overwrite_read_only = False
    while True:
        try:
            await asyncio.to_thread(
                apply_changes,
                app.root,
                changes,
                overwrite_changed=overwrite_changed,
                overwrite_read_only=overwrite_read_only,
            )
        except ChangedOnDisk as error:
            answer = await app.push_screen_wait(
                Question(
                    "Changed meanwhile",
                    error.message,
                    (
                        Answer("again", "Review again", "r"),
                        Answer("over", "Overwrite", "o"),
                        _CANCEL,
                    ),
                )
            )
            if answer == "again":
                await app.review_again()
            if answer != "over":
                return None
            overwrite_changed = True
        except ReadOnly as error:
            question = Question("Read-only", error.message, (Answer("over", "Write", "w"), _CANCEL))
            if await app.push_screen_wait(question) != "over":
                return None
            overwrite_read_only = True
        except AutocoderError as error:
            app.tell(error.message, severity="error", timeout=12)
            return None
        else:
            written = [file for file in review.files if file.writes]
            return "✓ written: " + ", ".join(
                f"{visible(file.path)} ({file.accepted_lines})" for file in written
            )


async def _sure(app: AutocoderApp, review: Review) -> bool:
    """Ask where accepted hunks are suspicious or others were not looked at."""
    reasons = []
    if review.counts.undecided:
        count = review.counts.undecided
        reasons.append(f"{count} hunk{'s are' if count > 1 else ' is'} undecided: not written.")
    acknowledged = app.main.query_one(ReviewPane).acknowledged
    fresh = acknowledged.fresh(await concerns_of(review))
    if fresh:
        reasons.append(listed(fresh))
    if not reasons:
        return True
    question = Question(
        "Write the accepted hunks?",
        "\n".join(reasons),
        (Answer("write", "Write", "w"), _CANCEL),
        start=1 if fresh else 0,
    )
    if await app.push_screen_wait(question) != "write":
        return False
    acknowledged.add(fresh)
    return True
