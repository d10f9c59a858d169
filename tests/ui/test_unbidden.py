"""What comes by itself takes no key from what is being written."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from autocoder_tui.demo.script import Received, Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import driven, framed, setup_for, until


@asynccontextmanager
async def written_in(
    folder: Path, field: str, reply: Reply
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str]]]:
    """A run whose reply begins when the keyboard has gone to `field`."""

    def answer(request: Received) -> Reply:
        if len(server.requests) == 1:
            return error_reply(503, "Busy.", headers={"Retry-After": "0"})
        app.main.query_one(f"#{field}").focus()
        return reply

    async with DemoServer(answer) as server:
        setup = setup_for(folder, "--base-url", server.base_url, "-m", "test-model", "-r", "x")
        async with driven(setup) as (app, pilot):
            await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.runner.state.status == "completed")
            yield app, pilot


def has_keyboard(app: AutocoderApp, widget: str) -> bool:
    return app.focused is not None and app.focused.id == widget


@pytest.mark.parametrize("field", ["requirements", "target"])
async def test_a_proposal_waits_where_something_is_being_written(
    tmp_path: Path, field: str
) -> None:
    async with written_in(tmp_path, field, framed("code.txt", "new\n")) as (app, pilot):
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: any("F5 reviews it" in line for line in app.main.log_lines))
        await pilot.press("a", "A")
        written = app.main.query_one(f"#{field}")
        assert isinstance(written, Input | TextArea)
        assert "aA" in (written.value if isinstance(written, Input) else written.text)
        assert pane.review is not None
        assert pane.review.counts.undecided == 1
        await pilot.press("f5")
        await until(pilot, lambda: has_keyboard(app, "diff"))
        await pilot.press("a")
        await until(pilot, lambda: pane.review is not None and pane.review.counts.accepted == 1)


async def test_a_proposal_that_comes_while_the_keyboard_is_on_its_way_is_shown(
    tmp_path: Path,
) -> None:
    """The pane asked for last has the keyboard, even if it is still to be drawn."""
    setup = setup_for(tmp_path, "--base-url", "http://127.0.0.1:9/v1", "-m", "m")
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: has_keyboard(app, "requirements"))
        assert not app.main.offer("review")
        app.main.show("output")
        assert has_keyboard(app, "requirements")
        assert app.main.offer("notes")
        await until(pilot, lambda: has_keyboard(app, "notes"))
        app.main.show("requirements")
        assert has_keyboard(app, "notes")
        assert not app.main.offer("review")
        await until(pilot, lambda: has_keyboard(app, "requirements"))


async def test_words_without_a_file_leave_the_keyboard_where_it_is(tmp_path: Path) -> None:
    async with written_in(tmp_path, "target", Reply("Nothing to do.")) as (app, pilot):
        await until(pilot, lambda: any("no file" in line for line in app.main.log_lines))
        await pilot.pause()
        assert has_keyboard(app, "target")
        assert app.main.pane == "output"


async def test_a_dialog_that_opens_by_itself_waits_for_a_pause_in_typing(tmp_path: Path) -> None:
    opened: list[float] = []

    class Noted(Question):
        def on_mount(self) -> None:
            opened.append(time.monotonic())

    async with driven(setup_for(tmp_path)) as (app, pilot):
        await pilot.press("h")
        pressed = app.last_typed_at = time.monotonic() + 0.3
        question = Noted(
            "Sure?",
            "It costs.",
            (Answer("yes", "Yes", "y"), Answer("no", "No", "n", harmless=True)),
        )
        asked: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def ask() -> None:
            asked.set_result(await app.ask_unbidden(question))

        app.run_worker(ask())
        await until(pilot, lambda: opened)
        assert opened[0] >= pressed + 1
        await pilot.press("y")
        assert await asyncio.wait_for(asked, 15) == "yes"
