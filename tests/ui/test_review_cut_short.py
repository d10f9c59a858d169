"""A review of what came before its run was stopped, and a person's own words in it."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.widgets.plain_area import PlainArea
from tests.ui.driving import there, until
from tests.ui.test_review_so_far import (
    CHANGES,
    OLD,
    THREE,
    ended,
    marks,
    pane_of,
    reviewing_first,
    streaming,
)


async def test_an_edit_makes_no_room_without_a_question(tmp_path: Path) -> None:
    async with streaming(tmp_path, [THREE, THREE]) as (app, pilot, _):
        await reviewing_first(app, pilot)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await until(pilot, lambda: bool(app.screen.query(PlainArea)))
        app.screen.query_one(PlainArea).text = "line drei\n"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "line drei" in there(pane_of(app).file).after)
        await pilot.press("escape")
        await ended(app, pilot)
        session = there(app.review_session)
        assert (marks(app, "a.txt"), session.is_cut_short) == ("··", True)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, Question) or app.runner.running)
        assert not app.runner.running
        await pilot.press("b")
        await until(pilot, lambda: app.screen is app.main)
        assert "line drei" in there(app.review_session).review.file("a.txt").after


async def test_changes_that_were_decided_on_before_a_stop_are_still(tmp_path: Path) -> None:
    async with streaming(tmp_path, [CHANGES, CHANGES]) as (app, pilot, _):
        await reviewing_first(app, pilot)
        await pilot.press("a", "escape")
        await ended(app, pilot)
        file = there(pane_of(app).file)
        assert (marks(app, "a.txt"), file.complete) == ("✓", False)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Question) or pane_of(app).written)
        # Not before it is known that more of the file was to come.
        assert isinstance(app.screen, Question)
        assert (tmp_path / "project" / "a.txt").read_text() == OLD
