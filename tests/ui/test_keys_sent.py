"""Before something that looks like a key is sent, the program asks."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Static, TextArea

from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.files.picker import FilePicker
from tests.ui.driving import framed, serving, until

KEY = "sk-proj-" + "Qw8rTy2uIo5pAs9dFg1hJk4l"


def project(folder: Path) -> Path:
    root = folder / "project"
    root.mkdir()
    (root / "settings.py").write_text(f"A = 1\nKEY = '{KEY}'\n")
    (root / "plain.py").write_text("B = 2\n")
    return root


async def test_the_place_is_named_and_the_file_can_be_left_out(tmp_path: Path) -> None:
    project(tmp_path)
    flags = ("-r", "greet", "-i", "settings.py", "plain.py")
    script = [framed("out.txt", "hello\n")]
    async with serving(tmp_path, script, *flags) as (app, pilot, server):
        picker = app.main.query_one(FilePicker)
        await until(pilot, lambda: len(picker.picks) == 2)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, Question))
        text = "".join(str(widget.content) for widget in app.screen.query(Static))
        assert "settings.py, line 2: what looks like an API key" in text
        assert KEY not in text
        await pilot.press("l")
        await until(pilot, lambda: server.requests)
        sent = str(server.requests[0].body)
        assert "B = 2" in sent
        assert KEY not in sent
        assert picker.picks == ("plain.py",)


async def test_it_can_be_sent_all_the_same_and_is_asked_about_once(tmp_path: Path) -> None:
    project(tmp_path)
    script = [framed("out.txt", "hello\n"), framed("out.txt", "hello\n")]
    flags = ("-r", "greet", "-i", "settings.py", "-o", "out.txt")
    async with serving(tmp_path, script, *flags) as (app, pilot, server):
        await until(pilot, lambda: app.main.query_one(FilePicker).picks)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("b")
        await until(pilot, lambda: not isinstance(app.screen, Question))
        assert not server.requests
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("s")
        await until(pilot, lambda: len(server.requests) == 1 and not app.runner.running)
        assert KEY in str(server.requests[0].body)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("r")  # the proposal is not written yet: run anyway
        await until(pilot, lambda: len(server.requests) == 2)


async def test_a_key_in_the_requirements_is_asked_about(tmp_path: Path) -> None:
    script = [framed("out.txt", "hello\n")]
    async with serving(tmp_path, script) as (app, pilot, server):
        app.main.query_one("#requirements", TextArea).text = f"use {KEY}"
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, Question))
        text = "".join(str(widget.content) for widget in app.screen.query(Static))
        assert "the requirements, line 1" in text
        await pilot.press("enter")  # by reflex
        await until(pilot, lambda: not isinstance(app.screen, Question))
        assert not server.requests
        assert not app.runner.running
