"""The pane in front has the keyboard, however late is heard what was in front before."""

from __future__ import annotations

from pathlib import Path

from textual import events
from textual.pilot import Pilot

from autocoder_tui.ui.app import AutocoderApp
from tests.ui.driving import framed, serving, until
from tests.ui.test_review_pane import pane_of
from tests.watched_server import WatchedServer


async def reviewing(app: AutocoderApp, pilot: Pilot[str], _: WatchedServer) -> None:
    """A proposal is in front, and has the keyboard."""
    await until(pilot, lambda: app.recovery.done)
    await pilot.press(*"Write it", "ctrl+r")
    await until(pilot, lambda: pane_of(app).file is not None and not app.runner.running)
    await pilot.press("f5")
    await until(pilot, lambda: app.focused is pane_of(app).diff)


async def test_that_the_output_had_it_is_heard_when_the_review_has(tmp_path: Path) -> None:
    async with serving(tmp_path, [framed("a.txt", "text\n")]) as (app, pilot, server):
        await reviewing(app, pilot, server)
        app.main.on_descendant_focus(events.DescendantFocus(app.main.query_one("#stream")))
        await pilot.pause()
        assert app.main.pane == "review"
        assert app.focused is pane_of(app).diff
        assert pane_of(app).display
        await pilot.press("a")
        assert app.review_session is not None
        assert app.review_session.review.counts.accepted == 1


async def test_that_the_review_was_hidden_is_heard_when_it_is_shown(tmp_path: Path) -> None:
    async with serving(tmp_path, [framed("a.txt", "text\n")]) as (app, pilot, server):
        await reviewing(app, pilot, server)
        diff = pane_of(app).diff
        diff.post_message(events.Hide())
        await pilot.pause()
        assert app.focused is diff
        assert app.main.pane == "review"
        # What is hidden indeed does lose it.
        diff.display = False
        await until(pilot, lambda: app.focused is not diff)


async def test_a_window_that_is_left_keeps_none_of_it(tmp_path: Path) -> None:
    async with serving(tmp_path, [framed("a.txt", "text\n")]) as (app, pilot, server):
        await reviewing(app, pilot, server)
        app.post_message(events.AppBlur())
        await until(pilot, lambda: app.focused is None)
        await pilot.pause()
        assert app.focused is None
        app.post_message(events.AppFocus())
        await until(pilot, lambda: app.focused is pane_of(app).diff)
