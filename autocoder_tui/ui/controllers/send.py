"""What comes between the key that runs and the first request: questions, and a last count."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.estimate import Weighed, counted, weigh
from autocoder_tui.runs.guidance import load_guidance
from autocoder_tui.runs.preparation import Prepared, prepare
from autocoder_tui.runs.setup import ChosenModel, as_known_now
from autocoder_tui.runs.window_probe import AskedWindow, ask_window, needs_asking
from autocoder_tui.ui.controllers.review import reviewed_before
from autocoder_tui.ui.controllers.review_so_far import is_of_run
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.screens.too_large import TooLarge
from autocoder_tui.ui.widgets.files.picker import FilePicker

_GUESSES_TOLD = 2
_PATIENCE = 5.0
"""Seconds that a proposal which is still compared with the files is waited for."""
_ANOTHER = "Another run took the place of this one meanwhile, so nothing was sent."
_ASKING = "The server has not said yet which model it has: run again when its name is at the top."
_STILL_COMPARED = "What the last run proposed is still being compared with the files."


async def send(app: Program) -> None:
    """Ask what has to be asked, then start the run the screen describes."""
    job, chosen = app.job(), app.chosen
    if app.runner.running:
        return
    if job.mode == "feedback":
        await app.feedback.send()
        return
    if not job.requirements.strip():
        empty = "the question is" if job.purpose == "query" else "the requirements are"
        app.tell(f"Say what you want first: {empty} empty.", severity="warning")
        app.main.show("requirements")
        return
    if app.setup.demo and job.purpose == "query":
        said = (
            "The demo plays recorded replies, which write files: "
            f"{app.key('mode.next')} goes to Generate."
        )
        app.tell(said, severity="warning")
        return
    if chosen is None and app.models.is_asking:
        app.tell(_ASKING, severity="warning")
        return
    if chosen is None:
        app.models.pick()
        return
    if not chosen.ready:
        app.models.first_steps()
        return
    if job.purpose != "query" and not await may_replace_review(app):
        return
    agreed = _standing(app)
    asked = None
    if needs_asking(chosen) and not app.setup.demo and _may_say_more(app.models.asked, chosen):
        asked = await ask_window(chosen)
    if asked is not None and asked.window.tokens is not None:
        if app.chosen is chosen:  # another may have been picked while the server was asked
            app.models.set(asked.chosen)
        chosen = asked.chosen
    wanted_job = await app.clarifying.settle(job, chosen) if job.mode == "clarify" else job
    if wanted_job is None:
        return
    await app.preprompts.tell_problems()
    setup = app.setup
    limits = app.spending.limits(setup.limits)

    def make() -> Prepared:
        wanted = setup.model
        made = prepare(
            wanted_job,
            as_known_now(setup, chosen),
            limits,
            temperature=wanted.temperature,
            edit_format=wanted.edit_format,
            demo=setup.demo,
            guidance=load_guidance(setup),
        )
        tokens = app.estimator.counts.known(made.request)
        return replace(made, request=replace(made.request, counted_tokens=tokens))

    try:
        prepared = await counted(await asyncio.to_thread(make), app.estimator.counts)
        weighed = await asyncio.to_thread(weigh, prepared.request)
    except AutocoderError:
        weighed = None  # told by the run itself, as any other failure
    if weighed is not None and weighed.problem is not None and weighed.weights:
        await _drop_files(app, weighed)
        return
    if asked is not None and weighed is not None and not await _may_be_cut(app, asked, weighed):
        return
    if weighed is not None:
        decision, files = await app.keys_asked_about.decide(app, weighed.request, can_leave=True)
        if decision == "leave":
            picker = app.main.query_one(FilePicker)
            picker.set_picks([path for path in picker.picks if path not in files])
            # The requirements may hold one too, and are looked at again.
            await send(app)
        if decision != "send":
            return
    if await app.spending.may_run(chosen.model, limits):
        if job.purpose != "query" and not await _still_may_replace(app, agreed):
            return
        if app.runner.running:
            app.tell(_ANOTHER, severity="warning")
            return
        if weighed is not None:
            app.main.show_next_run(weighed)
            if prepared.guesses:
                _tell_guesses(app, prepared.guesses)
        app.prompting.sent(job.requirements)
        app.estimator.sent(job, chosen)
        if job.mode == "clarify":
            app.clarifying.sent()
        app.runner.start(make)


async def may_replace_review(app: Program, *, undecided: bool = True) -> bool:
    """Ask before a new run takes the place of a proposal with hunks that are not written. One that
    is still compared with the files is waited for."""
    if not await app.runner.shown(_PATIENCE):
        return await _may_replace(app, _STILL_COMPARED)
    session = app.review_session
    if session is None or not session.unwritten:
        return True
    counts = session.review.counts
    if not counts.accepted and not undecided:
        return True
    decided = counts.accepted or counts.rejected or session.is_edited
    if session.is_cut_short and not decided:
        return True  # who stops a run and sends another has seen enough of it
    return await _may_replace(app, session.unwritten)


async def _may_replace(app: Program, why: str) -> bool:
    answers = (Answer("run", "Run", "r"), Answer("stay", "Back to the review", "b", harmless=True))
    text = f"{why} A new run replaces this review; {app.key('history.show')} opens it again."
    return await app.push_screen_wait(Question("Replace the review?", text, answers)) == "run"


def _standing(app: Program) -> object:
    """What the person has agreed to lose: equal as long as nobody decides anything else."""
    session = app.review_session
    return session, None if session is None else session.review


async def _still_may_replace(app: Program, agreed: object, *, undecided: bool = True) -> bool:
    """Whether what was `agreed` to still holds; else it is asked again."""
    return agreed == _standing(app) or await may_replace_review(app, undecided=undecided)


async def go_on_after_asking(app: Program) -> None:
    """Continue kept text, unless accepted hunks would be lost by it."""
    chosen, prepared = app.chosen, app.runner.prepared
    if chosen is None or prepared is None or not app.runner.resumable:
        return
    # The server may be another one than the files were sent to before.
    request = prepared.for_model(chosen).request
    decision, _ = await app.keys_asked_about.decide(app, request)
    if decision != "send":
        return
    # Questions leave the review alone; a round of feedback goes on with what was complained of, and
    # what was decided on the files of this reply stays decided.
    await app.runner.shown(_PATIENCE)
    session = app.review_session
    is_same = session is not None and is_of_run(session, prepared)
    goes_on = is_same or request.purpose == "query" or reviewed_before(app, prepared) is not None
    if not goes_on and not await may_replace_review(app, undecided=False):
        return
    agreed = _standing(app)
    if not await app.spending.may_run(chosen.model, prepared.request.limits):
        return
    if not goes_on and not await _still_may_replace(app, agreed, undecided=False):
        return
    if app.runner.prepared is prepared and app.runner.resumable:
        _go_on(app, chosen)
    else:
        app.tell(_ANOTHER, severity="warning")


def _tell_guesses(app: Program, guesses: list[str]) -> None:
    """Say which encodings were guessed, before the model reads what came of it."""
    more = len(guesses) - _GUESSES_TOLD
    told = guesses[:_GUESSES_TOLD] + (
        [f"The same holds for {more} more files."] if more > 0 else []
    )
    app.tell("\n".join(told), severity="warning")


def _may_say_more(asked: AskedWindow | None, chosen: ChosenModel) -> bool:
    """Whether a server is worth asking again: Ollama knows once the model is loaded."""
    return asked is None or asked.chosen.model != chosen.model or asked.window.cuts


async def _may_be_cut(app: Program, asked: AskedWindow, weighed: Weighed) -> bool:
    """Ask about a prompt that its server may cut; the window can be given for this session."""
    warning = asked.warning(weighed.estimate)
    if warning is None:
        return True
    answers = (
        Answer("back", "Back", "b", harmless=True),
        Answer("send", "Send it anyway", "s"),
        Answer("give", "Say how large it is", "g"),
    )
    answer = await app.push_screen_wait(
        Question("The server may cut this prompt", warning, answers)
    )
    if answer == "give":
        text = await app.dialog_drafts.ask("Context window", "Tokens, such as 32768:")
        digits = (text or "").strip().replace(",", "").replace("_", "")
        if digits.isdecimal() and 0 < len(digits) <= 9 and int(digits) > 0:
            chosen = asked.chosen
            model = replace(chosen.model, context_length=int(digits), source_of_context="you")
            app.models.set(replace(chosen, model=model))
            app.tell(
                f"{model.name} is taken to have a context window of {int(digits):,} "
                "tokens. Run again."
            )
        elif text is not None:
            app.tell("That is not a number of tokens, so nothing was sent.", severity="warning")
    return answer == "send"


async def _drop_files(app: Program, weighed: Weighed) -> None:
    """The input does not fit the context window: nothing is sent; files can be left out."""
    kept = await app.push_screen_wait(TooLarge(weighed))
    if kept is not None:
        app.main.query_one(FilePicker).set_picks(kept)


def _go_on(app: Program, chosen: ChosenModel) -> None:
    """Continue the kept text of a run that stopped or failed."""
    prepared, text = app.runner.prepared, app.runner.state.text
    if prepared is None or not app.runner.resumable:
        return
    limits = app.spending.limits(prepared.request.limits)
    job, ended = app.job(), app.runner.state.finish_reason
    going_on = prepared.going_on(chosen, text, ended=ended, target=job.target, limits=limits)
    app.estimator.sent(job, chosen)
    app.runner.start(lambda: going_on)
