"""How the review of a run stands, as it is written down, and the review made from it again.

A text the run itself is kept with (an input as it was sent, a file as it was proposed) is
left out and only named by its hash, so that a verdict costs a few bytes however large the
files are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.proposed_files import proposed_files
from autocoder_tui.engine.seam import Join
from autocoder_tui.review.review import Review
from autocoder_tui.review.serialization import NoReview, review_data, review_of
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reopen_review import Reopened, reopen
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.store.history.kept_run import KeptRun


def review_to_keep(session: ReviewSession) -> dict[str, Any]:
    """How `session` stands, as plain data."""
    reviewable = session.reviewable
    prepared = reviewable.prepared
    known = () if prepared is None else _known_texts(prepared, session.proposed)
    data = review_data(session.review)
    for file in data["files"]:
        for side in ("before", "after"):
            if file[side] is not None and file[side] in known:
                file[side] = {"sha256": _hash(file[side])}
    refused = [list(pair) for pair in reviewable.refused]
    return {**data, "refused": refused, "written": session.written}


def kept_review(
    run: KeptRun, prepared: Prepared
) -> tuple[Review, tuple[tuple[str, str], ...], str] | None:
    """The review `run` was kept with, what it refused, and what was written of it, in words.

    None where there is none, or none that can be read. Blocking: diffs.
    """
    data = run.review
    if data is None:
        return None
    texts = {_hash(text): text for text in _known_texts(prepared, proposals_of(run, prepared))}
    try:
        review = review_of({"files": [_whole(file, texts) for file in data["files"]]})
        refused = tuple((str(name), str(reason)) for name, reason in data.get("refused", ()))
    except (NoReview, KeyError, TypeError, ValueError):
        return None
    return review, refused, str(data.get("written", ""))


def proposals_of(run: KeptRun, prepared: Prepared) -> tuple[FileProposed, ...]:
    """What the run proposed; of one that did not come to its end, what its text holds so far."""
    if run.files or run.status == "finished":
        return run.files
    joins = [Join(join.offset, join.proof, progress=True) for join in run.joins]
    return tuple(proposed_files(prepared.request, run.reply, joins, finished=False))


def is_unfinished(run: KeptRun, prepared: Prepared) -> bool:
    """Whether something was proposed and not written. Blocking: diffs."""
    kept = kept_review(run, prepared)
    if kept is None:
        return bool(proposals_of(run, prepared))
    review, _, written = kept
    return not written and bool(review.counts.accepted or review.counts.undecided)


def reopen_run(root: Path, run: KeptRun, prepared: Prepared) -> Reopened:
    """The review of a kept run as it was left, or its proposal with nothing decided, against
    what is on disk now. Blocking: reads files and diffs.
    """
    kept = kept_review(run, prepared)
    if kept is not None:
        return reopen(root, kept[0], kept[1], prepared)
    reviewable = make_review(prepared, proposals_of(run, prepared))
    return reopen(root, reviewable.review, reviewable.refused, prepared)


def _known_texts(prepared: Prepared, proposed: Sequence[FileProposed]) -> list[str]:
    """The texts a run is kept with."""
    sent = [file.text for file in prepared.request.files]
    return sent + [file.after for file in proposed]


def _whole(data: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    file = dict(data)
    for side in ("before", "after"):
        if isinstance(file[side], dict):
            file[side] = texts[file[side]["sha256"]]
    return file


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
