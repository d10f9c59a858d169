"""The demo as a setup like any other: a copied sample project and a loopback endpoint."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from autocoder_tui.demo.replies import DEMO_MODEL, demo_endpoint, recorded_answer
from autocoder_tui.demo.sample import DEMO_PICKS, DEMO_REQUIREMENTS, DEMO_TARGET, copy_sample
from autocoder_tui.demo.server import DEMO_TOKENS_PER_SECOND, DemoServer
from autocoder_tui.setup import ChosenModel, Setup


def demo_setup(setup: Setup) -> Setup:
    """`setup` on a fresh copy of the sample project, with the recorded task filled in.

    The copy stays after the demo, so that what was accepted can be looked at. Raises OSError.
    """
    root = Path(tempfile.mkdtemp(prefix="autocoder-demo-")) / "shop"
    copy_sample(root)
    return replace(
        setup,
        root=root,
        inputs=setup.inputs or DEMO_PICKS,
        output=setup.output or DEMO_TARGET,
        requirements=setup.requirements or DEMO_REQUIREMENTS,
        demo=True,
    )


@asynccontextmanager
async def demo_model(
    *, tokens_per_second: float = DEMO_TOKENS_PER_SECOND
) -> AsyncIterator[ChosenModel]:
    """The recorded replies, served on loopback for as long as the context lasts."""
    async with DemoServer(
        recorded_answer, models=(DEMO_MODEL.name,), tokens_per_second=tokens_per_second
    ) as server:
        yield ChosenModel(DEMO_MODEL, demo_endpoint(server.base_url))
