"""Text of a run that did not end well, kept as a file so that nothing received is lost."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.errors import AutocoderError
from autocoder_tui.store.durable import write_atomically


class CannotKeep(AutocoderError):
    kind = "cannot_keep"


def save_partial(state: Path, run_id: str, text: str) -> Path:
    """Write `text` under the state folder; returns the file. Raises CannotKeep."""
    folder = state / "partials"
    path = folder / f"{run_id}.txt"
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(path, text.encode("utf-8", "surrogatepass"))
    except OSError as error:
        raise CannotKeep(
            f"The text received could not be kept in {folder}: {error.strerror}. "
            "Make room or set AUTOCODER_TUI_STATE_DIR to another folder."
        ) from error
    return path
