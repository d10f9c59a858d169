"""Change the code in small ways and see whether a test fails: `python -m tests.mutants`.

mutmut (`pip install -e ".[dev,mutants]"`) writes the mutants of the folders that
`[tool.mutmut]` in pyproject.toml names, once, into `mutants/`; that takes minutes. Of these a
sample is tried, each against the tests that call its function, the quickest first. What no test
notices is printed as a difference, those apart that `equal.txt` names with the reason why they
change nothing.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import subprocess
import sys
from pathlib import Path

from tests.mutants.mutant import Mutant, names, read_mutant

ROOT = Path(__file__).parents[2]
MUTANTS = ROOT / "mutants"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="these mutants instead of a sample")
    parser.add_argument("--sample", type=int, default=300, help="how many to try")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--only", default="", help="of modules whose name has this in it")
    parser.add_argument("--children", type=int, default=1, help="processes at once")
    options = parser.parse_args()
    os.chdir(ROOT)
    _write_mutants(options.children)
    chosen = options.names or _sample(options.sample, options.seed, options.only)
    run = ["run", "--max-children", str(options.children), *chosen]
    subprocess.run([sys.executable, "-c", _MUTMUT, *run], check=False)
    return _report(chosen)


_MUTMUT = "from mutmut.__main__ import cli; cli()"


def _write_mutants(children: int) -> None:
    """What `mutmut run` does first; by itself, so that there are names to draw from."""
    code = (
        "from mutmut.__main__ import *; set_mutant_under_test('mutant_generation');"
        "makedirs('mutants', exist_ok=True); copy_src_dir(); copy_also_copy_files();"
        f"setup_source_paths(); create_mutants({children})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def _sample(count: int, seed: int, only: str) -> list[str]:
    """The same ones for the same seed, while the code stays the same."""
    every = [name for name in names(MUTANTS) if only in name]
    random.Random(seed).shuffle(every)
    worth = (name for name in every if read_mutant(MUTANTS, name) is not None)
    return list(itertools.islice(worth, count))


def _report(chosen: list[str]) -> int:
    tried = [one for name in chosen if (one := read_mutant(MUTANTS, name)) is not None]
    equal = _equal()
    alive = [one for one in tried if one.outcome in ("survived", "no tests")]
    unlisted = [one for one in alive if one.fingerprint not in equal]
    for one in unlisted:
        print(f"\n{one.name}: {one.outcome}, {one.fingerprint}\n{one.difference()}")
    print(_figures(tried, len(alive) - len(unlisted)))
    return 1 if unlisted else 0


def _figures(tried: list[Mutant], equal: int) -> str:
    by_outcome: dict[str, int] = {}
    for one in tried:
        by_outcome[one.outcome] = by_outcome.get(one.outcome, 0) + 1
    noticed = by_outcome.get("killed", 0) + by_outcome.get("timeout", 0)
    counted = ", ".join(f"{count} {outcome}" for outcome, count in sorted(by_outcome.items()))
    share = f"{noticed / len(tried):.1%}" if tried else "none"
    return f"\n{len(tried)} mutants: {counted}. Noticed: {share}; {equal} others change nothing."


def _equal() -> frozenset[str]:
    """The fingerprints in `equal.txt`: the first word of each line."""
    text = Path(__file__).with_name("equal.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return frozenset(line.split()[0] for line in lines)


if __name__ == "__main__":
    sys.exit(main())
