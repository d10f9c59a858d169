"""Change the code in small ways and see whether a test fails: `python -m tests.mutants`.

mutmut (`pip install -e ".[dev,mutants]"`) writes the mutants of the folders that
`[tool.mutmut]` in pyproject.toml names, once, into `mutants/`; that takes minutes. Of these a
sample is tried, each against the tests that call its function, the quickest first. What came of
each is printed at once and kept in `mutants/`: after an interruption the same command goes on where
it stopped. `--survivors` tries those once more that no test noticed, after tests were written. At
the end the score of the whole sample is printed. What no test notices is shown as a difference,
those apart that `equal.txt` names with the reason why they change nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.mutant import NOT_TRIED, forget, names, outcomes, read_mutant

ROOT = Path(__file__).parents[2]
MUTANTS = ROOT / "mutants"
LOG = MUTANTS / "mutmut.log"
PASSED = MUTANTS / "passed"
"""Touched when all tests have passed without a mutant."""
UNNOTICED = ("survived", "no tests")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="these mutants instead of a sample")
    parser.add_argument("--sample", type=int, default=300, help="how many to try")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--only", default="", help="of modules whose name has this in it")
    parser.add_argument("--children", type=int, default=1, help="processes at once")
    parser.add_argument("--again", action="store_true", help="also those that were tried before")
    parser.add_argument("--survivors", action="store_true", help="also those that no test noticed")
    parser.add_argument("--report", action="store_true", help="try none, say what is known")
    options = parser.parse_args()
    os.chdir(ROOT)
    _write_mutants(options.children)
    chosen = options.names or _sample(options.sample, options.seed, options.only)
    known = outcomes(MUTANTS, chosen)
    anew = (*UNNOTICED, NOT_TRIED) if options.survivors else (NOT_TRIED,)
    every = options.again or options.names
    left = [name for name in chosen if every or known[name] in anew]
    if left and not options.report:
        forget(MUTANTS, left)
        _try(left, options.children)
    return _report(chosen)


def _try(left: Sequence[str], children: int) -> None:
    """Try these, and print what comes of each as soon as it is known."""
    print(f"{len(left)} to try; mutmut's own words are in {LOG}.", flush=True)
    run = ["run", "--max-children", str(children), *left]
    mutmut_main = _WITHOUT_CLEAN_RUN * _have_passed() + _MUTMUT
    printed: set[str] = set()
    begun = time.time()
    with LOG.open("wb") as log:
        mutmut = subprocess.Popen(
            [sys.executable, "-c", mutmut_main, *run], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            ended = False
            while not ended:
                ended = mutmut.poll() is not None
                if not PASSED.exists() or PASSED.stat().st_mtime < begun:
                    _note_passed()
                for name, outcome in outcomes(MUTANTS, left).items():
                    if outcome != NOT_TRIED and name not in printed:
                        printed.add(name)
                        print(f"{len(printed)}/{len(left)} {outcome}: {name}", flush=True)
                time.sleep(0 if ended else 1)
        finally:
            mutmut.terminate()
            mutmut.wait()
    if mutmut.returncode != 0:
        print(LOG.read_text(encoding="utf-8", errors="replace")[-4_000:])
        sys.exit("mutmut failed; its last words are above.")


_MUTMUT = "from mutmut.__main__ import cli; cli()"
_WITHOUT_CLEAN_RUN = (
    "from mutmut.workers.isolation import ForkRunner;"
    "ForkRunner.run_clean_tests = lambda *_, **__: 0;"
)
_FIRST_MUTANT = b"Running mutation testing"


def _note_passed() -> None:
    if _FIRST_MUTANT in LOG.read_bytes():
        PASSED.touch()


def _have_passed() -> bool:
    """Whether all tests passed before the first mutant of an earlier run, and nothing has changed
    since: to run them once more would only take time."""
    if not PASSED.exists():
        return False
    folders = (ROOT / "tests", ROOT / "autocoder_tui")
    changed = max(file.stat().st_mtime for one in folders for file in one.rglob("*.py"))
    return PASSED.stat().st_mtime > changed


def _write_mutants(children: int) -> None:
    """What `mutmut run` does first; by itself, so that there are names to draw from."""
    code = (
        "from mutmut.__main__ import *; set_mutant_under_test('mutant_generation');"
        "makedirs('mutants', exist_ok=True); copy_src_dir(); copy_also_copy_files();"
        f"setup_source_paths(); create_mutants({children})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def _sample(count: int, seed: int, only: str) -> list[str]:
    """The same ones for the same seed, but for those of functions that have changed since."""
    every = [name for name in names(MUTANTS) if only in name]
    every.sort(key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())
    worth = (name for name in every if read_mutant(MUTANTS, name) is not None)
    return list(itertools.islice(worth, count))


def _report(chosen: list[str]) -> int:
    tried = [one for name in chosen if (one := read_mutant(MUTANTS, name)) is not None]
    listed = _equal()
    unlisted = []
    counted: Counter[str] = Counter()
    for one in tried:
        alive = one.outcome in UNNOTICED
        is_equal = alive and one.fingerprint in listed
        counted["equal" if is_equal else one.outcome] += 1
        if alive and not is_equal:
            unlisted.append(one)
    for one in unlisted:
        print(f"\n{one.name}: {one.outcome}, {one.fingerprint}\n{one.difference()}")
    print(_figures(counted))
    return 1 if unlisted else 0


def _figures(counted: Counter[str]) -> str:
    noticed = counted["killed"] + counted["timeout"]
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counted.items()))
    known = counted.total() - counted[NOT_TRIED]
    if not known:
        return f"\nMutants: {outcomes or 'none'}."
    return (
        f"\n{counted.total()} mutants: {outcomes}. Of the {known} tried {noticed / known:.1%} were "
        f"noticed; {noticed / max(1, known - counted['equal']):.1%} of those that are not equal."
    )


def _equal() -> frozenset[str]:
    """The fingerprints in `equal.txt`: the first word of each line."""
    text = Path(__file__).with_name("equal.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return frozenset(line.split()[0] for line in lines)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on from here; --report prints the score so far.")
