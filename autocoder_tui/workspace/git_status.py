"""Which files are not as in git: since the last commit, and since the branch left its base."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from autocoder_tui.values import dataclass
from autocoder_tui.workspace.git import find_git
from autocoder_tui.workspace.git_output import git_output, git_word, names_in

MARKS: Final[Mapping[str, str]] = {
    "M": "changed",
    "A": "added",
    "R": "renamed",
    "U": "in conflict",
    "?": "new, not in git",
}
_BASES = ("main", "master", "trunk", "develop")
_NAMES = ("--name-only", "-z", "--relative", "--no-ext-diff", "--no-renames", "--diff-filter=d")


@dataclass(frozen=True, slots=True)
class ChangedFiles:
    """Files that are not as in `base`, which is the name of a branch or "" for the last commit."""

    base: str
    paths: tuple[str, ...]


def read_marks(root: Path) -> dict[str, str]:
    """The mark of each file that is not as in the last commit; none without git. Blocking."""
    if find_git(root) is None:
        return {}
    prefix = git_word(root, "rev-parse", "--show-prefix")
    status = ("status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=all")
    parts = iter(names_in(git_output(root, *status, "--", ".")))
    marks: dict[str, str] = {}
    for part in parts:
        code, path = part[:2], part[3:]
        if code[0] in "RC":
            next(parts, None)  # the name it had before
        mark = _mark(code)
        if mark and path.startswith(prefix):
            marks[path[len(prefix) :]] = mark
    return marks


def _mark(code: str) -> str:
    """The one letter that says most of the two that git gives; "" for a file that is gone."""
    if "U" in code or code in ("AA", "DD"):
        return "U"
    return next((letter for letter in "?RAM" if letter in code), "M" if "T" in code else "")


def read_changed(root: Path) -> ChangedFiles | None:
    """The files that are there and not as where this branch left its base, the new ones among
    them; on the base itself since what was pushed, else since the last commit. None without git
    or a commit. Blocking."""
    if find_git(root) is None or not git_word(root, "rev-parse", "--verify", "-q", "HEAD"):
        return None
    base = _base(root)
    since = git_word(root, "merge-base", "HEAD", base) if base else ""
    changed = git_output(root, "diff", *_NAMES, since or "HEAD", "--")
    if changed is None:
        return None
    new = git_output(root, "ls-files", "-o", "--exclude-standard", "-z")
    paths = {*names_in(changed), *names_in(new)}
    return ChangedFiles(base if since else "", tuple(sorted(paths)))


def _base(root: Path) -> str:
    """The branch that others begin at; "" where there is none but this."""
    listed = git_word(
        root,
        "for-each-ref",
        "--format=%(refname)",
        *(f"refs/heads/{name}" for name in _BASES),
        *(f"refs/remotes/origin/{name}" for name in _BASES),
    )
    known = set(listed.split("\n"))
    own = git_word(root, "symbolic-ref", "-q", "HEAD")
    for name in _BASES:
        local, pushed = f"refs/heads/{name}", f"refs/remotes/origin/{name}"
        if local in known and local != own:
            return name
        if pushed in known:
            return f"origin/{name}"
        if local in known:
            return ""
    return ""
