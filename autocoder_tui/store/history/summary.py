"""A run as a line of a list, and as a part of a conversation: what the columns of its row say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias, get_args

from autocoder_tui.engine.purpose import MODES, PURPOSES, Mode, Purpose
from autocoder_tui.engine.request import Turn
from autocoder_tui.store.history.kept_run import KeptRun, Status
from autocoder_tui.values import dataclass

OFFERED, AWAITED = 1, 2
"""Somebody is to be asked about a run: at the next start, or in the list of its batch."""

Row: TypeAlias = sqlite3.Row | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A line of the list of runs. `characters` of the reply; `files` it proposed; `offered`:
    nobody has yet seen to it since it was interrupted."""

    run_id: str
    name: str
    started: str
    ended: str
    project: str
    model: str
    provider: str
    target: str | None
    status: Status
    demo: bool
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal | None
    files: int
    characters: int
    offered: bool
    mode: Mode = "generate"
    purpose: Purpose = "generate"
    thread: str = ""
    parent: str = ""
    named: bool = False
    """Whether `name` is a note that somebody made; else it begins the requirements."""
    paths: tuple[str, ...] = ()
    """The first of the files it proposed; none also where they were not listed yet."""


@dataclass(frozen=True, slots=True)
class ThreadRun:
    """A run of a conversation, as far as it is shown there."""

    summary: RunSummary
    question: str
    answer: str
    earlier: tuple[Turn, ...] = ()
    """What was said before it elsewhere, and is in no run of the history."""


def summary_of(run: KeptRun) -> RunSummary:
    """The line of a run that is not in history yet."""
    sent = run.snapshot
    return RunSummary(
        run_id=run.run_id,
        name=run.name,
        started=run.started,
        ended=run.ended,
        project=sent.project,
        model=sent.model,
        provider=sent.provider,
        target=sent.target,
        status=run.status,
        demo=sent.demo,
        prompt_tokens=run.prompt_tokens,
        completion_tokens=run.completion_tokens,
        cost_usd=run.cost_usd,
        files=len(run.files),
        characters=len(run.reply),
        offered=False,
        mode=sent.mode,
        purpose=sent.purpose,
        thread=sent.thread,
        parent=sent.parent,
        paths=listed_paths(run),
    )


def listed_paths(run: KeptRun) -> tuple[str, ...]:
    """The names of proposed files that the line of a run has."""
    return tuple(file.path[:_LONGEST_PATH] for file in run.files[:_MOST_PATHS])


LISTED: Final = (
    "run_id",
    "name",
    "started",
    "ended",
    "project",
    "model",
    "provider",
    "target",
    "status",
    "demo",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "files",
    "characters",
    "offered",
    "named",
)
"""The columns of a row that its line in the list is made of."""
THREADED: Final = ("mode", "purpose", "thread", "parent")
"""More of them: databases of earlier versions have none of these."""
PATHS: Final = "paths"
"""The last of them, which came later still."""
_MOST_PATHS: Final = 8
_LONGEST_PATH: Final = 300


def summary_row(row: Row) -> RunSummary:
    """The line of the list that a row makes, whatever a damaged one holds."""
    status, target = row["status"], row["target"]
    mode, purpose = row["mode"], row["purpose"]
    return RunSummary(
        run_id=column_text(row["run_id"]),
        name=column_text(row["name"]),
        started=column_text(row["started"]),
        ended=column_text(row["ended"]),
        project=column_text(row["project"]),
        model=column_text(row["model"]),
        provider=column_text(row["provider"]),
        target=None if target is None else column_text(target),
        status=status if status in get_args(Status) else "interrupted",
        demo=bool(row["demo"]),
        prompt_tokens=_count(row["prompt_tokens"]),
        completion_tokens=_count(row["completion_tokens"]),
        cost_usd=_amount(row["cost_usd"]),
        files=_count(row["files"]),
        characters=_count(row["characters"]),
        offered=row["offered"] == OFFERED,
        mode=mode if mode in MODES else "generate",
        purpose=purpose if purpose in PURPOSES else "generate",
        thread=column_text(row["thread"]),
        parent=column_text(row["parent"]),
        named=bool(row["named"]),
        paths=_paths(row["paths"]),
    )


def column_text(value: object) -> str:
    """What a column says, "" for none; a damaged text with signs for what is lost."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def _paths(value: object) -> tuple[str, ...]:
    try:
        found = json.loads(value) if isinstance(value, str) and value else []
    except (ValueError, RecursionError):
        return ()
    names = found if isinstance(found, list) else []
    return tuple(name for name in names if isinstance(name, str))


def _count(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0


def _amount(value: object) -> Decimal | None:
    try:
        amount = None if value is None else Decimal(column_text(value))
    except InvalidOperation:
        return None
    if amount is None or not amount.is_finite() or abs(amount.adjusted()) > 20:
        return None
    return amount
