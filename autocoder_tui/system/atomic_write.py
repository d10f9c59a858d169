"""How the program's own files are written: whole and synced, or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from autocoder_tui.problems import shortened
from autocoder_tui.system.descriptors import set_mode, sync_folder


def write_atomically(file: Path, text: str | bytes) -> None:
    """Replace the content of `file` as a whole, keeping its mode; a symlink keeps pointing.

    A new file is for the user alone, and so is the folder, which is made where it is missing.
    Text is written as UTF-8. Raises OSError and leaves the old content when that fails.
    """
    data = text.encode("utf-8") if isinstance(text, str) else text
    target = Path(os.path.realpath(file))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        try:
            with contextlib.suppress(FileNotFoundError):
                set_mode(descriptor, target.stat().st_mode & 0o7777)
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    # The new content is in place already: a folder that can't be synced is no failure.
    with contextlib.suppress(OSError):
        sync_folder(target.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte: the system may take fewer at once, as on a disk that is nearly full.

    Raises OSError.
    """
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def why_not_written(file: Path, error: OSError) -> str:
    """The end of a sentence about a file that could not be written. Safe to show."""
    reason = (error.strerror or "unknown reason").lower()
    return f"{shortened(file)} cannot be written ({reason})."
