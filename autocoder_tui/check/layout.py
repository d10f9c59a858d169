"""The project as it is, copied: what git knows and what it does not ignore, as it is on disk.

Nothing is hard-linked, and no link leads back: what a command writes in the copy stays there.
Folders of dependencies, which git ignores, are for `dependencies.py`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from threading import Event

from autocoder_tui.check.errors import CannotCheck
from autocoder_tui.check.folder import cannot
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import PathRefused
from autocoder_tui.workspace.git import find_git
from autocoder_tui.workspace.ignore import GitRules, load_rules
from autocoder_tui.workspace.paths import is_git_folder, resolve_target
from autocoder_tui.workspace.textfile import size_in_words

MAX_FILES = 100_000
MAX_BYTES = 2 * 1024**3
"""Most that is copied of a project, without its dependencies."""
_FICLONE = 0x40049409
"""Linux: both files share their blocks until one is written to."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file as the proposal leaves it: `path` is relative to the project, `data` None for one
    that is to be gone."""

    path: str
    data: bytes | None
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What is laid out: `top`, which is the whole work tree where git has one, with the project
    in its folder `below` ("" for the top itself). `git` is its `.git`, where there is one."""

    top: Path
    below: str = ""
    git: Path | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A copy at `tree`. `files` are its paths, relative to it; `ignored` the folders of the
    source that were left out as ignored; `fingerprint` changes when a file does."""

    source: Source
    tree: Path
    files: frozenset[str]
    ignored: tuple[str, ...]
    fingerprint: str
    remarks: tuple[str, ...] = ()

    @property
    def project(self) -> Path:
        """The copy of the project's own folder."""
        return self.tree / self.source.below if self.source.below else self.tree


@dataclass(slots=True)
class Meter:
    """Counts what is copied, and says when it is too much. Set `stop` to end the copy."""

    most_files: int = MAX_FILES
    most_bytes: int = MAX_BYTES
    files: int = 0
    bytes: int = 0
    stop: Event = field(default_factory=Event)

    def add(self, size: int) -> bool:
        """Whether there is room for a file of `size` bytes; it is counted then."""
        if self.files + 1 > self.most_files or self.bytes + size > self.most_bytes:
            return False
        self.files += 1
        self.bytes += size
        return True


class Stopped(Exception):
    """Somebody stopped the copy."""


def source_of(root: Path) -> Source:
    """What has to be laid out to try something in the project at `root`."""
    root = Path(os.path.realpath(root))
    git = find_git(root)
    if git is None or not isinstance(load_rules(root), GitRules):
        return Source(root)
    top = git.parent
    below = root.relative_to(top).as_posix()
    return Source(top, "" if below == "." else below, git)


def lay_out(source: Source, tree: Path, meter: Meter | None = None) -> Layout:
    """Copy `source` to the new folder `tree`. Blocking. Raises CannotCheck, Stopped."""
    meter = meter or Meter()
    files: list[str] = []
    ignored: list[str] = []
    skipped: dict[str, int] = {}
    digest = hashlib.sha256()
    try:
        tree.mkdir(parents=True)
        for path, is_ignored in load_rules(source.top).files_below(""):
            if meter.stop.is_set():
                raise Stopped
            if is_ignored:
                if path.endswith("/"):
                    ignored.append(path.rstrip("/"))
                continue
            if any(is_git_folder(part) for part in path.split("/")):
                continue
            why = _copy(source.top, tree, path, meter, digest)
            if why:
                skipped[why] = skipped.get(why, 0) + 1
            else:
                files.append(path)
        (tree / source.below).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot(tree, error) from error
    remarks = tuple(
        f"{count} {'file is' if count == 1 else 'files are'} left out of the copy: {why}."
        for why, count in skipped.items()
    )
    return Layout(source, tree, frozenset(files), tuple(ignored), digest.hexdigest(), remarks)


def _copy(top: Path, tree: Path, path: str, meter: Meter, digest: hashlib._Hash) -> str:
    """Copy one file; returns why not, or ""."""
    here, there = top / path, tree / path
    try:
        status = here.lstat()
    except OSError:
        return ""  # deleted, and git does not know it yet
    mark = (path, status.st_mode, status.st_size, status.st_mtime_ns)
    digest.update(repr(mark).encode("utf-8", "surrogateescape"))
    if stat.S_ISLNK(status.st_mode):
        target = link_within(top, here)
        if target is None:
            return "links that lead out of the project"
        there.parent.mkdir(parents=True, exist_ok=True)
        there.symlink_to(target)
        return ""
    if not stat.S_ISREG(status.st_mode):
        return "no regular files"
    if not meter.add(status.st_size):
        raise CannotCheck(
            f"The project has more than {meter.most_files:,} files or "
            f"{size_in_words(meter.most_bytes)} that git does not ignore, which is too much to "
            "lay out beside it. List what no check needs in .gitignore."
        )
    there.parent.mkdir(parents=True, exist_ok=True)
    return copy_file(here, there, status)


def copy_file(here: Path, there: Path, status: os.stat_result) -> str:
    """Copy bytes, mode and time of a regular file; returns why that can't be, or "".

    Raises OSError when it is the copy that can't be written.
    """
    try:
        source = here.open("rb")
    except OSError:
        return "no permission to read them"
    with source, there.open("xb") as target:
        if not _cloned(source.fileno(), target.fileno()):
            shutil.copyfileobj(source, target, 1 << 20)
    there.chmod(stat.S_IMODE(status.st_mode) | stat.S_IWUSR | stat.S_IRUSR)
    os.utime(there, ns=(status.st_atime_ns, status.st_mtime_ns))
    return ""


def _cloned(source: int, target: int) -> bool:
    try:
        import fcntl

        fcntl.ioctl(target, _FICLONE, source)
    except (ImportError, OSError):
        return False
    return True


def link_within(top: Path, link: Path) -> str | None:
    """Where a copy of `link` is to lead so that it stays in the copy of `top`, else None."""
    target = os.readlink(link)  # noqa: PTH115
    place = os.path.normpath(os.path.join(link.parent, target))  # noqa: PTH118
    real = os.path.realpath(link)
    for inside in (place, real):
        if not Path(inside).is_relative_to(top):
            return None
        if any(is_git_folder(part) for part in Path(inside).relative_to(top).parts):
            return None
    if not os.path.isabs(target):  # noqa: PTH117
        return target
    return os.path.relpath(place, link.parent)


def put_changes(layout: Layout, changes: Iterable[ChangedFile]) -> Layout:
    """The same with the proposal in it. Blocking. Raises CannotCheck, PathRefused."""
    files = set(layout.files)
    below = f"{layout.source.below}/" if layout.source.below else ""
    # What goes makes room: a new name may differ from an old one in nothing but case.
    for change in sorted(changes, key=lambda change: change.data is not None):
        try:
            target = resolve_target(layout.project, change.path)
        except PathRefused:
            raise
        name = below + change.path
        try:
            if change.data is None:
                with suppress(FileNotFoundError):
                    target.unlink()
                files.discard(name)
                _remove_empty(target.parent, layout.project)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(change.data)
            if change.mode is not None:
                target.chmod(change.mode | stat.S_IWUSR | stat.S_IRUSR)
        except OSError as error:
            if error.errno in (errno.EISDIR, errno.ENOTDIR):
                raise CannotCheck(
                    f"{visible(change.path)} can't be laid out: a folder, or a file, is in its "
                    "way. Reject it, or change the requirements."
                ) from error
            raise cannot(layout.tree, error) from error
        files.add(name)
    return Layout(
        layout.source,
        layout.tree,
        frozenset(files),
        layout.ignored,
        layout.fingerprint,
        layout.remarks,
    )


def _remove_empty(folder: Path, project: Path) -> None:
    while folder != project and folder.is_relative_to(project):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
