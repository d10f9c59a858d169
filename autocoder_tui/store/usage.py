"""What every run used and cost: one JSON line per run in the state folder.

Lines are only ever added, so that several programs can write at once. A line that cannot be
read (cut by a full disk, say) is left alone and counted. What is no regular file is never
waited for, and of a file that has grown beyond all measure only the end is read.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, TypeAlias

from autocoder_tui.engine.run_state import Extrapolation
from autocoder_tui.system.atomic_write import write_all
from autocoder_tui.system.descriptors import open_unblocked
from autocoder_tui.values import dataclass

_FILE = "usage.jsonl"
_MOST_BYTES = 64 * 1024 * 1024
_LONGEST_LINE = 256 * 1024

Grouping: TypeAlias = Literal["run", "day", "model", "project"]
GROUPINGS: tuple[Grouping, ...] = ("run", "day", "model", "project")

CSV_COLUMNS = (
    "time",
    "run_id",
    "project",
    "model",
    "provider",
    "status",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cost_usd",
    "estimated",
    "seconds",
    "requests",
    "retries",
    "parts",
    "finish_reasons",
)


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One run. `time` is its end as ISO 8601 in UTC; `cost_usd` is None where no price is known.

    `estimated`: at least a part of the tokens is our own count, not the provider's.
    """

    time: str
    run_id: str
    project: str
    model: str
    provider: str
    status: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    cost_usd: Decimal | None
    estimated: bool
    seconds: float
    requests: int
    retries: int
    parts: tuple[Extrapolation, ...] = ()

    @property
    def local(self) -> str:
        """`time` as the person's own clock showed it then, ISO 8601 to the second without a
        zone; by the zone that is set now, and its summer time as it was. As written where that
        is no time."""
        try:
            # The C library is asked anew: the zone may change while the program is open.
            time.tzset()
            then = datetime.fromisoformat(self.time)
            # What has no zone was written in UTC.
            moment = then if then.tzinfo is not None else then.replace(tzinfo=UTC)
            return moment.astimezone().replace(tzinfo=None).isoformat(timespec="seconds")
        except (ValueError, OverflowError, OSError):
            return self.time

    @property
    def day(self) -> str:
        """The day of its end in the person's own zone: "2026-11-21"."""
        return self.local[:10]


@dataclass(frozen=True, slots=True)
class UsageTotal:
    """Several runs together. `cost_usd` sums those with a known price, None if none has one;
    `unpriced` is how many have none though they used some."""

    name: str
    runs: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cost_usd: Decimal | None
    unpriced: int
    seconds: float


def append_usage(state: Path, record: UsageRecord) -> None:
    """Add one run. Raises OSError."""
    data = asdict(record)
    line = json.dumps(data, default=str, ensure_ascii=True)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = _opened(state / _FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        # One write, so that lines of two programs do not mix. A leading break ends a line
        # that was cut.
        write_all(descriptor, (_broken_end(descriptor) + line + "\n").encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _opened(file: Path, flags: int) -> int:
    """A descriptor of a regular file. Raises OSError."""
    descriptor = open_unblocked(file, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, f"{_FILE} is not a regular file")
    return descriptor


def _broken_end(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    return "\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else ""


def read_usage(state: Path) -> tuple[list[UsageRecord], int]:
    """All runs, oldest first, and how many lines could not be read. No file is no runs.

    Raises OSError for a file that is there and cannot be read.
    """
    try:
        descriptor = _opened(state / _FILE, os.O_RDONLY)
    except FileNotFoundError:
        return [], 0
    known, broken = [], 0
    for line in _lines(descriptor):
        record = _record(line.decode("utf-8", "replace"))
        if record is not None:
            known.append(record)
        else:
            broken += 1
    return known, broken


def _lines(descriptor: int) -> Iterator[bytes]:
    """The lines that are not blank; one that is too long comes cut, and so can't be read."""
    with os.fdopen(descriptor, "rb") as file:
        left_out = os.fstat(descriptor).st_size - _MOST_BYTES
        if left_out > 0:
            file.seek(left_out)
            file.readline(_LONGEST_LINE)
        while line := file.readline(_LONGEST_LINE):
            ended = line.endswith(b"\n")
            while not ended and (rest := file.readline(_LONGEST_LINE)):
                ended = rest.endswith(b"\n")
            if line.strip():
                yield line


def _record(line: str) -> UsageRecord | None:
    try:
        data = json.loads(line)
        plain: dict[str, Any] = {name: str(data[name]) for name in _TEXTS}
        plain |= {name: max(0, int(data[name])) for name in _COUNTS}
        return UsageRecord(
            **plain,
            cost_usd=_money(data["cost_usd"]),
            estimated=bool(data["estimated"]),
            seconds=float(data["seconds"]),
            parts=tuple(_part(part) for part in data.get("parts", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidOperation):
        return None


def _part(data: Mapping[str, Any]) -> Extrapolation:
    reason = data["finish_reason"]
    return Extrapolation(
        begin=int(data["begin"]),
        end=int(data["end"]),
        tokens=int(data["tokens"]),
        cost_usd=_money(data["cost_usd"]),
        finish_reason=None if reason is None else str(reason),
    )


def _money(value: object) -> Decimal | None:
    if value is None:
        return None
    amount = Decimal(str(value))
    if not amount.is_finite() or amount < 0:
        raise InvalidOperation
    return amount


_TEXTS = ("time", "run_id", "project", "model", "provider", "status")
_COUNTS = (
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "requests",
    "retries",
)

_NAMES: Mapping[Grouping, Callable[[UsageRecord], str]] = {
    "run": lambda record: record.run_id,
    "day": lambda record: record.day,
    "model": lambda record: record.model,
    "project": lambda record: record.project,
}


def totals(records: Iterable[UsageRecord], by: Grouping) -> list[UsageTotal]:
    """The runs of `records` together by run, day, model or project, the latest first."""
    groups: dict[str, list[UsageRecord]] = {}
    for record in records:
        name = _NAMES[by](record)
        group = groups.pop(name, [])  # and back in at the end: the latest used come last
        group.append(record)
        groups[name] = group
    if by == "day":  # also where the clock was set back, or another zone is set
        groups = dict(sorted(groups.items()))
    return [_total(name, group) for name, group in reversed(groups.items())]


def last_used(state: Path) -> dict[tuple[str, str], str]:
    """The day each model was last used, by provider and name. Nothing when it can't be read."""
    try:
        records, _ = read_usage(state)
    except OSError:
        return {}
    return {(record.provider, record.model): record.day for record in records}


def total(records: Iterable[UsageRecord]) -> UsageTotal:
    """All of `records` together."""
    return _total("total", list(records))


def _total(name: str, records: list[UsageRecord]) -> UsageTotal:
    priced = [record.cost_usd for record in records if record.cost_usd is not None]
    return UsageTotal(
        name=name,
        runs=len(records),
        prompt_tokens=sum(record.prompt_tokens for record in records),
        cached_tokens=sum(record.cached_tokens for record in records),
        completion_tokens=sum(record.completion_tokens for record in records),
        reasoning_tokens=sum(record.reasoning_tokens for record in records),
        cost_usd=sum(priced, Decimal(0)) if priced else None,
        unpriced=sum(
            record.cost_usd is None and record.prompt_tokens + record.completion_tokens > 0
            for record in records
        ),
        seconds=sum(record.seconds for record in records),
    )


def to_csv(records: Iterable[UsageRecord]) -> str:
    """One line per run under a line of names. An unknown cost reads "unknown"."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(CSV_COLUMNS)
    for record in records:
        values: dict[str, Any] = {name: getattr(record, name) for name in CSV_COLUMNS[:-2]}
        values["cost_usd"] = "unknown" if record.cost_usd is None else f"{record.cost_usd:f}"
        values["parts"] = len(record.parts)
        values["finish_reasons"] = " ".join(part.finish_reason or "none" for part in record.parts)
        rows.writerow([_plain(values[name]) for name in CSV_COLUMNS])
    return written.getvalue()


def _plain(value: Any) -> Any:
    """A name a spreadsheet would take for a formula is marked as text."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value
