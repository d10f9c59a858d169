"""Files and folders made, changed and removed so that it lasts: synced, and never half a name."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.atomic_write import write_all
from autocoder_tui.system.descriptors import open_descriptor, set_mode, sync_folder
from autocoder_tui.workspace.attributes import Attributes
from autocoder_tui.workspace.errors import Unwritable


def write_new_file(
    path: Path, data: bytes, attributes: Attributes | None = None, *, private: bool = False
) -> None:
    """A new file with `data` safely on disk, `private` to the user if there are no attributes
    to follow. Raises OSError, and then leaves none."""
    # With 0666 the system applies the user's umask.
    mode = 0o666 if attributes is None and not private else 0o600
    descriptor = open_descriptor(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        write_all(descriptor, data)
        if attributes is not None:
            attributes.give(descriptor)
        os.fsync(descriptor)
    except BaseException:
        drop([path])
        raise
    finally:
        os.close(descriptor)


def write_in_place(path: Path, data: bytes, mode: int) -> None:
    """Make an existing file hold `data` without giving it another inode. Raises OSError.

    A kill on the way leaves a part of `data` followed by what stood there: recovery knows
    that mixture (`is_mixture`).
    """
    try:
        descriptor = open_descriptor(path, os.O_WRONLY)
    except PermissionError:
        # A read-only file of our own: whoever asked for this write has agreed.
        path.chmod(mode | 0o200)
        descriptor = open_descriptor(path, os.O_WRONLY)
    try:
        write_all(descriptor, data)
        os.ftruncate(descriptor, len(data))
        if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
            set_mode(descriptor, mode)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_mixture(found: bytes, one: bytes, other: bytes) -> bool:
    """Whether `found` can be what a killed write of one content over the other left."""
    if not min(len(one), len(other)) <= len(found) <= max(len(one), len(other)):
        return False
    longer = one if len(one) > len(other) else other
    shared = min(len(one), len(other))
    return found[shared:] == longer[shared : len(found)] and all(
        byte in pair for byte, pair in zip(found, zip(one, other, strict=False), strict=False)
    )


def drop(paths: Iterable[Path]) -> bool:
    """Remove temporaries; returns whether none of them is left."""
    gone = True
    for path in paths:
        try:
            path.unlink()
        except FileNotFoundError:
            pass
        except OSError:
            gone = False
    return gone


def missing_folders(targets: Iterable[Path]) -> list[Path]:
    """The folders that must be made before `targets` can be written, parents first.

    Raises OSError.
    """
    missing: set[Path] = set()
    for target in targets:
        for folder in target.parents:
            try:
                os.lstat(folder)
                break
            except FileNotFoundError:
                missing.add(folder)
    return sorted(missing, key=lambda folder: len(folder.parts))


def make_folder(folder: Path, mode: int | None = None) -> None:
    """Make one folder, with the permission bits `mode` or those the system gives.

    Raises OSError.
    """
    folder.mkdir()
    if mode is not None and stat.S_IMODE(folder.stat().st_mode) != mode:
        folder.chmod(mode)


def folders_above(root: Path, targets: Iterable[Path]) -> list[Path]:
    """The folders below `root` that hold `targets`, parents first."""
    found = {
        folder
        for target in targets
        for folder in target.parents
        if folder != root and folder.is_relative_to(root)
    }
    return sorted(found, key=lambda folder: len(folder.parts))


def remove_if_empty(folders: Sequence[Path]) -> bool:
    """Remove those of `folders`, given parents first, that hold nothing; returns whether
    that could be done."""
    done = True
    for folder in reversed(folders):
        try:
            folder.rmdir()
        except OSError as error:
            done &= error.errno in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)
    return done


def sync_folders(folders: Iterable[Path]) -> None:
    """Make the names in `folders` safe on disk. Raises OSError."""
    for folder in dict.fromkeys(folders):
        sync_folder(folder)


def identity(status: os.stat_result | None) -> tuple[int, int, int, int] | None:
    """What tells, without reading it, that a file is still the one that was looked at."""
    if status is None:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def unwritable(error: OSError, name: str) -> Unwritable:
    """The sentence for what the system answered when `name` was to be written."""
    return Unwritable(
        f"{visible(name)} cannot be written: {why_not(error)}. Nothing was changed.", paths=(name,)
    )


def why_not(error: OSError) -> str:
    """What the system answered to a write, and what to do, to stand after a colon."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "there is no space left on the disk. Free some, then try again"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "permission denied. Change the folder's mode or choose another file"
    if error.errno == errno.EROFS:
        return "the file system is read-only. Choose another folder"
    return (error.strerror or "unknown error").lower()
