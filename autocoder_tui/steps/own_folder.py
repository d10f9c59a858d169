"""Files below `.autocoder/`, written and read so that nothing leads out of it.

The folder may have come with somebody else's project. So no link is followed on the way to a
file, nothing but regular files is read, and every file is written whole.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from autocoder_tui.errors import sentence
from autocoder_tui.problems import Problem
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.system.descriptors import open_descriptor
from autocoder_tui.workspace.paths import OWN_FOLDER

FOLDER: Final = OWN_FOLDER
_UNFINISHED: Final = re.compile(
    r"\.(?:README|\.gitignore|prompt|token_usage\.csv|[\w.-]+\.json)\.[a-z0-9_]{8}"
)
"""What `write_atomically` calls files that are not in their place yet."""
MOST_BYTES: Final = 256 * 1024 * 1024
"""Of one file that is read."""


def check_way(root: Path, file: Path) -> None:
    """That no part of the way from `root` to `file` is a link, or a file where a folder should
    be. Raises ProjectUnusable."""
    place = root
    parts = file.relative_to(root).parts
    for number, part in enumerate(parts, 1):
        place = place / part
        try:
            mode = place.lstat().st_mode
        except FileNotFoundError:
            return
        except OSError as error:
            raise unusable(place, error, "read") from error
        if stat.S_ISLNK(mode):
            raise ProjectUnusable(
                f"{visible(str(place))} is a link, and what is kept of a project stays in the "
                "project. Put a real folder or file in its place."
            )
        if number < len(parts) and not stat.S_ISDIR(mode):
            raise ProjectUnusable(
                f"{visible(str(place))} is no folder, so nothing can be kept in it. Move it away."
            )


def make_folder(root: Path, folder: Path, *, private: bool = False) -> None:
    """Make `folder` and those above it, where they are missing. Raises ProjectUnusable."""
    check_way(root, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o777)
    except OSError as error:
        raise unusable(folder, error, "made") from error


def write_file(root: Path, file: Path, text: str | bytes) -> None:
    """Write `file` as a whole, or leave it as it is. Raises ProjectUnusable."""
    check_way(root, file)
    try:
        write_atomically(file, text)
    except UnicodeEncodeError:
        write_file(root, file, str(text).encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise unusable(file, error, "written") from error


def read_bytes(root: Path, file: Path, most: int = MOST_BYTES) -> bytes | Problem | None:
    """What `file` holds, what is wrong with it, or None where there is none. Raises
    ProjectUnusable where the way to it leads out."""
    check_way(root, file)
    try:
        descriptor = open_descriptor(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        return Problem(file, None, f"the file can't be read ({reason})", damaged=False)
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            return Problem(file, None, "expected a regular file", damaged=False)
        try:
            data = opened.read(most + 1)
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            return Problem(file, None, f"the file can't be read ({reason})", damaged=False)
    if len(data) > most:
        return Problem(file, None, f"expected at most {most:,} bytes", damaged=False)
    return data


def read_text(root: Path, file: Path, most: int = MOST_BYTES) -> str | Problem | None:
    """The same as text in UTF-8."""
    data = read_bytes(root, file, most)
    if not isinstance(data, bytes):
        return data
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(file, line, "expected UTF-8 text")


def sweep_unfinished(folder: Path) -> None:
    """Remove what a kill left of files that were being written. Whoever calls this is the only
    one who writes there. Blocking; raises nothing."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            if _UNFINISHED.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    Path(entry.path).unlink()


def unusable(place: Path, error: OSError, what: str) -> ProjectUnusable:
    """`place` can't be read, made or written: why, and what to do."""
    reason = (error.strerror or "unknown reason").lower()
    does = "Make room there" if error.errno in (28, 122) else "Make it writable"
    if what == "read":
        does = "Make it readable"
    return ProjectUnusable(
        sentence(f"{visible(str(place))} can't be {what}: {reason}. {does} and go on with --resume")
    )
