"""An optional git commit of what was just written: those paths, and nothing else.

`git commit --only` takes the paths from the work tree and leaves whatever else is staged
as it is. The user's hooks, signing and settings apply; without a terminal of their own,
so that none of them can write over the screen or wait for an answer nobody sees.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.jobs import kill_group
from autocoder_tui.workspace.errors import CannotCommit
from autocoder_tui.workspace.git import find_git
from autocoder_tui.workspace.git_command import git_environment

MAX_SUBJECT = 72
"""Characters of a commit message's first line."""

_SECONDS = 600
_TOLD_LINES = 6


_SENTENCE = re.compile(r"(.{12,}?[^.\s])[.](?=\s+[^a-z\s]|$)")
"""A first sentence: not an abbreviation with small letters after it, and more than "E.g."."""


def proposed_message(requirements: str) -> str:
    """The first sentence of what was asked for as a subject line, without its full stop; a longer
    one is cut at a word. "" where nothing was asked for."""
    lines = (" ".join(visible(line).split()) for line in requirements.splitlines())
    subject = next((line for line in lines if line), "")
    sentence = _SENTENCE.match(subject)
    if sentence is not None:
        subject = sentence[1]
    if len(subject) <= MAX_SUBJECT:
        return subject
    head = subject[: MAX_SUBJECT - 1]
    # At a word, unless the words are very long.
    cut = head.rfind(" ")
    return (head[:cut] if cut > MAX_SUBJECT // 2 else head).rstrip(" ,;:.") + "…"


def commit(root: Path, paths: Sequence[str], message: str) -> str:
    """Commit `paths`, relative to `root`, as they are on disk; returns the commit in words.

    Deleted paths are committed as deletions, new ones are added. Blocks for as long as the
    hooks take. Raises CannotCommit, with the index as it was: not a repository, nothing to
    commit, a hook that refused, a merge under way.
    """
    if find_git(root) is None:
        raise CannotCommit(
            "This project is not in a git repository, so nothing was committed. "
            "`git init` makes one."
        )
    if not message.strip():
        raise CannotCommit("A commit needs a message, so nothing was committed. Write one.")
    known = set(_git(root, "ls-files", "-z", "--", *paths).split("\0"))
    in_head = set(_names_in_head(root, paths))
    new = [p for p in paths if p not in known and os.path.lexists(root / p)]
    there = [p for p in paths if p in known or p in new or p in in_head]
    if not there or not (new or _git(root, "status", "--porcelain", "-z", "--", *there)):
        raise CannotCommit("There is nothing to commit: the files are as in the last commit.")
    if new:
        # Known without content, so that --only finds it and nothing is staged before its time.
        _git(root, "add", "--intent-to-add", "--", *new)
    try:
        _git(root, "commit", "--quiet", "--only", "--file=-", "--", *there, given=message)
    except CannotCommit:
        if new:
            _git(root, "update-index", "--force-remove", "--", *new)
        raise
    return visible(_git(root, "log", "-1", "--format=%h %s").strip())


def mixed_in(root: Path, before: Sequence[tuple[str, bytes | None]]) -> list[str]:
    """The paths of `before` that held something else than the last commit even before they
    were written: a commit takes that along. Raises CannotCommit."""
    found = []
    for path, data in before:
        committed = _try(root, "rev-parse", "--verify", "--quiet", f"HEAD:./{path}")
        held = None
        if data is not None:
            held = _git(root, "hash-object", f"--path={path}", "--stdin", given=data).strip()
        if (committed or None) != held:
            found.append(path)
    return found


def _names_in_head(root: Path, paths: Sequence[str]) -> list[str]:
    """Deleted and `git rm`ed: not in the index any more, but to be committed as gone."""
    return [p for p in paths if _try(root, "rev-parse", "--verify", "--quiet", f"HEAD:./{p}")]


def _try(root: Path, *arguments: str) -> str:
    try:
        return _git(root, *arguments).strip()
    except CannotCommit:
        return ""


def _git(root: Path, *arguments: str, given: str | bytes = "") -> str:
    """What git prints. Raises CannotCommit with what it said when it failed."""
    try:
        process = subprocess.Popen(
            ["git", "--literal-pathspecs", *arguments],
            cwd=root,
            env=git_environment(GIT_EDITOR="true"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise CannotCommit(
            "Nothing was committed: the git command can't be started "
            f"({(error.strerror or 'unknown error').lower()}). Install git, or check PATH."
        ) from error
    data = given if isinstance(given, bytes) else given.encode(errors="replace")
    try:
        out, told = process.communicate(data, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        kill_group(process)
        process.communicate()
        raise CannotCommit(
            f"Nothing was committed: git, or a hook of it, took longer than {_SECONDS} seconds."
        ) from error
    if process.returncode != 0:
        raise CannotCommit(
            f"git {arguments[0]} refused, so nothing was committed; the files stay as written. "
            f"It said: {_last_lines(told or out)}"
        )
    return os.fsdecode(out)


def _last_lines(told: bytes) -> str:
    lines = [line.strip() for line in told.decode(errors="replace").splitlines()]
    said = [visible(line) for line in lines if line]
    return " / ".join(said[-_TOLD_LINES:]) or "nothing"
