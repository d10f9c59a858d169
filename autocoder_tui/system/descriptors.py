"""Files opened by descriptor, and what systems that are not POSIX lack for it."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

# Some are not there on every system; without them the call does what it can.
_OURS = sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_BINARY"))
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY"))
_FOLDER = getattr(os, "O_DIRECTORY", None)
_MANY = 65_536
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF)


def allow_many() -> None:
    """Have as many descriptors at once as the system lets this process have. A shell's usual
    limit of 1,024 is for programs that wait with select(), which asyncio does not."""
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most == resource.RLIM_INFINITY or most > _MANY:
        most = _MANY
    with contextlib.suppress(OSError, ValueError):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def open_descriptor(path: Path, flags: int, mode: int = 0o600) -> int:
    """`os.open`, except that a link is not followed and no child gets the descriptor.

    Raises OSError.
    """
    return os.open(path, flags | _OURS | _NO_LINK, mode)


def open_unblocked(path: Path, flags: int = os.O_RDONLY, mode: int = 0o600) -> int:
    """`os.open` of what a person named: links are followed, and a pipe nobody writes to is not
    waited for, nor is a terminal taken. The caller looks whether it is a regular file.

    Raises OSError, ValueError for a name no file can have.
    """
    return os.open(path, flags | _OURS | _NO_WAIT, mode)


def set_mode(descriptor: int, mode: int) -> None:
    """Give an open file the permission bits `mode`, where files have them. Raises OSError."""
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, mode)


def set_owner(descriptor: int, uid: int, gid: int) -> None:
    """Give an open file to a user and a group, -1 to leave one; where files have them.

    Raises OSError.
    """
    if hasattr(os, "fchown"):
        os.fchown(descriptor, uid, gid)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` safe on disk, where that can be asked for. Raises OSError."""
    if _FOLDER is None:
        return
    descriptor = os.open(folder, os.O_RDONLY | _FOLDER | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)
