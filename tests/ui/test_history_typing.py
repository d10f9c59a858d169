"""The history while its search is typed: a screenful at once, the rest when nothing is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input

from autocoder_tui.store.history.history import History
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens import history as history_screen
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.history import AT_FIRST, HistoryScreen
from autocoder_tui.ui.widgets.row_list import RowList
from autocoder_tui.ui.widgets.told_frame import ToldFrame
from tests.store.kept_runs import run
from tests.ui.driving import driven, setup_for, until
from tests.ui.test_session import AT

COUNT = AT_FIRST + 23


def many_runs(folder: Path, *, thread: str = "") -> None:
    """Twice as many as a list has at once: every other one has the letters "zq"."""
    project = folder / "project"
    project.mkdir()
    runs = []
    for number in range(2 * COUNT):
        of = thread if number % 2 and number > 1 else ""
        words = "zq" if number % 2 else "other"
        when = f"2026-03-01T10:{number // 60:02}:{number % 60:02}.000+00:00"
        run_id = thread if thread and number == 1 else f"{number:012x}"
        asked = {"project": str(project), "requirements": f"{words} {number}", "thread": of}
        runs.append(run("a reply", run_id, started=when, **asked))
    History(folder / "state").add_all(runs)


def told(screen: HistoryScreen) -> str:
    return str(screen.query_one(ToldFrame).border_subtitle)


async def history(app: AutocoderApp, pilot: Pilot[str]) -> HistoryScreen:
    """The history, opened by its key."""
    await until(pilot, lambda: app.recovery.done and app.screen is app.main)
    await pilot.press("f6")
    await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
    screen = app.screen
    assert isinstance(screen, HistoryScreen)
    return screen


@pytest.fixture
def never_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_screen, "_PAUSE_IN_TYPING", 3600)


@pytest.mark.usefixtures("never_rests")
async def test_a_screenful_is_listed_and_the_rest_when_nothing_is_typed(tmp_path: Path) -> None:
    many_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        screen = await history(app, pilot)
        rows, head = screen.query_one(RowList), screen.query_one("#history-detail")
        # Nobody types yet: all are listed.
        await until(pilot, lambda: rows.row_count == 2 * COUNT)
        assert told(screen).startswith(f"{2 * COUNT} runs · ")
        rows.highlighted = 0
        await until(pilot, lambda: f"zq {2 * COUNT - 1}" in str(head.render()))
        await pilot.press("slash", *"othe")
        await until(pilot, lambda: told(screen).startswith(f"{AT_FIRST}+ runs found"))
        await until(pilot, lambda: rows.row_count == AT_FIRST)
        assert "other" in str(screen.highlighted)
        # The preview stays what it was, as a whole, until nothing is typed.
        assert f"zq {2 * COUNT - 1}" in str(head.render())
        rows.highlighted = 5
        stood = screen.highlighted
        await pilot.press("enter")
        await until(pilot, lambda: rows.row_count == COUNT)
        assert told(screen).startswith(f"{COUNT} runs found")
        assert screen.highlighted == stood
        assert rows.has_focus
        await until(pilot, lambda: stood is not None and stood.run.name in str(head.render()))
        await pilot.press("slash", *"nothing has this")
        await until(pilot, lambda: rows.row_count == 0)
        await pilot.press("enter")
        await until(pilot, lambda: "No run has these words." in str(head.render()))


@pytest.mark.usefixtures("never_rests")
async def test_a_conversation_is_deleted_as_a_whole_though_not_all_of_it_is_listed(
    tmp_path: Path,
) -> None:
    many_runs(tmp_path, thread="abcdef012345")
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        screen = await history(app, pilot)
        rows = screen.query_one(RowList)
        await until(pilot, lambda: rows.row_count == COUNT + 1)
        await pilot.press("slash", *"zq")
        await until(pilot, lambda: screen.search == "zq" and rows.row_count == 1)
        assert screen.has_more
        screen.action_do("delete")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert any(f"All its {COUNT} runs" in _said(text) for text in app.screen.query("Static"))
        await pilot.press("d")
        await until(pilot, lambda: app.screen is screen and rows.row_count == 0)
        assert len(History(tmp_path / "state").list()) == COUNT


async def test_the_rest_comes_by_itself_when_nothing_is_typed(tmp_path: Path) -> None:
    many_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        screen = await history(app, pilot)
        rows, head = screen.query_one(RowList), screen.query_one("#history-detail")
        await pilot.press("slash", *"other")
        await until(pilot, lambda: rows.row_count == COUNT)
        await until(pilot, lambda: "other" in str(head.render()))
        assert screen.query_one(Input).has_focus
        assert not screen.typing


def _said(widget: object) -> str:
    render = widget.render()  # type: ignore[attr-defined]
    return render.plain if isinstance(render, Content) else str(render)
