"""The panel of steps of the real App: run, one at a time, edited, reviewed, skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.ui.screens.dialogs.choice import Choice
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.screens.step_conversation import StepConversation
from autocoder_tui.ui.screens.step_question import StepQuestion
from autocoder_tui.ui.widgets.plain_area import PlainArea
from autocoder_tui.ui.widgets.stream.view import StreamView
from tests.ui.driving import NARROW, WIDE, framed, serving, until
from tests.ui.steps import (
    ASK,
    LOOK,
    OFFER,
    WRITE,
    accept_all,
    agree,
    at_the_steps,
    listens,
    opened,
    own_steps,
    short_pauses,
    states,
    step,
)
from tests.ui.test_recovery import texts

__all__ = ["short_pauses"]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_from_a_prompt_to_a_file(tmp_path: Path, size: tuple[int, int]) -> None:
    async with serving(tmp_path, [framed("hello.py", "print('hello')\n")], size=size) as (
        app,
        pilot,
        server,
    ):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("f12")
        await until(pilot, lambda: app.project.progress is not None)
        await at_the_steps(app, pilot)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        choice = app.screen
        assert isinstance(choice, Choice)
        await pilot.press(next(one.key for one in choice._choices if one.value == "lite"))
        await at_the_steps(app, pilot)
        await until(pilot, lambda: "lite" in texts(app))
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press(*"Say hello", "ctrl+s")
        await until(pilot, lambda: states(app)[0] in ("running", "done"))
        await accept_all(app, pilot)
        await until(pilot, lambda: states(app) == ["done", "done"])
        await until(pilot, lambda: "all done" in texts(app))
        assert app.main.query_one(StreamView).text
    project = tmp_path / "project"
    assert (project / "hello.py").read_text() == "print('hello')\n"
    assert (project / ".autocoder" / "prompt").read_text() == "Say hello\n"
    assert len(server.requests) == 1


async def test_questions_reviews_and_the_steps_after_them(tmp_path: Path) -> None:
    own_steps(tmp_path, first=ASK, second=WRITE, third=OFFER, fourth=LOOK)
    async with opened(tmp_path) as (app, pilot, server):
        await pilot.press("r")
        await agree(app, pilot, 4)
        await until(pilot, lambda: listens(app, StepQuestion))
        assert "asks you something" in texts(app)
        await pilot.press("2")
        await accept_all(app, pilot)
        await until(pilot, lambda: states(app) == ["done"] * 4)
        await at_the_steps(app, pilot)
        assert step(app, 0).output == "a greeting for a friend"
        assert step(app, 2).output == "wrote hello.py"
        assert len(server.requests) == 2
        await pilot.press("home", "v")
        await until(pilot, lambda: isinstance(app.screen, StepConversation))
        shown = app.screen.query_one(PlainArea).text
        assert "Greet a friend" in shown
        assert "a greeting for a friend" in shown
        await pilot.press("escape")
        await at_the_steps(app, pilot)
    assert (tmp_path / "project" / "hello.py").is_file()


async def test_one_step_at_a_time_with_an_output_edited(tmp_path: Path) -> None:
    own_steps(tmp_path, first=ASK, second=WRITE, third=OFFER)
    async with opened(tmp_path) as (app, pilot, server):
        await pilot.press("o")
        await agree(app, pilot, 3)
        await until(pilot, lambda: listens(app, StepQuestion))
        await pilot.press(*"my cat", "enter")
        await until(pilot, lambda: states(app) == ["done", "waiting", "waiting"])
        await at_the_steps(app, pilot)
        await until(pilot, lambda: not app.project.running)
        await pilot.press("home", "e")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        assert app.screen.query_one(PlainArea).text == "a greeting for my cat"
        await pilot.press("end", *", and the dog", "ctrl+s")
        await until(pilot, lambda: step(app, 0).output.endswith("and the dog"))
        await pilot.press("o")
        await until(pilot, lambda: states(app)[1] == "done" and not app.project.running)
        assert "and the dog" in server.requests[-1].messages[-1]["content"]
        assert not (tmp_path / "project" / "hello.py").exists()
        # Again from the first: what came of the second is there, and stale.
        await pilot.press("home", "a")
        await until(pilot, lambda: listens(app, StepQuestion))
        assert states(app) == ["running", "stale", "waiting"]
        await pilot.press("ctrl+s")
        await accept_all(app, pilot)
        await until(pilot, lambda: states(app) == ["done"] * 3)
        assert step(app, 0).output == "a greeting for nobody"


async def test_a_proposal_that_is_rejected_whole_is_decided_on(tmp_path: Path) -> None:
    own_steps(tmp_path, first=WRITE, second=OFFER, third=LOOK)
    async with opened(tmp_path) as (app, pilot, _):
        await pilot.press("r")
        await agree(app, pilot, 3)
        await until(pilot, lambda: app.main.pane == "review")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("R", "enter")
        await until(pilot, lambda: states(app) == ["done"] * 3)
        assert step(app, 1).output == "wrote "
    assert not (tmp_path / "project" / "hello.py").exists()


async def test_feedback_on_a_proposal_is_still_the_proposal(tmp_path: Path) -> None:
    own_steps(tmp_path, first=WRITE, second=OFFER, third=LOOK)
    async with opened(tmp_path) as (app, pilot, server):
        await pilot.press("r")
        await agree(app, pilot, 3)
        await until(pilot, lambda: app.main.pane == "review")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        before = app.review_session
        await pilot.press("r", "N")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press(*"Shorter", "ctrl+s")
        await until(pilot, lambda: len(server.requests) == 2)
        await until(pilot, lambda: app.review_session is not before)
        assert app.project.running
        assert states(app) == ["done", "running", "waiting"]
        await accept_all(app, pilot)
        await until(pilot, lambda: states(app) == ["done"] * 3)
        assert step(app, 1).output == "wrote hello.py"
    assert (tmp_path / "project" / "hello.py").is_file()


async def test_a_proposal_that_had_to_make_room_stays_open(tmp_path: Path) -> None:
    own_steps(tmp_path, first=WRITE, second=OFFER, third=LOOK)
    async with opened(tmp_path) as (app, pilot, _):
        await pilot.press("r")
        await agree(app, pilot, 3)
        await until(pilot, lambda: app.main.pane == "review")
        await pilot.press("f3")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "requirements")
        await pilot.press(*"Something else", "ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("r")
        await until(pilot, lambda: states(app) == ["done"] * 3)
        assert any("took the place" in line for line in app.main.log_lines)
    assert not (tmp_path / "project" / "hello.py").exists()


async def test_a_step_is_skipped(tmp_path: Path) -> None:
    own_steps(tmp_path, first=LOOK, second=LOOK, third=LOOK)
    async with opened(tmp_path) as (app, pilot, _):
        await pilot.press("o")
        await agree(app, pilot, 3)
        await until(pilot, lambda: states(app)[0] == "done" and not app.project.running)
        await at_the_steps(app, pilot)
        await pilot.press("home", "down", "s")
        await until(pilot, lambda: states(app)[1] == "skipped")
        await pilot.press("r")
        await until(pilot, lambda: states(app) == ["done", "skipped", "done"])
