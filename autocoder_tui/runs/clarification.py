"""The requests that ask before files are written, and the run that writes them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from autocoder_tui.engine.clarification import Clarification
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.estimate import Weighed, weigh
from autocoder_tui.runs.guidance import Guidance, load_guidance
from autocoder_tui.runs.preparation import Job, Prepared, prepare
from autocoder_tui.runs.setup import ChosenModel, Setup

QUESTION_TOKENS: Final = 4000
"""Asked for at most in one reply: a question is short, but some models think before they ask."""


def asking_job(job: Job, clarification: Clarification) -> Job:
    """The next question about what `job` is to do."""
    return replace(
        job,
        mode="clarify",
        purpose="clarify",
        target=None,
        requirements=clarification.requirements,
        turns=clarification.turns,
        thread=clarification.thread,
        parent=clarification.parent,
    )


def writing_job(job: Job, clarification: Clarification, requirements: str = "") -> Job:
    """What `job` is to do, with all that was settled; `requirements` are those as the person
    left them."""
    return replace(
        job,
        mode="clarify",
        purpose="generate",
        requirements=requirements or clarification.text(),
        thread=clarification.thread,
        parent=clarification.parent,
    )


def prepare_question(
    job: Job,
    clarification: Clarification,
    chosen: ChosenModel,
    limits: Limits,
    *,
    temperature: float | None = None,
    guidance: Guidance,
) -> Prepared:
    """The request for the next question. Blocking; raises WorkspaceError."""
    asking = asking_job(job, clarification)
    limits = question_limits(chosen, limits)
    made = prepare(asking, chosen, limits, temperature=temperature, guidance=guidance)
    return replace(made, thread=clarification.thread or made.request.run_id)


def question_limits(chosen: ChosenModel, limits: Limits) -> Limits:
    """`limits` for a reply that is one question, so that its cost has a bound."""
    if chosen.model.reasoning_effort is not None:
        return limits
    most = min(limits.max_output_tokens or QUESTION_TOKENS, QUESTION_TOKENS)
    return replace(limits, max_output_tokens=most)


def after_reply(clarification: Clarification, state: RunState) -> Clarification:
    """What came of a request that asked: the question, or that nothing is left to ask. A request
    that failed or was stopped leaves but its cost."""
    if state.status != "completed":
        return clarification.paid(state)
    return clarification.after_call(state)


def weigh_questions(
    writing: Weighed,
    setup: Setup,
    job: Job,
    chosen: ChosenModel,
    kept: Clarification | None = None,
) -> Weighed:
    """What `writing` may cost together with the questions before it: at the least the one request
    that finds nothing left to ask, at the most as many as are still allowed once what is `kept`
    has been asked. Blocking."""
    begun = kept is not None and kept.requirements.strip() == job.requirements.strip()
    made = kept if kept is not None and begun else Clarification(job.requirements)
    count = 0 if made.ended else max(0, setup.task.clarify_limit - len(made.rounds))
    if not count:
        return writing
    guidance = load_guidance(setup)
    asked = prepare_question(job, made, chosen, setup.limits, guidance=guidance)
    asking = weigh(replace(asked.request, calibration=writing.request.calibration)).estimate
    estimate = replace(
        writing.estimate,
        least_usd=_sum(writing.estimate.least_usd, asking.least_usd, 1),
        most_usd=_sum(writing.estimate.most_usd, asking.most_usd, count),
    )
    return replace(writing, estimate=estimate)


def _sum(one: Decimal | None, other: Decimal | None, times: int) -> Decimal | None:
    return None if one is None or other is None else one + other * times
