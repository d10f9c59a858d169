"""Deciding on the files of a reply that still comes, in the real App."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.runs.files_so_far import FilesSoFar
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proposed_review import proposed_review
from autocoder_tui.store.history.history import History
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.review_display import take_later
from autocoder_tui.ui.screens.dialogs.choice import Choice
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.screens.history import HistoryScreen
from autocoder_tui.ui.screens.recovered import RecoveredRuns
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.footer_line import FooterLine
from autocoder_tui.ui.widgets.plain_area import PlainArea
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.stream.file_tabs import FileTabs
from autocoder_tui.ui.widgets.stream.pane import StreamPane
from tests.ui.driving import WIDE, at_both_sizes, driven, setup_for, there, until
from tests.watched_server import HeldServer

OLD = "".join(f"line {number}\n" for number in range(40))
NEW = OLD.replace("line 3\n", "line three\n").replace("line 30\n", "line thirty\nand more\n")
AGAIN = NEW.replace("line thirty\n", "line 30, again\n")
NAMES = ("a.txt", "b.txt", "c.txt")
HOLD = "\0"


def file_of(path: str, text: str = NEW) -> str:
    return f'<file path="{path}">\n{text}</file>\n'


HALF = file_of("b.txt")[:200]
THREE = file_of("a.txt") + HALF + HOLD + file_of("b.txt")[200:] + file_of("c.txt")


@asynccontextmanager
async def streaming(
    folder: Path, texts: Sequence[str | Reply], *, size: tuple[int, int] = WIDE
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str], HeldServer]]:
    """The App with three files and replies of `texts`, which wait at each HOLD in them; the first
    is asked for and has come up to there."""
    project = folder / "project"
    project.mkdir(exist_ok=True)
    for name in NAMES:
        (project / name).write_text(OLD)
    replies = [Reply(text, chunk_size=1) if isinstance(text, str) else text for text in texts]
    async with HeldServer(replies, mark=HOLD) as server:
        picks = [flag for name in NAMES for flag in ("-i", name)]
        flags = ("--base-url", server.base_url, "-m", "test-model", "-r", "count", *picks)
        async with driven(setup_for(folder, *flags), size) as (app, pilot):
            await until(pilot, lambda: app.recovery.done and app.main.query_one(FilePicker).picks)
            await pilot.press("ctrl+r")
            yield app, pilot, server


def pane_of(app: AutocoderApp) -> ReviewPane:
    return app.main.query_one(ReviewPane)


def names(app: AutocoderApp) -> list[str]:
    # Panes that nobody sees are not there from the first moment on.
    reviews = [pane.review for pane in app.main.query(ReviewPane)]
    return [file.path for review in reviews if review is not None for file in review.files]


def marks(app: AutocoderApp, path: str) -> str:
    return "".join(v.mark for v in there(pane_of(app).review).file(path).verdicts)


def said(app: AutocoderApp) -> str:
    return "\n".join(note.message for note in app._notifications)


def footer(app: AutocoderApp) -> str:
    return app.main.query_one(FooterLine).render().plain


def summary(app: AutocoderApp) -> str:
    return str(pane_of(app).query_one("#review-summary", Static).content)


async def reviewing_first(app: AutocoderApp, pilot: Pilot[str]) -> None:
    """The first file is whole and on show, and the keyboard is in its diff."""
    await until(pilot, lambda: names(app) == ["a.txt"] and there(app.review_session).coming)
    await pilot.press("f5")
    await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")


async def ended(app: AutocoderApp, pilot: Pilot[str]) -> None:
    await until(pilot, lambda: not app.runner.running and there(app.review_session).coming is None)


@at_both_sizes
async def test_hunks_of_a_whole_file_are_decided_while_the_rest_comes(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with streaming(tmp_path, [THREE], size=size) as (app, pilot, server):
        await reviewing_first(app, pilot)
        session = there(app.review_session)
        assert (session.coming, app.runner.running) == (("b.txt",), True)
        await pilot.press("a", "r")
        assert marks(app, "a.txt") == "✓✗"
        server.go_on()
        await ended(app, pilot)
        assert names(app) == list(NAMES)
        assert app.review_session is session
        assert [marks(app, name) for name in NAMES] == ["✓✗", "··", "··"]
        assert there(pane_of(app).file).path == "a.txt"  # nothing jumped
        await pilot.press("right_curly_bracket", "A", "enter")
        assert there(pane_of(app).file).path == "b.txt"
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("w")
        await until(pilot, lambda: pane_of(app).written)
        await until(pilot, lambda: "Accept" in footer(app) and "Write" not in footer(app))
        await pilot.press("r")
        await until(pilot, lambda: "Write" in footer(app))
    texts = [(tmp_path / "project" / name).read_text() for name in NAMES]
    assert texts == [OLD.replace("line 3\n", "line three\n"), NEW, OLD]


@pytest.mark.parametrize(("reply", "times"), [(THREE, 1), (file_of("a.txt") + HOLD, 0)])
async def test_that_a_file_is_whole_is_said_only_where_another_one_comes(
    tmp_path: Path, reply: str, times: int
) -> None:
    told = "A file of the reply is whole"
    async with streaming(tmp_path, [reply]) as (app, pilot, server):
        await until(pilot, lambda: names(app) == ["a.txt"])
        await until(pilot, lambda: said(app).count(told) == times)
        server.go_on()
        await ended(app, pilot)
        assert said(app).count(told) == times


async def test_nothing_is_written_before_the_run_has_ended_and_that_is_said(tmp_path: Path) -> None:
    async with streaming(tmp_path, [THREE]) as (app, pilot, server):
        await reviewing_first(app, pilot)
        await pilot.press("A", "enter")
        await until(pilot, lambda: "Nothing is written while the reply comes" in said(app))
        assert "still coming: not written yet" in summary(app)
        assert app.screen is app.main
        assert (tmp_path / "project" / "a.txt").read_text() == OLD
        assert "Accept file" in footer(app)
        assert not {"Write", "Check"} & set(footer(app).split())
        await pilot.press("C", "i")
        await until(pilot, lambda: "The check is of the whole proposal" in said(app))
        await until(pilot, lambda: "asked for these changes again" in said(app))
        server.go_on()
        await ended(app, pilot)
        await until(pilot, lambda: {"Write", "Check"} <= set(footer(app).split()))
        assert "still coming: not written yet" not in summary(app)
        assert "Nothing is written while" not in said(app), "it is true no more"
        assert "The check is of the whole proposal" not in said(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("w")
        await until(pilot, lambda: pane_of(app).written)
    assert (tmp_path / "project" / "a.txt").read_text() == NEW


async def test_what_a_file_given_twice_makes_of_verdicts_is_said(tmp_path: Path) -> None:
    text = THREE + HOLD + file_of("a.txt", AGAIN)
    async with streaming(tmp_path, [text]) as (app, pilot, server):
        await reviewing_first(app, pilot)
        await pilot.press("A")
        server.go_on()
        await until(pilot, lambda: names(app) == list(NAMES))
        assert marks(app, "a.txt") == "✓✓"
        server.go_on()
        await ended(app, pilot)
        file = there(pane_of(app).review).file("a.txt")
        assert file.after == AGAIN
        # The first hunk is the same in both.
        assert marks(app, "a.txt") == "✓·"
        await until(pilot, lambda: "a.txt came once more, differently: 1 verdict was" in said(app))


async def test_an_action_can_be_taken_back_after_more_has_come(tmp_path: Path) -> None:
    async with streaming(tmp_path, [THREE]) as (app, pilot, server):
        await reviewing_first(app, pilot)
        await pilot.press("a", "r")
        server.go_on()
        await ended(app, pilot)
        await pilot.press("minus")
        assert marks(app, "a.txt") == "✓·"
        await pilot.press("minus", "minus")
        assert (marks(app, "a.txt"), names(app)) == ("··", list(NAMES))
        await pilot.press("plus", "plus")
        assert marks(app, "a.txt") == "✓✗"


async def edit_first_hunk(app: AutocoderApp, pilot: Pilot[str]) -> None:
    await pilot.press("e")
    await until(pilot, lambda: isinstance(app.screen, TextDialog) and app.screen.query(PlainArea))
    app.screen.query_one(PlainArea).text = "line drei\n"
    await pilot.press("ctrl+s")
    await until(pilot, lambda: "line drei" in there(pane_of(app).file).after)
    await pilot.press("a")


async def test_an_edit_stays_when_more_has_come(tmp_path: Path) -> None:
    async with streaming(tmp_path, [THREE]) as (app, pilot, server):
        await reviewing_first(app, pilot)
        await edit_first_hunk(app, pilot)
        server.go_on()
        await ended(app, pilot)
        file = there(pane_of(app).review).file("a.txt")
        assert file.after == NEW.replace("line three\n", "line drei\n")
        assert marks(app, "a.txt") == "✓·"
        assert not said(app).count("dropped")


async def test_an_edit_of_a_file_that_comes_once_more_is_kept_in_a_file(tmp_path: Path) -> None:
    async with streaming(tmp_path, [THREE + file_of("a.txt", AGAIN)]) as (app, pilot, server):
        await reviewing_first(app, pilot)
        await edit_first_hunk(app, pilot)
        server.go_on()
        await ended(app, pilot)
        assert there(pane_of(app).review).file("a.txt").after == AGAIN
        assert marks(app, "a.txt") == "··"
        await until(pilot, lambda: "1 verdict and your edit were dropped" in said(app))
    kept = (tmp_path / "state" / "dropped-edit.txt").read_text()
    assert kept == NEW.replace("line three\n", "line drei\n")


async def test_what_was_decided_stays_when_going_on_is_stopped_at_once(tmp_path: Path) -> None:
    async with streaming(tmp_path, [THREE, THREE]) as (app, pilot, _):
        await reviewing_first(app, pilot)
        await pilot.press("a", "r", "escape")
        await ended(app, pilot)
        session = there(app.review_session)
        began = app.runner._view.run_began

        def stopped(prepared: Prepared) -> None:
            began(prepared)
            assert session.coming is not None
            app.runner.stop()

        app.runner._view.run_began = stopped  # type: ignore[method-assign]
        await pilot.press("ctrl+g")
        await until(pilot, lambda: not app.runner.running and session.coming is None)
        assert app.review_session is session
        assert (marks(app, "a.txt"), names(app)) == ("✓✗", ["a.txt", "b.txt"])
        assert "dropped" not in said(app)
        assert app.runner.resumable


async def test_a_stopped_run_is_reviewed_and_gone_on_with(tmp_path: Path) -> None:
    rest = file_of("b.txt")[200:] + file_of("c.txt")
    async with streaming(tmp_path, [THREE, rest]) as (app, pilot, _):
        await reviewing_first(app, pilot)
        await pilot.press("a", "r", "escape")
        await ended(app, pilot)
        # What was cut off is there too, and says so.
        assert names(app) == ["a.txt", "b.txt"]
        assert not there(pane_of(app).review).file("b.txt").complete
        assert marks(app, "a.txt") == "✓✗"
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.runner.state.status == "completed")
        await ended(app, pilot)
        assert names(app) == list(NAMES)
        assert [marks(app, name) for name in NAMES] == ["✓✗", "··", "··"]
        assert all(file.complete for file in there(pane_of(app).review).files)


async def test_the_only_file_is_not_called_whole_while_it_is_gone_on_with(tmp_path: Path) -> None:
    only = file_of("a.txt")
    cut, refused = Reply(only[:200], finish_reason="length"), error_reply(401, "no")
    async with streaming(tmp_path, [cut, refused, only[200:]]) as (app, pilot, _):
        await until(pilot, lambda: app.review_session is not None and app.runner.resumable)
        assert not there(pane_of(app).review).file("a.txt").complete
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.runner.state.status == "completed")
        await until(pilot, lambda: there(pane_of(app).review).file("a.txt").complete)
        assert "of the reply is whole" not in said(app)


async def test_verdicts_stay_where_the_reply_is_continued_by_itself(tmp_path: Path) -> None:
    cut = file_of("a.txt") + HALF[:100] + HOLD + HALF[100:]
    rest = file_of("b.txt")[200:] + file_of("c.txt")
    first = Reply(cut, finish_reason="length", chunk_size=1)
    texts: list[str | Reply] = [first, rest, rest]
    async with streaming(tmp_path, texts) as (app, pilot, server):
        await reviewing_first(app, pilot)
        await pilot.press("a", "r")
        server.go_on()
        await ended(app, pilot)
        assert len(server.requests) > 1
        assert app.runner.state.status == "completed"
        assert [marks(app, name) for name in NAMES] == ["✓✗", "··", "··"]


async def test_changes_that_are_asked_for_again_leave_verdicts_on_others_alone(
    tmp_path: Path,
) -> None:
    first = file_of("a.txt")
    block = "<<<<<<< SEARCH\n{}\n=======\nanother\n>>>>>>> REPLACE\n"
    edit = f'<edit path="b.txt">\n{block.format("not there")}</edit>\n'
    again = f'<edit path="b.txt">\n{block.format("line 7")}</edit>\n'
    async with streaming(tmp_path, [first + edit[:20] + HOLD + edit[20:], again]) as (
        app,
        pilot,
        server,
    ):
        await reviewing_first(app, pilot)
        await pilot.press("a", "r")
        server.go_on()
        await ended(app, pilot)
        assert len(server.requests) == 2
        assert names(app) == ["a.txt", "b.txt"]
        assert marks(app, "a.txt") == "✓✗"
        assert there(pane_of(app).review).file("b.txt").after == OLD.replace("line 7", "another")


async def test_a_run_that_was_stopped_undecided_makes_room_without_a_question(
    tmp_path: Path,
) -> None:
    async with streaming(tmp_path, [THREE, file_of("a.txt")]) as (app, pilot, _):
        await reviewing_first(app, pilot)
        await pilot.press("escape")
        await ended(app, pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: names(app) == ["a.txt"] and not app.runner.running)
        assert app.screen is app.main


async def test_the_next_file_with_undecided_hunks_is_gone_to(tmp_path: Path) -> None:
    async with streaming(tmp_path, [THREE.replace(HOLD, "")]) as (app, pilot, _):
        await until(pilot, lambda: names(app) == list(NAMES) and not app.runner.running)
        await ended(app, pilot)
        await pilot.press("f5", "right_square_bracket", "A", "left_square_bracket")
        await pilot.press("right_curly_bracket")
        assert there(pane_of(app).file).path == "c.txt"
        await pilot.press("right_curly_bracket")
        assert there(pane_of(app).file).path == "a.txt"
        await pilot.press("left_curly_bracket")
        assert there(pane_of(app).file).path == "c.txt"
        await pilot.press("left_square_bracket", "left_square_bracket", "A")
        await pilot.press("right_curly_bracket", "right_curly_bracket")
        assert there(pane_of(app).file).path == "c.txt"
        await until(pilot, lambda: "are all in this file" in said(app))
        await pilot.press("A", "right_curly_bracket")
        await until(pilot, lambda: "No hunk is undecided." in said(app))


async def test_the_question_names_what_is_written_and_what_is_not(tmp_path: Path) -> None:
    new = file_of("new.txt", "one\n")
    async with streaming(tmp_path, [file_of("a.txt") + new + file_of("b.txt")]) as (app, pilot, _):
        await until(pilot, lambda: not app.runner.running and len(names(app)) == 3)
        await ended(app, pilot)
        await pilot.press("f5", "a", "right_square_bracket", "a", "enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        dialog = app.screen.query_one(".dialog")
        assert str(dialog.border_title) == "Write 2 files?"
        text = str(app.screen.query_one(".dialog-text", Static).content)
        lines = [" ".join(line.split()) for line in text.splitlines()]
        assert lines == [
            "+1 −1 a.txt",
            "+1 −0 new.txt (new)",
            "",
            "3 undecided hunks will not be written: a.txt (1), b.txt (2)",
        ]


async def test_a_path_is_copied(tmp_path: Path) -> None:
    async with streaming(tmp_path, [file_of("a.txt")]) as (app, pilot, _):
        await until(pilot, lambda: not app.runner.running and names(app) == ["a.txt"])
        await ended(app, pilot)
        await pilot.press("f5", "y")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("y")
        copied = tmp_path / "state" / "copied.txt"
        await until(pilot, copied.exists)
    assert copied.read_text() == "a.txt"


async def test_a_name_in_a_tab_is_no_markup(tmp_path: Path) -> None:
    name = "[red]x[/red]\x1b]0;t\x07.txt"
    async with streaming(tmp_path, [f'<file path="{name}">\nx\n' + HOLD]) as (app, pilot, _):
        tabs = app.main.query_one(FileTabs)
        await until(pilot, lambda: tabs.tabs)
        shown = tabs.render().plain
        assert "[red]x[/red]" in shown
        assert "\x1b" not in shown


async def test_a_stop_before_any_file_is_whole_says_what_to_do(tmp_path: Path) -> None:
    async with streaming(tmp_path, [HALF + HOLD]) as (app, pilot, _):
        stream = app.main.query_one(StreamPane)
        await until(pilot, lambda: stream.query_one(FileTabs).tabs)
        await pilot.press("f5")
        nothing = pane_of(app).query_one("#review-nothing", Static)
        assert "no file of it has begun yet" in str(nothing.content)
        await pilot.press("escape")
        await until(pilot, lambda: not app.runner.running)
        assert "Stopped before any file was whole" in str(nothing.content)
        assert stream.query_one(FileTabs).tabs[0].state == "cut off"


async def test_tabs_follow_the_file_that_comes_unless_another_is_chosen(tmp_path: Path) -> None:
    async with streaming(tmp_path, [THREE]) as (app, pilot, server):
        pane = app.main.query_one(StreamPane)
        tabs, view = pane.query_one(FileTabs), pane.keyboard_view
        await until(pilot, lambda: len(tabs.tabs) == 2 and tabs.tabs[0].detail)
        assert [(tab.name, tab.state) for tab in tabs.tabs] == [
            ("a.txt", "whole"),
            ("b.txt", "coming"),
        ]
        assert (tabs.tabs[0].detail, tabs.current, view.following) == ("+3 −2", 1, True)
        await pilot.press("f4", "left_square_bracket")
        await until(pilot, lambda: tabs.current == 0)
        assert (view.top_line, view.following) == (0, False)
        server.go_on()
        await until(pilot, lambda: [tab.name for tab in tabs.tabs] == list(NAMES))
        assert (tabs.current, view.top_line) == (0, 0)
        await ended(app, pilot)
        assert [tab.detail for tab in tabs.tabs] == ["+3 −2"] * 3
        await pilot.press("f4", "right_square_bracket")
        await until(pilot, lambda: tabs.current == 1)
        assert view.top_line == view.files.spans[1].first
        await pilot.press("enter")
        await until(pilot, lambda: app.main.pane == "review")
        assert there(pane_of(app).file).path == "b.txt"


@pytest.mark.parametrize("text", [OLD, None], ids=["unchanged", "refused"])
async def test_tabs_say_what_becomes_of_a_file(tmp_path: Path, text: str | None) -> None:
    first = file_of("../out.txt") if text is None else file_of("a.txt", text)
    async with streaming(tmp_path, [first + HALF + HOLD]) as (app, pilot, _):
        tabs = app.main.query_one(FileTabs)
        wanted = "not offered" if text is None else "unchanged"
        await until(pilot, lambda: tabs.tabs and tabs.tabs[0].state == wanted)


def change(old: str, new: str) -> str:
    return f"<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"


FIRST, SECOND = change("line 3", "line three"), change("line 30", "line thirty\nand more")
CHANGES = f'<edit path="a.txt">\n{FIRST}{HOLD}{SECOND[:20]}{HOLD}{SECOND[20:]}</edit>\n'


@at_both_sizes
async def test_a_change_is_decided_on_before_the_next_one_of_its_file_has_come(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with streaming(tmp_path, [CHANGES], size=size) as (app, pilot, server):
        await reviewing_first(app, pilot)
        file = there(pane_of(app).file)
        assert (file.after, marks(app, "a.txt")) == (OLD.replace("line 3\n", "line three\n"), "·")
        assert "still coming" in head(app)
        await pilot.press("r")
        server.go_on()
        server.go_on()
        await ended(app, pilot)
        assert there(pane_of(app).file).after == NEW
        assert marks(app, "a.txt") == "✗·"
        assert "still coming" not in head(app)
        assert "dropped" not in said(app)


@pytest.mark.parametrize("coming", [("a.txt",), None])
async def test_a_verdict_on_its_way_is_not_lost_when_more_of_its_file_comes(
    tmp_path: Path, coming: tuple[str, ...] | None
) -> None:
    """As on a busy machine, where the pane hears of a verdict only after more was shown."""
    async with streaming(tmp_path, [CHANGES]) as (app, pilot, server):
        await reviewing_first(app, pilot)
        prepared = there(app.runner.prepared)
        files = FilesSoFar(prepared)
        assert files.look(CHANGES.replace(HOLD, ""), ())
        later = files.reviewable(), tuple(files.whole.values()), coming
        diff = pane_of(app).diff
        with app._context():
            diff.action_decide("accepted")
            take_later(app, *later)
            diff.select(1)
            diff.action_decide("rejected")
        assert there(pane_of(app).file).after == NEW
        await until(pilot, lambda: marks(app, "a.txt") == "✓✗")
        await pilot.press("minus", "minus")
        await until(pilot, lambda: marks(app, "a.txt") == "··")
        server.go_on()
        server.go_on()
        await until(pilot, lambda: not app.runner.running)


def head(app: AutocoderApp) -> str:
    return str(pane_of(app).query_one("#review-file", Static).content)


@pytest.mark.parametrize("more", [False, True])
async def test_verdicts_on_changes_are_back_after_a_kill(tmp_path: Path, more: bool) -> None:
    third = change("line 38", "line 38, said better")
    text = CHANGES.replace("</edit>", f"{third}{HOLD}</edit>")
    async with streaming(tmp_path, [text]) as (app, pilot, server):
        await reviewing_first(app, pilot)
        await pilot.press("r")
        if more:
            server.go_on()
            server.go_on()
            await until(pilot, lambda: there(pane_of(app).review).counts.total == 3)
            await pilot.press("n", "a")
        (journal,) = (tmp_path / "state" / "journals").glob("*.jsonl")
        # More of it comes than was decided on when the program was killed.
        reviewed = [line for line in journal.read_bytes().splitlines() if b"so_far" in line][-1]
        for _ in range(3 - 2 * more):
            server.go_on()
        await ended(app, pilot)
        lines = journal.read_bytes().splitlines()
    at = next(n for n, line in enumerate(lines) if line == reviewed)
    texts = [line for line in lines[at + 1 :] if b"delta" in line.lower()]
    killed = b"\n".join([*lines[: at + 1], *texts]) + b"\n"
    for file in (tmp_path / "state").glob("history*"):
        file.unlink()
    journal.write_bytes(killed)
    async with driven(setup_for(tmp_path, "--base-url", "http://127.0.0.1:1/v1", "-m", "m")) as (
        app,
        pilot,
    ):
        await until(pilot, lambda: isinstance(app.screen, RecoveredRuns))
        await until(pilot, lambda: app.focused is not None and app.screen is app.focused.screen)
        await pilot.press("r")
        await until(pilot, lambda: names(app) == ["a.txt"])
        assert there(pane_of(app).file).counts.total == 3
        assert marks(app, "a.txt") == ("✗✓·" if more else "✗··")
        assert "dropped" not in said(app)


async def test_the_history_shows_what_is_decided_by_now(tmp_path: Path) -> None:
    async with streaming(tmp_path, [THREE]) as (app, pilot, server):
        await reviewing_first(app, pilot)
        await pilot.press("a", "r")
        server.go_on()
        await ended(app, pilot)
        await until(pilot, lambda: app.runner.keeping.history.list())
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
        # Nothing of it is settled in the history as long as it is under review.
        decided = app.screen.query_one("#history-file", Static)
        await until(pilot, lambda: "1 accepted, 1 rejected, 4 undecided" in str(decided.content))
        await pilot.press("escape")
    # Nor when the program has ended: of what was kept while it came, all is shown.
    run = History(tmp_path / "state").get(History(tmp_path / "state").list()[0].run_id)
    assert proposed_review(run).decided == "1 accepted, 1 rejected, 4 undecided"
