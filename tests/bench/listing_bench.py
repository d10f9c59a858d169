"""How long large projects take to be listed, and how much memory.

    python -m tests.bench.listing_bench

100,000 files in a git work tree, 50,000 entries in one folder, 500 folders in one another; with
git and without.
"""

from __future__ import annotations

import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from autocoder_tui.workspace.listing import list_folder, list_project, load_rules
from tests.faults.test_large_trees import fill, nest


def timed(words: str, action: Callable[[], object]) -> None:
    begun = time.perf_counter()
    action()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{words:40} {time.perf_counter() - begun:6.2f} s   {peak:4} MB at most so far")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for number in range(200):
            fill(root / f"many{number // 20}" / f"part{number}", 500)
        fill(root / "flat", 50_000)
        deep = nest(root, 500).rpartition("/")[0]
        for git in (False, True):
            if git:
                subprocess.run(["git", "init", "-q", name], check=True)
            rules = load_rules(root)
            how = "with git" if git else "without git"
            timed(f"the whole project, {how}", lambda r=rules: list_project(root, r))  # type: ignore[misc]
            timed(f"the flat folder, {how}", lambda r=rules: list_folder(root, "flat", r))  # type: ignore[misc]
            timed(f"the top folder, {how}", lambda r=rules: list_folder(root, "", r))  # type: ignore[misc]
            timed(f"the deepest folder, {how}", lambda r=rules: list_folder(root, deep, r))  # type: ignore[misc]


if __name__ == "__main__":
    main()
