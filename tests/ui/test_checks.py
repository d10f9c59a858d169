"""A proposal is tried with one key in the review, and what fails leads back."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from autocoder_tui.config.project_file import PROJECT_FILE
from autocoder_tui.demo.script import Script
from autocoder_tui.store.project_checks import ProjectChecks
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.widgets.check.pane import CheckPane
from autocoder_tui.ui.widgets.review.check_line import CheckLine
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.tab_strip import TabStrip
from tests.check.places import project, seen
from tests.check.test_untouched import alive, left_over
from tests.ui.driving import framed, serving, until
from tests.watched_server import WatchedServer

SUITE = f"{shlex.quote(sys.executable)} -m unittest"
WRONG = "# changed\ndef total(items):\n    return len(items)\n"
RIGHT = "# changed\ndef total(items):\n    return 0 + sum(items)\n"


@asynccontextmanager
async def reviewing(
    folder: Path, script: Script, command: str | None = SUITE, more: str = ""
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str], WatchedServer]]:
    """The App with the proposal of the first reply under review, on a project with a suite."""
    root = project(folder / "project")
    if command is not None:
        text = f"[check]\ncommands = [{json.dumps(command)}]\n{more}"
        (root / PROJECT_FILE).write_text(text)
    flags = ("-r", "sum", "-i", "shop.py")
    async with serving(folder, script, *flags) as (app, pilot, server):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        yield app, pilot, server


async def say_yes(app: AutocoderApp, pilot: Pilot[str]) -> str:
    """Confirm the commands; what the question says."""
    await until(pilot, lambda: isinstance(app.screen, Question))
    text = str(app.screen.query_one(".dialog-text", Static).content)
    await pilot.press("r")
    return text


def line(app: AutocoderApp) -> str:
    return app.main.query_one(CheckLine).text


async def test_a_check_fails_leads_to_the_line_and_goes_back(tmp_path: Path) -> None:
    script = [framed("shop.py", WRONG), framed("shop.py", RIGHT)]
    async with reviewing(tmp_path, script) as (app, pilot, server):
        before = seen(app.root)
        await pilot.press("C")
        asked = await say_yes(app, pilot)
        assert SUITE in asked
        assert PROJECT_FILE in asked
        assert "temporary copy" in asked
        await until(pilot, lambda: line(app).startswith("✗"), 60)
        assert "1 test failed; without the proposal it passes" in line(app)
        assert seen(app.root) == before
        # Into the output, and from there to the place.
        await pilot.press("f7")
        view = app.main.query_one(CheckPane).keyboard_view
        await until(pilot, lambda: app.focused is view)
        assert any("AssertionError" in row.text for row in view.lines)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "assertEqual" in str(app.screen.query_one(".dialog-text", Static).content)
        await pilot.press("escape")
        # Back to the model.
        await pilot.press("B")
        await until(pilot, lambda: len(server.requests) == 2)
        assert "AssertionError" in json.dumps(server.requests[1].body)
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.file is not None and "0 + sum" in pane.file.after)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        assert line(app) == ""
        state = str(app.main.query_one("#check-state", Static).content)
        assert state.startswith("Of the proposal before: ✗")
        assert {strip.marks.get("check") for strip in app.main.query(TabStrip)} == {""}
        # Said yes to once, it runs without asking.
        await pilot.press("C")
        await until(pilot, lambda: line(app).startswith("✓"), 60)
        # Other verdicts, another result.
        await pilot.press("R")
        await until(pilot, lambda: line(app).startswith("· checked before"))
        await pilot.press("minus")
        await until(pilot, lambda: line(app).startswith("✓"))
        assert left_over() == []


async def test_a_place_in_a_changed_file_is_shown_in_the_diff(tmp_path: Path) -> None:
    broken = "# changed\ndef total(items):\n    return sum(items) + nothing\n"
    async with reviewing(tmp_path, [framed("shop.py", broken)]) as (app, pilot, _):
        await pilot.press("C")
        await say_yes(app, pilot)
        await until(pilot, lambda: line(app).startswith("✗"), 60)
        view = app.main.query_one(CheckPane).keyboard_view
        assert view.lines[view.cursor].path == "shop.py"
        await pilot.press("f7")
        await until(pilot, lambda: app.focused is view)
        await pilot.press("enter")
        await until(pilot, lambda: app.main.pane == "review")
        diff = app.main.query_one(ReviewPane).diff
        await until(pilot, lambda: app.focused is diff and diff.cursor == 0)


async def test_it_is_stopped_with_all_it_started_and_the_screen_stays_alive(
    tmp_path: Path,
) -> None:
    command = "setsid sleep 61.375 & yes 'much to show' & sleep 61.375"
    async with reviewing(tmp_path, [framed("shop.py", WRONG)], command) as (app, pilot, _):
        before = seen(app.root)
        await pilot.press("C")
        await say_yes(app, pilot)
        view = app.main.query_one(CheckPane).keyboard_view
        await until(pilot, lambda: any("much to show" in row.text for row in view.lines), 60)
        # Keys of the review are answered while the output pours in.
        await pilot.press("a")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.review is not None and pane.review.counts.accepted)
        await pilot.press("escape")
        await until(pilot, lambda: not app.proposal_check.running)
        assert line(app) == ""
        # It was of the proposal that is still under review.
        state = str(app.main.query_one("#check-state", Static).content)
        assert state == "Stopped. The copy was removed."
        assert alive("sleep 61.375") == []
        assert left_over() == []
        assert seen(app.root) == before


async def test_the_end_of_the_program_ends_the_check(tmp_path: Path) -> None:
    command = "echo begun; sleep 61.625"
    async with reviewing(tmp_path, [framed("shop.py", WRONG)], command) as (app, pilot, _):
        await pilot.press("C")
        await say_yes(app, pilot)
        view = app.main.query_one(CheckPane).keyboard_view
        await until(pilot, lambda: any(row.text == "begun" for row in view.lines), 60)
    assert alive("sleep 61.625") == []
    assert left_over() == []


async def test_a_project_file_is_not_trusted_by_itself(tmp_path: Path) -> None:
    script = [framed("shop.py", WRONG)]
    async with reviewing(tmp_path, script, "touch /tmp/ran") as (app, pilot, _):
        await pilot.press("C")
        await until(pilot, lambda: isinstance(app.screen, Question))
        # Enter alone is no yes.
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        assert not app.proposal_check.running
        assert line(app) == ""


async def test_without_commands_some_are_suggested_and_remembered(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [framed("shop.py", RIGHT)], None) as (app, pilot, _):
        await pilot.press("C")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        assert app.screen.typed == "python3 -m unittest discover"  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await say_yes(app, pilot)
        await until(pilot, lambda: not app.proposal_check.running and line(app), 60)
        remembered = ProjectChecks(app.setup.places.state, app.root)
        assert remembered.named == ("python3 -m unittest discover",)


@pytest.mark.parametrize(("reply", "passes"), [(RIGHT, True), (WRONG, False)])
async def test_nothing_is_written_before_it_has_passed(
    tmp_path: Path, reply: str, passes: bool
) -> None:
    more = "check_before_accept = true\n"
    async with reviewing(tmp_path, [framed("shop.py", reply)], more=more) as (app, pilot, _):
        before = (app.root / "shop.py").read_text()
        await pilot.press("A")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.review is not None and not pane.review.counts.undecided)
        await pilot.press("enter")
        await say_yes(app, pilot)
        if passes:
            await until(pilot, lambda: (app.root / "shop.py").read_text() == reply, 60)
            return
        await until(pilot, lambda: isinstance(app.screen, Question), 60)
        assert "1 test failed" in str(app.screen.query_one(".dialog-text", Static).content)
        assert (app.root / "shop.py").read_text() == before
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        await asyncio.sleep(0.1)
        assert (app.root / "shop.py").read_text() == before
