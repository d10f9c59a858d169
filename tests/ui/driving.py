"""Starting the real App in a test, and waiting on what it shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
from textual.pilot import Pilot

from autocoder_tui.cli.arguments import tui_parser
from autocoder_tui.demo.script import Reply, Script
from autocoder_tui.runs.guide import GuideMemory
from autocoder_tui.runs.setup import ChosenModel, Setup, load_setup
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.widgets.meters.line import MeterView
from autocoder_tui.ui.widgets.meters.meters import Meters
from tests.watched_server import WatchedServer

_LOOK = 0.01
"""Seconds between two looks whether what is waited for has come."""
WIDE, NARROW = (120, 40), (80, 24)
at_both_sizes = pytest.mark.parametrize("size", [WIDE, NARROW])


def setup_for(
    folder: Path, *flags: str, environ: dict[str, str] | None = None, guided: bool = False
) -> Setup:
    """A setup on `folder`/project as the command line would make it, away from the user's own.
    The guide of a first start is over unless it is `guided`."""
    project = folder / "project"
    project.mkdir(exist_ok=True)
    if not guided:
        # Where a test has it that nothing can be kept, the guide can't be over.
        with suppress(OSError):
            GuideMemory(folder / "state").forget_it()
    places = {
        "AUTOCODER_TUI_CONFIG_DIR": str(folder / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(folder / "state"),
    }
    options = tui_parser().parse_args([str(project), *flags])
    return load_setup(project, options, {**places, **(environ or {})})


async def until(pilot: Pilot[Any], condition: Callable[[], object], seconds: float = 15) -> None:
    """Let the App work until `condition` holds. Time in which a busy machine keeps the App from
    its work counts little."""
    waited, looked_at = 0.0, time.monotonic()
    async with asyncio.timeout(8 * seconds):
        while not condition():
            if waited > seconds:
                raise TimeoutError(f"still not so after {seconds} s")
            # A pause asks every widget whether it is done: too dear for waiting, and it keeps
            # the App from its work on a busy machine.
            await asyncio.sleep(_LOOK)
            if condition():
                await pilot.pause()
            now = time.monotonic()
            waited += min(now - looked_at, 2 * _LOOK)
            looked_at = now


T = TypeVar("T")


def there(value: T | None) -> T:
    """`value`, which must not be None."""
    assert value is not None
    return value


def chosen_of(app: AutocoderApp) -> ChosenModel:
    """The model in use; there must be one."""
    return there(app.chosen)


def view_of(meters: Meters) -> MeterView:
    """What the meters show; it must be something."""
    return there(meters.view)


@asynccontextmanager
async def driven(
    setup: Setup, size: tuple[int, int] = WIDE
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str]]]:
    app = AutocoderApp(setup)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.chosen is not None)
        yield app, pilot


@asynccontextmanager
async def serving(
    folder: Path,
    script: Script,
    *flags: str,
    size: tuple[int, int] = WIDE,
    guided: bool = False,
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str], WatchedServer]]:
    """The App on `folder`/project with its model behind a real loopback server."""
    async with WatchedServer(script) as server:
        setup = setup_for(
            folder, "--base-url", server.base_url, "-m", "test-model", *flags, guided=guided
        )
        async with driven(setup, size) as (app, pilot):
            yield app, pilot, server


def framed(path: str, text: str, **more: object) -> Reply:
    return Reply(f'<file path="{path}">\n{text}</file>\n', **more)  # type: ignore[arg-type]
