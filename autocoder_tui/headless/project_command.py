"""`autocoder-tui project` and `rerun` without the screen."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import field
from decimal import Decimal
from pathlib import Path
from typing import Any

from autocoder_tui.demo.replies import NOTICE
from autocoder_tui.demo.session import demo_model
from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.diagnostics.debug_log import DebugLog
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.command import recover
from autocoder_tui.headless.console import say, saying
from autocoder_tui.headless.delivery import patch_bytes, print_result
from autocoder_tui.headless.exit_codes import EXIT_FAILED, EXIT_OK
from autocoder_tui.headless.project_face import HeadlessProjectFace
from autocoder_tui.headless.shutdown import HeadlessShutdown
from autocoder_tui.runs.preparation import Job, prepare_given
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.setup import ChosenModel, Setup, choose_model, load_setup, obstacle
from autocoder_tui.runs.sole_model import served_model
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.configuration import DEFAULT, load_configurations, named
from autocoder_tui.steps.gpt_engineer import project_root
from autocoder_tui.steps.opening import begin_session, resume_session
from autocoder_tui.steps.project import Project
from autocoder_tui.steps.project_demo import demo_steps, project_demo_setup
from autocoder_tui.steps.rerun import LoggedStep, read_log
from autocoder_tui.steps.session import FINISHED, ProjectSession
from autocoder_tui.steps.untouched import foreign_files
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.listing import expand_inputs
from autocoder_tui.workspace.output_path import Refused, is_folder

_GRACE = 5.0
"""Seconds to stop a request and write its step down."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asked for, besides the options of a run."""

    configuration: str | None = None
    resume: str | None = None
    run_scripts: bool = False
    again: str | None = None
    """The step of the resumed run that is done anew, and with it those after it."""
    rerun: Path | None = None


def project_setup(options: argparse.Namespace, environ: Mapping[str, str]) -> Setup:
    """The setup of a project's folder, of the files in it for one of GPT Engineer's. Raises
    AutocoderError."""
    folder = Path(options.directory or ".")
    if not options.demo and not is_folder(folder):
        shown = visible(str(folder))
        raise Refused(f"{shown} is not a folder. autocoder-tui new {shown} makes it.")
    if not options.demo:
        return load_setup(project_root(folder), options, environ)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        setup = load_setup(folder, options, environ)
        return project_demo_setup(setup, fresh=options.directory is None)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise Refused(f"The demo's folder can't be made: {reason}.") from error


def run_project(setup: Setup, wanted: Wanted) -> int:
    """Do the job; returns the exit code."""
    with saying(setup) as log:
        for problem in setup.problems:
            say(problem)
        recover(setup)
        job = _Job(setup, wanted, log)
        try:
            with job.ending:
                asyncio.run(job.go())
                return job.reported()
        except AutocoderError as error:
            job.failed(error.kind, error.message)
            say(error.message)
        except BrokenPipeError:
            raise
        except Exception as error:
            report = crash.write_report(setup.places.state, error, setup.environ)
            message = crash.sentence(error, report)
            job.failed("internal", message)
            say(message)
        return job.reported()


@dataclass
class _Job:
    setup: Setup
    wanted: Wanted
    log: DebugLog
    ending: HeadlessShutdown = field(default_factory=lambda: HeadlessShutdown(_GRACE))
    status: str = "failed"
    error: dict[str, str] | None = None
    exit_code: int = EXIT_FAILED
    patch: str = ""

    def __post_init__(self) -> None:
        setup = self.setup
        self._began = time.monotonic()
        self._session: ProjectSession | None = None
        self._face = HeadlessProjectFace(
            setup,
            self.log.trace,
            run_scripts=self.wanted.run_scripts,
            writes=setup.task.assume,
            to_patch=setup.result.patch,
        )

    async def go(self) -> None:
        self.ending.begin()
        try:
            async with AsyncExitStack() as stack:
                session = self._session = await self._opened(await self._model(stack))
                stack.callback(session.close)
                await session.run(pause=self.wanted.rerun is not None)
                self._ended(session)
        except asyncio.CancelledError:
            self.status = "cancelled"
            self.error = {"kind": "cancelled", "message": "The run was stopped."}
            self.exit_code = 128 + self.ending.signal
            if self._session is not None:
                say("What was done is kept: go on with --resume.")

    # ------------------------------------------------------------------ before it begins

    async def _model(self, stack: AsyncExitStack) -> ChosenModel:
        setup = self.setup
        if setup.demo:
            say(f"The demo is in {visible(str(setup.root))}. {NOTICE}")
            return await stack.enter_async_context(demo_model(tokens_per_second=0))
        chosen = choose_model(setup, await served_model(setup, say))
        for warning in chosen.warnings:
            say(warning)
        problem = obstacle(chosen, setup.limits)
        if problem is not None:
            raise Refused(problem)
        return chosen

    async def _opened(self, chosen: ChosenModel) -> ProjectSession:
        setup, wanted = self.setup, self.wanted
        project = Project(setup.root)
        await asyncio.to_thread(self._look, project)
        if wanted.rerun is not None:
            return await self._again(chosen, await asyncio.to_thread(read_log, wanted.rerun))
        if wanted.resume is not None:
            run = await asyncio.to_thread(project.run_called, wanted.resume)
            session = await resume_session(setup, self._face, lambda: chosen, run)
            self._face.pass_over(
                sum(one.kind == "answer" for record in session.records for one in record.effects)
            )
            if wanted.again is not None:
                await self._do_again(session, wanted.again)
            elif session.progress.ended:
                say(f"All steps of the run {session.run_name} are done. --from STEP does one anew.")
            return session
        return await self._begun(project, chosen)

    async def _do_again(self, session: ProjectSession, name: str) -> None:
        """Have the step of this name, or number, done anew."""
        names = [step.name for step in session.steps]
        numbers = {str(number): number - 1 for number in range(1, len(names) + 1)}
        index = numbers.get(name, names.index(name) if name in names else None)
        if index is None:
            session.close()
            raise Refused(
                f"The run has no step {visible(name)}; its steps are {', '.join(names)}. Name one "
                "of them, or its number."
            )
        await session.again_from(index)

    def _look(self, project: Project) -> None:
        """Say at the beginning what could be said at the end: that nothing will be written."""
        if not self.setup.task.assume or self.setup.result.patch:
            return
        if foreign := foreign_files(project):
            say(
                f"The project holds files of yours ({visible(', '.join(foreign[:5]))}), so nothing "
                "is written unasked: what comes waits for a review.",
                1,
            )

    async def _begun(self, project: Project, chosen: ChosenModel) -> ProjectSession:
        setup = self.setup
        found, problems = await asyncio.to_thread(
            load_configurations, setup.root, setup.places.config
        )
        for problem in problems:
            say(str(problem))
        name = self.wanted.configuration or (demo_steps() if setup.demo else DEFAULT)
        configuration = named(name, found)
        expansion = await asyncio.to_thread(expand_inputs, setup.root, setup.task.inputs)
        for path, reason in expansion.refused:
            say(f"{path}: {reason}")
        if expansion.failed:
            raise Refused("An input file can't be used, so nothing was sent.")
        if setup.task.requirements.strip():
            await asyncio.to_thread(project.write_prompt, setup.task.requirements)
        newest = await asyncio.to_thread(project.newest)
        session = await begin_session(
            setup, self._face, lambda: chosen, configuration, expansion.files
        )
        if newest is not None:
            say(f"This is a new run; go on with the one before by --resume {newest.name}.", 2)
        return session

    async def _again(self, chosen: ChosenModel, logged: LoggedStep) -> ProjectSession:
        session = await resume_session(self.setup, self._face, lambda: chosen, logged.run)
        try:
            index = logged.index_in(session.records)
            unfinished = next(
                (one for one in session.records[:index] if one.state not in FINISHED), None
            )
            if unfinished is not None:
                raise Refused(
                    f"The step {unfinished.name} before it is {unfinished.state}: go on with the "
                    "run first (autocoder-tui project --resume)."
                )
            await session.resend(index, logged.record)
        except BaseException:
            session.close()
            raise
        return session

    # ------------------------------------------------------------------ how it ended

    def _ended(self, session: ProjectSession) -> None:
        bad = next((one for one in session.progress.steps if one.state == "failed"), None)
        if bad is not None:
            said = bad.detail
            self.failed("step_failed", said)
            say(f"The step {bad.name} failed: {said}")
            say("What was done before it is kept: go on with --resume.")
            return
        self.status = "done"
        self.exit_code = EXIT_OK
        if self.setup.result.patch and self.wanted.rerun is None:
            self._print_patch(session)
        elif self._face.outcome.open and self.setup.task.assume:
            self.status, self.exit_code = "waiting", EXIT_FAILED
        stale = [one.name for one in session.progress.steps if one.state == "stale"]
        if stale:
            say(
                f"Done before this one changed: {', '.join(stale)}. Have them done again: "
                "autocoder-tui project --resume"
            )

    def _print_patch(self, session: ProjectSession) -> None:
        if not session.draft:
            return
        job = Job(self.setup.root, (), None, "The files of this project.")
        prepared = prepare_given(job, "", self.setup.limits)
        files = [
            FileProposed(path, None, text or "", True, deletes=text is None)
            for path, text in session.draft.items()
        ]
        reviewable = make_review(prepared, files)
        for path, reason in reviewable.refused:
            say(f"{path} is not offered: {reason}")
        data = patch_bytes(reviewable)
        if self.setup.result.json:
            self.patch = data.decode("utf-8", "replace")
        else:
            print_result(data)

    def failed(self, kind: str, message: str) -> None:
        refused = self._session is None
        self.status = "refused" if refused else "failed"
        self.error = {"kind": kind, "message": redacted(message)}
        self.exit_code = EXIT_FAILED

    def reported(self) -> int:
        if self.setup.result.json:
            print_result(json.dumps(self._report()).encode() + b"\n")
        return self.exit_code

    def _report(self) -> dict[str, Any]:
        told, session = self._face.outcome, self._session
        steps = () if session is None else session.progress.steps
        spent = None if session is None else session.progress.spent_usd
        return {
            "status": self.status,
            "error": self.error,
            "run": None if session is None else session.run_name,
            "configuration": None if session is None else session.progress.configuration,
            "steps": [
                {
                    "name": one.name,
                    "state": one.state,
                    "detail": one.detail,
                    "requests": one.requests,
                    "prompt_tokens": one.tokens[0],
                    "completion_tokens": one.tokens[1],
                    "cost_usd": _number(one.cost_usd),
                    "seconds": round(one.seconds, 3),
                    "files": [*one.files],
                    "output": one.output,
                    "runs": [*one.run_ids],
                }
                for one in steps
            ],
            "written": [*dict.fromkeys(told.written)],
            "waiting": told.open,
            "warnings": told.warnings,
            "prompt_tokens": sum(one.tokens[0] for one in steps),
            "completion_tokens": sum(one.tokens[1] for one in steps),
            "cost_usd": _number(spent),
            "seconds": round(time.monotonic() - self._began, 3),
            **({"patch": self.patch} if self.patch else {}),
        }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
