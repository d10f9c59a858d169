"""Usage as rows of text: for the screen and for `autocoder-tui usage`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.usage import (
    Grouping,
    UsageRecord,
    UsageTotal,
    read_usage,
    to_csv,
    total,
    totals,
)

HEADS: Mapping[Grouping, tuple[str, ...]] = {
    "run": ("time", "cost", "in", "cached", "out", "parts", "status", "model", "project"),
    "day": ("day", "runs", "cost", "in", "cached", "out", "reasoning"),
    "model": ("model", "runs", "cost", "in", "cached", "out", "reasoning"),
    "project": ("project", "runs", "cost", "in", "cached", "out", "reasoning"),
}
NUMBERS = frozenset(
    {"runs", "in", "cached", "out", "reasoning", "cost", "parts", "begin", "end", "tokens", "part"}
)
"""Columns that stand at the right."""


def usage_rows(records: Sequence[UsageRecord], by: Grouping) -> list[tuple[str, ...]]:
    """A row per run or group, the latest first; and, if there is any, one with the total."""
    if not records:
        return []
    whole = total(records)
    if by == "run":
        rows = [_run_row(record) for record in reversed(records)]
        return [*rows, ("total", *_figures(whole), "", f"{whole.runs:,} runs", "", "")]
    return [_total_row(group) for group in (*totals(records, by), whole)]


def _run_row(record: UsageRecord) -> tuple[str, ...]:
    about = "~" if record.estimated else ""
    return (
        record.local[:16].replace("T", " "),
        ("" if record.cost_usd is None else about) + format_usd(record.cost_usd),
        about + format_tokens(record.prompt_tokens),
        format_tokens(record.cached_tokens),
        about + format_tokens(record.completion_tokens),
        str(len(record.parts)),
        _STATUSES.get(record.status, visible(record.status)),
        visible(record.model),
        visible(Path(record.project).name),
    )


def _total_row(group: UsageTotal) -> tuple[str, ...]:
    reasoning = format_tokens(group.reasoning_tokens)
    return (visible(group.name), f"{group.runs:,}", *_figures(group), reasoning)


def _figures(group: UsageTotal) -> tuple[str, str, str, str]:
    return (
        _cost(group),
        format_tokens(group.prompt_tokens),
        format_tokens(group.cached_tokens),
        format_tokens(group.completion_tokens),
    )


def _cost(group: UsageTotal) -> str:
    if group.cost_usd is not None and group.unpriced:
        return f"≥ {format_usd(group.cost_usd)}"
    return format_usd(group.cost_usd)


_STATUSES = {"completed": "done", "error": "failed", "cancelled": "stopped"}


def extrapolation_rows(record: UsageRecord) -> list[str]:
    """Lines of a table of the parts of a run: from which character to which, tokens, cost, why
    it ended."""
    if not record.parts:
        return ["No part of this run came to its end."]
    head = ("part", "begin", "end", "tokens", "cost", "finish reason")
    rows = [
        (
            str(number),
            f"{part.begin:,}",
            f"{part.end:,}",
            format_tokens(part.tokens),
            format_usd(part.cost_usd),
            visible(part.finish_reason or "missing"),
        )
        for number, part in enumerate(record.parts, start=1)
    ]
    return _aligned([head, *rows], head)


def usage_report(state_dir: Path, by: Grouping, form: str) -> str:
    """What `autocoder-tui usage` prints: `form` is "text", "csv" or "json". Raises OSError."""
    records, broken = read_usage(state_dir)
    if form == "csv":
        return to_csv(records).rstrip("\n")
    if form == "json":
        return "\n".join(json.dumps(asdict(record), default=str) for record in records)
    if not records:
        return "No run has been booked yet."
    lines = _aligned([HEADS[by], *usage_rows(records, by)], HEADS[by])
    if broken:
        lines.append(f"{broken} damaged line{'s' * (broken != 1)} of the record left out.")
    return "\n".join(lines)


def _aligned(rows: Sequence[tuple[str, ...]], head: tuple[str, ...]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return [
        "  ".join(
            cell.rjust(width) if name in NUMBERS else cell.ljust(width)
            for cell, width, name in zip(row, widths, head, strict=True)
        ).rstrip()
        for row in rows
    ]
