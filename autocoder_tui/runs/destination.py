"""What a run that nobody watches is to write, found out before anything is sent."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.runs.setup import Setup
from autocoder_tui.workspace.output_path import check_output
from autocoder_tui.workspace.paths import relative_name, resolve_target


def output_in_project(setup: Setup) -> tuple[Path | None, str | None]:
    """-o as a file of the project and as its name there."""
    if setup.task.output is None:
        return None, None
    check_output(setup.root / setup.task.output, force=setup.result.force)
    output = resolve_target(setup.root, setup.task.output, allow_absolute=True)
    return output, relative_name(setup.root, output)


def output_here(setup: Setup) -> Path | None:
    """-o of the demo, whose project is a copy somewhere else: a file where the user stands."""
    output = None if setup.task.output is None else Path(setup.task.output).absolute()
    check_output(output, force=setup.result.force)
    return output
