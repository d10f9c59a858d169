"""Projects with steps of their own, and the App started for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from autocoder_tui.demo.script import Received, Reply, Script
from autocoder_tui.steps.progress import StepProgress
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.project_wish import Wish
from autocoder_tui.ui.screens.dialogs import unbidden
from autocoder_tui.ui.screens.dialogs.unbidden import Unbidden
from autocoder_tui.ui.screens.shown_text import ShownText
from autocoder_tui.ui.terminal import key_queue
from tests.ui.driving import WIDE, framed, setup_for, until
from tests.watched_server import WatchedServer

PROMPT = "A program that says hello.\n"
ASK = '''\
async def {name}(context):
    """Ask what is not said."""
    who = await context.ask_person("Whom?", ["the world", "a friend"], assume="nobody")
    return await context.ask("Greet " + who)
'''
WRITE = '''\
async def {name}(context):
    """Write the files."""
    await context.generate(context.prompt + "".join(context.outputs.values()))
'''
OFFER = '''\
async def {name}(context):
    """Have them decided on."""
    proposed = await context.propose()
    return "wrote " + " ".join(proposed.written)
'''
LOOK = '''\
async def {name}(context):
    """Say what there is."""
    return "over"
'''


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What opens by itself need not wait a second for the keys of these tests."""
    monkeypatch.setattr(key_queue, "_PAUSE_IN_TYPING", 0.05)
    monkeypatch.setattr(unbidden, "DEAF_SECONDS", 0.01)


def own_steps(folder: Path, **sources: str) -> None:
    """A project with a prompt, these steps, and a configuration `mine` of them."""
    project = folder / "project"
    (project / ".autocoder" / "steps").mkdir(parents=True)
    (project / ".autocoder" / "prompt").write_text(PROMPT)
    for name, source in sources.items():
        (project / ".autocoder" / "steps" / f"{name}.py").write_text(source.format(name=name))
    names = ", ".join(f'"{name}"' for name in sources)
    table = f'[steps.mine]\nsummary = "My own."\nsteps = [{names}]\n'
    (project / ".autocoder-tui.toml").write_text(table)


def reply(received: Received) -> Reply:
    asked = received.messages[-1]["content"]
    if "Greet" in asked and "hello" not in asked:
        return Reply("a greeting for " + asked.rsplit("Greet ", 1)[1].split("\n")[0])
    return framed("hello.py", f"print({len(asked)})\n")


@asynccontextmanager
async def opened(
    folder: Path,
    *,
    size: tuple[int, int] = WIDE,
    steps: str = "mine",
    resume: bool = False,
    script: Script = reply,
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str], WatchedServer]]:
    """The App started for the project of `folder`."""
    async with WatchedServer(script) as server:
        setup = setup_for(folder, "--base-url", server.base_url, "-m", "test-model")
        app = AutocoderApp(setup)
        app.project.wanted(Wish(steps, resume))
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: app.project.progress is not None)
            yield app, pilot, server


def states(app: AutocoderApp) -> list[str]:
    progress = app.project.progress
    return [] if progress is None else [step.state for step in progress.steps]


def step(app: AutocoderApp, index: int) -> StepProgress:
    progress = app.project.progress
    assert progress is not None
    return progress.steps[index]


def listens(app: AutocoderApp, kind: type[Unbidden[Any]]) -> bool:
    """Whether a dialog of that kind is open, and takes answers."""
    return isinstance(app.screen, kind) and app.screen.listens


async def agree(app: AutocoderApp, pilot: Pilot[str], count: int) -> None:
    """Say yes to the steps of the project, each of which is shown."""
    for _ in range(count):
        await until(pilot, lambda: listens(app, ShownText))
        before = app.screen
        await pilot.press("y")
        await _until_gone(app, pilot, before)


async def _until_gone(app: AutocoderApp, pilot: Pilot[str], screen: Screen[object]) -> None:
    await until(pilot, lambda: app.screen is not screen)


async def at_the_steps(app: AutocoderApp, pilot: Pilot[str]) -> None:
    await until(pilot, lambda: app.screen is app.main and app.main.pane == "steps")


async def accept_all(app: AutocoderApp, pilot: Pilot[str]) -> None:
    await until(pilot, lambda: app.review_session is not None and app.main.pane == "review")
    await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
    await pilot.press("A", "enter")
