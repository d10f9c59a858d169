"""The history screen of the real App: found, looked at, opened, copied out, deleted."""

from __future__ import annotations

import json
import shutil
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from autocoder_tui.engine.events import FileProposed, RunFinished, TextDelta
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import recover_runs
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens import run_view
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.history import HistoryScreen
from autocoder_tui.ui.screens.run_comparison import RunComparison
from autocoder_tui.ui.screens.run_view import RunView
from autocoder_tui.ui.widgets.diff.canvas import DiffCanvas
from autocoder_tui.ui.widgets.history.compared_diff import ComparedDiff
from autocoder_tui.ui.widgets.history.preview import RunPreview
from autocoder_tui.ui.widgets.markdown.conversation_view import ConversationView
from autocoder_tui.ui.widgets.plain_area import PlainArea
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.row_list import RowList
from tests.store.kept_runs import run
from tests.ui.driving import NARROW, WIDE, driven, setup_for, until
from tests.ui.test_recovery import PROPOSED, WHOLE, left_behind, texts
from tests.ui.test_session import AT, wanted

THIRD = "Third\x9b31m [/b][@click=app.quit]x[/]"


def three_runs(folder: Path) -> list[str]:
    """In history, the oldest first, and nobody to be asked about any of them."""
    ids = [
        left_behind(folder, TextDelta(WHOLE), PROPOSED, RunFinished("Counted."), wish="First wish"),
        left_behind(folder, TextDelta(WHOLE[:99]), wish="Second wish\nwith more"),
        left_behind(folder, TextDelta("\x1b[2Jhostile [@click=app.quit]x[/]"), wish=THIRD),
    ]
    history = History(folder / "state")
    recover_runs(history)
    for run_id in ids:
        history.settled(run_id)
    return ids


async def listed(app: AutocoderApp, pilot: Pilot[str], count: int = 3) -> RowList:
    await until(pilot, lambda: app.recovery.done and app.screen is app.main)
    await pilot.press("f6")
    await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
    options = app.screen.query_one(RowList)
    await until(pilot, lambda: options.row_count == count)
    return options


@pytest.mark.parametrize("size", [WIDE, NARROW, (60, 15)])
async def test_runs_are_listed_and_found_by_typing(tmp_path: Path, size: tuple[int, int]) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT), size) as (app, pilot):
        options = await listed(app, pilot)
        await until(pilot, lambda: "Second wish" in texts(app))
        assert "Third�31m" in texts(app)
        await pilot.press("slash", *"line twenty")
        await until(pilot, lambda: options.row_count == 1)
        assert "First wish" in texts(app)
        await pilot.press("escape")
        await until(pilot, lambda: options.row_count == 3)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


async def test_a_run_is_viewed_part_by_part(tmp_path: Path) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunView))
        area = app.screen.query_one(PlainArea)
        await until(pilot, lambda: "␛[2Jhostile [@click=app.quit]" in texts(app))
        await pilot.press("tab")
        await until(pilot, lambda: area.text == THIRD)
        assert "\x9b" not in texts(app)
        await pilot.press("5")
        await until(pilot, lambda: "interrupted" in area.text)
        await pilot.press("escape", "down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, RunView))
        await pilot.press("3")
        await until(pilot, lambda: app.screen.query_one(PlainArea).text == "Counted.")


async def test_a_long_text_is_laid_out_bit_by_bit_and_cut_where_it_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_view, "_AT_ONCE", 50)
    monkeypatch.setattr(run_view, "_MOST_SHOWN", 400)
    history = History(tmp_path / "state")
    long = "".join(f"line {number}\n" for number in range(200))
    short = long[:390]
    kept = run(long, "abc", project=str(tmp_path / "project"))
    history.add(replace(kept, notes=short))
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot, 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunView))
        area = app.screen.query_one(PlainArea)
        more = f"\n\n[{len(long) - 400:,} more characters: e exports them all.]"
        await until(pilot, lambda: area.text == long[:400] + more)
        assert area.cursor_location == (0, 0)
        await pilot.press("3")
        await until(pilot, lambda: area.text == short)
        await pilot.press("1", "3")
        await until(pilot, lambda: area.text == short)


async def test_the_diff_of_a_run_is_opened_again(tmp_path: Path) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("end", "d")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.review is not None)
        assert app.screen is app.main
        assert pane.file is not None
        assert pane.file.counts.undecided == 2
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("a")
        run_id = History(tmp_path / "state").get("First wish").run_id
        kept = History(tmp_path / "state")
        await until(pilot, lambda: "accepted" in json.dumps(kept.get(run_id).review))


async def test_running_again_fills_in_what_was_given_and_keeps_the_draft(tmp_path: Path) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        wanted(app).insert("half a thought")
        await listed(app, pilot)
        await pilot.press("down", "a")
        await until(pilot, lambda: app.job().requirements == "Second wish\nwith more")
        await until(pilot, lambda: app.job().target == "a.txt")
        assert app.job().picks == ("a.txt",)
        await until(pilot, lambda: app.focused is wanted(app))
        await pilot.press("ctrl+up")
        await until(pilot, lambda: app.job().requirements == "half a thought")


async def test_running_again_takes_the_system_prompt_the_run_had(tmp_path: Path) -> None:
    ids, history = three_runs(tmp_path), History(tmp_path / "state")
    kept = history.get(ids[1])
    history.delete([ids[1]])
    history.add(replace(kept, snapshot=replace(kept.snapshot, system_prompt="Be brief.")))
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("down", "a")
        await until(pilot, lambda: app.job().requirements == "Second wish\nwith more")
        await until(pilot, lambda: app.job().system_prompt == "Be brief.")


async def test_going_on_needs_an_end_that_was_not_one(tmp_path: Path) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("end", "g")
        await until(pilot, lambda: any("complete" in line for line in app.main.log_lines))
        assert isinstance(app.screen, HistoryScreen)
        await pilot.press("up", "g")
        # Nobody answers at that address: the run begins, fails, and its text stays.
        await until(pilot, lambda: app.runner.running)
        app.runner.stop()
        await until(pilot, lambda: app.runner.resumable)
        assert app.runner.state.text == WHOLE[:99]


async def test_stopped_before_it_begins_it_can_still_be_gone_on_with(tmp_path: Path) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("end", "up", "g")
        await until(pilot, lambda: app.runner.running)
        app.runner.stop()
        await until(pilot, lambda: app.runner.resumable)
        kept, made, go = app.runner.prepared, threading.Event(), threading.Event()
        assert kept is not None

        def slow() -> Prepared:
            made.set()
            go.wait(30)
            return replace(kept)

        app.runner.start(slow)
        await until(pilot, made.is_set)
        app.runner.stop()
        await until(pilot, lambda: app.runner.resumable)
        go.set()
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.runner.running)
        app.runner.stop()
        await until(pilot, lambda: app.runner.resumable)
        assert app.runner.state.text == WHOLE[:99]


@pytest.mark.parametrize("kind", ["md", "jsonl"])
async def test_a_run_is_exported_to_a_new_file(tmp_path: Path, kind: str) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot)
        for attempt in range(2):
            await pilot.press("end", "e")
            await until(pilot, lambda: isinstance(app.screen, LineDialog))
            app.screen.query_one(Input).value = f"out.{kind}"
            await pilot.press("enter")
            word = "exists" if attempt else "Written to"
            await until(pilot, lambda: any(word in x for x in app.main.log_lines))  # noqa: B023
    file = tmp_path / "project" / f"out.{kind}"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    if kind == "md":
        assert WHOLE in text
    else:
        assert json.loads(text)["reply"] == WHOLE


async def test_renaming_and_deleting(tmp_path: Path) -> None:
    three_runs(tmp_path)
    history = History(tmp_path / "state")
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        options = await listed(app, pilot)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, LineDialog))
        app.screen.query_one(Input).value = "my name"
        await pilot.press("enter")
        await until(pilot, lambda: history.list()[0].name == "my name")
        await until(pilot, lambda: "my name" in texts(app))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, LineDialog))
        app.screen.query_one(Input).value = ""
        await pilot.press("enter")
        await until(pilot, lambda: not history.list()[0].named)
        assert history.list()[0].name == THIRD
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("enter")  # a reflex keeps it
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
        assert len(history.list()) == 3
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("d")
        await until(pilot, lambda: options.row_count == 2)
        assert len(app.prompting.prompts()) == 2
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await until(pilot, lambda: "2 runs of this project" in texts(app))
        await pilot.press("d")
        await until(pilot, lambda: options.row_count == 0)
        assert app.prompting.prompts() == []
    assert history.list() == []


async def test_runs_of_other_projects_are_shown_on_request_and_opened_there(
    tmp_path: Path,
) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    for folder in (here, elsewhere):
        folder.mkdir()
    three_runs(elsewhere)
    (elsewhere / "state").rename(here / "state")
    async with driven(setup_for(here, *AT)) as (app, pilot):
        options = await listed(app, pilot, 0)
        await pilot.press("p")
        await until(pilot, lambda: options.row_count == 3)
        await until(pilot, lambda: "all projects" in texts(app))
        await pilot.press("d")
        await until(pilot, lambda: any("another project" in x for x in app.main.log_lines))
        assert isinstance(app.screen, HistoryScreen)
        shutil.rmtree(elsewhere)
        await pilot.press("d")
        await until(pilot, lambda: any("is gone; its text can be" in x for x in app.main.log_lines))


def shown(app: AutocoderApp) -> DiffCanvas | ConversationView | None:
    return app.screen.query_one(RunPreview).shown


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_run_under_the_cursor_is_shown(tmp_path: Path, size: tuple[int, int]) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT), size) as (app, pilot):
        await listed(app, pilot)
        await until(pilot, lambda: shown(app) is not None)
        await pilot.press("tab", "end")
        await until(pilot, lambda: "␛[2Jhostile [@click=app.quit]" in texts(app))
        assert "\x1b[2J" not in texts(app)
        await pilot.press("escape", "end")
        await until(pilot, lambda: isinstance(shown(app), DiffCanvas))
        await until(pilot, lambda: "2 undecided" in texts(app))
        canvas = shown(app)
        assert canvas is not None
        await pilot.press("J", "J", "J", "J")
        await until(pilot, lambda: canvas.scroll_offset.y > 0 or canvas.max_scroll_y == 0)
        await pilot.press("tab")
        await until(pilot, lambda: app.focused is canvas)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.focused, RowList))
        assert isinstance(app.screen, HistoryScreen)


async def test_what_was_decided_shows_beside_the_list(tmp_path: Path) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("end", "d")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("a", "r")
        kept = History(tmp_path / "state")
        run_id = kept.get("First wish").run_id
        await until(pilot, lambda: "rejected" in json.dumps(kept.get(run_id).review))
        await listed(app, pilot)
        await pilot.press("end")
        await until(pilot, lambda: "1 accepted, 1 rejected" in texts(app))


async def test_a_large_run_is_shown_from_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    history = History(tmp_path / "state")
    history.add(run("begin " + "word " * 1_000_000, project=str(tmp_path / "project")))
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot, 1)
        await until(pilot, lambda: "This run is large" in texts(app))
        await until(pilot, lambda: "begin word" in texts(app))


async def test_two_marked_runs_are_compared(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    history = History(tmp_path / "state")
    for name, after in (("a", "one\n"), ("b", "two\n"), ("c", "three\n")):
        files = (
            FileProposed("x.py", None, after, True),
            FileProposed(f"only-{name}.py", None, "same\n", True),
        )
        given = {"project": str(project), "model": f"model-{name}", "target": None}
        kept = run("text", name * 12, started=f"2026-03-01T10:00:0{ord(name) - 96}+00:00", **given)
        history.add(replace(kept, files=files))
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot)
        await pilot.press("c")  # nothing is marked yet
        await until(pilot, lambda: any("Mark a run" in line for line in app.main.log_lines))
        await pilot.press("space", "down", "space", "down", "space")  # the last two count
        await until(pilot, lambda: "2 marked" in str(dialog_subtitle(app)))
        await pilot.press("home", "c")
        await until(pilot, lambda: isinstance(app.screen, RunComparison))
        await until(pilot, lambda: "model-b" in texts(app) and "model-a" in texts(app))
        assert "model-c" not in texts(app)
        canvas = app.screen.query_one(ComparedDiff)
        await until(pilot, lambda: "1 of 3: x.py" in texts(app))
        assert canvas.display
        assert "tokens in" not in texts(app)
        await pilot.press("equals_sign")
        await until(pilot, lambda: "tokens in" in texts(app))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "only-b.py" in texts(app))
        await until(pilot, lambda: "first only" in texts(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen))


def dialog_subtitle(app: AutocoderApp) -> object:
    return app.screen.query_one(".dialog").border_subtitle


async def test_a_conversation_is_listed_once_or_by_turns_and_deleted_whole(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    history = History(tmp_path / "state")
    asked = {"project": str(project), "mode": "query", "purpose": "query"}
    for at, thread in enumerate(("", "0" * 12, "0" * 12)):
        started = f"2026-03-01T10:00:0{at}+00:00"
        told = {"started": started, "thread": thread, "requirements": f"question {at}"}
        history.add(replace(run(f"answer {at}", str(at) * 12, **asked, **told), files=()))
    history.add(run("text", "a" * 12, project=str(project)))
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        options = await listed(app, pilot, 2)
        await until(pilot, lambda: "question 2 (3 turns)" in texts(app))
        await until(pilot, lambda: "answer 2" in texts(app))
        await pilot.press("t")
        await until(pilot, lambda: options.row_count == 4)
        await pilot.press("t")
        await until(pilot, lambda: options.row_count == 2)
        await pilot.press("home", "x")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await until(pilot, lambda: "All its 3 runs" in texts(app))
        await pilot.press("d")
        await until(pilot, lambda: options.row_count == 1)
    assert [line.run_id for line in history.list()] == ["a" * 12]


async def test_where_history_cannot_be_used_the_screen_says_so(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("not a folder")
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await listed(app, pilot, 0)
        detail = app.screen.query_one("#history-detail")
        await until(pilot, lambda: "istory" in str(detail.render()))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
