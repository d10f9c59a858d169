"""Which files git would ignore: asked from git in a work tree, worked out elsewhere.

Both kinds of rules answer per folder, so that a tree can open one folder of a huge
project without walking the rest.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pathspec import GitIgnoreSpec

from autocoder_tui.workspace.errors import ReadError
from autocoder_tui.workspace.git import find_git
from autocoder_tui.workspace.git_command import question, question_environment
from autocoder_tui.workspace.paths import is_git_folder
from autocoder_tui.workspace.textfile import read_text_file

_MAX_RULES_BYTES = 256 * 1024
_GIT_SECONDS = 20
_MAX_NESTED_REPOSITORIES = 8


class IgnoreRules(Protocol):
    """`folder` is relative to the project, "" for the project itself."""

    def ignored_in(self, folder: str, names: Sequence[tuple[str, bool]]) -> set[str]:
        """Which of a folder's entries are ignored; each is a name and whether it is a folder."""

    def files_below(self, folder: str) -> Iterator[tuple[str, bool]]:
        """Every file below `folder`, and whether it is ignored.

        A wholly ignored folder comes as one ignored entry, its path ending in "/"; links to
        folders are not followed.
        """


class GitFailed(Exception):
    """git is missing, refuses this work tree, or takes too long."""

    timed_out = False


def load_rules(root: Path) -> IgnoreRules:
    """The rules of the project at `root`: git's own where git answers."""
    root = Path(os.path.realpath(root))
    if find_git(root) is not None:
        try:
            # Someone who keeps a home folder in git ignores everything in it; such a rule
            # says nothing about a project that merely lies there.
            own = (root / ".git").exists()
            if own or not _git(root, "check-ignore", "-z", "--stdin", given=[str(root)]):
                _git(root, "rev-parse", "--is-inside-work-tree")
                return GitRules(root)
        except GitFailed:
            pass
    return PatternRules(root)


class GitRules:
    """Rules as git applies them: nested and global ignore files, tracked files, submodules."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._fallback = PatternRules(root)
        self._git_hangs = False

    def ignored_in(self, folder: str, names: Sequence[tuple[str, bool]]) -> set[str]:
        if not names:
            return set()
        if self._would_wait(folder):
            return self._fallback.ignored_in(folder, names)
        try:
            # Run inside the folder: it may belong to a submodule or a repository of its own.
            given = [name for name, _ in names]
            return set(_git(self._root / folder, "check-ignore", "-z", "--stdin", given=given))
        except GitFailed as error:
            self._git_hangs |= error.timed_out
            return self._fallback.ignored_in(folder, names)

    def files_below(self, folder: str) -> Iterator[tuple[str, bool]]:
        if self._would_wait(folder):
            yield from self._fallback.files_below(folder)
            return
        try:
            yield from self._listed(folder, _MAX_NESTED_REPOSITORIES)
        except GitFailed as error:
            self._git_hangs |= error.timed_out
            yield from self._fallback.files_below(folder)

    def _would_wait(self, folder: str) -> bool:
        """Whether git would wait for an ignore file that is a pipe: it opens any that it meets.

        One further down is only noticed when git has waited for it, which happens once.
        """
        path = self._root / folder
        places = [path, *path.parents][: len(path.parts) - len(self._root.parts) + 1]
        return self._git_hangs or any(is_pipe(place / ".gitignore") for place in places)

    def _listed(self, folder: str, nested: int) -> Iterator[tuple[str, bool]]:
        place = self._root / folder
        prefix = folder + "/" if folder else ""
        kept = _git(place, "ls-files", "-co", "--exclude-standard", "-z")
        ignored = _git(place, "ls-files", "-oi", "--exclude-standard", "--directory", "-z")
        for name in dict.fromkeys(kept):
            try:
                mode = os.lstat(f"{place}/{name}").st_mode
            except (OSError, ValueError):
                continue  # deleted, but not told git yet
            if not name.endswith("/") and not stat.S_ISDIR(mode):
                yield prefix + name, False
            elif nested and name.rstrip("/"):
                # A repository within the repository, or a submodule.
                yield from self._listed(prefix + name.rstrip("/"), nested - 1)
        for name in ignored:
            if name != "./":
                yield prefix + name, True


class PatternRules:
    """Rules read from `.gitignore` files only, for a project without git."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._specs: dict[str, GitIgnoreSpec | None] = {}

    def ignored_in(self, folder: str, names: Sequence[tuple[str, bool]]) -> set[str]:
        if self._is_ignored_folder(folder):
            return {name for name, _ in names}
        return self._matching(folder, names)

    def _matching(self, folder: str, names: Sequence[tuple[str, bool]]) -> set[str]:
        return {name for name, is_dir in names if self._matches(folder, name, is_dir)}

    def files_below(self, folder: str) -> Iterator[tuple[str, bool]]:
        ignored_whole = self._is_ignored_folder(folder)
        waiting = [folder]
        while waiting:
            current = waiting.pop()
            prefix = current + "/" if current else ""
            found = scan_folder(self._root / current)
            # An ignored folder is not entered, so only the first can lie in one.
            names = {name for name, _ in found}
            ignored = names if ignored_whole else self._matching(current, found)
            for name, is_dir in found:
                path = prefix + name
                if not is_dir:
                    yield path, name in ignored
                elif name in ignored:
                    yield path + "/", True
                else:
                    waiting.append(path)

    def _is_ignored_folder(self, folder: str) -> bool:
        parts = folder.split("/") if folder else []
        return any(
            self._matches("/".join(parts[:depth]), part, True) for depth, part in enumerate(parts)
        )

    def _matches(self, folder: str, name: str, is_dir: bool) -> bool:
        """By the nearest ignore file that has an opinion, as git does."""
        path = name + "/" if is_dir else name
        while True:
            spec = self._spec(folder)
            if spec is not None and (verdict := spec.check_file(path).include) is not None:
                return verdict
            if not folder:
                return False
            folder, _, parent = folder.rpartition("/")
            path = f"{parent}/{path}"

    def _spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            self._specs[folder] = _read_spec(self._root / folder / ".gitignore")
        return self._specs[folder]


def scan_folder(folder: Path) -> list[tuple[str, bool]]:
    """Names in a folder with whether each is a real folder; git's own is never among them.

    A folder that cannot be read has no entries.
    """
    try:
        with os.scandir(folder) as found:
            return sorted(
                (item.name, _is_real_folder(item)) for item in found if not is_git_folder(item.name)
            )
    except OSError:
        return []


def _is_real_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir(follow_symlinks=False)
    except OSError:
        return False


def is_pipe(path: Path) -> bool:
    try:
        return stat.S_ISFIFO(path.lstat().st_mode)
    except OSError:
        return False


def _read_spec(path: Path) -> GitIgnoreSpec | None:
    try:
        lines = read_text_file(path, max_bytes=_MAX_RULES_BYTES).text.split("\n")
    except ReadError:
        return None
    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True


def _git(folder: Path, *arguments: str, given: Sequence[str] | None = None) -> list[str]:
    """What git prints, cut at NUL. Raises GitFailed."""
    try:
        done = subprocess.run(
            question(*arguments),
            cwd=folder,
            env=question_environment(),
            input=os.fsencode("\0".join(given or ())),
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        failure = GitFailed()
        failure.timed_out = True
        raise failure from error
    except (OSError, ValueError) as error:
        raise GitFailed from error
    nothing_ignored = arguments[0] == "check-ignore" and done.returncode == 1
    if done.returncode != 0 and not nothing_ignored:
        raise GitFailed
    return [os.fsdecode(part) for part in done.stdout.split(b"\0") if part]
