"""All figures of speed, measured in one run and written down for the README to quote.

    python -m tests.bench.report [--quick] [--only ROW ...] [--output FILE]

Each row is a bench of tests/bench beside something else that is measured in turns with it: medians
(or the percentile it names) of both, and the median of the ratios of the pairs. codex stands beside
the keys where it is on the PATH, or where AUTOCODER_BENCH_CODEX says (`tests/bench/codex.py`).
Without --only and --quick the page is written to autocoder_tui/docs/speed.md and quoted in the
README; it takes some eight minutes of a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.report import finding, reviewing, starting, streaming
from tests.bench.report.figure import Figure
from tests.bench.report.page import page, table
from tests.bench.report.pairs import machine_ms
from tests.bench.report.quote import quote
from tests.terminal.program import ROOT

PAGE = ROOT / "autocoder_tui" / "docs" / "speed.md"


@dataclass(frozen=True, slots=True)
class Row:
    """What --only names, the chapter it is in, how it is measured, and how in a hurry."""

    chapter: str
    measure: Callable[[int], list[Figure]]
    quickly: Callable[[int], list[Figure]] | None = None
    rounds: int = 3
    """How often, unless --rounds says otherwise: less often where a round takes long."""


ROWS = {
    "start": Row("Start", starting.first_paint),
    "paced": Row("Streaming", streaming.at_a_pace),
    "as-read": Row(
        "Streaming", streaming.as_read, lambda rounds: streaming.as_read(rounds, (10_000,)), 2
    ),
    "keys": Row("Streaming", streaming.keys, lambda rounds: streaming.keys(rounds, 30)),
    "idle": Row("Streaming", streaming.at_rest, rounds=2),
    "diff": Row("Reviewing", reviewing.compute),
    "review": Row("Reviewing", reviewing.shown),
    "finder": Row("Finding", finding.files, lambda rounds: finding.files(rounds, (30_000,)), 2),
    "history": Row("Finding", finding.runs, rounds=2),
    "tokens": Row("Counting", finding.tokens),
}


def measured(
    names: Sequence[str], rounds: int | None, *, quick: bool, tell: Callable[[str], None]
) -> dict[str, list[Figure]]:
    """The figures of the rows `names` by chapter; each row knows how many rounds, if not told."""
    chapters: dict[str, list[Figure]] = {}
    for name in names:
        row = ROWS[name]
        tell(f"{name}…")
        measure = row.quickly if quick and row.quickly else row.measure
        before = machine_ms()
        found = measure(rounds or row.rounds)
        loop_ms = (before + machine_ms()) / 2
        found = [replace(figure, loop_ms=loop_ms) for figure in found]
        chapters.setdefault(row.chapter, []).extend(found)
        for line in table(found)[2:]:
            tell(line)
    return chapters


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.report", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="once each, small sizes, no page")
    parser.add_argument("--only", nargs="+", choices=ROWS, metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--rounds", type=int, help="the same for every row")
    parser.add_argument("--output", type=Path, help="write the page there instead")
    options = parser.parse_args(arguments)
    os.chdir(ROOT)
    before = os.getloadavg()[0]
    names = options.only or tuple(ROWS)
    rounds = 1 if options.quick else options.rounds
    chapters = measured(
        names, rounds, quick=options.quick, tell=lambda line: print(line, file=sys.stderr)
    )
    loads = before, os.getloadavg()[0]
    written = page(chapters, made=datetime.now(UTC).date(), loads=loads)
    whole = not options.only and not options.quick
    target = options.output or (PAGE if whole else None)
    if target is None:
        print(written, end="")
    else:
        target.write_text(written, encoding="utf-8")
        if target == PAGE:
            quote(written)
        print(f"written to {target.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
