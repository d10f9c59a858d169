"""The panel of steps where something stops them: Esc, a question, a cap, another program."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from textual.widgets import Input

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.unbidden import UnbiddenQuestion
from autocoder_tui.ui.screens.shown_text import ShownText
from autocoder_tui.ui.screens.step_question import StepQuestion
from autocoder_tui.ui.widgets.plain_area import PlainArea
from autocoder_tui.ui.widgets.stream.view import StreamView
from tests.ui.driving import driven, framed, setup_for, until
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


async def test_esc_stops_a_step_and_r_goes_on_without_paying_twice(tmp_path: Path) -> None:
    own_steps(tmp_path, first=WRITE, second=OFFER)
    stalled = True

    def stalls(received: Received) -> Reply:
        nonlocal stalled
        if stalled:
            stalled = False
            text = framed("hello.py", "print(1)\nprint(2)\nprint(3)\n").text
            return Reply(text, stall="middle", cut_after=45)
        return Reply("print(2)\nprint(3)\n</file>\n")

    async with opened(tmp_path, script=stalls) as (app, pilot, server):
        await pilot.press("r")
        await agree(app, pilot, 2)
        await until(pilot, lambda: "print(1)" in app.main.query_one(StreamView).text)
        await pilot.press("escape")
        await until(pilot, lambda: states(app)[0] == "stopped" and not app.project.running)
        await until(pilot, lambda: "stopped: r goes on" in texts(app))
        await pilot.press("r")
        await accept_all(app, pilot)
        await until(pilot, lambda: states(app) == ["done", "done"])
        assert len(server.requests) == 2
    text = (tmp_path / "project" / "hello.py").read_text()
    assert text.count("print(1)") == 1
    assert text.endswith("print(3)\n")


async def test_the_step_that_runs_is_skipped_and_the_others_go_on(tmp_path: Path) -> None:
    own_steps(tmp_path, first=ASK, second=LOOK)
    stalls = Reply("a greet", stall="middle", cut_after=5)
    async with opened(tmp_path, script=[stalls]) as (app, pilot, _):
        await pilot.press("r")
        await agree(app, pilot, 2)
        await until(pilot, lambda: listens(app, StepQuestion))
        await pilot.press("1")
        await until(pilot, lambda: app.text_calls.running)
        await at_the_steps(app, pilot)
        await pilot.press("home", "s")
        await until(pilot, lambda: states(app) == ["skipped", "done"])


async def test_the_cap_of_the_session_holds(tmp_path: Path) -> None:
    own_steps(tmp_path, first=WRITE)
    async with opened(tmp_path) as (app, pilot, server):
        limits = replace(app.setup.limits, max_session_cost_usd=Decimal(1))
        app.setup = replace(app.setup, limits=limits)
        await pilot.press("r")
        # The price of this model is not known, so no cap can hold.
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "price" in texts(app)
        await pilot.press("d")
        await at_the_steps(app, pilot)
        assert states(app) == ["waiting"]
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert not server.requests
        await pilot.press("w")
        await agree(app, pilot, 1)
        await until(pilot, lambda: states(app) == ["done"])


async def test_leaving_while_a_step_asks_a_model_is_asked_about(tmp_path: Path) -> None:
    own_steps(tmp_path, first=WRITE)
    stalls = Reply("a", stall="middle", cut_after=1)
    async with opened(tmp_path, script=[stalls]) as (app, pilot, server):
        await pilot.press("r")
        await agree(app, pilot, 1)
        await until(pilot, lambda: server.requests)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "A step is under way" in texts(app)
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    log = next((tmp_path / "project" / ".autocoder" / "logs").glob("*/01-first.json"))
    assert json.loads(log.read_text())["state"] == "stopped"


async def test_a_question_can_be_left_and_is_asked_again(tmp_path: Path) -> None:
    own_steps(tmp_path, first=ASK)
    async with opened(tmp_path) as (app, pilot, server):
        await pilot.press("r")
        await agree(app, pilot, 1)
        await until(pilot, lambda: listens(app, StepQuestion))
        await pilot.press("escape")
        await until(pilot, lambda: states(app) == ["stopped"] and not app.project.running)
        assert not server.requests
        await at_the_steps(app, pilot)
        await pilot.press("r")
        await until(pilot, lambda: listens(app, StepQuestion))
        await pilot.press(*"us")
        await until(pilot, lambda: app.screen.query_one(Input).value == "us")
        await pilot.press("enter")
        await until(pilot, lambda: states(app) == ["done"])


OPEN_QUESTION = '''\
async def {name}(context):
    """Ask for a word."""
    return "said: " + await context.ask_person("A word?")
'''


async def test_a_question_without_an_assumption_may_be_left_unanswered(tmp_path: Path) -> None:
    own_steps(tmp_path, first=OPEN_QUESTION)
    async with opened(tmp_path) as (app, pilot, _):
        await pilot.press("r")
        await agree(app, pilot, 1)
        await until(pilot, lambda: listens(app, StepQuestion))
        await until(pilot, lambda: "left unanswered" in texts(app))
        await pilot.press("enter")
        await until(pilot, lambda: states(app) == ["done"])
        assert step(app, 0).output == "said: "


async def test_no_to_a_step_of_the_project_runs_nothing(tmp_path: Path) -> None:
    own_steps(tmp_path, first=LOOK)
    async with opened(tmp_path) as (app, pilot, _):
        await pilot.press("r")
        await until(pilot, lambda: listens(app, ShownText))
        assert "context" in app.screen.query_one(PlainArea).text
        await pilot.press("enter")
        await until(pilot, lambda: "nobody has said yes to" in "".join(app.main.log_lines))
        assert not app.project.running
        assert states(app) == ["waiting"]


async def test_a_run_of_earlier_is_offered_to_go_on(tmp_path: Path) -> None:
    own_steps(tmp_path, first=LOOK, second=LOOK)
    async with opened(tmp_path) as (app, pilot, _):
        await pilot.press("o")
        await agree(app, pilot, 2)
        await until(pilot, lambda: states(app)[0] == "done" and not app.project.running)
    async with opened(tmp_path, steps="") as (app, pilot, _):
        await until(pilot, lambda: listens(app, UnbiddenQuestion))
        assert "stopped at the step second" in texts(app)
        await pilot.press("g")
        await until(pilot, lambda: states(app) == ["done", "done"])
    async with opened(tmp_path, steps="", resume=True) as (app, pilot, _):
        await until(pilot, lambda: "all done" in texts(app))
        assert not app.project.running


async def test_two_programs_do_not_work_in_one_project(tmp_path: Path) -> None:
    own_steps(tmp_path, first=LOOK, second=LOOK)
    async with opened(tmp_path) as (app, pilot, _):
        await pilot.press("o")
        await agree(app, pilot, 2)
        await until(pilot, lambda: states(app)[0] == "done" and not app.project.running)
        setup = setup_for(tmp_path, "--base-url", "http://127.0.0.1:9/v1", "-m", "test-model")
        async with driven(setup) as (other, pilot_of_other):
            await until(pilot_of_other, lambda: other.recovery.done)
            await pilot_of_other.press("f12")
            await until(pilot_of_other, lambda: "is at work in" in texts(other))
