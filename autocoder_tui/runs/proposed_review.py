"""What a kept run proposed, as a review to look at: with what was decided of it, as far as the
program knows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autocoder_tui.engine.steps import answer_of
from autocoder_tui.review.review import Review
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.restore import model_as_sent, prepared_of
from autocoder_tui.runs.review_record import proposals_of, review_as_left
from autocoder_tui.store.history.kept_run import KeptRun

_NOTHING: Final = Review(())


@dataclass(frozen=True, slots=True)
class ProposedReview:
    """`refused` pairs names that were not offered with the reason; `written` says in words what
    was written of it, "" for nothing. Untrusted."""

    review: Review = _NOTHING
    refused: tuple[tuple[str, str], ...] = ()
    written: str = ""

    @property
    def decided(self) -> str:
        """How many hunks have which verdict, in words; "" where it proposed none."""
        counts = self.review.counts
        found = zip(counts, ("accepted", "rejected", "undecided"), strict=True)
        return ", ".join(f"{count} {word}" for count, word in found if count)


def proposed_review(run: KeptRun) -> ProposedReview:
    """The review of `run` as it was left, or what it proposed with nothing decided. Blocking:
    diffs, and reads files that it changed unseen. Raises AutocoderError, or OSError."""
    if run.snapshot.purpose == "query":
        return ProposedReview()
    prepared = prepared_of(run, model_as_sent(run), root=Path(run.snapshot.project))
    kept = review_as_left(run, prepared)
    if kept is not None:
        return ProposedReview(*kept)
    proposed = proposals_of(run, prepared)
    if not proposed:
        return ProposedReview()
    made = make_review(prepared, proposed)
    return ProposedReview(made.review, made.refused)


def said_by(run: KeptRun) -> str:
    """The text of a run that is no file: an answer, or a reply as it came."""
    return answer_of(run.reply) if run.snapshot.purpose == "query" else run.reply
