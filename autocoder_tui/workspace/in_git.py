"""Which files git could give back: those that are in the last commit as they are on disk."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from autocoder_tui.workspace.git import find_git

_SECONDS = 10
# What a hook or an alias hands down to the programs it starts.
_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")


def why_not_in_git(root: Path, paths: Sequence[str]) -> Mapping[str, str]:
    """For each of `paths`, relative to `root`, that git could not give back as it is on disk:
    why not, to stand after "because". Blocking: asks git, for ten seconds at most.
    """
    if not paths:
        return {}
    if find_git(root) is None:
        return dict.fromkeys(paths, "this project is not in git")
    committed = _names(root, "ls-tree", "-r", "-z", "--name-only", "HEAD", "--", *paths)
    if committed is None:
        return dict.fromkeys(paths, "git has no commit of it")
    changed = _names(root, "diff", "--relative", "--no-ext-diff", "--name-only", "-z", "HEAD",
                     "--", *paths)  # fmt: skip
    found = {path: "it is in no commit" for path in paths if path not in committed}
    for path in paths:
        if path in committed and (changed is None or path in changed):
            found[path] = "it has changes that are not committed"
    return found


def changed_in_git(root: Path) -> list[str] | None:
    """The files below `root` that git knows and that are not as in the last commit; None where
    git can't tell. Blocking."""
    names = _names(root, "diff", "--relative", "--no-ext-diff", "--name-only", "-z", "HEAD")
    return None if names is None else sorted(names - {""})


def _names(root: Path, *arguments: str) -> set[str] | None:
    """The names git prints; None where it can't."""
    environment = {name: value for name, value in os.environ.items() if name not in _PLACES}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            # `git diff` writes the index anew otherwise, optional locks or not.
            ["git", "--literal-pathspecs", "-c", "diff.autoRefreshIndex=false", *arguments],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return set(os.fsdecode(done.stdout).split("\0")) if done.returncode == 0 else None
