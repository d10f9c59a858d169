"""Runs of the past as Markdown and JSON Lines, and the words for them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.purpose import Purpose
from autocoder_tui.engine.steps import answer_of
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.conversation import conversation_of
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.history import RunSummary
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.history.summary import ThreadRun
from autocoder_tui.system.descriptors import open_descriptor

WORK: Final[tuple[Purpose, ...]] = ("generate", "query")
"""The runs that lists show unless all are asked for: the others are a step of another's."""
_TICKS = re.compile(r"`+")


def exported(runs: Iterable[KeptRun], form: str) -> bytes:
    """`runs` as "md", a section per run: what it was, what was asked for, the reply to the
    character; or as "jsonl", a line of ASCII per run with all that is kept of it."""
    if form == "jsonl":
        return "".join(json.dumps(run.to_data()) + "\n" for run in runs).encode()
    # Half a character has no place in a file of UTF-8.
    return "".join(_section(run) for run in runs).encode("utf-8", "backslashreplace")


def write_export(file: Path, runs: Iterable[KeptRun], form: str) -> int:
    """Write `runs` to the new `file`, one by one; returns how many. For the user alone: it
    holds what is in their files. Raises AutocoderError, and then leaves no file."""
    count, name = 0, visible(str(file))
    try:
        descriptor = open_descriptor(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                for run in runs:
                    opened.write(exported([run], form))
                    count += 1
        except BaseException:
            file.unlink(missing_ok=True)
            raise
    except FileExistsError:
        raise AutocoderError(f"{name} exists; name a new file.") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "the name can't be one").lower()
        raise AutocoderError(f"{name} can't be written: {reason}.") from error
    return count


def _section(run: KeptRun) -> str:
    lines = [f"## {visible(_one_line(run.name) or run.run_id)}", ""]
    lines += [f"- {label}: {visible(_one_line(text))}" for label, text in facts(run)]
    is_answer = run.snapshot.purpose == "query"
    asked, came = ("Question", "Answer") if is_answer else ("Requirements", "Reply")
    lines += ["", f"### {asked}", "", _fenced(run.snapshot.requirements)]
    if run.notes:
        lines += ["", "### Notes", "", _fenced(run.notes)]
    if run.reply:
        lines += ["", f"### {came}", "", _fenced(run.reply)]
    return "\n".join(lines) + "\n\n"


def conversation_text(runs: Sequence[ThreadRun], last: KeptRun) -> str:
    """Questions, quoted, and answers up to the run `last`, in Markdown. Untrusted text."""
    path = [
        (one.question, one.answer)
        for one in conversation_of(last.snapshot.thread, runs, last.run_id).path
        if one.run_id != last.run_id
    ]
    if last.run_id not in {run.summary.run_id for run in runs}:
        # The run is not in history yet: it was sent what came before.
        path = [(turn.question, turn.answer) for turn in last.snapshot.turns]
    path.append((last.snapshot.requirements, last.reply))
    parts = []
    for question, answer in path:
        quoted = "\n".join(f"> {line}".rstrip() for line in question.strip().split("\n"))
        parts += [quoted, answer_of(answer).strip("\n") or "(no answer)"]
    return "\n" + "\n\n".join(parts) + "\n"


def facts(run: KeptRun) -> list[tuple[str, str]]:
    """What there is to say of a run in a line each: label and text. Untrusted text."""
    snapshot = run.snapshot
    demo = " (demo: recorded replies, not a model)" if snapshot.demo else ""
    found = [
        ("run", run.run_id),
        ("started", local_time(run.started)),
        ("mode", snapshot.mode),
        ("status", run.status + ("" if run.error is None else f": {run.error.message}")),
        ("project", snapshot.project),
        ("step", snapshot.project_run),
        ("model", f"{snapshot.model} · {snapshot.provider}{demo}"),
        ("target", snapshot.target or ""),
        ("inputs", ", ".join(snapshot.picks)),
        ("proposed", ", ".join(_file(file) for file in run.files)),
        ("parts", ", ".join(_parts(run))),
        ("tokens", f"{run.prompt_tokens:,} in, {run.completion_tokens:,} out"),
        ("cost", "unknown" if run.cost_usd is None else f"${run.cost_usd:f}"),
        ("damage", f"{run.damaged} lines of its journal were lost" if run.damaged else ""),
    ]
    return [(label, text) for label, text in found if text]


def format_run_tokens(run: RunSummary | KeptRun) -> str:
    """What is known: nothing of a run that was killed before anybody counted."""
    return f"{run.prompt_tokens + run.completion_tokens:,}" if run.prompt_tokens else "unknown"


def _file(file: FileProposed) -> str:
    name = f"{file.renamed_from} → {file.path}" if file.renamed_from else file.path
    name += " (deleted)" if file.deletes else ""
    return name if file.complete else f"{name} (not complete)"


def _parts(run: KeptRun) -> list[str]:
    joins = {join.part: f", joined by {join.proof}" for join in run.joins}
    return [
        f"{number} {part.finish_reason or 'no finish reason'}{joins.get(number, '')}"
        for number, part in enumerate(run.parts, 1)
    ]


def summary_data(run: RunSummary) -> dict[str, Any]:
    """A line of the list as values for JSON."""
    return {
        "run": run.run_id,
        "name": run.name,
        "note": run.name if run.named else None,
        "started": run.started,
        "ended": run.ended,
        "status": run.status,
        "mode": run.mode,
        "purpose": run.purpose,
        "thread": run.thread or None,
        "parent": run.parent or None,
        "project": run.project,
        "model": run.model,
        "provider": run.provider,
        "target": run.target,
        "demo": run.demo,
        "files": run.files,
        "paths": list(run.paths),
        "characters": run.characters,
        "prompt_tokens": run.prompt_tokens,
        "completion_tokens": run.completion_tokens,
        "cost_usd": None if run.cost_usd is None else str(run.cost_usd),
    }


def local_time(moment: str) -> str:
    """A time of the store as people here read it."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return moment


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _fenced(text: str) -> str:
    """`text` in a fence that nothing in it can end."""
    longest = max((len(found) for found in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    newline = "" if text.endswith("\n") else "\n"
    return f"{fence}\n{text}{newline}{fence}"
