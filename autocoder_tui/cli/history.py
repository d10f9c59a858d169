"""`autocoder-tui history`: listing, showing, exporting, naming and deleting runs."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autocoder_tui.config.dirs import state_dir
from autocoder_tui.engine.metering.money import format_usd
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.delivery import patch_bytes, print_result
from autocoder_tui.headless.exit_codes import EXIT_FAILED, EXIT_OK
from autocoder_tui.headless.recovery import recover_kept
from autocoder_tui.runs.export import (
    WORK,
    conversation_text,
    exported,
    facts,
    format_run_tokens,
    local_time,
    summary_data,
    write_export,
)
from autocoder_tui.runs.listed_run import files_in_words
from autocoder_tui.runs.proposed_review import proposed_review
from autocoder_tui.runs.restore import model_as_sent, reviewable_of
from autocoder_tui.runs.run_comparison import compared_runs, comparison_text, duration_in_words
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.history import LAST, History, RunSummary, UnknownRun, summary_of
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.history.schema import HistoryUnavailable
from autocoder_tui.store.journal.recovery import runs_in_journals

_COLUMNS = ("RUN", "STARTED", "MODE", "STATUS", "MODEL", "TOKENS", "COST", "FILES", "NAME")


def history_command(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Do what was asked; returns the exit code. Raises AutocoderError."""
    history = History(state_dir(environ))
    said = recover_kept(history, _say).messages
    try:
        return {
            "list": _list,
            "show": _show,
            "export": _export,
            "compare": _compare,
            "note": _note,
            "rename": _rename,
            "delete": _delete,
        }[options.command](history, options)
    except HistoryUnavailable as error:
        if not any(error.message in message for message in said):
            raise
        return EXIT_FAILED
    finally:
        for message in history.messages():
            _say(message)


def _list(history: History, options: argparse.Namespace) -> int:
    project = None if options.all else _place(options.project or ".")
    # Those that are under way, and those that could not be put into history.
    journalled = [
        run
        for run in reversed(_journalled(history.state))
        if project in (None, run.snapshot.project)
        and not options.search
        and not options.evaluated
        and (options.all_purposes or run.snapshot.purpose in WORK)
    ]
    try:
        wanted = () if options.all_purposes else WORK
        runs = history.list(
            project,
            options.search or "",
            options.n,
            # What a question in passing came to was evaluated, too.
            purposes=() if options.evaluated else wanted,
            evaluated=options.evaluated or "",
        )
    except HistoryUnavailable:
        if not journalled:
            raise
        runs = []  # it was said what stands in the way
    summaries = [summary_of(run) for run in journalled]
    known = {run.run_id for run in summaries}
    summaries += [run for run in runs if run.run_id not in known]
    summaries = summaries[: options.n]
    if options.json:
        lines = [json.dumps(summary_data(run)) for run in summaries]
        print_result("".join(f"{line}\n" for line in lines).encode())
        return EXIT_OK
    if summaries:
        print_result(_table([_row(run) for run in summaries]).encode("utf-8", "replace"))
        return EXIT_OK
    where = "" if project is None else " of this project; --all lists those of every project"
    found = " with these words" if options.search else ""
    found += " of which you said so" if options.evaluated else ""
    _say(f"There is no run{found} in history{where}.")
    return EXIT_OK


def _place(project: str) -> str:
    try:
        return os.path.realpath(project)
    except OSError as error:
        raise AutocoderError(
            "The folder you are in is gone. Change to one that exists, or list the runs of all "
            "projects with --all."
        ) from error


def _show(history: History, options: argparse.Namespace) -> int:
    run = find_run(history, options.run)
    if options.part == "patch":
        if not run.files:
            raise UnknownRun(f"Run {run.run_id} proposed no file; see its text with --reply.")
        reviewable = reviewable_of(run, model_as_sent(run))
        for path, reason in reviewable.refused:
            _say(f"{path} is left out: {reason}")
        print_result(patch_bytes(reviewable))
        return EXIT_OK
    text = {
        "reply": lambda: run.reply,
        "requirements": lambda: run.snapshot.requirements + "\n",
        "reasoning": lambda: run.reasoning,
        "json": lambda: json.dumps(run.to_data()) + "\n",
        "summary": lambda: _summary(run) + _said(history, run) + _evaluated(history, run),
    }[options.part]()
    print_result(text.encode("utf-8", "surrogatepass"))
    return EXIT_OK


def _export(history: History, options: argparse.Namespace) -> int:
    runs: Iterable[KeptRun]
    if options.runs:
        runs = [find_run(history, reference) for reference in options.runs]
    else:
        runs = history.each()
    if options.output_file is None:
        for run in runs:
            print_result(exported([run], options.format))
        return EXIT_OK
    file = Path(options.output_file)
    count = write_export(file, runs, options.format)
    _say(f"wrote {count} run{'s' * (count != 1)} to {file}")
    return EXIT_OK


def _rename(history: History, options: argparse.Namespace) -> int:
    run = history.get(options.run)
    history.rename(run.run_id, options.name)
    _say(f"Run {run.run_id} is called {options.name} now.")
    return EXIT_OK


def _note(history: History, options: argparse.Namespace) -> int:
    """Say the note of a run, or make it another."""
    run = history.get(options.run)
    if options.text is None:
        listed = history.line(run.run_id)
        if listed is None or not listed.named:
            _say(f"Run {run.run_id} has no note; it is listed by its requirements.")
            return EXIT_FAILED
        print_result(visible(f"{listed.name}\n", lines=True).encode("utf-8", "replace"))
        return EXIT_OK
    note = " ".join(options.text.split())
    history.rename(run.run_id, note)
    if note:
        _say(f"Run {run.run_id} is called {note} now.")
    else:
        _say(f"Run {run.run_id} is listed by its requirements again.")
    return EXIT_OK


def _compare(history: History, options: argparse.Namespace) -> int:
    first, second = find_run(history, options.first), find_run(history, options.second)
    if first.run_id == second.run_id:
        raise AutocoderError(f"Both are run {first.run_id}. Name two runs to compare.")
    found = compared_runs(first, second)
    if options.json:
        print_result(json.dumps(found.data()).encode() + b"\n")
        return EXIT_OK
    text = comparison_text(found, patches=not options.no_diff)
    print_result(text.encode("utf-8", "replace"))
    return EXIT_OK


def _delete(history: History, options: argparse.Namespace) -> int:
    if options.all == bool(options.runs):
        raise AutocoderError("Name the runs to delete, or give --all.")
    runs = [history.get(reference) for reference in options.runs]
    count = len(history.list()) if options.all else len({run.run_id for run in runs})
    if count == 0:
        _say("There is no run in history.")
        return EXIT_OK
    what = "the run" if count == 1 else f"{count} runs"
    if not options.yes and not _agreed(what, runs):
        _say("Nothing was deleted.")
        return EXIT_FAILED
    gone = history.delete_all() if options.all else history.delete([run.run_id for run in runs])
    _say(f"Deleted {gone} run{'s' * (gone != 1)}.")
    return EXIT_OK


def _agreed(what: str, runs: Sequence[KeptRun]) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise AutocoderError("Nobody can be asked here: add -y to delete without a question.")
    for run in runs:
        _say(f"{run.run_id}  {local_time(run.started)}  {run.name}")
    print(f"Delete {what} for good? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def find_run(history: History, reference: str) -> KeptRun:
    """The run called `reference`, also one that a living program is at. Raises UnknownRun, or
    HistoryUnavailable."""
    journalled = _journalled(history.state)
    if reference != LAST:
        found = [run for run in journalled if run.run_id.startswith(reference)]
        return found[0] if len(found) == 1 else history.get(reference)
    try:
        last = history.get(LAST)
    except (UnknownRun, HistoryUnavailable):
        if not journalled:
            raise
        return journalled[-1]
    return journalled[-1] if journalled and journalled[-1].position > last.position else last


def _journalled(state: Path) -> list[KeptRun]:
    """Runs that are not in history, or not with all of their text."""
    try:
        return runs_in_journals(state)
    except OSError:
        return []


def _summary(run: KeptRun) -> str:
    said = [("name", run.name), *facts(run), ("took", duration_in_words(run)), *_decided(run)]
    lines = [f"{label:<9} {visible(text)}" for label, text in said if text]
    if run.snapshot.purpose == "query":
        return "\n".join(lines) + "\n"
    lines += ["", visible(run.snapshot.requirements.rstrip("\n"), lines=True)]
    if run.notes.strip():
        lines += ["", visible(run.notes.strip("\n"), lines=True)]
    return "\n".join(lines) + "\n"


def _decided(run: KeptRun) -> list[tuple[str, str]]:
    """What was decided of the files it proposed, as far as that is known."""
    if run.review is None:
        return []
    try:
        proposed = proposed_review(run)
    except (AutocoderError, OSError):
        return []  # the project is gone, say: all else can be shown
    return [("decided", proposed.decided), ("written", proposed.written)]


def _said(history: History, run: KeptRun) -> str:
    """The conversation up to a run that is part of one, in Markdown; "" for others."""
    if run.snapshot.purpose != "query":
        return ""
    try:
        earlier = history.thread(run.snapshot.thread or run.run_id)
    except HistoryUnavailable:
        earlier = ()  # what was said is with the run itself, as far as it was sent
    return visible(conversation_text(earlier, run), lines=True)


def _evaluated(history: History, run: KeptRun) -> str:
    """What a person said of the run of a project that the run was part of; "" for nothing."""
    try:
        said = history.evaluation(run.run_id)
    except HistoryUnavailable:
        said = None
    return "" if said is None else "\n" + visible(said.text(), lines=True)


def _row(run: RunSummary) -> tuple[str, ...]:
    name = run.name + (" (demo)" if run.demo else "")
    started, tokens = local_time(run.started), format_run_tokens(run)
    mode = run.mode if run.purpose in WORK else f"{run.mode} ({run.purpose})"
    cost, files = format_usd(run.cost_usd), files_in_words(run)
    return run.run_id, started, mode, run.status, run.model, tokens, cost, files, name


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    shown = [_COLUMNS, *(tuple(visible(cell) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in shown) for column in range(len(_COLUMNS))]
    lines = []
    for row in shown:
        cells = [
            cell.rjust(width) if title in ("TOKENS", "COST") else cell.ljust(width)
            for cell, width, title in zip(row, widths, _COLUMNS, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def _say(line: str) -> None:
    print(f"autocoder-tui: {visible(line)}", file=sys.stderr, flush=True)
