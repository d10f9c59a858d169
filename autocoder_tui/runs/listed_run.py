"""What tells a run apart in a list: when it was, what it is called, which files it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Final

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.summary import RunSummary

WHEN_CELLS: Final = 16
"""The most that `when_in_words` takes."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list: the newest run of a conversation or of rounds of feedback for all of
    them, and the others, the newest first."""

    run: RunSummary
    earlier: tuple[RunSummary, ...] = ()

    @property
    def runs(self) -> tuple[RunSummary, ...]:
        return (self.run, *self.earlier)


def each_alone(runs: Sequence[RunSummary]) -> list[Listed]:
    """A line for each run."""
    return [Listed(run) for run in runs]


def threads_once(runs: Sequence[RunSummary]) -> list[Listed]:
    """A line for each conversation and each run that belongs to none, `runs` in their order."""
    threads: dict[str, list[RunSummary]] = {}
    for run in runs:
        threads.setdefault(run.thread or run.run_id, []).append(run)
    return [Listed(found[0], tuple(found[1:])) for found in threads.values()]


def when_in_words(moment: str, now: datetime | None = None) -> str:
    """A time of the store as people here say it: "today 14:05", "yesterday 09:30", a date.
    Untrusted where it is no time."""
    try:
        then = datetime.fromisoformat(moment).astimezone()
    except (ValueError, OverflowError, OSError):
        return moment
    today = (now or datetime.now()).astimezone().date()
    days = {today: "today", today - timedelta(days=1): "yesterday"}
    return f"{days.get(then.date(), then.strftime('%Y-%m-%d'))} {then:%H:%M}"


def files_in_words(run: RunSummary, *, whole: bool = True) -> str:
    """The files it proposed, or was to write: the first by its path, or by its name alone, of the
    others how many. Safe to show."""
    names = run.paths or (() if run.target is None else (run.target,))
    if not names:
        return f"{run.files} file{'s' * (run.files != 1)}" if run.files else ""
    more = max(run.files, len(names)) - 1
    name = visible(names[0] if whole else PurePosixPath(names[0]).name or names[0])
    return f"{name} +{more}" if more > 0 else name
