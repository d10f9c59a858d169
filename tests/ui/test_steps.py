"""The panel of steps of the real App: run, paused, stopped, edited, reviewed, gone on with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from autocoder_tui.demo.script import Received, Reply, Script
from autocoder_tui.steps.progress import StepProgress
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.project_opening import Wish
from autocoder_tui.ui.screens.dialogs.choice import Choice
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.screens.shown_text import ShownText
from autocoder_tui.ui.screens.step_conversation import StepConversation
from autocoder_tui.ui.screens.step_question import StepQuestion
from autocoder_tui.ui.terminal import key_queue
from autocoder_tui.ui.widgets.plain_area import PlainArea
from autocoder_tui.ui.widgets.stream.view import StreamView
from tests.ui.driving import NARROW, WIDE, driven, framed, serving, setup_for, until
from tests.ui.test_recovery import texts
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


async def agree(app: AutocoderApp, pilot: Pilot[str], count: int) -> None:
    """Say yes to the steps of the project, each of which is shown."""
    for _ in range(count):
        await until(pilot, lambda: isinstance(app.screen, ShownText))
        before = app.screen
        await pilot.press("y")
        await _until_gone(app, pilot, before)


async def _until_gone(app: AutocoderApp, pilot: Pilot[str], screen: Screen[object]) -> None:
    await until(pilot, lambda: app.screen is not screen)


async def at_the_steps(app: AutocoderApp, pilot: Pilot[str]) -> None:
    await until(pilot, lambda: app.screen is app.main and app.main.pane == "steps")


async def accept_all(app: AutocoderApp, pilot: Pilot[str]) -> None:
    await until(pilot, lambda: app.review_session is not None)
    await until(pilot, lambda: app.main.pane == "review" or app.main.pane == "steps")
    if app.main.pane != "review":
        await pilot.press("f5")
    await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
    await pilot.press("A", "enter")


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
        await until(pilot, lambda: isinstance(app.screen, StepQuestion))
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
        await until(pilot, lambda: isinstance(app.screen, StepQuestion))
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
        await until(pilot, lambda: isinstance(app.screen, StepQuestion))
        assert states(app) == ["running", "stale", "waiting"]
        await pilot.press("ctrl+s")
        await accept_all(app, pilot)
        await until(pilot, lambda: states(app) == ["done"] * 3)
        assert step(app, 0).output == "a greeting for nobody"


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


async def test_a_question_can_be_left_and_is_asked_again(tmp_path: Path) -> None:
    own_steps(tmp_path, first=ASK)
    async with opened(tmp_path) as (app, pilot, server):
        await pilot.press("r")
        await agree(app, pilot, 1)
        await until(pilot, lambda: isinstance(app.screen, StepQuestion))
        await pilot.press("escape")
        await until(pilot, lambda: states(app) == ["stopped"] and not app.project.running)
        assert not server.requests
        await at_the_steps(app, pilot)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, StepQuestion))
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
        await until(pilot, lambda: isinstance(app.screen, StepQuestion))
        await until(pilot, lambda: "left unanswered" in texts(app))
        await pilot.press("enter")
        await until(pilot, lambda: states(app) == ["done"])
        assert step(app, 0).output == "said: "


async def test_no_to_a_step_of_the_project_runs_nothing(tmp_path: Path) -> None:
    own_steps(tmp_path, first=LOOK)
    async with opened(tmp_path) as (app, pilot, _):
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ShownText))
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
        await until(pilot, lambda: isinstance(app.screen, Question))
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
