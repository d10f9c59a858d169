"""What git says about the project, read from its files: no process is started."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.errors import ReadError
from autocoder_tui.workspace.textfile import read_text_file

_MAX_POINTER_BYTES = 4096
_SHORT_HASH = 7


def branch_name(root: Path) -> str | None:
    """The branch checked out at `root`, ready to show; a short commit hash when detached.

    None outside a git work tree, or when git's files cannot be made out.
    """
    git = find_git(root)
    if git is None:
        return None
    if git.is_file():
        pointer = _first_line(git)
        if not pointer.startswith("gitdir: "):
            return None
        git = git.parent / pointer.removeprefix("gitdir: ")
    head = _first_line(git / "HEAD")
    if head.startswith("ref: "):
        branch = head.removeprefix("ref: ").removeprefix("refs/heads/")
        # The reftable storage leaves this placeholder, and the truth elsewhere.
        return visible(branch) if branch != ".invalid" else None
    return visible(head[:_SHORT_HASH]) or None


def find_git(root: Path) -> Path | None:
    """The `.git` folder or file of the work tree that holds `root`, or None."""
    root = root.absolute()
    for folder in (root, *root.parents):
        git = folder / ".git"
        if git.is_file() or (git / "HEAD").is_file():
            return git
    return None


def _first_line(path: Path) -> str:
    try:
        text = read_text_file(path, max_bytes=_MAX_POINTER_BYTES).text
    except ReadError:
        return ""
    return text.split("\n", 1)[0].strip()
