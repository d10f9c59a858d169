"""The rounds of feedback on a proposal, found again in history."""

from __future__ import annotations

from decimal import Decimal

from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.review import Review
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.restore import model_as_sent, prepared_of
from autocoder_tui.runs.review_record import proposals_of, review_as_left
from autocoder_tui.store.feedback import FeedbackRound
from autocoder_tui.store.history.history import History, RunSummary, UnknownRun
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Round:
    """One proposal: round 0 is the first. `said` is what was complained of before it, and
    `instruction` what was sent for that. `cost_usd` is that of the run, `asked_usd` what it took to
    make the instruction; None where no price is known. `tokens` are those of both."""

    number: int
    run: RunSummary
    said: str
    instruction: str
    cost_usd: Decimal | None
    asked_usd: Decimal | None
    tokens: int


def proposal_before(history: History, prepared: Prepared) -> Review | None:
    """The proposal that `prepared` is to better, as it was decided on; None where there is none,
    or history does not have it any more. Blocking: reads history and diffs."""
    if prepared.feedback is None or not prepared.parent:
        return None
    try:
        run = history.get(prepared.parent)
        before = prepared_of(run, model_as_sent(run), root=prepared.root)
        kept = review_as_left(run, before)
        if kept is not None:
            return kept[0]
        return make_review(before, proposals_of(run, before)).review
    except AutocoderError:
        return None


def rounds_of(history: History, thread: str) -> tuple[Round, ...]:
    """The proposals of a thread, oldest first, each with its cost. Blocking. Raises
    HistoryUnavailable."""
    runs = [run.summary for run in history.thread(thread)]
    asides: dict[str, list[RunSummary]] = {}
    for run in runs:
        if run.purpose == "feedback":
            asides.setdefault(run.parent, []).append(run)
    found: list[Round] = []
    for run in (each for each in runs if each.purpose == "generate"):
        # An instruction that was made twice was paid for twice.
        before = asides.pop(run.parent, [])
        last = _last_round(history, run.run_id)
        tokens = sum(each.prompt_tokens + each.completion_tokens for each in (run, *before))
        said, instruction = ("", "") if last is None else (last.complaint, last.instruction)
        asked = _sum([each.cost_usd for each in before])
        found.append(Round(len(found), run, said, instruction, run.cost_usd, asked, tokens))
    return tuple(found)


def _last_round(history: History, run_id: str) -> FeedbackRound | None:
    try:
        feedback = history.get(run_id).snapshot.feedback
    except UnknownRun:
        return None
    return None if feedback is None or not feedback.rounds else feedback.rounds[-1]


def _sum(costs: list[Decimal | None]) -> Decimal | None:
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) else None
