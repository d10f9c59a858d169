"""Text of a run that did not end well, kept as a file so that nothing received is lost."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from autocoder_tui.errors import AutocoderError
from autocoder_tui.store.durable import write_all, write_atomically


class CannotKeep(AutocoderError):
    kind = "cannot_keep"


def save_partial(state: Path, run_id: str, text: str) -> Path:
    """Write `text` under the state folder; returns the file. Raises CannotKeep.

    Where the state folder takes nothing, the system's folder for temporary files has to do.
    """
    data = text.encode("utf-8", "surrogatepass")
    path = state / "partials" / f"{run_id}.txt"
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(path, data)
    except OSError as error:
        try:
            return _temporary(run_id, data)
        except OSError:
            raise CannotKeep(
                f"The text received could not be kept in {path.parent}: {error.strerror}. "
                "Make room or set AUTOCODER_TUI_STATE_DIR to another folder."
            ) from error
    return path


def _temporary(run_id: str, data: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f"autocoder-tui-{run_id}-", suffix=".txt")
    path = Path(name)
    try:
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path
