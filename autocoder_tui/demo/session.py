"""The demo as a setup like any other: a copied sample project and a loopback endpoint."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from autocoder_tui.demo.replies import DEMO_MODEL, demo_endpoint, recorded_answer
from autocoder_tui.demo.sample import (
    DEMO_CHECKS,
    DEMO_PICKS,
    DEMO_REQUIREMENTS,
    DEMO_TARGET,
    copy_sample,
    is_sample,
    make_repository,
)
from autocoder_tui.demo.server import DEMO_TOKENS_PER_SECOND, DemoServer
from autocoder_tui.runs.setup import ChosenModel, Setup

_PREFIX: Final = "autocoder-demo-"


def demo_setup(setup: Setup) -> Setup:
    """`setup` on a fresh copy of the sample project, with the recorded task filled in.

    `remove_untouched` takes the copy away after the demo. Raises OSError.
    """
    checked = replace(setup.settings.check, commands=DEMO_CHECKS)
    return replace(
        setup,
        root=fresh_copy(),
        settings=replace(setup.settings, check=checked),
        task=replace(
            setup.task,
            inputs=setup.task.inputs or DEMO_PICKS,
            output=setup.task.output or DEMO_TARGET,
            requirements=setup.task.requirements or DEMO_REQUIREMENTS,
        ),
        demo=True,
    )


def fresh_copy() -> Path:
    """A new copy of the sample project in the system's folder for temporary files."""
    root = Path(tempfile.mkdtemp(prefix=_PREFIX)) / "shop"
    copy_sample(root)
    make_repository(root)
    return root


def remove_untouched(root: Path) -> bool:
    """Remove the copy of the sample project at `root`, unless there is anything in it that is
    not of the sample; returns whether it is still there. Another folder is left alone."""
    folder = root.parent
    if not folder.name.startswith(_PREFIX):
        return True
    with contextlib.suppress(OSError):
        if {entry.name for entry in folder.iterdir()} == {root.name} and is_sample(root):
            shutil.rmtree(folder)
    return folder.exists()


@asynccontextmanager
async def demo_model(
    *, tokens_per_second: float = DEMO_TOKENS_PER_SECOND
) -> AsyncIterator[ChosenModel]:
    """The recorded replies, served on loopback for as long as the context lasts."""
    async with DemoServer(
        recorded_answer, models=(DEMO_MODEL.name,), tokens_per_second=tokens_per_second
    ) as server:
        yield ChosenModel(DEMO_MODEL, demo_endpoint(server.base_url))
