"""Copying text out of the program, by whichever way reaches a clipboard."""

from __future__ import annotations

import asyncio
from pathlib import Path

from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.kept_text import keep_text
from autocoder_tui.system.clipboard import clipboard_tool, fill_clipboard
from autocoder_tui.ui.program import Program

_LARGEST_SENT = 74_000
"""Bytes a terminal surely takes in one OSC 52 sequence (100,000 when encoded)."""


async def copy_out(app: Program, text: str, what: str, name: str = "copied.txt") -> None:
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
        file = await asyncio.to_thread(keep_text, app.setup.places.state, name, text)
    except AutocoderError as error:
        app.tell(f"{what.capitalize()}: {sent}. {error.message}", severity="warning")
        return
    app.tell(f"{what.capitalize()}: {sent}, and written to {visible(str(file))}.")
