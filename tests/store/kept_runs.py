"""Runs to keep, for the tests of journal and history."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from autocoder_tui.engine.events import (
    CostEstimate,
    Event,
    Failure,
    FileProposed,
    PartFinished,
    RequestStarted,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunStarted,
    TextDelta,
    UsageUpdated,
)
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.store.history.kept_run import KeptRun, kept_run
from autocoder_tui.store.snapshot import SentFile, Snapshot


def snapshot(run_id: str = "0123456789ab", **given: Any) -> Snapshot:
    values: dict[str, Any] = {
        "run_id": run_id,
        "journal_id": f"j-{run_id}",
        "started": "2026-03-01T10:00:00.000+00:00",
        "project": "/home/me/shop",
        "requirements": "Add a --json flag.\n\nWith tests.",
        "target": "src/report.py",
        "model": "test-model",
        "provider": "here",
        "base_url": "http://127.0.0.1:1/v1",
        "files": (SentFile("src/report.py", "import csv\n", newline="\r\n"),),
    }
    return Snapshot(**{**values, **given})


def events(text: str, *, end: str = "finished", cost: str | None = "0.25") -> list[Event]:
    usage = UsageUpdated(100, 20, 0, None if cost is None else Decimal(cost), False)
    ends: dict[str, list[Event]] = {
        "finished": [FileProposed("src/report.py", "a\n", "b\n", True), RunFinished("Done.")],
        "failed": [RunFailed(Failure("server_failed", "It broke."), True)],
        "cancelled": [RunCancelled()],
        "interrupted": [],
    }
    return [
        RunStarted("0123456789ab", "test-model", CostEstimate(1, 2, True, None, None)),
        RequestStarted(1),
        TextDelta(text),
        usage,
        PartFinished(1, "stop", 20, 100, usage.cost_usd),
        *ends[end],
    ]


def run(text: str = "reply", run_id: str = "0123456789ab", **given: Any) -> KeptRun:
    options = {name: given.pop(name) for name in ("end", "cost") if name in given}
    ended = given.pop("ended", None)
    state = RunState()
    for event in events(text, **options):
        state.apply(event, 0.0)
    return kept_run(snapshot(run_id, **given), state, ended=ended)
