"""Whether the full-screen program can be shown here."""

from __future__ import annotations

import os
import sys


def has_terminal() -> bool:
    """Whether somebody sits at both ends."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def why_no_screen() -> str | None:
    """Why the full-screen program can't start here, or None if it can."""
    from autocoder_tui.ui.terminal.posix import lacking

    if (missing := lacking()) is not None:
        return missing
    if not has_terminal():
        return (
            "there is no terminal to draw on. In scripts and pipes say what you want with -r, or "
            "use `autocoder-tui run`."
        )
    if os.environ.get("TERM", "") in ("", "dumb"):
        term = "TERM=dumb" if os.environ.get("TERM") else "TERM is not set"
        return (
            f"this terminal ({term}) can't show a screen; use `autocoder-tui --plain`, which goes "
            "line by line, or `autocoder-tui run` instead."
        )
    return None
