"""The person's own editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible

_FALLBACKS = ("nano", "vi")


class EditorFailed(AutocoderError):
    """There is no editor, or it did not give the text back."""

    kind = "editor_failed"


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The command of $VISUAL, else $EDITOR, else nano or vi. Raises EditorFailed."""
    for variable in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(environ.get(variable, ""))
        except ValueError as error:
            raise EditorFailed(
                f"${variable} is not a command ({error}). Set it to your editor."
            ) from error
        if command:
            return command
    for name in _FALLBACKS:
        if shutil.which(name, path=environ.get("PATH")):
            return [name]
    raise EditorFailed("There is no editor: set $VISUAL or $EDITOR to the command of yours.")


def open_in_editor(command: list[str], file: Path, environ: Mapping[str, str]) -> None:
    """Have `file` edited, and wait. Raises EditorFailed."""
    try:
        environment = {**os.environ, **environ}
        done = subprocess.run([*command, str(file)], env=environment, check=False)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise EditorFailed(
            f"The editor {visible(command[0])} could not be used ({reason}). "
            "Set $VISUAL or $EDITOR to the command of yours."
        ) from error
    if done.returncode != 0:
        raise EditorFailed(
            f"The editor ended with {done.returncode}, so its changes were not taken."
        )
