"""Which files git could give back: those that are in the last commit as they are on disk."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from autocoder_tui.workspace.git import find_git
from autocoder_tui.workspace.git_output import git_output

_MOST_BYTES = 256 * 1024 * 1024


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
    """The names git prints; None where it can't say all of them."""
    printed = git_output(
        root, "--literal-pathspecs", *arguments, most_bytes=_MOST_BYTES, whole=True
    )
    return None if printed is None else set(os.fsdecode(printed).split("\0"))
