"""The log in the full-screen program: levels, filter, copying, and floods."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input, Static

from autocoder_tui.demo.script import Reply
from autocoder_tui.diagnostics.debug_log import LogLine
from autocoder_tui.ui.widgets.log import rows as log_rows
from autocoder_tui.ui.widgets.log.pane import LogPane
from autocoder_tui.ui.widgets.log.view import LogView
from tests.ui.driving import driven, framed, serving, setup_for, until

HERE = ("--base-url", "http://127.0.0.1:9/v1", "-m", "some-model")
"""Needs no key, so that no dialog about one is in the way."""


def texts(view: LogView) -> list[str]:
    return [line.text for line in view.shown()]


async def test_the_level_is_changed_while_the_program_runs(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *HERE)) as (app, pilot):
        view = app.main.query_one(LogView)
        app.action_show_pane("log")
        await until(pilot, lambda: app.focused is view)
        app.main.log_line("an info", 1)
        app.main.log_line("a detail", 2)
        app.main.log_line("a chunk", 3)
        assert "an info" in texts(view)
        assert "a detail" not in texts(view)
        await pilot.press("2")
        assert "a detail" in texts(view)  # from before the change
        await pilot.press("3")
        app.main.log_line("a chunk", 3)
        assert "a chunk" in texts(view)
        state = str(app.main.query_one("#log-state", Static).content)
        assert "level 3" in state
        await pilot.press("0")
        assert "an info" not in texts(view)
        app.tell("a warning", severity="warning")
        assert "a warning" in texts(view)


async def test_typing_narrows_the_log_down_and_y_copies_what_is_left(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *HERE)) as (app, pilot):
        view = app.main.query_one(LogView)
        app.action_show_pane("log")
        await until(pilot, lambda: app.focused is view)
        for word in ("apples", "pears", "more Apples"):
            app.main.log_line(word)
        await pilot.press("slash", *"appl3")
        assert texts(view) == []
        await pilot.press("backspace")
        assert texts(view) == ["apples", "more Apples"]
        assert app.logbook.level == 1  # the 3 was typed, no level chosen
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is view)
        await pilot.press("y")
        copied = tmp_path / "state" / "copied-log.txt"
        await until(pilot, lambda: copied.exists() and "more Apples" in copied.read_text())
        assert "pears" not in copied.read_text()
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await pilot.press("escape")
        assert "pears" in texts(view)


async def test_levels_and_filter_are_commands_of_the_palette(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *HERE)) as (app, _):
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        assert "Log: Filter" in commands
        await commands["Log: Level 3: everything sent"].callback()
        assert app.logbook.level == 3
        assert isinstance(app.main.query_one("#log"), LogPane)


async def test_level_3_shows_requests_and_chunks_of_a_run(
    tmp_path: Path,
) -> None:
    script = [Reply(frames=('{"choices": [{"delta": {"content": "x"}}]}', "{broken", "[DONE]"))]
    async with serving(tmp_path, script, "-r", "greet", "-d", "3") as (app, pilot, _):
        view = app.main.query_one(LogView)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "chunk [DONE]" in texts(view))
        shown = texts(view)
        assert any(line.startswith("request POST http") and "greet" in line for line in shown)
        assert any(line.startswith("response 200") for line in shown)
        assert "chunk {broken" in shown
    file = (tmp_path / "state" / "log" / "autocoder-tui.log").read_text()
    assert "everything: chunk {broken" in file


async def test_a_flood_is_drawn_by_the_frame_and_kept_within_bounds(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *HERE, "-d", "3")) as (app, pilot):
        view = app.main.query_one(LogView)
        app.action_show_pane("log")
        await until(pilot, lambda: app.focused is view)
        before = view.kept
        for number in range(log_rows.MOST_LINES + 500):
            app.main.log_line(f"chunk {number}", 3)
        last = f"chunk {log_rows.MOST_LINES + 499}"
        # The App has lines of its own, which may come after the last.
        await until(pilot, lambda: any(row.text == last for row in view.rows[-20:]))
        assert len(view.shown()) == log_rows.MOST_LINES
        assert view.kept == log_rows.MOST_LINES > before
        assert len(view.rows) >= log_rows.MOST_LINES
        assert len(app.main.log_lines) <= log_rows.MOST_LINES


def test_rows_fill_the_width_whatever_the_characters() -> None:
    from datetime import datetime

    from rich.cells import cell_len

    for text in ("word " * 40, "x" * 300, "日本語" * 50, "a日" * 70, "", "é" * 99):
        for width in (1, 2, 7, 40):
            lines = list(log_rows.wrapped(text, width))
            assert "".join(lines).replace(" ", "") == text.replace(" ", "")
            assert all(cell_len(row) <= max(width, 2) for row in lines)
    rows = log_rows.LogRows(1)
    rows.width = 10
    rows.add([LogLine(1, datetime.now(), "one two three four")])
    assert [row.text for row in rows.rows] == ["one two", "three four"]
    assert [bool(row.at) for row in rows.rows] == [True, False]


async def test_a_run_is_in_the_log_file(tmp_path: Path) -> None:
    script = [framed("out.txt", "hello\n")]
    async with serving(tmp_path, script, "-r", "x") as (app, pilot, _):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: any("run finished" in line for line in app.main.log_lines))
    assert "info: run finished" in (tmp_path / "state/log/autocoder-tui.log").read_text()
