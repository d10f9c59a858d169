"""Locks on open files, which the system drops when their program dies, however that happens."""

from __future__ import annotations

import errno
from enum import Enum, auto

_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


class FileLock(Enum):
    """What came of asking for a lock."""

    OURS = auto()
    """Until the descriptor is closed."""
    TAKEN = auto()
    """Another program, or another descriptor of this one, has it."""
    UNKNOWN = auto()
    """The file system or the operating system has no locks: nobody can tell."""


def lock(descriptor: int, *, wait: bool = False) -> FileLock:
    """Ask for the one lock on the file behind `descriptor`. With `wait` it is never TAKEN.

    Raises OSError for what has nothing to do with locks, such as a damaged disk.
    """
    # Slow to load, and not every command locks.
    from filelock import lock_descriptor

    try:
        ours = lock_descriptor(descriptor, blocking=wait)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return FileLock.UNKNOWN
    return FileLock.OURS if ours else FileLock.TAKEN
