"""Questions about the prompt before anything is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from autocoder_tui.engine.clarification import Clarification
from autocoder_tui.engine.purpose import CLARIFY_LIMIT
from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.step import takes

ENOUGH: Final = ("enough", "no more questions")
"""Answers that end the asking; what is open is taken for granted then."""


@takes(1, CLARIFY_LIMIT)
async def clarify(context: StepContext) -> str:
    """Ask you what the prompt leaves open, one question at a time.

    An empty answer takes what the model would take for granted; "enough" ends the questions. The
    output is the questions with what was settled.
    """
    made = Clarification(context.prompt)
    while not made.ended:
        reply = await context.ask(made.requirements, turns=made.turns, purpose="clarify")
        made = made.asked_by(reply)
        at = made.open_round
        if at is None:
            break
        asked = made.rounds[at]
        answer = await context.ask_person(asked.question, asked.suggestions, asked.taken)
        if answer.strip().casefold().rstrip(".!") in ENOUGH:
            made = made.stopped()
        elif answer.strip() == asked.taken:
            made = made.assumed(at)
        else:
            made = made.answered(at, answer)
        made = made.ended_by(CLARIFY_LIMIT)
    if not made.rounds:
        context.say("Nothing was left open.")
    return replace(made, requirements="").text().strip()
