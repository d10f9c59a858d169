"""Keys typed faster than the program acts on them: each acts on what the one before brought."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.geometry import Offset
from textual.keys import _character_to_key
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.history import HistoryScreen
from autocoder_tui.ui.screens.main import MainScreen
from autocoder_tui.ui.screens.prompts import PromptList
from autocoder_tui.ui.terminal.key_queue import ASKS
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import at_both_sizes, driven, framed, serving, setup_for, until

NOWHERE = ("--base-url", "http://127.0.0.1:9/v1", "-m", "m")


def typed(app: AutocoderApp, *keys: str) -> None:
    """All of these at once, as a terminal hands them over that was typed into for a while."""
    for key in keys:
        if len(key) == 1:
            app.post_message(events.Key(_character_to_key(key), key))
        else:
            app.post_message(events.Key(key, {"space": " ", "enter": "\r"}.get(key)))


def sought(app: AutocoderApp, kind: type[Screen[Any]]) -> str | None:
    """What stands in the search field of this screen, None when it is not there."""
    fields = app.screen.query(Input) if isinstance(app.screen, kind) else ()
    return next((field.value for field in fields), None)


async def test_keys_behind_the_one_that_opens_a_dialog_reach_it(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *NOWHERE, "-r", "as it was")) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        app.longest_wait = 60
        typed(app, "alt+p", "a", "b", "c")
        await until(pilot, lambda: sought(app, PromptList) == "abc")
        typed(app, "escape", "x", "f6", "/", "y", "z")
        await until(pilot, lambda: sought(app, HistoryScreen) == "yz")
        assert "x" in app.main.query_one("#requirements", TextArea).text


async def test_keys_behind_the_one_that_goes_to_a_pane_reach_it(tmp_path: Path) -> None:
    setup = setup_for(tmp_path, *NOWHERE)
    (setup.root / "a.py").write_text("a = 1\n")
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        app.longest_wait = 60
        typed(app, "f2", "space", "f3", "o", "k")
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text == "ok")
        await until(pilot, lambda: app.job().picks == ("a.py",))


async def test_deciding_and_answering_in_one_go(tmp_path: Path) -> None:
    reply = framed("a.py", "a = 1\n")
    async with serving(tmp_path, [reply], "-r", "Write.") as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        app.longest_wait = 60
        typed(app, "ctrl+r")
        pane, target = app.main.query_one(ReviewPane), app.root / "a.py"
        await until(pilot, lambda: pane.review and app.focused is pane.diff)
        for deciding in (("A",), ("ctrl+a",), ("a",), ("R", "u", "a")):
            typed(app, *deciding, "enter")
            await until(pilot, lambda: pane.written and target.exists())
            typed(app, "U", "u")
            await until(pilot, lambda: not pane.written and not target.exists())
        typed(app, "A", "enter", "U", "c", "u", "r", "enter")
        # "c" gave the question up. What came behind it was for the diff again: rejected by now,
        # the file goes away when it is written.
        await until(pilot, lambda: pane.written and not target.exists())


async def test_work_that_never_asks_holds_keys_up_only_for_a_while(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *NOWHERE)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        app.longest_wait = 1
        app.run_worker(asyncio.Event().wait(), group=ASKS)
        app.hold_keys()
        typed(app, "o", "k")
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text == "ok")
        # What was waited for in vain is not waited for again.
        app.longest_wait = 60
        typed(app, "f2", "f3", "!")
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text == "ok!")


def clicked(app: AutocoderApp, widget: Widget) -> None:
    x, y = widget.region.offset + Offset(2, 1)
    for kind in (events.MouseDown, events.MouseUp):
        app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))


async def test_a_click_waits_for_what_keys_wait_for(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *NOWHERE)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        app.longest_wait = 60
        area, picker = app.main.query_one("#requirements"), app.main.query_one(FilePicker)
        await until(pilot, lambda: app.focused is area)
        go_on = app.hold_keys()
        clicked(app, picker)
        await pilot.pause()
        await pilot.pause()
        assert app.focused is area
        go_on()
        await until(pilot, lambda: app.focused is picker)


@at_both_sizes
@pytest.mark.parametrize("patience", [60, 0.05])
async def test_what_is_asked_for_while_panes_are_missing_is_shown_when_they_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: float, size: tuple[int, int]
) -> None:
    """Also where nobody waits for them any longer."""

    async def not_yet(_: MainScreen) -> None:
        pass

    monkeypatch.setattr(MainScreen, "_complete_once", not_yet)
    app = AutocoderApp(setup_for(tmp_path, *NOWHERE))
    app.longest_wait = patience
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.focused is not None)
        typed(app, "o", "k", "f9")
        if patience < 1:
            await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text == "ok")
            await pilot.pause()
        assert not app.main.query("#log")
        app.main.call_later(app.main._complete)
        await until(pilot, lambda: app.chosen is not None)
        await until(pilot, lambda: app.main.pane == "log" and app.focused is not None)
        assert app.main.query_one("#requirements", TextArea).text == "ok"


async def test_a_click_takes_no_keys_that_were_typed_before_it(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *NOWHERE)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        app.longest_wait = 60
        text, picker = app.main.query_one("#requirements", TextArea), app.main.query_one(FilePicker)
        app.main.show("requirements")
        await until(pilot, lambda: app.focused is text)
        go_on = app.hold_keys()
        typed(app, "o", "k")
        clicked(app, picker)
        go_on()
        await until(pilot, lambda: text.text == "ok")
        await until(pilot, lambda: app.focused in picker.walk_children(with_self=True))


async def test_a_way_out_waits_for_nothing_that_hangs(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *NOWHERE)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        app.longest_wait = 60
        app.run_worker(asyncio.Event().wait(), group=ASKS)
        app.hold_keys()
        typed(app, "o", "k", "ctrl+q")
        await until(pilot, lambda: not app.is_running)
    async with driven(setup_for(tmp_path, *NOWHERE)) as (app, pilot):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text == "ok")


async def test_where_keys_hang_each_is_not_waited_for_anew(tmp_path: Path) -> None:
    class Stuck(Input):
        async def key_x(self) -> None:
            await free.wait()

    free = asyncio.Event()
    async with driven(setup_for(tmp_path, *NOWHERE)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        stuck = Stuck(select_on_focus=False)
        await app.main.mount(stuck)
        stuck.focus()
        await until(pilot, lambda: app.focused is stuck)
        app.longest_wait = 0.5
        typed(app, "x", "y", "f3")
        text = app.main.query_one("#requirements", TextArea)
        await until(pilot, lambda: app.focused is text)
        app.longest_wait = 60
        stuck.focus()
        await until(pilot, lambda: app.focused is stuck)
        typed(app, "z", "f3")
        await until(pilot, lambda: app.focused is text)
        free.set()
        await until(pilot, lambda: stuck.value == "xyz")


async def test_a_command_behind_text_finds_all_of_it(tmp_path: Path) -> None:
    async with serving(tmp_path, [framed("a.py", "a = 1\n")]) as (app, pilot, server):
        await until(pilot, lambda: app.recovery.done)
        app.longest_wait = 60
        typed(app, "f3", *("word " * 40), "ctrl+r")
        await until(pilot, lambda: server.requests)
        assert "word " * 39 in str(server.requests[0])
