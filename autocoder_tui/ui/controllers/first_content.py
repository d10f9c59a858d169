"""Filling the panes with what the flags and the control file said."""

from __future__ import annotations

import asyncio

from textual.widgets import Input, TextArea

from autocoder_tui.errors import AutocoderError
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.workspace.listing import expand_inputs
from autocoder_tui.workspace.paths import relative_name, resolve_target


async def fill_in(app: Program) -> None:
    """Requirements, target and picks; what can't be used is told."""
    setup = app.setup
    if setup.task.requirements:
        app.main.query_one("#requirements", TextArea).text = setup.task.requirements
    if setup.task.output:
        app.main.query_one("#target", Input).value = _relative(app, setup.task.output)
    if setup.task.inputs:
        expansion = await asyncio.to_thread(expand_inputs, app.root, setup.task.inputs)
        app.main.query_one(FilePicker).set_picks(expansion.files)
        for name, reason in expansion.refused:
            app.tell(f"{name}: {reason}", severity="warning")


def _relative(app: Program, output: str) -> str:
    try:
        return relative_name(app.root, resolve_target(app.root, output, allow_absolute=True))
    except AutocoderError as error:
        app.tell(error.message, severity="warning")
        return ""
