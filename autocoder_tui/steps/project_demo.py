"""The example `todo` played with recorded replies: no key, no network."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from autocoder_tui.demo.sample import DEMO_CHECKS, make_repository
from autocoder_tui.demo.todo import TODO_EXAMPLE
from autocoder_tui.runs.setup import Setup
from autocoder_tui.steps.examples import begin_project, named_example
from autocoder_tui.steps.own_folder import FOLDER
from autocoder_tui.steps.project import Project

_PREFIX: Final = "autocoder-demo-"


def project_demo_setup(setup: Setup, *, fresh: bool) -> Setup:
    """`setup` for the project demo: in a new folder of its own where `fresh`, else in the
    setup's, which must be empty or a project already. Blocking; raises ProjectUnusable, OSError."""
    root = Path(tempfile.mkdtemp(prefix=_PREFIX)) / TODO_EXAMPLE if fresh else setup.root
    if not Project(root).exists:
        begin_project(root, named_example(TODO_EXAMPLE))
        make_repository(root, "Say what is wanted")
    checked = replace(setup.settings.check, commands=DEMO_CHECKS)
    settings = replace(setup.settings, check=checked)
    return replace(setup, root=root, settings=settings, demo=True)


def demo_steps() -> str:
    """The configuration that the replies were recorded for."""
    return named_example(TODO_EXAMPLE).steps


def remove_unwritten(root: Path) -> None:
    """Remove the demo's folder at `root` where nothing was written into it. Another folder is
    left alone."""
    folder = root.parent
    if not folder.name.startswith(_PREFIX):
        return
    with contextlib.suppress(OSError):
        names = {entry.name for entry in root.iterdir()}
        if names <= {FOLDER, ".git"} and [*folder.iterdir()] == [root]:
            shutil.rmtree(folder)
