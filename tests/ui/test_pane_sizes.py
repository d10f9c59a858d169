"""Panes made larger and smaller by keys and the mouse, one alone and back, kept by project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.geometry import Region

from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.files.preview import FilePreview
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.stream.view import StreamView
from tests.ui.driving import NARROW, WIDE, driven, framed, serving, setup_for, until

AT = ("--base-url", "http://127.0.0.1:9/v1", "-m", "test-model")
LARGE = (200, 60)


def box(app: AutocoderApp, name: str) -> Region:
    return app.main.query_one(f"#{name}").region


def seen(app: AutocoderApp) -> set[str]:
    return {pane.id or "" for pane in app.main.query(".pane") if pane.display}


async def test_keys_move_borders_and_the_next_start_has_them(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT), WIDE) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        files, asked = box(app, "files-pane"), box(app, "requirements-pane")
        await pilot.press("alt+shift+left", "alt+shift+down")  # of the requirements
        await until(pilot, lambda: box(app, "requirements-pane").height == asked.height + 2)
        await until(pilot, lambda: box(app, "files-pane").width == files.width - 4)
        await pilot.press("f2", "alt+shift+right", "alt+shift+right")
        await until(pilot, lambda: box(app, "files-pane").width == files.width + 4)
        found = [*(tmp_path / "state").rglob("panes.json")]
        await until(pilot, lambda: "files" in json.loads(found[0].read_text()))
        wanted = box(app, "files-pane"), box(app, "requirements-pane"), box(app, "lower-pane")
    async with driven(setup_for(tmp_path, *AT), WIDE) as (app, pilot):
        now = box(app, "files-pane"), box(app, "requirements-pane"), box(app, "lower-pane")
        assert now == wanted
        await app.run_action("forget_sizes")
        await until(pilot, lambda: box(app, "files-pane") == files)
        assert box(app, "requirements-pane") == asked
    assert not [*(tmp_path / "project").iterdir()]


async def test_the_mouse_drags_borders(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT), WIDE) as (app, pilot):
        files, lower = box(app, "files-pane"), box(app, "lower-pane")
        await pilot.mouse_down(offset=(files.right, files.y + 5))
        await pilot.hover(offset=(files.right + 9, files.y + 5))
        await until(pilot, lambda: box(app, "files-pane").width == files.width + 9)
        await pilot.mouse_up(offset=(files.right + 9, files.y + 5))
        await pilot.hover(offset=(files.right + 30, files.y + 5))
        at = (lower.right - 5, lower.y)
        await pilot.mouse_down(offset=at)
        await pilot.hover(offset=(at[0], at[1] + 6))
        await until(pilot, lambda: box(app, "lower-pane").y == lower.y + 6)
        await pilot.mouse_up(offset=(at[0], at[1] + 6))
        assert box(app, "files-pane").width == files.width + 9  # let go, it stays


@pytest.mark.parametrize("size", [WIDE, LARGE])
async def test_one_pane_alone_and_back(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(setup_for(tmp_path, *AT), size) as (app, pilot):
        before = seen(app)
        for key, pane in (("f2", "files-pane"), ("f3", "requirements-pane"), ("f4", "lower-pane")):
            await pilot.press(key, "f11")
            await until(pilot, lambda: seen(app) == {pane})  # noqa: B023
            assert box(app, pane).width == size[0]
            assert app.main.query_one("#narrow-tabs").display
            focused = app.focused
            await pilot.press("f11")
            await until(pilot, lambda: seen(app) == before)
            assert app.focused is focused
        title = box(app, "files-pane")
        await pilot.click(offset=(title.x + 12, title.y), times=2)
        await until(pilot, lambda: app.main.maximised)


async def test_a_narrow_terminal_says_that_there_is_nothing_to_maximise(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT), NARROW) as (app, pilot):
        await pilot.press("f11")
        await until(pilot, lambda: any("all the room" in line for line in app.main.log_lines))
        assert not app.main.maximised


async def test_a_wide_terminal_shows_the_file_under_the_cursor(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    tricky = 'x = "</file>"\n</file>\n<file path="other">\n\x1b]52;c;eA==\x07'
    (project / "a.py").write_text(tricky)
    (project / "b.bin").write_bytes(b"\0\1\2" * 99)
    (project / ".env").write_text("KEY=geheim\n")
    async with driven(setup_for(tmp_path, *AT), LARGE) as (app, pilot):
        preview = app.main.query_one(FilePreview)
        picker = app.main.query_one(FilePicker)
        await until(pilot, lambda: len(picker.root.children) == 3)
        await pilot.press("f2")
        texts = {}
        for node in picker.root.children:
            assert node.data is not None
            path = node.data.path
            picker.move_cursor(node)
            await until(pilot, lambda: preview.path == path)  # noqa: B023
            texts[path] = preview.text
        assert tricky in texts["a.py"]
        assert "geheim" not in texts[".env"]
        assert "\0" not in texts["b.bin"]
        assert app.main.query_one(StreamView).id == "stream"
        # The file's own lines that look like the end of a frame are lines of the file.
        picker.move_cursor(
            next(n for n in picker.root.children if n.data and n.data.path == "a.py")
        )
        await until(pilot, lambda: preview.path == "a.py")
        await until(pilot, lambda: "right-pane" in seen(app))
        await pilot.pause()
        shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "  2  </file>" in shown
        assert "\x1b" not in shown


async def test_a_review_has_the_column_of_a_wide_terminal(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.py").write_text("print(0)\n")
    reply = framed("a.py", "print(1)\n")
    async with serving(tmp_path, [reply], "-r", "greet", "-i", "a.py", size=LARGE) as (
        app,
        pilot,
        _,
    ):
        review = app.main.query_one(ReviewPane)
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        assert {"requirements-pane", "lower-pane", "right-pane"} <= seen(app)
        assert review.diff.side_by_side
        await pilot.press("f3")
        await until(pilot, lambda: "files-pane" in seen(app))
        assert review.is_on_screen  # still seen beside what is asked next
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: "right-pane" not in seen(app))
        await pilot.press("f5")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        assert box(app, "right-pane").width == WIDE[0]
        await pilot.resize_terminal(*NARROW)
        await until(pilot, lambda: seen(app) == {"right-pane"})
        assert app.focused is not None
        assert app.focused.id == "diff"


async def test_a_resize_leaves_a_reader_where_they_are(tmp_path: Path) -> None:
    text = "".join(f"line_{number} = {number}\n" for number in range(300))
    reply = framed("a.py", text, stall="middle", cut_after=3000)
    async with serving(tmp_path, [reply], "-r", "count", size=WIDE) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("ctrl+r")
        view = app.main.query_one(StreamView)
        await until(pilot, lambda: app.runner.state.text_length == 3000)
        await pilot.press("f4")
        await until(pilot, lambda: view.line_count > 150)
        view.scroll_to_line(40)
        assert not view.following
        for size in (NARROW, LARGE, (60, 15), WIDE):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: app.main.size.width == size[0])  # noqa: B023
            await pilot.pause()
            assert view.top_line == 40
        for key in ("alt+shift+up", "f11", "f11"):
            await pilot.press(key)
            await pilot.pause()
            assert view.top_line == 40
        view.follow()
        for size in (LARGE, NARROW):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: app.main.size.width == size[0])  # noqa: B023
            await pilot.pause()
            assert view.top_line == view.line_count - view.size.height
        app.runner.stop()
        await until(pilot, lambda: not app.runner.running)
