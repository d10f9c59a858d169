"""What is to be seen of a file that still comes, in the real App."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.widgets.diff.view import DiffView
from autocoder_tui.ui.widgets.review.beginning_view import BeginningView
from autocoder_tui.ui.widgets.review.file_list import FileList
from tests.ui.driving import at_both_sizes, there, until
from tests.ui.test_review_so_far import (
    HOLD,
    NEW,
    OLD,
    ended,
    file_of,
    footer,
    head,
    marks,
    names,
    pane_of,
    reviewing_first,
    said,
    streaming,
    summary,
)

WHOLE = file_of("a.txt")
FIRST, SECOND = WHOLE.index("line 8\n"), WHOLE.index("line thirty")
ONE = WHOLE[:FIRST] + HOLD + WHOLE[FIRST:SECOND] + HOLD + WHOLE[SECOND:]


async def watching(app: AutocoderApp, pilot: Pilot[str]) -> BeginningView:
    """The beginning of the file is on show, and has the keyboard."""
    await until(pilot, lambda: "line 7" in app.runner.state.text)
    await pilot.press("f5")
    await until(pilot, lambda: isinstance(app.focused, BeginningView))
    return pane_of(app).query_one(BeginningView)


@at_both_sizes
async def test_what_has_come_of_the_only_file_is_read_and_not_decided_on(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with streaming(tmp_path, [ONE], size=size) as (app, pilot, server):
        view = await watching(app, pilot)
        review = there(view.review)
        # As much of the old text as the new one stands for: nothing is shown as taken away.
        assert (review.before, review.after) == (
            OLD[: OLD.index("line 8\n")],
            NEW[: NEW.index("line 8\n")],
        )
        assert len(review.hunks) == 1
        assert "still coming" in head(app)
        assert "32 lines of the old text left" in summary(app)
        assert not {"Accept", "Reject", "Write", "Edit"} & set(footer(app).split())
        await pilot.press("a", "A", "enter", "e", "ctrl+a")
        await until(pilot, lambda: "a.txt still comes: decide when it is whole." in said(app))
        assert (app.review_session, app.screen) == (None, app.main)
        server.go_on()
        await until(pilot, lambda: "line 29\n" in there(view.review).after)
        assert len(there(view.review).hunks) == 1
        server.go_on()
        await until(pilot, lambda: app.review_session is not None)
        await ended(app, pilot)
        assert isinstance(app.focused, DiffView)
        assert (names(app), marks(app, "a.txt")) == (["a.txt"], "··")
        await pilot.press("a", "r", "enter")
        await until(pilot, lambda: pane_of(app).written)
    assert (tmp_path / "project" / "a.txt").read_text() == OLD.replace("line 3\n", "line three\n")


async def test_the_place_is_held_while_more_comes_and_when_the_file_is_whole(
    tmp_path: Path,
) -> None:
    long = "".join(f"row {number}\n" for number in range(300))
    text = file_of("b.txt", long)
    at = text.index("row 200\n")
    async with streaming(tmp_path, [text[:at] + HOLD + text[at:]], size=(80, 24)) as (
        app,
        pilot,
        server,
    ):
        await until(pilot, lambda: "row 199" in app.runner.state.text)
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(app.focused, BeginningView))
        view = pane_of(app).query_one(BeginningView)
        await until(pilot, lambda: view.max_scroll_y > 100)
        await pilot.press("space", "space", "space")
        top = there(view.place)
        assert there(top.new) > 5
        server.go_on()
        await until(pilot, lambda: app.review_session is not None)
        await ended(app, pilot)
        await until(pilot, lambda: isinstance(app.focused, DiffView))
        place = there(pane_of(app).diff.place)
        assert (place.old, place.new) == (top.old, top.new)


async def test_files_that_come_stand_behind_those_that_can_be_decided_on(tmp_path: Path) -> None:
    cut = len(file_of("b.txt")) // 2
    text = WHOLE + file_of("b.txt")[:cut] + HOLD + file_of("b.txt")[cut:]
    async with streaming(tmp_path, [text]) as (app, pilot, server):
        await until(pilot, lambda: names(app) == ["a.txt"])
        await pilot.press("f5")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await until(pilot, lambda: len(pane_of(app)._seen) == 2)
        await pilot.press("a", "right_square_bracket")
        await until(pilot, lambda: isinstance(app.focused, BeginningView))
        assert head(app).startswith("b.txt")
        await pilot.press("minus")  # takes back what was decided on the other file, and goes there
        assert (marks(app, "a.txt"), there(pane_of(app).file).path) == ("··", "a.txt")
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: isinstance(app.focused, BeginningView))
        server.go_on()
        await ended(app, pilot)
        assert there(pane_of(app).file).path == "b.txt"
        # What was to be seen of it as it came is no file of its own any more.
        assert [each.path for each in pane_of(app)._seen] == ["a.txt", "b.txt"]
        await until(pilot, lambda: isinstance(app.focused, DiffView))


async def test_a_stop_takes_the_beginning_off_or_makes_a_review_of_it(tmp_path: Path) -> None:
    async with streaming(tmp_path, [ONE]) as (app, pilot, _):
        await watching(app, pilot)
        await pilot.press("escape")
        await until(pilot, lambda: not app.runner.running)
        await until(pilot, lambda: pane_of(app).has_class("-empty"))
        assert app.review_session is None
        assert (tmp_path / "project" / "a.txt").read_text() == OLD


async def test_a_file_in_a_code_fence_is_decided_on_when_the_next_one_has_begun(
    tmp_path: Path,
) -> None:
    first, second = f"`a.txt`:\n```\n{NEW}```\n\n", f"`b.txt`:\n```\n{NEW}```\n"
    text = first + second[:60] + HOLD + second[60:] + "Done.\n"
    async with streaming(tmp_path, [text]) as (app, pilot, server):
        await until(pilot, lambda: names(app) == ["a.txt"])
        await pilot.press("f5")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        assert there(app.review_session).coming == ("b.txt",)
        await pilot.press("a", "r")
        server.go_on()
        await ended(app, pilot)
        assert names(app) == ["a.txt", "b.txt"]
        assert (marks(app, "a.txt"), marks(app, "b.txt")) == ("✓✗", "··")


def files(app: AutocoderApp) -> str:
    return pane_of(app).query_one(FileList).render().plain


async def test_no_file_is_said_to_come_when_all_have(tmp_path: Path) -> None:
    # The run is over as soon as the last file is whole: nobody has looked at it since.
    text = WHOLE + file_of("b.txt").replace("</file>", HOLD + "</file>")
    async with streaming(tmp_path, [text], size=(80, 24)) as (app, pilot, server):
        await reviewing_first(app, pilot)
        await until(pilot, lambda: [each.path for each in pane_of(app)._seen][1:] == ["b.txt"])
        assert "coming" in files(app)
        server.go_on()
        await ended(app, pilot)
        assert [each.path for each in pane_of(app)._seen] == ["a.txt", "b.txt"]
        assert "coming" not in files(app)
