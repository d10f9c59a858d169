"""The program on a stage of its own: home, clock, git and the pace of replies are what the pictures
say, so that they come out the same on every machine."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from textual.pilot import Pilot
from textual.widget import Widget

from autocoder_tui.check import sandbox
from autocoder_tui.demo import server, session
from autocoder_tui.demo.sample import copy_sample, make_repository
from autocoder_tui.demo.script import stream_payloads
from autocoder_tui.runs.setup import Setup
from autocoder_tui.steps import project_demo
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.project_wish import Wish
from autocoder_tui.ui.widgets.diff.view import DiffView
from autocoder_tui.ui.widgets.header_line import HeaderLine
from autocoder_tui.ui.widgets.meters.meters import Meters
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.pictures.screen import Screen, screen_of, without_times
from tests.ui.driving import setup_for

# Who looks at a clock for a time that is shown.
_TIMED: Final = (
    "engine.generation", "runs.supervision", "runs.standing", "ui.controllers.run_display",
    "ui.controllers.text_call", "ui.controllers.check", "ui.widgets.meters.meters",
    "ui.widgets.check.pane", "ui.widgets.steps.pane", "check.check", "check.process",
    "steps.session", "steps.request",
)  # fmt: skip
_CHECKS: Final = ("python -m unittest discover -s tests",)
_WITHOUT_TEXT: Final = 3
_NAP: Final = 0.03
_STILL: Final = 0.4
"""Seconds for which a screen has to stay as it is: the meters look at a run every quarter."""
_EPOCH: Final = "2026-03-01T10:00:00+0000"


class Clock:
    """The module `time` with a clock that goes on when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


class Pace:
    """How many pieces of the replies have come, and how many may."""

    def __init__(self) -> None:
        self.sent = 0
        self.allowed: float = 0
        self._more = asyncio.Event()
        self._pieces: dict[int, tuple[server._Answer, int]] = {}

    @property
    def is_through(self) -> bool:
        return self.sent >= self.allowed

    def allow(self, pieces: float) -> None:
        self.allowed += pieces
        self._more.set()

    async def wait(self, answer: server._Answer, count: int) -> None:
        """Hold piece `count` of `answer` back. The last, without text, go as they are: whether the
        program still waits for them is a matter of chance."""
        if id(answer) not in self._pieces:
            payloads = stream_payloads(answer._reply, answer._received)
            self._pieces[id(answer)] = (answer, sum(1 for _ in payloads))
        if count > self._pieces[id(answer)][1] - _WITHOUT_TEXT:
            return
        self.sent += 1
        while self.is_through:
            self._more.clear()
            await self._more.wait()


class Stage:
    """The app, its keys, its clock and its pace."""

    def __init__(self, app: AutocoderApp, pilot: Pilot[str], clock: Clock, pace: Pace) -> None:
        self.app, self.pilot, self.clock, self.pace = app, pilot, clock, pace

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.02)

    async def until_shows(self, *texts: str) -> None:
        def shown() -> bool:
            text = screen_of(self.app).text
            return all(it in text for it in texts)

        try:
            await self.until(shown)
        except TimeoutError:
            raise TimeoutError(f"{texts} not in\n{screen_of(self.app).text}") from None

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause()

    async def look(self, *, notices: bool = False, still: float = _STILL) -> Screen:
        """The screen as soon as it stays as it is for `still` seconds; without notices, which go
        by themselves."""
        before, since = None, time.monotonic()
        async with asyncio.timeout(30):
            while True:
                await self.pilot.pause()
                if not notices:
                    self.app.clear_notifications()
                for widget in self.app.screen.query(Widget):
                    if getattr(widget, "cursor_blink", False):
                        widget.cursor_blink = False  # type: ignore[attr-defined]
                if self.app.runner.running:  # as it does in its own time
                    self.app.main.query_one(Meters).show_run(self.app.runner.state, self.clock.now)
                now = screen_of(self.app, without_times)
                asked = time.monotonic()
                if now != before or self._colours():
                    before, since = now, asked
                elif asked - since > still:
                    return now
                await asyncio.sleep(_NAP)
                # On a busy machine standing still means little.
                since += max(0.0, time.monotonic() - asked - 2 * _NAP)

    def _colours(self) -> bool:
        """Whether a diff that is shown is still being coloured."""
        review = self.app.main.query_one(ReviewPane).review
        shown = [it for it in self.app.main.query(DiffView) if it.region.height]
        return review is not None and not all(it.coloured for it in shown)


@contextmanager
def _fixed(clock: Clock, pace: Pace, home: Path, *, no_color: bool) -> Iterator[None]:
    """The surroundings of the program for as long as the context lasts."""
    person = {"NAME": "you", "EMAIL": "you@localhost", "DATE": _EPOCH}
    git = {f"GIT_{who}_{what}": person[what] for who in ("AUTHOR", "COMMITTER") for what in person}
    surroundings = {
        "HOME": str(home), "TZ": "UTC", "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1", **git,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip

    async def paced(answer: server._Answer, begun: float, count: int) -> None:
        await pace.wait(answer, count)

    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, surroundings))
        os.environ.pop("NO_COLOR", None)
        if no_color:
            os.environ["NO_COLOR"] = "1"
        time.tzset()
        stack.callback(time.tzset)
        for name in _TIMED:
            module = importlib.import_module(f"autocoder_tui.{name}")
            stack.enter_context(patch.object(module, "time", clock))
        # The name of a check's folder is in what it prints, and so in what is sent and counted.
        names = (f"{number:08}" for number in count())
        stack.enter_context(patch.object(tempfile, "_get_candidate_names", lambda: names))
        # What closes checks off is another program on each machine, or is not there.
        stack.enter_context(patch.object(sandbox, "_starts", lambda _: False))
        for place in (session, project_demo):
            stack.enter_context(patch.object(place, "DEMO_CHECKS", _CHECKS))
        stack.enter_context(patch.object(server._Answer, "_keep_pace", paced))
        yield


@asynccontextmanager
async def on_stage(
    make_setup: Callable[[Path], Setup],
    size: tuple[int, int],
    *,
    wants: Wish | None = None,
    no_color: bool = False,
) -> AsyncIterator[Stage]:
    """The app on what `make_setup` gives for an empty home; `wants` opens a project's steps."""
    clock, pace = Clock(), Pace()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        with _fixed(clock, pace, home, no_color=no_color):
            app = AutocoderApp(make_setup(home))
            app.animation_level = "none"
            if wants is not None:
                app.project.wanted(wants)
            async with app.run_test(size=size, notifications=True) as pilot:
                stage = Stage(app, pilot, clock, pace)
                await stage.until(lambda: app.chosen is not None)
                header = app.main.query_one(HeaderLine)
                await stage.until(lambda: header.project)
                yield stage
                pace.allow(10**9)
                app.runner.stop()
                await stage.until(lambda: not app.runner.running)


def setup_at(home: Path, *flags: str) -> Setup:
    """What the command line makes of `flags` in the surroundings of the stage."""
    passed = ("PATH", "HOME", "TZ", *(name for name in os.environ if name.startswith("GIT_")))
    return setup_for(home, *flags, environ={name: os.environ[name] for name in passed})


def demo_at(theme: str) -> Callable[[Path], Setup]:
    """The demo, on a copy of its sample in ~/shop."""

    def made(home: Path) -> Setup:
        def copied() -> Path:
            root = home / "shop"
            copy_sample(root)
            make_repository(root)
            return root

        with patch.object(session, "fresh_copy", copied):
            return session.demo_setup(setup_at(home, "--demo", "--theme", theme))

    return made
