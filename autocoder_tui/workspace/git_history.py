"""Which files change together, by the newest commits."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from autocoder_tui.workspace.git import find_git
from autocoder_tui.workspace.git_output import git_output, git_word

MOST_COMMITS = 1_000
_MOST_BYTES = 4 * 1024 * 1024
_SECONDS = 10.0
_MOST_FILES = 30
"""A commit of more files says nothing about any two of them."""
_FEWEST_TIMES = 2
_SMALLEST_SHARE = 0.25


def head_of(root: Path) -> str:
    """The commit that is checked out; "" where there is none. Blocking."""
    return git_word(root, "rev-parse", "-q", "--verify", "HEAD") if find_git(root) else ""


def read_commits(root: Path) -> list[tuple[str, ...]]:
    """The files of each of the newest commits, relative to `root`. Blocking, for ten seconds at
    most; of a longer history the newest part."""
    log = ("log", "--no-merges", "--name-only", "--relative", "-z", "--format=%x01", "--no-renames")
    output = git_output(
        root,
        *(*log, f"--max-count={MOST_COMMITS}", "--", "."),
        seconds=_SECONDS,
        most_bytes=_MOST_BYTES,
    )
    commits = []
    for part in (output or b"").rpartition(b"\0")[0].split(b"\x01"):
        names = (os.fsdecode(name.lstrip(b"\n")) for name in part.split(b"\0"))
        files = tuple(name for name in names if name)
        if 1 < len(files) <= _MOST_FILES:
            commits.append(files)
    return commits


def changed_together(
    commits: Sequence[tuple[str, ...]], picked: Collection[str]
) -> list[tuple[str, int]]:
    """Files that changed in the same commits as the picked ones, and in how many; those that did
    so oftenest and seldom without them first."""
    wanted = frozenset(picked)
    with_picked: Counter[str] = Counter()
    at_all: Counter[str] = Counter()
    for files in commits:
        at_all.update(files)
        if not wanted.isdisjoint(files):
            with_picked.update(name for name in files if name not in wanted)
    likely = [
        (times * times / at_all[name], name, times)
        for name, times in with_picked.items()
        if times >= _FEWEST_TIMES and times / at_all[name] >= _SMALLEST_SHARE
    ]
    return [(name, times) for _, name, times in sorted(likely, key=lambda one: (-one[0], one[1]))]
