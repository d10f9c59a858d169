"""Copying text out of the program, by whichever way reaches a clipboard."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from autocoder_tui.display import visible
from autocoder_tui.errors import AutocoderError
from autocoder_tui.store.errors import CannotKeep
from autocoder_tui.store.settings_file import write_atomically

if TYPE_CHECKING:
    from autocoder_tui.ui.app import AutocoderApp

_TIMEOUT = 3.0
_LARGEST_SENT = 74_000
"""Bytes a terminal surely takes in one OSC 52 sequence (100,000 when encoded)."""


def clipboard_tool(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """The command that fills this machine's clipboard from its input; None where none would.

    Over a remote connection there is none: its clipboard would be that of the other machine.
    """
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return None
    candidates: list[tuple[str, ...]] = []
    if sys.platform == "darwin":
        candidates.append(("pbcopy",))
    if environ.get("WAYLAND_DISPLAY"):
        candidates.append(("wl-copy",))
    if environ.get("DISPLAY"):
        candidates.append(("xclip", "-selection", "clipboard"))
        candidates.append(("xsel", "--clipboard", "--input"))
    for name, *arguments in candidates:
        found = shutil.which(name, path=environ.get("PATH"))
        if found is not None:
            return (found, *arguments)
    return None


def fill_clipboard(tool: tuple[str, ...], text: str, environ: Mapping[str, str]) -> bool:
    """Whether the tool took the text. Blocking, for three seconds at most."""
    try:
        done = subprocess.run(
            tool,
            input=text.encode("utf-8", "surrogatepass"),
            # Such a tool stays behind to serve the text; it must not hold our pipes.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def keep_text(state: Path, name: str, text: str) -> Path:
    """Write `text` to the file `name` of the state folder; returns it. Raises CannotKeep."""
    file = state / name
    try:
        write_atomically(file, text)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it holds half a character"
        raise CannotKeep(
            f"{file} cannot be written ({reason.lower()}). Make room, or set "
            "AUTOCODER_TUI_STATE_DIR to another folder."
        ) from error
    return file


async def copy_out(app: AutocoderApp, text: str, what: str, name: str = "copied.txt") -> None:
    """Copy `text` and say how: a tool of this machine, or else the terminal and a file.

    Whether a terminal took what was sent to it cannot be known, hence the file. `what` is
    the text in words; `name` how the file is called in the state folder.
    """
    environ = app.setup.environ
    tool = clipboard_tool(environ)
    if tool is not None and await asyncio.to_thread(fill_clipboard, tool, text, environ):
        app.tell(f"Copied {what} with {Path(tool[0]).name}.")
        return
    small = len(text.encode("utf-8", "surrogatepass")) <= _LARGEST_SENT
    sent = "sent to the terminal's clipboard" if small else "too large for a terminal's clipboard"
    if small:
        app.copy_to_clipboard(text.encode("utf-8", "replace").decode())
    try:
        file = await asyncio.to_thread(keep_text, app.setup.state_dir, name, text)
    except AutocoderError as error:
        app.tell(f"{what.capitalize()}: {sent}. {error.message}", severity="warning")
        return
    app.tell(f"{what.capitalize()}: {sent}, and written to {visible(str(file))}.")
