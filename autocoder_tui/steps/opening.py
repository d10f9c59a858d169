"""A project opened: its folder, the run to go on with or a new one, its steps ready to run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.runs.guidance import load_guidance
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.configuration import Configuration
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.face import ProjectFace
from autocoder_tui.steps.gpt_engineer import with_preprompts_there
from autocoder_tui.steps.own_folder import sweep_unfinished
from autocoder_tui.steps.project import Project
from autocoder_tui.steps.record import REQUESTS, Effect, StepRecord, WrittenFile
from autocoder_tui.steps.registry import find_steps
from autocoder_tui.steps.run_folder import RunFolder, RunHead
from autocoder_tui.steps.session import FINISHED, ProjectSession
from autocoder_tui.steps.token_usage import TokenUsage
from autocoder_tui.steps.workplace import Workplace
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import now
from autocoder_tui.store.journal.recovery import recover_runs


async def begin_session(
    setup: Setup,
    face: ProjectFace,
    model: Callable[[], ChosenModel],
    configuration: Configuration,
    picks: Sequence[str] = (),
) -> ProjectSession:
    """Begin a run of the project at `setup.root`, with the prompt that stands there.

    Raises ProjectUnusable, and StepFailed for a step of the project that can't be run.
    """
    project = Project(setup.root)
    prompt = await asyncio.to_thread(project.prompt)
    if not prompt.strip():
        raise ProjectUnusable(
            f"Nobody has said yet what is wanted: write it into {visible(str(project.folder))}"
            "/prompt, or give it with -r."
        )
    found = await find_steps(project.root, setup.places.state, configuration.steps, face.consents)
    with ExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, project.locked())
        run = await asyncio.to_thread(project.begin_run)
        head = RunHead(
            configuration.name,
            tuple(step.name for step in found),
            now(),
            prompt,
            tuple(picks),
            model().model.name,
        )
        await asyncio.to_thread(run.write_head, head)
        records = [
            StepRecord(number, step.name, step.origin) for number, step in enumerate(found, 1)
        ]
        place = await _workplace(setup, project, run, head, face, model)
        session = ProjectSession(place, found, records, prompt, stack.pop_all())
    await session.weigh_left()
    return session


async def resume_session(
    setup: Setup,
    face: ProjectFace,
    model: Callable[[], ChosenModel],
    run: RunFolder | None = None,
) -> ProjectSession:
    """Go on with a run of the project, the newest where none is given. What was being done when
    the program was killed is stopped, and done to its end by `ProjectSession.run`.

    Raises ProjectUnusable, and StepFailed as `begin_session` does.
    """
    project = Project(setup.root)
    run = run or await asyncio.to_thread(project.newest)
    if run is None:
        raise ProjectUnusable(
            f"There is no run of {visible(str(project.root))} to go on with. Begin one without "
            "--resume."
        )
    head = await asyncio.to_thread(run.head)
    found = await find_steps(project.root, setup.places.state, head.steps, face.consents)
    prompt = await asyncio.to_thread(project.prompt) or head.prompt
    with ExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, project.locked())
        await asyncio.to_thread(sweep_unfinished, run.folder)
        head = await asyncio.to_thread(run.head)
        records, said = await asyncio.to_thread(run.records, head)
        place = await _workplace(setup, project, run, head, face, model)
        for message in said:
            face.told(message)
        # What a kill left in journals is where the requests of this run are gone on with.
        await asyncio.to_thread(recover_runs, place.history)
        for index, record in enumerate(records):
            state = "stopped" if record.state == "running" else record.state
            whole = await asyncio.to_thread(_whole, place, record)
            records[index] = replace(whole, state=state)
        session = ProjectSession(place, found, records, prompt, stack.pop_all())
    await session.weigh_left()
    return session


async def _workplace(
    setup: Setup,
    project: Project,
    run: RunFolder,
    head: RunHead,
    face: ProjectFace,
    model: Callable[[], ChosenModel],
) -> Workplace:
    guidance = await asyncio.to_thread(load_guidance, setup)
    guidance = await asyncio.to_thread(
        with_preprompts_there, guidance, project.root, setup.places.config
    )
    for problem in guidance.problems:
        face.told(problem)
    return Workplace(
        project,
        run,
        head,
        setup,
        face,
        model,
        partial(crash.report_of_run, state=setup.places.state, environ=setup.environ),
        History(setup.places.state),
        TokenUsage(project.root, project.usage_file),
        guidance,
        setup.limits,
    )


def _whole(place: Workplace, record: StepRecord) -> StepRecord:
    """The record with what was taken out of its log for a key that stood there, from the history.
    Blocking."""
    if not any(effect.redacted for effect in record.effects):
        return record
    effects = tuple(_restored(place, record, effect) for effect in record.effects)
    return replace(record, effects=effects)


def _restored(place: Workplace, record: StepRecord, effect: Effect) -> Effect:
    if not effect.redacted or not effect.done:
        return effect
    if effect.kind not in REQUESTS:
        # An answer of the person's stands nowhere else.
        return replace(effect, done=record.state in FINISHED)
    kept = place.kept(effect.run_id)
    if kept is None or kept.status != "finished":
        goes_on = record.state not in FINISHED
        then = "it is asked anew" if goes_on else "what it generated holds [redacted] there"
        place.face.told(
            f"A key was taken out of the log of {record.name}, and the history has its reply no "
            f"more: {then}."
        )
        return replace(effect, done=not goes_on)
    texts = {file.path: file.after for file in kept.files}
    files = tuple(
        WrittenFile(file.path, texts.get(file.path, file.text) if file.text is not None else None)
        for file in effect.files
    )
    return replace(effect, reply=kept.reply, notes=kept.notes, files=files, redacted=False)
