"""The diff of a large file: computed, shown, scrolled."""

from __future__ import annotations

import random
import resource
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

from autocoder_tui.review import FileReview
from tests.bench import diff_bench
from tests.bench.report.figure import Figure, Goal, percentile
from tests.bench.report.pairs import in_turns
from tests.bench.review_bench import LINES, measured

_EDITS = {
    "three lines edited": diff_bench.few,
    "one in ten edited": diff_bench.scattered,
    "rewritten": diff_bench.rewritten,
    "of eight different lines, one in ten edited": diff_bench.repetitive,
}

_DIFFS = 5
"""Pairs of each round: a diff takes a moment only."""


def compute(rounds: int, lines: int = LINES) -> list[Figure]:
    """The diff itself, CPU, and how many lines it takes for changed beside what git takes."""
    found = []
    for name, edit in _EDITS.items():
        before, after = texts(edit is diff_bench.repetitive, name, lines)
        pairs = in_turns(
            rounds * _DIFFS, partial(of_program, before, after), partial(of_git, before, after)
        )
        (_, ours), (_, theirs) = pairs[-1]
        more = ours / max(1, theirs)
        worse = f"{more:.2f} times the lines that git takes for changed" if more > 1.02 else ""
        found.append(
            Figure.of_pairs(
                f"Diff of {lines:,} lines, {name}",
                "ms",
                [(one[0], other[0]) for one, other in pairs],
                "git diff --histogram, with its start",
                Goal("most", 15, ", as good as git's"),
                fails=worse,
            )
        )
    return found


def of_program(before: str, after: str) -> tuple[float, int]:
    """The milliseconds of CPU the program takes, and the lines it says are changed."""
    begun = time.process_time()
    review = FileReview.of("bench.py", before, after)
    took = (time.process_time() - begun) * 1000
    return took, sum(hunk.removed + hunk.added for hunk in review.hunks)


def texts(repetitive: bool, name: str, lines: int) -> tuple[str, str]:
    dice, old = random.Random(1), diff_bench.program(lines)
    base = diff_bench.repetitive(old, dice) if repetitive else old
    change = diff_bench.scattered if repetitive else _EDITS[name]
    before, after = ("\n".join(side) + "\n" for side in (base, change(base, dice)))
    return before, after


def of_git(before: str, after: str) -> tuple[float, int]:
    """The milliseconds of CPU git takes, and the lines it says are changed."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("a", before), ("b", after)):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        command = ["git", "diff", "--no-index", "--histogram", "--numstat", "a", "b"]
        before_it = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        after_it = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after_it.ru_utime - before_it.ru_utime, after_it.ru_stime - before_it.ru_stime
    added, removed = done.stdout.split()[:2]
    return (user + system) * 1000, int(added) + int(removed)


def shown(rounds: int, lines: int = LINES) -> list[Figure]:
    """From a key to the diff on the screen, and from a key to its next rows."""
    found = measured(lines, rounds)
    program, plain = found["program"], found["plain"]
    beside = "its new text in Textual's text area"
    rows = (
        ("first", f"A diff of {lines:,} lines to first paint", 50),
        ("page", f"A diff of {lines:,} lines scrolled by a page, p50", 10),
        ("row", f"A diff of {lines:,} lines scrolled by a row, p50", 10),
    )
    return [
        Figure(
            what,
            percentile(program[name], 0.5) * 1000,
            "ms",
            len(program[name]),
            percentile(plain[name], 0.5) * 1000,
            beside,
            Goal("most", most),
        )
        for name, what, most in rows
    ]
