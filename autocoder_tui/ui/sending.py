"""What comes between the key that runs and the first request: questions, and a last count."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from autocoder_tui.engine.cost import cap_problem
from autocoder_tui.errors import AutocoderError
from autocoder_tui.job import Prepared, prepare
from autocoder_tui.ui.screens.question import Answer, Question
from autocoder_tui.ui.screens.too_large import TooLarge
from autocoder_tui.ui.widgets.file_picker import FilePicker
from autocoder_tui.ui.widgets.review_pane import ReviewPane
from autocoder_tui.weighing import Weighed, weigh

if TYPE_CHECKING:
    from autocoder_tui.ui.app import AutocoderApp


async def send(app: AutocoderApp) -> None:
    """Ask what has to be asked, then start the run the screen describes."""
    job, chosen = app.job(), app.chosen
    if app.runner.running:
        return
    if not job.requirements.strip():
        app.tell("Say what you want first: the requirements are empty.", severity="warning")
        app.main.show("requirements")
        return
    if chosen is None:
        app.action_choose_model()
        return
    if not chosen.ready:
        app.models.first_steps()
        return
    if not await may_replace_review(app):
        return
    setup = app.setup
    limits = app.spending.limits(setup.limits)

    def make() -> Prepared:
        return prepare(job, chosen, limits, temperature=setup.temperature, demo=setup.demo)

    try:
        weighed = await asyncio.to_thread(lambda: weigh(make().request))
    except AutocoderError:
        weighed = None  # told by the run itself, as any other failure
    if weighed is not None and weighed.problem is not None and weighed.weights:
        await _drop_files(app, weighed)
        return
    problem = cap_problem(chosen.model, limits)
    if problem is not None:
        app.tell(problem, severity="warning")
    app.prompting.sent(job.requirements)
    app.runner.start(make)


async def may_replace_review(app: AutocoderApp, *, undecided: bool = True) -> bool:
    """Ask before a new run takes the place of a proposal with hunks that are not written."""
    pane = app.main.query_one(ReviewPane)
    accepted = pane.review is not None and pane.review.counts.accepted
    if not pane.unwritten or not (accepted or undecided):
        return True
    answers = (Answer("run", "Run anyway", "r"), Answer("stay", "Back to it", "b"))
    text = f"{pane.unwritten} It makes room, and stays in history (F6)."
    return await app.push_screen_wait(Question("Not written yet", text, answers)) == "run"


async def go_on_after_asking(app: AutocoderApp) -> None:
    """Continue kept text, unless accepted hunks would be lost by it."""
    if app.runner.resumable and await may_replace_review(app, undecided=False):
        go_on(app)


async def _drop_files(app: AutocoderApp, weighed: Weighed) -> None:
    """The input does not fit the context window: nothing is sent; files can be left out."""
    kept = await app.push_screen_wait(TooLarge(weighed))
    if kept is not None:
        app.main.query_one(FilePicker).set_picks(kept)


def go_on(app: AutocoderApp) -> None:
    """Continue the kept text of a run that stopped or failed."""
    prepared, text, chosen = app.runner.prepared, app.runner.state.text, app.chosen
    if prepared is None or chosen is None or not app.runner.resumable:
        return
    request = replace(
        prepared.request,
        partial=text,
        model=chosen.model,
        endpoint=chosen.endpoint,
        calibration=chosen.calibration,
        limits=app.spending.limits(prepared.request.limits),
    )
    app.runner.start(lambda: replace(prepared, request=request))
