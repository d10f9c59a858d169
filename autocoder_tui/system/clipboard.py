"""The tool of this machine that fills its clipboard, where there is one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping

NO_CLIPBOARD_HERE = "AUTOCODER_TUI_NO_CLIPBOARD_HERE"
"""Set where whoever looks at the terminal sits at another clipboard, as in a browser."""
_TIMEOUT = 3.0
"""Seconds."""


def clipboard_tool(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """The command that fills this machine's clipboard from its input; None where none would.

    Over a remote connection there is none: its clipboard would be that of the other machine.
    """
    if any(map(environ.get, ("SSH_CONNECTION", "SSH_TTY", NO_CLIPBOARD_HERE))):
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
