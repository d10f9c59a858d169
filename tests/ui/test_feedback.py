"""The mode of feedback by keys, in the real App: a complaint becomes an instruction, and that a
run; earlier rounds stay at hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Label, OptionList, Static, TextArea

from autocoder_tui.demo.script import Reply
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.instruction import InstructionDialog, NoteDialog
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.rounds import RoundsScreen
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.plain_area import PlainArea
from autocoder_tui.ui.widgets.review.before_view import BeforeView
from tests.ui.driving import WIDE, at_both_sizes, framed, serving, there, until
from tests.ui.test_review_pane import pane_of
from tests.watched_server import WatchedServer

OLD = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"
FIRST = OLD.replace("two", "TWO").replace("six", "SIX")
SECOND = OLD.replace("two", "TWO").replace("six", "6")
SAID = "the six is ugly, use a digit"
MADE = "In code.txt, write 6 for SIX. The rest stays."


@asynccontextmanager
async def proposed(
    folder: Path, script: list[Reply], *flags: str, size: tuple[int, int] = WIDE
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str], WatchedServer]]:
    """The App with a first proposal under review, in the mode of feedback."""
    (folder / "project").mkdir(exist_ok=True)
    (folder / "project" / "code.txt").write_text(OLD)
    given = ("-i", "code.txt", "-r", "Make it louder.", "--edit-format", "whole", *flags)
    script = [framed("code.txt", FIRST), *script]
    async with serving(folder, script, *given, size=size) as (app, pilot, server):
        await until(pilot, lambda: app.recovery.done and app.main.query_one(FilePicker).picks)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: pane_of(app).file is not None and not app.runner.running)
        await pilot.press("f5")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        yield app, pilot, server


def editor(app: AutocoderApp) -> TextArea:
    return app.main.query_one("#requirements", TextArea)


async def complain(app: AutocoderApp, pilot: Pilot[str], text: str) -> None:
    """Go to the mode of feedback, if need be, and type."""
    await pilot.press("f3")
    await until(pilot, lambda: app.focused is editor(app))
    while app.modes.mode != "feedback":
        await pilot.press("ctrl+n")
    editor(app).insert(text)
    await until(pilot, lambda: text in editor(app).text)


async def shown(app: AutocoderApp, pilot: Pilot[str]) -> InstructionDialog:
    await until(pilot, lambda: isinstance(app.screen, InstructionDialog))
    await until(pilot, lambda: isinstance(app.focused, PlainArea))
    assert isinstance(app.screen, InstructionDialog)
    return app.screen


def told(app: AutocoderApp, text: str) -> bool:
    return any(text in one.message for one in app._notifications)


def marks(app: AutocoderApp) -> str:
    file = pane_of(app).file
    return "" if file is None else "".join(verdict.mark for verdict in file.verdicts)


def after(app: AutocoderApp) -> str:
    file = pane_of(app).file
    return "" if file is None else file.after


def kept(folder: Path) -> list[KeptRun]:
    history = History(folder / "state")
    return [history.get(run.run_id) for run in reversed(history.list())]


def asked(server: WatchedServer, number: int) -> str:
    return str(server.requests[number].messages[-1]["content"])


async def test_without_a_run_there_is_nothing_to_complain_of(tmp_path: Path) -> None:
    async with serving(tmp_path, [], "--mode", "feedback", "-r", "bad") as (app, pilot, server):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app._notifications)
        assert told(app, "no proposal to give feedback on")
        assert not server.requests
        assert editor(app).text == "bad"


@at_both_sizes
async def test_a_complaint_becomes_an_instruction_and_a_run(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    script = [Reply(MADE), framed("code.txt", SECOND)]
    async with proposed(tmp_path, script, size=size) as (app, pilot, server):
        await pilot.press("a")
        await until(pilot, lambda: marks(app) == "✓·")
        await complain(app, pilot, SAID)
        await pilot.press("ctrl+r")
        dialog = await shown(app, pilot)
        assert dialog.typed == MADE
        assert SAID in asked(server, 1)
        assert "+SIX" in asked(server, 1)
        await pilot.press("end", *"!", "enter")
        await until(pilot, lambda: after(app) == SECOND)
        # What was accepted stays so, what is new is to be decided on.
        assert marks(app) == "✓·"
        assert f"{MADE}!" in asked(server, 2)
        assert "Make it louder." in asked(server, 2)
        assert FIRST in asked(server, 2)
        await until(pilot, lambda: editor(app).text == "")
    first, aside, second = kept(tmp_path)
    assert [run.snapshot.purpose for run in (first, aside, second)] == [
        "generate",
        "feedback",
        "generate",
    ]
    assert aside.snapshot.requirements == SAID
    for run in (aside, second):
        assert (run.snapshot.mode, run.snapshot.parent) == ("feedback", first.run_id)
        assert run.snapshot.thread == first.run_id
    assert second.snapshot.feedback is not None
    (round_,) = second.snapshot.feedback.rounds
    assert (round_.complaint, round_.instruction) == (SAID, f"{MADE}!")


async def test_the_call_is_left_out_by_a_key_and_by_the_setting(tmp_path: Path) -> None:
    async with proposed(tmp_path, [framed("code.txt", SECOND)]) as (app, pilot, server):
        await complain(app, pilot, SAID)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: after(app) == SECOND)
        assert len(server.requests) == 2
        assert SAID in asked(server, 1)
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "config.toml").write_text("[feedback]\nrefine = false\n")
    async with proposed(tmp_path, [framed("code.txt", SECOND)]) as (app, pilot, server):
        await complain(app, pilot, SAID)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: after(app) == SECOND)
        assert len(server.requests) == 2


async def test_a_call_under_way_is_skipped_or_stopped(tmp_path: Path) -> None:
    stuck = Reply(MADE, stall="middle", cut_after=5)
    async with proposed(tmp_path, [stuck, stuck, framed("code.txt", SECOND)]) as (
        app,
        pilot,
        server,
    ):
        await complain(app, pilot, SAID)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(server.requests) == 2 and app.text_calls.running)
        await pilot.press("escape")
        await until(pilot, lambda: not app.text_calls.running)
        await until(pilot, lambda: told(app, "Stopped"))
        assert editor(app).text == SAID
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(server.requests) == 3 and app.text_calls.running)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: after(app) == SECOND)
        assert SAID in asked(server, 3)


async def test_what_is_not_sent_is_there_again_and_not_asked_for_twice(tmp_path: Path) -> None:
    async with proposed(tmp_path, [Reply(MADE)]) as (app, pilot, server):
        await complain(app, pilot, SAID)
        await pilot.press("ctrl+r")
        await shown(app, pilot)
        await pilot.press("x", "escape")
        await until(pilot, lambda: app.screen is app.main)
        assert editor(app).text == SAID
        await pilot.press("ctrl+r")
        dialog = await shown(app, pilot)
        assert dialog.typed == f"x{MADE}"
        assert len(server.requests) == 2


async def test_the_complaint_itself_is_sent_from_the_dialog(tmp_path: Path) -> None:
    script = [Reply(MADE), framed("code.txt", SECOND)]
    async with proposed(tmp_path, script) as (app, pilot, server):
        await complain(app, pilot, SAID)
        await pilot.press("ctrl+r")
        await shown(app, pilot)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: after(app) == SECOND)
        assert SAID in asked(server, 2)
        assert MADE not in asked(server, 2)


async def test_what_was_rejected_does_not_come_back_unsaid(tmp_path: Path) -> None:
    """It comes back at once, and again a round later: rejected it is both times, and it says so."""
    script = [framed("code.txt", FIRST), framed("code.txt", SECOND), framed("code.txt", FIRST)]
    async with proposed(tmp_path, script) as (app, pilot, server):
        await pilot.press("a", "r")
        await until(pilot, lambda: marks(app) == "✓✗")
        for number, text in ((1, FIRST), (2, SECOND), (3, FIRST)):
            await complain(app, pilot, f"round {number}")
            await pilot.press("ctrl+s")
            await until(pilot, lambda: len(server.requests) == number + 1)  # noqa: B023
            await until(pilot, lambda: not app.runner.running and after(app) == text)  # noqa: B023
            await until(pilot, lambda: not editor(app).text)
            said = " ".join(there(app.review_session).warnings["code.txt"])
            if text is FIRST:
                assert marks(app) == "✓✗"
                assert "Line 6: rejected in round" in said
                assert "come back as it was" in said
                shown = [pane_of(app).diff.render_line(at).text for at in range(12)]
                assert [line for line in shown if "↩" in line]
            else:
                assert marks(app) == "✓·"
                assert "rejected" not in said
        assert "+SIX" in asked(server, 3)
        assert "Earlier feedback, round 2" in asked(server, 3)


async def test_a_note_is_kept_with_its_hunk_and_taken_along(tmp_path: Path) -> None:
    script = [Reply(MADE), framed("code.txt", SECOND)]
    async with proposed(tmp_path, script) as (app, pilot, server):
        await pilot.press("n", "N")
        await until(pilot, lambda: isinstance(app.screen, NoteDialog))
        await pilot.press(*"ugly", "ctrl+k")
        await until(pilot, lambda: marks(app) == "·✗")
        assert len(server.requests) == 1
        head = app.main.query_one("#review-file", Static)
        assert "✎ line 6: ugly" in str(head.render())
        await complain(app, pilot, "")
        label = app.main.query_one("#target-line > Label", Label)
        await until(pilot, lambda: "1 rejected, 1 noted" in str(label.render()))
        await pilot.press("ctrl+r")
        await shown(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: after(app) == SECOND)
        assert "ugly" in asked(server, 1)
        assert "`SIX`: ugly" in asked(server, 2)


async def test_the_proposal_before_is_compared_and_earlier_rounds_open(tmp_path: Path) -> None:
    async with proposed(tmp_path, [framed("code.txt", SECOND)]) as (app, pilot, _):
        await pilot.press("d")
        await until(pilot, lambda: told(app, "no proposal before"))
        await complain(app, pilot, SAID)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: after(app) == SECOND and not editor(app).text)
        await pilot.press("f5", "d")
        await until(pilot, lambda: isinstance(app.focused, BeforeView))
        review = pane_of(app).query_one(BeforeView)._review
        assert review is not None
        assert (review.before, review.after) == (FIRST, SECOND)
        before = marks(app)
        await pilot.press("a", "r", "A", "R", "minus", "enter")
        assert marks(app) == before
        assert (tmp_path / "project" / "code.txt").read_text() == OLD
        await pilot.press("d")
        await until(pilot, lambda: app.focused is pane_of(app).diff)
        await pilot.press("a")
        await until(pilot, lambda: marks(app) == "✓·")
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, RoundsScreen))
        options = app.screen.query_one(OptionList)
        assert options.option_count == 2
        assert SAID in str(options.get_option_at_index(1).prompt)


async def test_a_file_alone_is_complained_of(tmp_path: Path) -> None:
    async with proposed(tmp_path, [Reply(MADE), framed("code.txt", SECOND)]) as (
        app,
        pilot,
        server,
    ):
        await complain(app, pilot, SAID)
        await pilot.press("ctrl+t")
        label = app.main.query_one("#target-line > Label", Label)
        await until(pilot, lambda: "about code.txt" in str(label.render()))
        await pilot.press("ctrl+r")
        await shown(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: after(app) == SECOND)
        assert "about code.txt" in asked(server, 1)
        assert "about code.txt" in asked(server, 2)


@pytest.mark.parametrize("written", [False, True])
async def test_what_was_written_stays(tmp_path: Path, written: bool) -> None:
    file = tmp_path / "project" / "code.txt"
    async with proposed(tmp_path, [framed("code.txt", SECOND)]) as (app, pilot, server):
        await pilot.press("a")
        if written:
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, Question))
            await pilot.press("w")
            await until(pilot, lambda: file.read_text() != OLD)
        await complain(app, pilot, SAID)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: after(app) == SECOND and not app.runner.running)
        await until(pilot, lambda: marks(app) == ("·" if written else "✓·"))
        assert file.read_text() == (OLD.replace("two", "TWO") if written else OLD)


async def test_the_prompt_and_the_reply_may_go_by_a_chat_page(tmp_path: Path) -> None:
    async with proposed(tmp_path, []) as (app, pilot, server):
        await pilot.press("a", "r")
        await until(pilot, lambda: marks(app) == "✓✗")
        await complain(app, pilot, SAID)
        await until(pilot, lambda: app.modes.mode == "feedback")
        await pilot.press("f5")
        await until(pilot, lambda: app.focused is pane_of(app).diff)
        await pilot.press("P")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        app.screen.query_one(PlainArea).text = framed("code.txt", SECOND).text
        await pilot.press("ctrl+s")
        await until(pilot, lambda: after(app) == SECOND)
        assert marks(app) == "✓·"
        assert len(server.requests) == 1
    assert "+SIX" in kept(tmp_path)[-1].snapshot.requirements
