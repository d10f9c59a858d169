"""Verdicts taken back and done again by keys, in the real App, and after a restart."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from textual.widgets import Static

from autocoder_tui.demo.script import Reply
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.commit_message import CommitMessage
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.screens.first_steps import FirstSteps
from autocoder_tui.ui.screens.keys_help import KeysHelp
from autocoder_tui.ui.widgets.plain_area import PlainArea
from tests.ui.driving import NARROW, driven, framed, setup_for, until
from tests.ui.test_review_pane import NEW, NOTED, OLD, marks, pane_of, reviewing

OTHER = framed("other.txt", "new\n").text
BOTH = Reply(framed("code.txt", NEW).text + OTHER)


def summary(app: AutocoderApp) -> str:
    return str(app.main.query_one("#review-summary", Static).render())


def verdicts(app: AutocoderApp) -> str:
    review = pane_of(app).review
    assert review is not None
    return "".join(v.mark for file in review.files for v in file.verdicts)


@pytest.mark.parametrize(
    ("keys", "after", "back", "again"),
    [
        (["ctrl+x"], "✗✗✗", "3 hunks undecided again", "3 hunks rejected"),
        (["ctrl+a"], "✓✓✓", "3 hunks undecided again", "3 hunks accepted"),
        (["A"], "✓✓·", "2 hunks undecided again", "2 hunks accepted"),
        (["R"], "✗✗·", "2 hunks undecided again", "2 hunks rejected"),
        (["a"], "✓··", "1 hunk undecided again", "1 hunk accepted"),
        (["r"], "✗··", "1 hunk undecided again", "1 hunk rejected"),
    ],
)
async def test_a_verdict_is_taken_back_and_done_again(
    tmp_path: Path, keys: list[str], after: str, back: str, again: str
) -> None:
    async with reviewing(tmp_path, [BOTH], size=NARROW) as (app, pilot, _):
        await pilot.press(*keys)
        await until(pilot, lambda: verdicts(app) == after)
        if len(after.replace("·", "")) > 1:
            assert summary(app).startswith(f"{again}, - takes that back · ")
        await pilot.press("minus")
        await until(pilot, lambda: verdicts(app) == "···")
        assert summary(app).startswith(f"taken back: {back} · 0 of 3 accepted")
        await pilot.press("plus")
        await until(pilot, lambda: verdicts(app) == after)
        assert summary(app).startswith(f"done again: {again} · ")
        assert f"taken back: {back}" in app.main.log_lines
        await pilot.press("minus", "minus")
        await until(pilot, lambda: verdicts(app) == "···")


async def test_the_cursor_goes_to_what_was_taken_back(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [BOTH]) as (app, pilot, _):
        await pilot.press("n", "a", "right_square_bracket", "r")
        await until(pilot, lambda: verdicts(app) == "·✓✗")
        await pilot.press("left_square_bracket", "g", "minus")
        await until(pilot, lambda: verdicts(app) == "·✓·")
        assert pane_of(app).file.path == "other.txt"  # type: ignore[union-attr]
        await pilot.press("minus")
        await until(pilot, lambda: verdicts(app) == "···")
        assert pane_of(app).file.path == "code.txt"  # type: ignore[union-attr]
        assert pane_of(app).diff.cursor == 1
        # The next key decides on what is shown, not on what stood there before.
        await pilot.press("a")
        await until(pilot, lambda: verdicts(app) == "·✓·")


async def test_an_edit_and_a_split_are_taken_back(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        await pilot.press("a", "p", "e")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        app.screen.query_one(PlainArea).text = "mine\n"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "mine\n" in pane_of(app).file.after)  # type: ignore[union-attr]
        edited = pane_of(app).review
        await pilot.press("minus")
        await until(pilot, lambda: pane_of(app).file.after == NEW)  # type: ignore[union-attr]
        assert marks(app) == "✓·"
        assert "the edit of code.txt, 1 hunk accepted again" in summary(app)
        await pilot.press("plus")
        await until(pilot, lambda: pane_of(app).review == edited)


async def test_a_note_is_taken_back_while_its_run_goes_on_with_the_review(tmp_path: Path) -> None:
    script = [framed("code.txt", NEW), framed("code.txt", NOTED, stall="middle", cut_after=5)]
    async with reviewing(tmp_path, script) as (app, pilot, server):
        await pilot.press("N")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press("x", "ctrl+s")
        await until(pilot, lambda: len(server.requests) >= 2)
        await until(pilot, lambda: marks(app) == "✗·")
        await pilot.press("f5")
        await until(pilot, lambda: app.focused is pane_of(app).diff)
        await pilot.press("minus")
        await until(pilot, lambda: marks(app) == "··")
        assert "taken back: 1 hunk undecided again" in summary(app)
        await pilot.press("escape")


async def test_after_the_answer_to_a_note_the_proposal_before_is_pointed_to(
    tmp_path: Path,
) -> None:
    script = [framed("code.txt", NEW), framed("code.txt", NOTED)]
    async with reviewing(tmp_path, script) as (app, pilot, server):
        await pilot.press("a", "N")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press("x", "ctrl+s")
        await until(pilot, lambda: len(server.requests) == 2 and marks(app) == "✓·")
        await until(pilot, lambda: app.focused is pane_of(app).diff)
        await pilot.press("minus")
        await until(pilot, lambda: app._notifications)
        assert any("is in the history" in notice.message for notice in app._notifications)
        assert marks(app) == "✓·"


async def test_what_is_written_says_so_again_when_taking_back_is_done_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "project" / "code.txt"
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        await pilot.press("ctrl+a", "enter")
        await until(pilot, lambda: pane_of(app).written)
        await pilot.press("minus")
        await until(pilot, lambda: marks(app) == "··")
        assert not pane_of(app).written, "the verdicts are others than those on disk"
        assert "takes what was written back out of code.txt" in summary(app)
        assert path.read_text() == NEW, "taking back writes nothing"
        await pilot.press("plus")
        await until(pilot, lambda: pane_of(app).written)
        await pilot.press("minus", "enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("w")
        await until(pilot, lambda: path.read_text() == OLD)
        await until(pilot, lambda: pane_of(app).written)


async def test_a_wholly_rejected_review_is_there_after_a_restart(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [BOTH]) as (app, pilot, _):
        await pilot.press("ctrl+x")
        await until(pilot, lambda: verdicts(app) == "✗✗✗")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        assert verdicts(app) == "✗✗✗"
        await pilot.press("u")
        await until(pilot, lambda: "1 undecided" in summary(app))
        await pilot.press("minus")
        await until(pilot, lambda: verdicts(app) == "✗✗✗")
        assert "taken back: 1 hunk rejected again" in summary(app)


async def test_nothing_to_take_back_is_said(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        await pilot.press("minus", "plus")
        await until(pilot, lambda: len(app._notifications) >= 2)
        said = {notice.message for notice in app._notifications}
        assert said >= {"There is nothing to take back.", "Nothing was taken back."}


async def test_the_keys_are_in_the_help(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FirstSteps))
        await pilot.press("escape", "f1")
        await until(pilot, lambda: isinstance(app.screen, KeysHelp))
        screen = app.screen
        assert isinstance(screen, KeysHelp)
        listed = {line.row.id for _, line in screen.found("")}
        for name in ("review.take_back", "review.do_again", "files.take_back", "files.do_again"):
            assert name in listed


async def test_after_a_commit_nothing_says_how_to_commit(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    for words in (["init", "-q"], ["config", "user.name", "t"], ["config", "user.email", "t@e.x"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        await pilot.press("ctrl+a", "enter")
        await until(pilot, lambda: "c commits" in summary(app))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CommitMessage))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "c commits" not in summary(app))
        assert summary(app).startswith("✓ written, U undoes: code.txt")
