"""Filling the panes with what the flags and the control file said."""

from __future__ import annotations

import asyncio
from collections.abc import Container

from textual.widgets import Input, TextArea

from autocoder_tui.errors import AutocoderError
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.workspace.listing import expand_inputs
from autocoder_tui.workspace.paths import relative_name, resolve_target

_SHOWN = ("requirements", "output_file", "input_files")


async def fill_in(app: Program, which: Container[str] = _SHOWN) -> None:
    """Requirements, target and picks, `which` of them by their options; what can't be used is
    told."""
    setup = app.setup
    if setup.task.requirements and "requirements" in which:
        app.main.query_one("#requirements", TextArea).text = setup.task.requirements
    if setup.task.output and "output_file" in which:
        app.main.query_one("#target", Input).value = _relative(app, setup.task.output)
    if setup.task.inputs and "input_files" in which:
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
