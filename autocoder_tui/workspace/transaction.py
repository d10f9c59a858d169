"""Several files replaced as one: all of them, or none.

Three phases. *Stage* writes every new content to a temporary beside its target, and
syncs it: from here on a full disk can no longer hurt. *Replace* keeps the former file
under a second name and moves the temporary into place, file by file. *Settle* syncs the
folders and drops the former files. A failure in any phase walks the steps back.

Between stage and replace the steps are plain names of files on one disk: whoever wants
to survive a kill notes them down there, and replays or reverses them at the next start.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autocoder_tui.display import visible
from autocoder_tui.workspace.errors import ChangedOnDisk, HalfApplied, Unwritable

# What a file system without hard links answers.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF)


@dataclass(frozen=True, slots=True)
class Write:
    """One file to become `data`, or to go when `data` is None.

    `target` is a real path, links followed; `name` is how messages call it. `former` is
    the status of the file that stands there and will be replaced, None when the file is
    new: then one that appears meanwhile is never overwritten.
    """

    target: Path
    name: str
    data: bytes | None
    former: os.stat_result | None


@dataclass(slots=True)
class _Step:
    write: Write
    temporary: Path | None = None
    backup: Path | None = None
    begun: bool = False


def write_all(writes: Sequence[Write], last_look: Callable[[], None]) -> None:
    """Carry out all `writes` or none.

    `last_look` runs when all is staged and nothing replaced yet; what it raises stops the
    whole. Raises Unwritable or ChangedOnDisk with everything as it was, or HalfApplied
    when the way back failed too.
    """
    steps = [_Step(write) for write in writes]
    folders: list[Path] = []
    current = ""
    try:
        for step in steps:
            current = step.write.name
            _stage(step, folders)
        last_look()
        for step in steps:
            current = step.write.name
            _replace(step)
        _sync_folders([step.write.target.parent for step in steps], folders)
    except BaseException as error:
        _roll_back(steps, folders)
        if isinstance(error, OSError):
            raise unwritable(error, current) from error
        raise
    for step in steps:
        _drop(step.temporary)
        _drop(step.backup)


def _stage(step: _Step, folders: list[Path]) -> None:
    """Write the new content beside the target; note every folder made on the way."""
    target = step.write.target
    missing = [folder for folder in (target.parent, *target.parent.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir()
        folders.append(folder)
    if step.write.data is not None:
        step.temporary = _beside(target, "new")
        _write_file(step.temporary, step.write.data, step.write.former)


def _replace(step: _Step) -> None:
    target, temporary = step.write.target, step.temporary
    if step.write.former is None:
        step.begun = True
        if temporary is not None:
            _place_new(temporary, target, step)
        return
    backup = _beside(target, "old")
    # Noted before it exists: the way back looks whether it does.
    step.backup = backup
    if temporary is None:
        target.rename(backup)
        return
    try:
        os.link(target, backup)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _write_file(backup, target.read_bytes(), step.write.former)
    temporary.replace(target)


def _place_new(temporary: Path, target: Path, step: _Step) -> None:
    """Give a new file its name without ever replacing one that appeared meanwhile."""
    try:
        try:
            os.link(temporary, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, "exists") from error
            temporary.rename(target)
    except FileExistsError:
        step.begun = False
        raise ChangedOnDisk(
            f"{visible(step.write.name)} appeared on disk meanwhile, so nothing was written. "
            "Review again, or overwrite it.",
            paths=(step.write.name,),
        ) from None


def _write_file(path: Path, data: bytes, like: os.stat_result | None) -> None:
    """A new file with `data` safely on disk, with owner and mode of `like` as far as allowed."""
    # Without a model to follow, 0666 lets the system apply the user's umask.
    mode = 0o666 if like is None else 0o600
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        if like is not None:
            _copy_owner_and_mode(descriptor, like)
        os.fsync(descriptor)
    except BaseException:
        _drop(path)
        raise
    finally:
        os.close(descriptor)


def _copy_owner_and_mode(descriptor: int, like: os.stat_result) -> None:
    mode = stat.S_IMODE(like.st_mode)
    mine = os.fstat(descriptor)
    if (mine.st_uid, mine.st_gid) != (like.st_uid, like.st_gid):
        try:
            os.fchown(descriptor, like.st_uid, like.st_gid)
        except OSError:
            # The file will belong to the writer: it must not run with the writer's rights.
            mode &= ~(stat.S_ISUID | stat.S_ISGID)
            with suppress(OSError):
                os.fchown(descriptor, -1, like.st_gid)
    os.fchmod(descriptor, mode)


def _sync_folders(parents: Iterable[Path], made: Iterable[Path]) -> None:
    for folder in {*parents, *(folder.parent for folder in made)}:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:
                raise
        finally:
            os.close(descriptor)


def _roll_back(steps: Sequence[_Step], folders: Sequence[Path]) -> None:
    """Everything as it was; raises HalfApplied, naming what is left where, if that fails."""
    stuck: list[str] = []
    for step in reversed(steps):
        target = step.write.target
        try:
            if step.backup is not None and os.path.lexists(step.backup):
                step.backup.replace(target)
                # Renaming one of two names of the same file does nothing, by POSIX.
                step.backup.unlink(missing_ok=True)
            elif step.begun and _is_ours(step.temporary, target):
                target.unlink(missing_ok=True)
            _drop(step.temporary)
        except OSError as error:
            kept = f", its former content is {step.backup.name}" if step.backup else ""
            reason = (error.strerror or "unknown error").lower()
            stuck.append(f"{visible(step.write.name)} ({reason}{kept})")
    for folder in reversed(folders):
        with suppress(OSError):
            folder.rmdir()
    if stuck:
        raise HalfApplied(
            f"Writing failed and these files could not be put back: {', '.join(stuck)}. "
            "Put them back by hand before going on.",
            paths=[step.write.name for step in steps],
        )


def _is_ours(temporary: Path | None, target: Path) -> bool:
    """Whether `target` is the new file placed by this transaction, not someone else's."""
    if temporary is None:
        return False
    try:
        return not temporary.exists() or target.samefile(temporary)
    except FileNotFoundError:
        return False


def _beside(target: Path, suffix: str) -> Path:
    return target.parent / f".autocoder-{secrets.token_hex(6)}.{suffix}"


def _drop(path: Path | None) -> None:
    if path is not None:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def unwritable(error: OSError, name: str) -> Unwritable:
    """The sentence for what the system answered when `name` was to be written."""
    shown = visible(name)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        why = "there is no space left on the disk. Free some, then try again"
    elif error.errno in (errno.EACCES, errno.EPERM):
        why = "permission denied. Change the folder's mode or choose another file"
    elif error.errno == errno.EROFS:
        why = "the file system is read-only. Choose another folder"
    else:
        why = (error.strerror or "unknown error").lower()
    return Unwritable(f"{shown} cannot be written: {why}. Nothing was changed.", paths=(name,))
