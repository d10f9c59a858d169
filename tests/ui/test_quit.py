"""What is asked before something would be lost, and what was asked for and what was not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from autocoder_tui.demo.script import Reply
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.reader import journals
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.quit import QuitQuestion
from autocoder_tui.ui.keymap import checked_keys
from autocoder_tui.ui.screens import hidden_panes
from autocoder_tui.ui.screens.recovered import RecoveredRuns
from autocoder_tui.ui.widgets.log.view import LogView
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import NARROW, driven, framed, serving, setup_for, there, until
from tests.watched_server import HeldServer

TWO = Reply(framed("code.txt", "new\n").text + framed("other.txt", "other\n").text)


@asynccontextmanager
async def reviewing(folder: Path, *flags: str) -> AsyncIterator[tuple[AutocoderApp, Pilot[str]]]:
    async with serving(folder, [TWO], "-r", "x", *flags) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        yield app, pilot


async def test_a_proposal_is_no_reason_to_ask_for_it_is_kept(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as (app, pilot):
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)
    assert History(tmp_path / "state").get("last").reply == TWO.text


async def test_where_history_is_off_quitting_asks_once_about_a_proposal(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[history]\nenabled = false\n")
    async with reviewing(tmp_path) as (app, pilot):
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert len(app.screen_stack) == 2
        await pilot.press("q")
        await pilot.pause()


async def test_quitting_in_a_run_asks_and_the_next_start_offers_it(tmp_path: Path) -> None:
    slow = Reply("word " * 2000, delay=0.01)
    async with serving(tmp_path, [slow], "-r", "x") as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(app.runner.state.text) > 20)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    (run,) = History(tmp_path / "state").list(offered=True)
    assert run.status == "cancelled"
    assert run.characters > 20
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, RecoveredRuns))
        await until(pilot, lambda: app.focused is not None and app.focused.id == "recovered-review")


async def test_only_what_was_asked_for_is_accepted_with_everything(tmp_path: Path) -> None:
    async with reviewing(tmp_path, "-o", "code.txt") as (app, pilot):
        pane = app.main.query_one(ReviewPane)
        await pilot.press("ctrl+a")
        await until(pilot, lambda: pane.review is not None and pane.review.counts.accepted)
        assert pane.review is not None
        assert pane.review.file("code.txt").counts.accepted == 1
        assert pane.review.file("other.txt").counts.undecided == 1
        assert any(
            "not asked for" in text for text in there(app.review_session).warnings["other.txt"]
        )


async def test_the_log_is_wrapped_to_its_width(tmp_path: Path) -> None:
    line = "word " * 60 + "end"
    async with driven(setup_for(tmp_path), NARROW) as (app, pilot):
        app.action_show_pane("log")
        log = app.main.query_one(LogView)
        await until(pilot, lambda: log.size.width)
        app.main.log_line(line)
        for size in (NARROW, (120, 40), (60, 20)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: log.rows)
            await pilot.pause()
            room = log.size.width - len("00:00:00 ") - 1
            assert all(len(row.text) <= room for row in log.rows)
            text = " ".join(row.text.strip() for row in log.rows)
            assert text.endswith(line)


def test_keys_that_cannot_work_are_named_and_left_as_they_were() -> None:
    wanted = {"run.start": "f6, ctrl+shift+z", "run.strat": "f7", "run.stop": "ctrl+nokey"}
    usable, problems = checked_keys({**wanted, "write.undo": "]", "review.copy": "question_mark"})
    assert usable == {
        "run.start": "f6,ctrl+shift+z",
        "write.undo": "]",
        "review.copy": "question_mark",
    }
    assert len(problems) == 2
    assert '"run.start"' in problems[0]
    assert '"ctrl+nokey"' in problems[1]


async def test_quitting_in_mid_stream_keeps_all_that_came(tmp_path: Path) -> None:
    half = framed("out.txt", "line\n" * 40, stall="middle", cut_after=150)
    async with serving(tmp_path, [half], "-r", "x") as (app, pilot, _):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.runner.state.text_length == 150)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        await pilot.press("q")
        await pilot.pause()
    kept = History(tmp_path / "state").get("last")
    assert (kept.reply, kept.status) == (half.text[:150], "cancelled")
    assert journals(tmp_path / "state") == []


async def test_the_question_says_so_when_the_run_ends_meanwhile(tmp_path: Path) -> None:
    held = Reply(framed("code.txt", "new\n" * 40 + "\0").text, chunk_size=8)
    async with HeldServer([held]) as server:
        flags = ("--base-url", server.base_url, "-m", "test-model", "-r", "x")
        async with driven(setup_for(tmp_path, *flags)) as (app, pilot):
            await _quit_is_asked_about(app, pilot, server)


async def _quit_is_asked_about(app: AutocoderApp, pilot: Pilot[str], server: HeldServer) -> None:
    await until(pilot, lambda: app.recovery.done)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: app.runner.running and len(app.runner.state.text) > 5)
    await pilot.press("ctrl+q")
    await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
    assert title(app) == "A run is under way"
    server.go_on()
    await until(pilot, lambda: not app.runner.running)
    await until(pilot, lambda: title(app) == "It has ended meanwhile")
    # Enter, pressed by reflex, does not quit.
    await pilot.press("enter")
    await until(pilot, lambda: app.screen is app.main)
    assert app.is_running


def title(app: AutocoderApp) -> str:
    return str(app.screen.query_one(".dialog").border_title)


async def test_an_end_before_the_hidden_panes_are_there_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project").mkdir()
    app = AutocoderApp(setup_for(tmp_path))
    panes_of, left = hidden_panes.hidden_panes, []

    def panes(*arguments: Any) -> Any:
        app.exit()
        left.append(panes_of(*arguments))
        return left[-1]

    monkeypatch.setattr(hidden_panes, "hidden_panes", panes)
    async with app.run_test() as pilot:
        await until(pilot, lambda: left and not app.is_running)
    assert app.ending.crash is None
    assert app.return_code == 0
