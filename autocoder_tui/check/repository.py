"""A repository for the copy, so that commands which ask git find their answer in it.

It has the branches, tags and index of the user's, and borrows or copies the objects: nothing is
ever written to the user's `.git`. Hooks, remotes and the rest of its settings stay behind, for a
remote's address may hold a password, and a hook would act on what is not here.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from autocoder_tui.check.layout import Source, copy_file
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import ReadError
from autocoder_tui.workspace.textfile import read_text_file

_MOST_BYTES = 64 * 1024 * 1024
"""Largest file of `.git` that is copied."""
_MOST_REFS = 20_000
_MOST_OBJECT_FILES = 20_000
_MOST_OBJECT_BYTES = 512 * 1024**2
_KEPT = re.compile(
    r"^\s*(repositoryformatversion|filemode|ignorecase|symlinks|precomposeunicode|autocrlf|eol|"
    r"objectformat|refstorage)\s*=\s*([A-Za-z0-9]+)\s*$"
)


@dataclass(frozen=True, slots=True)
class Repository:
    """Where git keeps the user's: `own` for this work tree, `common` for all of one repository."""

    own: Path
    common: Path

    @property
    def objects(self) -> Path:
        return self.common / "objects"


def repository_of(source: Source) -> Repository | None:
    """The user's repository; None where there is none, or its files can't be made out."""
    git = source.git
    if git is None:
        return None
    if git.is_file():
        pointer = _line(git)
        if not pointer.startswith("gitdir: "):
            return None
        git = git.parent / pointer.removeprefix("gitdir: ")
    common = _line(git / "commondir")
    repository = Repository(git, Path(os.path.realpath(git / common)) if common else git)
    return repository if repository.objects.is_dir() else None


def head_of(repository: Repository) -> str:
    """The commit checked out, or the branch where it has none yet; "" when that is unknown."""
    head = _line(repository.own / "HEAD")
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    if found := _line(repository.common / name):
        return found
    for line in _text(repository.common / "packed-refs").split("\n"):
        commit, _, packed = line.partition(" ")
        if packed == name:
            return commit
    return head


def make_repository(repository: Repository, tree: Path, objects: Path, *, borrow: bool) -> None:
    """Write `tree/.git`. With `borrow` it has the objects of `objects`, where the commands find
    the user's; else a copy of them, unless they are very many: git sets the time of objects it
    would have written, were they not there, and where that can't be kept off it does so in the
    user's too.

    Blocking. Raises OSError.
    """
    git = tree / ".git"
    for folder in ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info"):
        (git / folder).mkdir(parents=True, exist_ok=True)
    if borrow or not _copied(repository.objects, git / "objects"):
        (git / "objects" / "info" / "alternates").write_bytes(os.fsencode(objects) + b"\n")
    (git / "config").write_text(_settings(repository.common / "config"), encoding="utf-8")
    for name in ("HEAD", "index", "info/sparse-checkout"):
        _copy(repository.own / name, git / name)
    for shared in repository.own.glob("sharedindex.*"):
        _copy(shared, git / shared.name)
    for name in ("packed-refs", "shallow", "info/exclude", "info/attributes"):
        _copy(repository.common / name, git / name)
    for folder in ("refs", "reftable"):
        _copy_all(repository.common / folder, git / folder)


def home_settings(home: Path) -> None:
    """What git wants to know of a person before it makes a commit. Raises OSError."""
    (home / ".gitconfig").write_text(
        "[user]\n\tname = check\n\temail = check@localhost\n"
        "[init]\n\tdefaultBranch = main\n[safe]\n\tdirectory = *\n",
        encoding="utf-8",
    )


def _settings(config: Path) -> str:
    """The settings on which the meaning of the files depends."""
    sections: Mapping[str, list[str]] = {"core": ["bare = false"], "extensions": []}
    for line in _text(config).split("\n"):
        if match := _KEPT.match(line):
            name = match[1].lower()
            where = "extensions" if name in ("objectformat", "refstorage") else "core"
            sections[where].append(f"{name} = {match[2]}")
    return "".join(
        f"[{name}]\n" + "".join(f"\t{line}\n" for line in lines)
        for name, lines in sections.items()
        if lines
    )


def _copy(here: Path, there: Path) -> None:
    try:
        if here.stat().st_size > _MOST_BYTES:
            return
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(here, there)
    except FileNotFoundError:
        return


def _copy_all(here: Path, there: Path) -> None:
    count = 0
    for folder, _, names in os.walk(here):
        for name in names:
            count += 1
            if count > _MOST_REFS:
                return
            place = Path(folder, name)
            if not name.endswith(".lock"):
                _copy(place, there / place.relative_to(here))


def _copied(here: Path, there: Path) -> bool:
    """Copy all objects; whether they were few enough for that. Those that another repository
    lends to the user's stay lent."""
    found = [Path(folder, name) for folder, _, names in os.walk(here) for name in names]
    size = sum(path.stat().st_size for path in found)
    if len(found) > _MOST_OBJECT_FILES or size > _MOST_OBJECT_BYTES:
        return False
    for path in found:
        target = there / path.relative_to(here)
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_file(path, target, path.stat())
    return True


def _line(path: Path) -> str:
    return _text(path, 4096).split("\n", 1)[0].strip()


def _text(path: Path, most: int = _MOST_BYTES) -> str:
    try:
        return read_text_file(path, max_bytes=most).text
    except ReadError:
        return ""
