"""One run of some steps in a bench, for the tests of single steps."""

from __future__ import annotations

from collections.abc import Mapping

from autocoder_tui.steps.progress import StepProgress
from autocoder_tui.steps.session import ProjectSession
from tests.steps.places import Bench


async def run_steps(made: Bench, *steps: str, picks: tuple[str, ...] = ()) -> ProjectSession:
    """Run them to their end, or to the first that fails; the session is closed then."""
    session = await made.begin(*steps, picks=picks)
    try:
        await session.run()
    finally:
        session.close()
    return session


def outputs(session: ProjectSession) -> Mapping[str, str]:
    return {step.name: step.output for step in session.progress.steps}


def last(session: ProjectSession) -> StepProgress:
    """The last step that did anything."""
    return [step for step in session.progress.steps if step.state != "waiting"][-1]
