"""The same job without the screen: progress on stderr, code or one JSON object on stdout."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from autocoder_tui.cli import EXIT_FAILED, EXIT_OK
from autocoder_tui.delivery import patch_bytes, print_result
from autocoder_tui.display import visible
from autocoder_tui.engine.cost import cap_problem
from autocoder_tui.engine.errors import RequestError
from autocoder_tui.engine.events import (
    Event,
    PartFinished,
    PartJoined,
    ReasoningDelta,
    RequestStarted,
    RunCancelled,
    RunFailed,
    RunFinished,
    TextDelta,
)
from autocoder_tui.engine.reply import ReplyFile, render_files
from autocoder_tui.engine.run import run
from autocoder_tui.engine.state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.fallback import UNAVAILABLE, candidates, limits_after
from autocoder_tui.job import Job, Prepared, Reviewable, for_target, make_review, prepare
from autocoder_tui.keeping import KEPT
from autocoder_tui.ledger import book_run
from autocoder_tui.narrate import narrate
from autocoder_tui.outcome import Outcome
from autocoder_tui.progress import Progress
from autocoder_tui.pump import pump
from autocoder_tui.review.proposal import Review, Verdict
from autocoder_tui.run_keeping import RunKeeping
from autocoder_tui.setup import ChosenModel, Setup, choose_model
from autocoder_tui.store.capabilities import CapabilityStore
from autocoder_tui.store.keys import missing_key_message
from autocoder_tui.weighing import weigh
from autocoder_tui.workspace.apply import Change, HardLinks, apply_changes
from autocoder_tui.workspace.applylog import ApplyLog
from autocoder_tui.workspace.commit import proposed_message
from autocoder_tui.workspace.errors import HardLinked, NotRecorded
from autocoder_tui.workspace.listing import expand_inputs
from autocoder_tui.workspace.paths import relative_name, resolve_target
from autocoder_tui.workspace.recovery import recover
from autocoder_tui.workspace.textfile import read_text_file


class Refused(AutocoderError):
    """Something in the way was found before or after the run; nothing was written."""

    kind = "refused"


def run_headless(setup: Setup, parser: argparse.ArgumentParser) -> int:
    """Do the job of `autocoder-tui run`; returns the exit code."""
    if not setup.requirements.strip() and not setup.demo:
        parser.error("say what you want: -r TEXT, -r @FILE, or requirements in a control file")
    for problem in setup.problems:
        _say(problem)
    outcome = Outcome()
    _recover(setup)
    try:
        if setup.estimate_cost:
            print(asyncio.run(_Headless(setup, outcome).estimate()))
            return EXIT_OK
        asyncio.run(_Headless(setup, outcome).go())
    except AutocoderError as error:
        outcome.status = "refused" if isinstance(error, Refused | RequestError) else "failed"
        outcome.error = {"kind": error.kind, "message": error.message}
        _say(error.message)
    if setup.json:
        print_result(json.dumps(outcome.report()).encode() + b"\n")
    return outcome.exit_code


class _Headless:
    def __init__(self, setup: Setup, outcome: Outcome) -> None:
        self._setup = setup
        self._outcome = outcome
        self._progress = Progress(enabled=sys.stderr.isatty() and setup.debug_level > 0)
        self._keeping = RunKeeping(setup.state_dir, setup.settings.history)
        self._signal = 0

    async def go(self) -> None:
        async with AsyncExitStack() as stack:
            prepared, output = await self._prepare(stack)
            delivered = False
            try:
                prepared = await self._listen_to_any(prepared)
                if self._outcome.status == "done":
                    self._deliver(prepared, output)
                    delivered = True
            except asyncio.CancelledError:
                self._stopped()
                self._book(prepared)
            finally:
                await self._keep(delivered=delivered)

    async def estimate(self) -> str:
        """What the run would send and cost, as text or JSON. Needs no key, sends nothing."""
        async with AsyncExitStack() as stack:
            prepared, _ = await self._prepare(stack, key_needed=False)
            weighed = weigh(prepared.request)
        return json.dumps(weighed.report()) if self._setup.json else weighed.text()

    async def _prepare(
        self, stack: AsyncExitStack, *, key_needed: bool = True
    ) -> tuple[Prepared, Path | None]:
        setup = self._setup
        if setup.demo:
            return await self._prepare_demo(stack)
        target = None
        output = None
        if setup.output is not None:
            _check_output(setup.root / setup.output, force=setup.force)
            output = resolve_target(setup.root, setup.output, allow_absolute=True)
            target = relative_name(setup.root, output)
        chosen = choose_model(setup)
        for warning in chosen.warnings:
            _say(warning)
        if key_needed and not chosen.ready:
            raise Refused(missing_key_message(chosen.endpoint.provider))
        problem = cap_problem(chosen.model, setup.limits)
        if problem is not None:
            _say(problem)
        expansion = expand_inputs(setup.root, setup.inputs)
        for name, reason in expansion.refused:
            _say(f"{name}: {reason}")
        for warning in expansion.warnings:
            _say(warning)
        if expansion.failed:
            raise Refused("An input file can't be used, so nothing was sent.")
        job = Job(setup.root, expansion.files, target, setup.requirements)
        prepared = prepare(job, chosen, setup.limits, temperature=setup.temperature)
        return prepared, output

    async def _prepare_demo(self, stack: AsyncExitStack) -> tuple[Prepared, Path | None]:
        """The recorded task on a copy of the sample; -o is still a file where the user stands."""
        from autocoder_tui.demo.replies import NOTICE
        from autocoder_tui.demo.session import demo_model, demo_setup

        output = _output_here(self._setup)
        demo = demo_setup(replace(self._setup, output=None, inputs=()))
        _say(NOTICE)
        chosen = await stack.enter_async_context(demo_model(tokens_per_second=0))
        job = Job(demo.root, demo.inputs, demo.output, demo.requirements)
        return prepare(job, chosen, demo.limits, demo=True), output

    async def _listen_to_any(self, prepared: Prepared) -> Prepared:
        """Run; while the model is not available, go on with the next of the fallback models."""
        outcome, tried = self._outcome, {prepared.request.model.name}
        while True:
            await self._listen(prepared)
            self._book(prepared)
            error = outcome.state.error
            if error is None or error.kind not in UNAVAILABLE:
                return prepared
            following = self._next_model(tried)
            if following is None:
                return prepared
            text, usage = outcome.state.text, outcome.state.usage
            if usage is not None:
                outcome.earlier.append(usage)
            spent = sum((used.cost_usd or Decimal(0) for used in outcome.earlier), Decimal(0))
            await self._keeping.close(outcome.state, delivered=False)
            request = replace(
                prepared.request,
                model=following.model,
                endpoint=following.endpoint,
                calibration=following.calibration,
                partial=text,
                limits=limits_after(self._setup.limits, spent),
            )
            prepared = replace(prepared, request=request)
            outcome.model += 1
            outcome.state, outcome.error = RunState(), None

    def _next_model(self, tried: set[str]) -> ChosenModel | None:
        for candidate in candidates(self._setup, tried):
            if isinstance(candidate, str):
                _say(f"A fallback model can't be used: {candidate}")
                continue
            tried.add(candidate.model.name)
            _say(f"Going on with the fallback model {candidate.model.name}.")
            return candidate
        return None

    async def _listen(self, prepared: Prepared) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def stop(number: int) -> None:
            self._signal = number
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop, number)
        request = prepared.request
        place = (request.endpoint.provider.base_url, request.model.name)
        store = CapabilityStore(self._setup.state_dir)
        await self._keeping.begin(prepared, _say)
        try:
            events = run(request, capabilities=store.of(*place))
            await pump(events, self._heard_all, keep=self._keeping.keep)
        finally:
            if not prepared.demo:
                store.keep(*place)

    def _heard_all(self, events: Sequence[Event]) -> None:
        for event in events:
            self._heard(event)

    def _heard(self, event: Event) -> None:
        outcome = self._outcome
        outcome.state.apply(event, time.monotonic())
        match event:
            case RequestStarted():
                outcome.requests += 1
            case PartJoined():
                outcome.joins[outcome.model, event.part] = event.proof
            case PartFinished():
                outcome.parts.append((outcome.model, event))
            case RunFinished():
                outcome.status, outcome.exit_code = "done", EXIT_OK
            case RunFailed(error):
                refused = error.kind in ("input_too_large", "unknown_model")
                outcome.status = "refused" if refused else "failed"
                outcome.error = {"kind": error.kind, "message": error.message}
            case RunCancelled():
                outcome.status = "cancelled"
        if isinstance(event, TextDelta | ReasoningDelta) and self._setup.debug_level < 3:
            self._progress.show(outcome.state)
            return
        line = narrate(event, self._setup.debug_level)
        if line is not None:
            self._progress.clear()
            _say(line)

    def _stopped(self) -> None:
        if not self._outcome.state.ended:
            self._outcome.state.apply(RunCancelled(), time.monotonic())
        self._outcome.status = "cancelled"
        self._outcome.error = {"kind": "cancelled", "message": "The run was stopped."}
        self._outcome.exit_code = 128 + self._signal

    def _book(self, prepared: Prepared) -> None:
        try:
            book_run(self._setup.state_dir, prepared, self._outcome.state)
        except AutocoderError as error:
            _say(error.message)

    async def _keep(self, *, delivered: bool) -> None:
        """Put the run into history, and say how to get at what was not delivered."""
        state = self._outcome.state
        kept = await self._keeping.close(state, delivered=delivered)
        self._progress.clear()
        if delivered or not state.text:
            return
        if kept:
            _say(KEPT.format(run=state.run_id or "last"))
            return
        # Nowhere to keep it: whoever reads our output is the last to have it.
        self._outcome.text = state.text
        _say("The text so far can't be kept anywhere, so it is printed.")
        self._print(state.text.encode("utf-8", "surrogatepass"))

    def _deliver(self, prepared: Prepared, output: Path | None) -> None:
        """Write or print what was proposed, as it would be if every hunk were accepted."""
        proposed = for_target(self._outcome.state.files, prepared.request.target)
        reviewable = make_review(prepared, proposed)
        review = reviewable.review.all_verdict(Verdict.ACCEPTED)
        self._outcome.files = [
            {
                "path": file.path,
                "complete": file.complete,
                "added": file.lines.added,
                "removed": file.lines.removed,
            }
            for file in review.files
        ]
        for path, reason in reviewable.refused:
            _say(f"{path} is not offered: {reason}")
        for path, concerns in reviewable.warnings.items():
            for concern in concerns:
                self._outcome.warnings.append(f"{path}: {concern}")
                _say(f"warning: {path}: {concern}")
        try:
            self._check_complete(reviewable)
            if self._setup.patch:
                self._print(patch_bytes(reviewable))
            elif output is not None:
                self._write(prepared, reviewable, output)
            else:
                self._print(_as_text(review))
        except AutocoderError as error:
            self._outcome.status, self._outcome.exit_code = "refused", EXIT_FAILED
            raise error

    def _check_complete(self, reviewable: Reviewable) -> None:
        partial = [file.path for file in reviewable.review.files if not file.complete]
        if partial:
            raise Refused(f"{', '.join(partial)} did not arrive complete; nothing was written.")
        if not reviewable.review.files:
            raise Refused("The reply holds no file that may be written; nothing was written.")

    def _write(self, prepared: Prepared, reviewable: Reviewable, output: Path) -> None:
        target = prepared.request.target
        file = next((file for file in reviewable.review.files if file.path == target), None)
        if file is None:
            names = ", ".join(file.path for file in reviewable.review.files)
            raise Refused(f"The model wrote {names} and not {target}; nothing was written.")
        for other in reviewable.review.files:
            if other.path != target:
                _say(f"{other.path} was proposed too and is not written: only -o is.")
        if self._setup.demo:
            root, name = output.parent, output.name
            original = read_text_file(output) if output.exists() else None
        else:
            root, name, original = prepared.root, file.path, reviewable.originals[file.path]
        _apply(self._setup.state_dir, root, Change(name, file.after, original), prepared)
        _say(f"wrote {output} ({file.lines})")

    def _print(self, data: bytes) -> None:
        # With --json stdout belongs to the report.
        if not self._setup.json:
            print_result(data)


def _apply(state: Path, root: Path, change: Change, prepared: Prepared) -> None:
    """Write one file, so that the full-screen program can undo it."""
    log: ApplyLog | None = ApplyLog.of_project(state, root)
    title = proposed_message(prepared.request.requirements)
    hard_links: HardLinks = "ask"
    while True:
        try:
            apply_changes(root, [change], hard_links=hard_links, log=log, title=title)
            return
        except HardLinked:
            # Nobody can be asked: as a shell's `>` does, which breaks no link.
            hard_links = "in place"
            _say(f"{change.path} has other names (hard links); they see the change too.")
        except NotRecorded:
            log = None
            _say(f"{state} can't be written to, so this write can't be undone.")


def _recover(setup: Setup) -> None:
    """Finish or take back what a kill cut short, and say so."""
    for recovered in recover(ApplyLog.of_project(setup.state_dir, setup.root)):
        _say(recovered.message)


def _output_here(setup: Setup) -> Path | None:
    """-o of the demo, whose project is a copy somewhere else: a file where the user stands."""
    output = None if setup.output is None else Path(setup.output).absolute()
    _check_output(output, force=setup.force)
    return output


def _check_output(output: Path | None, *, force: bool) -> None:
    if output is None:
        return
    name = visible(str(output))
    if output.is_dir():
        raise Refused(f"{name} is a folder; -o names the file to write.")
    if output.exists() and not output.is_file():
        raise Refused(f"{name} is not a regular file; -o names the file to write.")
    if output.exists() and not force:
        raise Refused(f"{name} exists; add -f to replace it, or name another file with -o.")


def _as_text(review: Review) -> bytes:
    files = review.files
    if len(files) == 1:
        return files[0].after.encode("utf-8", "surrogateescape")
    framed = render_files([ReplyFile(file.path, file.after, True, "") for file in files])
    return framed.encode("utf-8", "surrogateescape")


def _say(line: str) -> None:
    print(visible(line), file=sys.stderr, flush=True)
