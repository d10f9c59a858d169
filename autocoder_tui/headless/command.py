"""`autocoder-tui run`: one run without the screen, its report and its exit code."""

from __future__ import annotations

import argparse
import asyncio
import json

from autocoder_tui.check.folder import sweep
from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.diagnostics.debug_log import DebugLog
from autocoder_tui.engine.errors import RequestError
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.answer import usage_problem
from autocoder_tui.headless.answers import NOBODY_ANSWERS, someone_answers
from autocoder_tui.headless.console import say, saying
from autocoder_tui.headless.delivery import print_result
from autocoder_tui.headless.exit_codes import EXIT_FAILED, EXIT_OK
from autocoder_tui.headless.outcome import Outcome
from autocoder_tui.headless.recovery import recover_kept
from autocoder_tui.headless.run import HeadlessRun
from autocoder_tui.runs.interrupted_writes import recover_writes
from autocoder_tui.runs.setup import Setup
from autocoder_tui.store.history.history import History
from autocoder_tui.workspace.output_path import Refused


def run_headless(setup: Setup, parser: argparse.ArgumentParser) -> int:
    """Do the job of `autocoder-tui run`; returns the exit code."""
    refusal = usage_problem(setup)
    if refusal is not None:
        if setup.result.json and "json" not in setup.flags:
            report_refusal("usage", refusal)
        parser.error(refusal)
    if not (setup.task.requirements.strip() or setup.demo or setup.task.resume):
        wanted = "say what you want: -r TEXT, -r @FILE, or requirements in a control file"
        if setup.result.json and "json" not in setup.flags:
            report_refusal("usage", wanted)
        parser.error(wanted)
    unattended = not (setup.demo or setup.task.resume or setup.result.estimate_cost)
    if setup.task.mode == "clarify" and unattended and not someone_answers(setup):
        if setup.result.json and "json" not in setup.flags:
            report_refusal("usage", NOBODY_ANSWERS)
        parser.error(NOBODY_ANSWERS)
    with saying(setup) as log:
        return _run_headless(setup, log)


def _run_headless(setup: Setup, log: DebugLog) -> int:
    for problem in setup.problems:
        say(problem)
    outcome = Outcome()
    recover(setup)
    try:
        if setup.result.estimate_cost:
            estimate = asyncio.run(HeadlessRun(setup, outcome, log).estimate())
            print_result(estimate.encode("utf-8", "replace") + b"\n")
            return EXIT_OK
        job = HeadlessRun(setup, outcome, log)
        with job.ending:
            asyncio.run(job.go())
            return _reported(setup, outcome)
    except AutocoderError as error:
        # Whatever stood in the way before the run began: nothing was sent.
        refused = isinstance(error, Refused | RequestError) or not outcome.state.run_id
        outcome.status = "refused" if refused else "failed"
        outcome.error = {"kind": error.kind, "message": error.message}
        outcome.exit_code = outcome.exit_code or EXIT_FAILED
        say(error.message)
    except BrokenPipeError:
        raise
    except Exception as error:
        # What came is kept by now; where in the program this was is for a report of it.
        outcome.status, outcome.exit_code = "failed", EXIT_FAILED
        report = crash.write_report(setup.places.state, error, setup.environ)
        message = crash.sentence(error, report)
        outcome.error = {"kind": "internal", "message": message}
        say(message)
    return _reported(setup, outcome)


def _reported(setup: Setup, outcome: Outcome) -> int:
    if setup.result.json:
        print_result(json.dumps(outcome.report()).encode() + b"\n")
    return outcome.exit_code


def report_refusal(kind: str, message: str) -> None:
    """The report of --json for a run that could not even be set up."""
    outcome = Outcome(status="refused", error={"kind": kind, "message": message})
    print_result(json.dumps(outcome.report()).encode() + b"\n")


def report_batch_refusal(kind: str, message: str) -> None:
    """The one line of --json for a batch that could not be begun, or gone on with."""
    line = {"status": "refused", "error": {"kind": kind, "message": message}}
    print_result(json.dumps(line).encode() + b"\n")


def recover(setup: Setup) -> None:
    """Finish or take back what a kill cut short, and say so."""
    sweep()
    for message in recover_writes(setup.places.state, setup.root):
        say(message)
    for run_id in recover_kept(History(setup.places.state)).recovered:
        say(f"Run {run_id} was interrupted; go on with it: autocoder-tui run --resume {run_id}")
