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
from autocoder_tui.values import dataclass

_FALLBACKS = ("nano", "micro", "vim", "nvim", "vi", "emacs", "notepad")


class EditorFailed(AutocoderError):
    """There is no editor, or it did not give the text back."""

    kind = "editor_failed"


@dataclass(frozen=True, slots=True)
class Editor:
    """`said` is why it is not the one that was asked for; "" where it is."""

    command: list[str]
    said: str = ""


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The command of $VISUAL, else $EDITOR, else one that is installed. Raises EditorFailed."""
    return find_editor(environ).command


def find_editor(environ: Mapping[str, str]) -> Editor:
    """The editor of $VISUAL, else $EDITOR; where that is not installed or not named, one that is.
    Raises EditorFailed."""
    path = environ.get("PATH")
    missing = ""
    for variable in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(environ.get(variable, ""))
        except ValueError as error:
            raise EditorFailed(
                f"${variable} is not a command ({error}). Set it to your editor."
            ) from error
        if command and shutil.which(command[0], path=path):
            return Editor(command, f"{missing}{variable} is used." if missing else "")
        if command:
            missing += f"${variable} names {visible(command[0])}, which is not installed: "
    for name in _FALLBACKS:
        if shutil.which(name, path=path):
            why = missing or "Neither $VISUAL nor $EDITOR is set: "
            return Editor([name], f"{why}{name} is used.")
    hint = "set $VISUAL or $EDITOR to the command of yours"
    raise EditorFailed(f"{missing or 'There is no editor: '}{hint}.")


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
