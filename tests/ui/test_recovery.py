"""Runs left behind by a program that died, offered by the next one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.events import Event, FileProposed, RunFinished, TextDelta
from autocoder_tui.engine.request import Limits
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.runs.preparation import Job, prepare
from autocoder_tui.runs.restore import begin_journal
from autocoder_tui.runs.setup import Setup, choose_model
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal import reader as journal_reading
from autocoder_tui.store.journal import recovery
from autocoder_tui.store.journal.reader import journals
from autocoder_tui.store.journal.recovery import Recovery, RecoveryProgress
from autocoder_tui.store.session import Session, claim
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.recovered import RecoveredRuns
from autocoder_tui.ui.widgets.header_line import HeaderLine
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.stream.view import StreamView
from tests.ui.driving import NARROW, WIDE, chosen_of, driven, framed, serving, setup_for, until
from tests.ui.test_session import AT, wanted

OLD = "".join(f"line {number}\n" for number in range(1, 31))
NEW = OLD.replace("line 3\n", "line three\n").replace("line 20\n", "line twenty\n")
WHOLE = f'<file path="a.txt">\n{NEW}</file>\n'
PROPOSED = FileProposed("a.txt", OLD, NEW, complete=True)


def left_behind(
    folder: Path,
    *events: Event,
    wish: str = "Count in words",
    review: dict[str, Any] | None = None,
    flags: tuple[str, ...] = AT,
) -> str:
    """What a killed program leaves of a run; returns the run's id."""
    project = folder / "project"
    project.mkdir(exist_ok=True)
    if not (project / "a.txt").exists():
        (project / "a.txt").write_text(OLD)
    setup = setup_for(folder, *flags)
    job = Job(setup.root, ("a.txt",), "a.txt", wish)
    prepared = prepare(job, choose_model(setup), Limits())

    def say(message: str) -> None:
        raise AssertionError(message)

    journal = begin_journal(History(folder / "state"), prepared, say)
    journal.append(events)
    if review is not None:
        journal.keep_review(review)
    journal.close()
    return prepared.request.run_id


def resuming(setup: Setup, reference: str) -> Setup:
    return replace(setup, task=replace(setup.task, resume=reference))


async def offered(app: AutocoderApp, pilot: Pilot[str]) -> None:
    await until(pilot, lambda: isinstance(app.screen, RecoveredRuns))
    await until(pilot, lambda: app.focused is not None and app.screen is app.focused.screen)


def texts(app: AutocoderApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def test_an_interrupted_run_is_offered_and_can_be_reviewed(tmp_path: Path) -> None:
    left_behind(tmp_path, TextDelta(WHOLE[:-40]))
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await offered(app, pilot)
        await until(pilot, lambda: "Count in words" in texts(app))
        assert "test-model" in texts(app)
        assert f"interrupted after {len(WHOLE) - 40:,} characters" in texts(app)
        await pilot.press("r")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.review is not None)
        assert app.main.query_one(StreamView).text == WHOLE[:-40]
        assert pane.file is not None
        assert not pane.file.complete
        assert app.job().requirements == "Count in words"
        assert (app.job().picks, app.job().target) == (("a.txt",), "a.txt")
        assert app.chosen is not None
        assert chosen_of(app).model.name == "test-model"
        assert app.runner.resumable
    # It was seen to: nobody asks again, but the review that was open is open again.
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        assert app.screen is app.main


async def test_a_long_wish_leaves_room_for_what_the_run_was(tmp_path: Path) -> None:
    left_behind(tmp_path, TextDelta(WHOLE[:-40]), wish="Count in words " * 40)
    async with driven(setup_for(tmp_path, *AT), (80, 24)) as (app, pilot):
        await offered(app, pilot)
        await until(pilot, lambda: "Count in words" in texts(app))
        assert sum("Count in words" in row for row in texts(app).splitlines()) == 1
        assert f"interrupted after {len(WHOLE) - 40:,} characters" in texts(app)


async def test_continue_completes_the_text(tmp_path: Path) -> None:
    cut = 150

    def rest(_: object) -> Reply:
        # From the line before the cut on, as it is asked to.
        return Reply(WHOLE[WHOLE.rindex("\n", 0, cut - 60) + 1 :])

    async with serving(tmp_path, rest) as (app, _, server):
        left_behind(
            tmp_path, TextDelta(WHOLE[:cut]), flags=("--base-url", server.base_url, "-m", "mine")
        )
        async with driven(setup_for(tmp_path)) as (again, pilot):
            await offered(again, pilot)
            await pilot.press("c")
            await until(pilot, lambda: again.main.query_one(ReviewPane).review is not None)
            assert again.runner.state.text == WHOLE
            assert len(server.requests) == 1
            assert app.chosen is not None
    (run,) = History(tmp_path / "state").list()
    assert (run.status, run.characters, run.offered) == ("finished", len(WHOLE), False)


async def test_verdicts_are_back_after_a_kill(tmp_path: Path) -> None:
    # What the program itself writes down is taken from a real review.
    async with serving(tmp_path, [Reply(WHOLE)], "-r", "x", "-i", "a.txt") as (app, pilot, _):
        (tmp_path / "project" / "a.txt").write_text(OLD)
        await until(pilot, lambda: app.session.ready)
        app.main.query_one("#files").set_picks(["a.txt"])  # type: ignore[attr-defined]
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("a", "r")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.review is not None and pane.review.counts.undecided == 0)
        await pilot.pause()
        (journal,) = (tmp_path / "state" / "journals").glob("*.jsonl")
        killed = journal.read_bytes()
        session = (next((tmp_path / "state" / "sessions").glob("*/slot-1.json"))).read_bytes()
        name = journal.name
        assert b"accepted" in killed.splitlines()[-1]
        assert b"line twenty" not in killed.splitlines()[-1], "texts are written once"
    # As if it had been killed with the review open.
    for file in (tmp_path / "state").glob("history*"):
        file.unlink()
    (tmp_path / "state" / "journals" / name).write_bytes(killed)
    next((tmp_path / "state" / "sessions").glob("*/slot-1.json")).write_bytes(session)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await offered(app, pilot)
        await until(pilot, lambda: "1 of 2 accepted, 1 rejected" in texts(app))
        await pilot.press("r")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.file is not None)
        assert pane.file is not None
        assert pane.file.verdicts == (Verdict.ACCEPTED, Verdict.REJECTED)


async def left_open(folder: Path) -> None:
    """Quit with a review open in which the first of two hunks is accepted."""
    left_behind(folder, TextDelta(WHOLE), PROPOSED, RunFinished(""))
    async with driven(setup_for(folder, *AT)) as (app, pilot):
        await offered(app, pilot)
        await pilot.press("r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("a")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.review is not None and pane.review.counts.accepted == 1)
        await pilot.press("ctrl+q")


async def test_an_open_review_is_open_again_after_quitting_with_its_verdicts(
    tmp_path: Path,
) -> None:
    await left_open(tmp_path)
    (tmp_path / "project" / "a.txt").write_text("inserted\n" + OLD)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.review is not None)
        assert app.screen is app.main
        assert pane.file is not None
        # What somebody else put there is a hunk of its own by now.
        assert pane.file.verdicts == (Verdict.UNDECIDED, Verdict.ACCEPTED, Verdict.UNDECIDED)
        await until(pilot, lambda: any("Changed on disk since" in x for x in app.main.log_lines))
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("w")
        await until(pilot, lambda: pane.written)
        await pilot.press("ctrl+q")
    new = (tmp_path / "project" / "a.txt").read_text()
    assert new == "inserted\n" + OLD.replace("line 3\n", "line three\n")
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        assert app.main.query_one(ReviewPane).review is None


async def test_a_run_started_at_once_is_not_covered_by_the_review_of_last_time(
    tmp_path: Path,
) -> None:
    await left_open(tmp_path)
    async with DemoServer([framed("b.txt", "new\n")]) as server:
        app = AutocoderApp(setup_for(tmp_path, "--base-url", server.base_url, "-m", "test-model"))
        # As if somebody had typed before the review of last time was looked up.
        app.last_typed_at = time.monotonic() + 3600
        async with app.run_test(notifications=True) as pilot:
            await until(pilot, lambda: app.chosen is not None and app.job().requirements)
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.runner.begun)
            app.last_typed_at = float("-inf")
            await until(pilot, lambda: app.recovery.done)
            assert any(
                "has replaced the review of last time" in line for line in app.main.log_lines
            )
            pane = app.main.query_one(ReviewPane)
            await until(pilot, lambda: pane.file is not None)
            assert pane.file is not None
            assert pane.file.path == "b.txt"


@pytest.mark.parametrize("key", ["l", "escape"])
async def test_later_asks_again_and_discard_asks_first(tmp_path: Path, key: str) -> None:
    run_id = left_behind(tmp_path, TextDelta(WHOLE[:99]))
    left_behind(tmp_path, TextDelta(WHOLE[:77]), wish="Another wish")
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await offered(app, pilot)
        await until(pilot, lambda: "2 runs" in texts(app))
        await pilot.press(key)
        await until(pilot, lambda: app.screen is app.main)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await offered(app, pilot)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("enter")  # a reflex goes back
        await offered(app, pilot)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("y")
        await offered(app, pilot)
        await until(pilot, lambda: "A run in this project" in texts(app))
        await pilot.press("escape")
    history = History(tmp_path / "state")
    assert {run.name for run in history.list()} == {"Count in words", "Another wish"}
    assert [run.run_id for run in history.list(offered=True)] == [run_id]


async def test_what_needs_nothing_is_not_offered(tmp_path: Path) -> None:
    left_behind(tmp_path)  # killed before any text came
    written = {"files": [], "refused": [], "written": "✓ written"}
    left_behind(tmp_path, TextDelta(WHOLE), PROPOSED, RunFinished(""), review=written)
    left_behind(tmp_path, TextDelta("No."), RunFinished("No."))
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        assert app.screen is app.main
    history = History(tmp_path / "state")
    assert len(history.list()) == 3
    assert not history.list(offered=True)


@pytest.mark.parametrize("whole", [True, False])
async def test_a_run_named_on_the_command_line_is_opened(tmp_path: Path, whole: bool) -> None:
    ended = (PROPOSED, RunFinished("")) if whole else ()
    left_behind(tmp_path, TextDelta(WHOLE[: None if whole else 99]), *ended)
    left_behind(tmp_path, TextDelta("another"), wish="Another")
    setup = resuming(setup_for(tmp_path), "Count in words")
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        assert app.screen is app.main, "nothing else is asked"
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.review is not None)
        assert app.main.query_one(StreamView).text == app.runner.state.text != ""
        assert app.job().requirements == "Count in words"
        assert app.runner.resumable is not whole
    (left,) = History(tmp_path / "state").list(offered=True)
    assert left.name == "Another"


async def test_a_run_whose_project_has_moved_is_opened_where_it_is_now(tmp_path: Path) -> None:
    left_behind(tmp_path, TextDelta(WHOLE), PROPOSED, RunFinished(""))
    (tmp_path / "project").rename(tmp_path / "away")
    setup = resuming(setup_for(tmp_path, *AT), "last")
    (tmp_path / "project" / "a.txt").unlink(missing_ok=True)
    (tmp_path / "project").rmdir()
    (tmp_path / "away").rename(tmp_path / "moved")
    async with driven(replace(setup, root=tmp_path / "moved")) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.review is not None)
        assert app.review_session is not None
        assert app.review_session.reviewable.review.files[0].before == OLD


async def test_an_unknown_run_on_the_command_line_is_told(tmp_path: Path) -> None:
    async with driven(resuming(setup_for(tmp_path, *AT), "nothing")) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        assert any("nothing" in line for line in app.main.log_lines)


async def test_a_run_of_another_project_is_not_offered_here(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    for folder in (here, elsewhere):
        folder.mkdir()
    left_behind(elsewhere, TextDelta("text"))
    (elsewhere / "state").rename(here / "state")
    async with driven(setup_for(here, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        assert app.screen is app.main
    assert len(History(here / "state").list(offered=True)) == 1


async def test_a_damaged_history_is_told_and_nothing_stops(tmp_path: Path) -> None:
    left_behind(tmp_path, TextDelta(WHOLE[:99]))
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await offered(app, pilot)
        await pilot.press("l")
    (database,) = (tmp_path / "state").glob("history*.db")
    database.write_bytes(b"garbage" * 1000)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        said = [line for line in app.main.log_lines if "history" in line.lower()]
        assert len(said) == 1
        wanted(app).insert("works")
        assert app.job().requirements == "works"


async def test_a_review_whose_run_is_gone_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    slot = claim(tmp_path / "state", tmp_path / "project")
    slot.save(Session(requirements="x", review="0123456789ab"))
    slot.release()
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        assert app.main.query_one(ReviewPane).review is None
        assert app.job().requirements == "x"


async def test_folding_says_how_far_it_is_and_can_be_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_reading, "_STRETCH", 1000)
    monkeypatch.setattr(recovery, "WORTH_SAYING", 1000)
    left_behind(tmp_path, *[TextDelta("some words " * 20)] * 100)
    go_on, history = threading.Event(), History(tmp_path / "state")

    def held_up(history: History, tell: Callable[[RecoveryProgress], object]) -> Recovery:
        def told(folding: RecoveryProgress) -> None:
            tell(folding)
            if folding.done > folding.size // 2 and not go_on.is_set():
                while not go_on.wait(0.01):
                    tell(folding)

        return recovery.recover_runs(history, told)

    monkeypatch.setattr("autocoder_tui.ui.controllers.recovery.recover_runs", held_up)
    for size in (WIDE, NARROW):
        async with driven(setup_for(tmp_path, *AT), size) as (app, pilot):
            header = app.main.query_one(HeaderLine)
            await until(
                pilot, partial(lambda h: "Keeping an interrupted run: 99 %" in h.notice, header)
            )
            # The screen is at one's service meanwhile.
            area = app.main.query_one("#requirements", TextArea)
            await pilot.press("f3")
            area.text = ""
            await pilot.press("h", "i")
            await until(pilot, partial(lambda area: area.text == "hi", area))
            assert "Keeping an interrupted run: 99 %" in header.render().plain
        assert len(journals(tmp_path / "state")) == 1
        assert history.list() == []
    go_on.set()
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done or isinstance(app.screen, RecoveredRuns))
        assert app.main.query_one(HeaderLine).notice == ""
    assert [run.reply for run in history.each()] == ["some words " * 2000]
