"""The folder of one check: for the user alone, locked while we live, and gone afterwards.

It lies in the system's folder for temporary files, never in the project. What a killed program
left is known by its name and by its lock, which nobody holds any more.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import Self

from autocoder_tui.check.errors import CannotCheck
from autocoder_tui.check.reaper import remove_tree
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.file_lock import FileLock, lock

PREFIX = "autocoder-check-"
_LOCK = "lock"
_YOUNG = 3600
"""Seconds for which a folder without a lock may be one that is just being made."""


class CheckFolder:
    """`with CheckFolder(top) as folder:` makes it, and removes it with all that is in it.

    `top` is the user's tree, in which it may not lie. Raises CannotCheck where it can't be made.
    """

    def __init__(self, top: Path) -> None:
        self._top = Path(os.path.realpath(top))
        self._descriptor: int | None = None
        self.path = Path()

    @property
    def trees(self) -> Path:
        """Where projects are laid out."""
        return self.path / "tree"

    @property
    def home(self) -> Path:
        return self.path / "home"

    @property
    def temporary(self) -> Path:
        return self.path / "tmp"

    def __enter__(self) -> Self:
        place = Path(os.path.realpath(tempfile.gettempdir()))
        if place.is_relative_to(self._top):
            raise CannotCheck(
                f"The folder for temporary files, {visible(str(place))}, lies in the project, so "
                "nothing can be tried beside it. Set TMPDIR to a folder elsewhere."
            )
        try:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
            self._descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            lock(self._descriptor)
            for folder in (self.trees, self.home, self.temporary):
                folder.mkdir(mode=0o700)
        except OSError as error:
            self.__exit__()
            raise cannot(place, error) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self.path != Path():
            remove_tree(str(self.path))
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def cannot(place: Path, error: OSError) -> CannotCheck:
    """What to say where the copy can't be written."""
    where = visible(str(place))
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CannotCheck(
            f"The disk of {where} is full, so the proposal could not be laid out and nothing was "
            "checked. Free some room, or set TMPDIR to a folder on another disk."
        )
    reason = (error.strerror or "unknown reason").lower()
    return CannotCheck(
        f"The proposal could not be laid out in {where} ({reason}), so nothing was checked. "
        "Set TMPDIR to a folder that can be written to."
    )


def sweep() -> int:
    """Remove what programs that were killed left behind; returns how many folders those were.

    Folders of programs that are alive, of other users, and of which nobody can tell stay.
    """
    removed = 0
    place = tempfile.gettempdir()
    try:
        names = [name for name in os.listdir(place) if name.startswith(PREFIX)]  # noqa: PTH208
    except OSError:
        return 0
    for name in names:
        folder = Path(place, name)
        try:
            status = folder.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
                continue
            descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except FileNotFoundError:
            if time.time() - status.st_mtime > _YOUNG:
                remove_tree(str(folder))
                removed += 1
            continue
        except (OSError, AttributeError):
            continue
        try:
            if lock(descriptor) is FileLock.OURS:
                remove_tree(str(folder))
                removed += 1
        except OSError:
            pass
        finally:
            os.close(descriptor)
    return removed
