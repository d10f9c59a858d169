"""The newest runs of the project, where there is no output of one yet."""

from __future__ import annotations

import asyncio
from typing import Final

from textual.css.query import NoMatches

from autocoder_tui.errors import AutocoderError
from autocoder_tui.ui.program import Program

_MOST: Final = 40
"""Runs that are read: the turns of a conversation are one line."""


async def show_runs_before(app: Program) -> None:
    """Read them, and show them. A history that can't be read is told of where it is opened."""
    from autocoder_tui.runs.export import WORK
    from autocoder_tui.runs.listed_run import threads_once

    history = app.recovery.history
    try:
        runs = await asyncio.to_thread(history.list, str(app.root), "", _MOST, purposes=WORK)
    except AutocoderError:
        return
    try:
        app.main.show_runs_before(threads_once(runs))
    except NoMatches:
        return  # the program was left meanwhile
