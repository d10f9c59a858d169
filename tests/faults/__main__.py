"""Print the table of faults: `python -m tests.faults [--full] [AREA ...]`.

Runs every test that proves one of the promises and says which hold. Exit code 1 if any does
not, or names a test that does not exist.
"""

from __future__ import annotations

import argparse
import os
import sys

import pytest

from tests.faults.collecting import ROOT, Line, Outcomes, areas, files_named, summed_up

FULL = {"AUTOCODER_TUI_FUZZ": "full", "AUTOCODER_TUI_KILLS": "200"}
"""Read by the tests: 10,000 fuzzed streams, 100,000 replies to the parser, 10,000 strings to
display, 200 kills."""


def main() -> int:
    chosen = areas()
    options = _parser().parse_args()
    if unknown := [area for area in options.area if area not in chosen]:
        print(f"There is no area {', '.join(unknown)}; there are {', '.join(chosen)}.")
        return 2
    if options.area:
        chosen = {area: chosen[area] for area in options.area}
    if options.full:
        os.environ.update(FULL)
    os.chdir(ROOT)
    cases = [case for of_area in chosen.values() for case in of_area]
    outcomes = Outcomes(frozenset(name for case in cases for name in case.tests))
    flags = ["-q", "--no-header", "--tb=short", "--continue-on-collection-errors"]
    pytest.main([*flags, *files_named(cases)], plugins=[outcomes])
    lines = {
        area: [summed_up(case, outcomes.by_node) for case in of_area]
        for area, of_area in chosen.items()
    }
    _print(lines)
    every = [line for of_area in lines.values() for line in of_area]
    return 1 if any(line.result == "FAIL" for line in every) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("area", nargs="*", help="only these areas")
    parser.add_argument("--full", action="store_true", help="with the full numbers: long")
    return parser


def _print(lines: dict[str, list[Line]]) -> None:
    for area, of_area in lines.items():
        print(f"\n{area.capitalize()}")
        for line in of_area:
            print(f"  {line.result:7}  {line.tests:4} tests  {line.seconds:7.1f} s  {line.says}")
            for name in line.missing:
                print(f"           no such test: {name}")
    every = [line for of_area in lines.values() for line in of_area]
    results = [line.result for line in every]
    print(
        f"\n{len(every)} promises: {results.count('pass')} pass, {results.count('FAIL')} fail, "
        f"{results.count('skipped')} skipped; {sum(line.tests for line in every):,} tests, "
        f"{sum(line.seconds for line in every):.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
