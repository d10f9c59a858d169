"""What stands where the output will: what the next run sends, the runs before, what is awaited."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from autocoder_tui.demo.script import Reply
from autocoder_tui.store.history.history import History
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers import estimate
from autocoder_tui.ui.controllers.send_again import send_again
from autocoder_tui.ui.widgets.check.pane import CheckPane
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.files.suggested import SuggestedFiles
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.store.kept_runs import run
from tests.ui.driving import NARROW, WIDE, at_both_sizes, driven, framed, serving, setup_for, until
from tests.ui.test_session import AT


def shown(app: AutocoderApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def shows(app: AutocoderApp, pilot: Pilot[str], *texts: str) -> None:
    await until(pilot, lambda: all(text in shown(app) for text in texts))


def project(folder: Path) -> Path:
    root = folder / "project"
    root.mkdir()
    (root / "orders.py").write_text("import stock\n\n\ndef total():\n    return 1\n")
    (root / "stock.py").write_text("ITEMS = 1\n")
    (root / "test_orders.py").write_text("import unittest\n")
    return root


@at_both_sizes
async def test_it_says_what_the_next_run_sends_and_which_runs_were_before(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    root = project(tmp_path)
    history = History(tmp_path / "state")
    history.add(run(project=str(root), requirements="Count the orders by day"))
    flags = ("-i", "orders.py", "stock.py", "-r", "Sum them.")
    async with driven(setup_for(tmp_path, *AT, *flags), size) as (app, pilot):
        await pilot.press("f4")
        await shows(app, pilot, "The next run sends", "what you write, and how to answer", "in all")
        await shows(app, pilot, "orders.py", "stock.py", "Runs before", "Count the orders by day")
        assert "hunk by hunk" not in shown(app)  # who has run something knows it


async def next_modes_until(app: AutocoderApp, pilot: Pilot[str], mode: str) -> None:
    while app.modes.mode != mode:
        await pilot.press("ctrl+n")


async def test_feedback_on_nothing_sends_nothing(tmp_path: Path) -> None:
    project(tmp_path)
    async with driven(setup_for(tmp_path, *AT, "-i", "orders.py"), WIDE) as (app, pilot):
        await shows(app, pilot, "The next run sends")
        await next_modes_until(app, pilot, "feedback")
        await until(pilot, lambda: "The next run sends" not in shown(app))
        await next_modes_until(app, pilot, "generate")
        await shows(app, pilot, "The next run sends")


async def test_what_goes_with_the_picks_is_suggested_below_the_tree(tmp_path: Path) -> None:
    project(tmp_path)
    flags = ("-i", "orders.py", "-r", "Sum them.")
    async with driven(setup_for(tmp_path, *AT, *flags), WIDE) as (app, pilot):
        below = app.main.query_one(SuggestedFiles)
        await shows(app, pilot, "Suggested", "imported by orders", "test of orders")
        await until(pilot, lambda: below.region.height)
        await pilot.click(below, offset=(5, 1))
        picker = app.main.query_one(FilePicker)
        await until(pilot, lambda: picker.picks == ("orders.py", "stock.py"))
        await pilot.resize_terminal(*NARROW)
        await pilot.press("f2")
        await until(pilot, lambda: not below.display)
        # In a high terminal what is picked stands there too; a click takes the pick back.
        await pilot.resize_terminal(200, 60)
        await shows(app, pilot, "Picked and suggested", "test of order")
        await until(pilot, lambda: below.region.height)
        await pilot.click(below, offset=(5, 1))
        await until(pilot, lambda: picker.picks == ("stock.py",))


async def test_it_shows_what_a_model_thinks_until_there_is_an_answer(tmp_path: Path) -> None:
    thought = "".join(f"Step {number} of it.\n" for number in range(90))
    reply = framed("a.py", "x = 1\n", reasoning=thought, stall="middle", cut_after=0)
    async with serving(tmp_path, [reply], "-r", "do it", size=NARROW) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("ctrl+r")
        await shows(app, pilot, "The model thinks before it answers", "Step 89 of it.")
        assert "Pick files in the tree" not in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: not app.runner.running)
        assert "The model thinks" not in str(app.main.query_one("#welcome", Static).content)


async def test_what_was_sent_is_what_the_run_was_begun_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path)
    (root / "a.py").write_text("x = 1\n")
    silent = framed("a.py", "x = 2\n", stall="middle", cut_after=0)
    wrong = framed("a.py", "x = 2\n")
    flags = ("-i", "orders.py", "-r", "Sum them.")
    async with serving(tmp_path, [silent, wrong, silent], *flags) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("f4")
        await shows(app, pilot, "The next run sends", "orders.py")
        # What is picked right before is not counted yet.
        monkeypatch.setattr(estimate, "PAUSE", 3600)
        app.main.query_one(FilePicker).set_picks({"stock.py"})
        await pilot.press("ctrl+r")
        before = app.main.query_one("#welcome", Static)
        await until(pilot, lambda: "This was sent" in str(before.content))
        assert "stock.py" in str(before.content)
        assert "orders.py" not in str(before.content)
        await pilot.press("escape")
        await until(pilot, lambda: not app.runner.running)
        # A proposal that goes back is sent with more than the next run would be.
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.review_session is not None and not app.runner.running)
        session = app.review_session
        assert session is not None
        prepared = session.reviewable.prepared
        assert prepared is not None
        limits = prepared.request.limits
        assert await send_again(app, session, prepared, session.review, "Not so.", limits)
        await pilot.press("f4")
        await shows(app, pilot, "Sent. The first words")
        assert "This was sent" not in shown(app)


async def test_a_request_that_failed_is_not_awaited_but_sent_again(tmp_path: Path) -> None:
    busy = Reply(status=503, body='{"error": {"message": "busy"}}', headers={"retry-after": "3"})
    async with serving(tmp_path, [busy, framed("a.txt", "one\n")], "-r", "wish") as (app, pilot, _):
        await pilot.press("ctrl+r")
        await shows(app, pilot, "is sent again in a moment", "retrying", "This was sent")
        assert "first words" not in shown(app)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")


async def test_an_empty_review_and_check_leave_what_leads_to_them_in_sight(tmp_path: Path) -> None:
    async with serving(tmp_path, [framed("a.py", "x = 1\n")], "-r", "do it") as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("f5")
        await shows(app, pilot, "Nothing to review yet", "Files", "Requirements", "[Review]")
        await pilot.press("f7")
        await shows(app, pilot, "Nothing checked yet", "Files", "Requirements", "[Check]")
        assert app.main.query_one(CheckPane).has_class("-empty")
        await pilot.press("ctrl+r")
        review = app.main.query_one(ReviewPane)
        await until(pilot, lambda: review.file is not None)
        await pilot.press("f5")
        await until(pilot, lambda: review.region.width == app.size.width)
        # Beside the files the lower pane has no review in it, and does not say so either.
        await pilot.press("f2")
        await shows(app, pilot, "Files", "[Output]")


async def test_a_wide_terminal_begins_with_what_the_project_says_of_itself(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "a_folder").mkdir()
    (root / "README.md").write_text("# The shop of the orders\n")
    async with driven(setup_for(tmp_path, *AT), (200, 60)) as (app, pilot):
        await shows(app, pilot, "As it is on disk", "The shop of the orders")
        app.main.query_one(FilePicker).set_picks({"stock.py"})
        await shows(app, pilot, "ITEMS = 1")


async def test_a_failure_is_said_once_where_it_is_in_sight(tmp_path: Path) -> None:
    refused = Reply(status=401, body='{"error": {"message": "Incorrect API key provided"}}')
    async with serving(tmp_path, [refused], "-r", "x") as (app, pilot, _):
        await pilot.press("ctrl+r")
        await shows(app, pilot, "Incorrect API key", "Ctrl+R  runs it again")
        await until(pilot, lambda: not app.runner.running)
        assert not [one for one in app._notifications if "Incorrect" in one.message]


async def test_a_failure_is_told_in_another_pane(tmp_path: Path) -> None:
    busy = Reply(status=503, body='{"error": {"message": "busy"}}', headers={"retry-after": "1"})
    refused = Reply(status=401, body='{"error": {"message": "Incorrect API key provided"}}')
    async with serving(tmp_path, [busy, refused], "-r", "x") as (app, pilot, _):
        await pilot.press("ctrl+r")
        await shows(app, pilot, "is sent again in a moment")
        await pilot.press("f9")
        await until(pilot, lambda: any("Incorrect" in one.message for one in app._notifications))
