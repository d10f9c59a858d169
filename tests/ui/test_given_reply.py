"""Pasting a reply from elsewhere, opening one, and copying the prompt for elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual.widgets import TextArea

from autocoder_tui.store.history.history import History
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import driven, setup_for, until

HERE = ("--base-url", "http://127.0.0.1:9/v1", "-m", "some-model")
REPLY = "Here:\n\n`a.py`\n```python\nx = 1\n```\n"


def project_with(folder: Path, text: str) -> Path:
    project = folder / "project"
    project.mkdir()
    file = project / "a.py"
    file.write_text(text)
    return file


async def test_a_pasted_reply_is_reviewed_written_and_kept_in_history(tmp_path: Path) -> None:
    file = project_with(tmp_path, "x = 0\n")
    setup = setup_for(tmp_path, *HERE, "-i", "a.py")
    async with driven(setup) as (app, pilot):
        picker = app.main.query_one(FilePicker)
        await until(pilot, lambda: app.recovery.done and picker.picks == ("a.py",))
        await pilot.press("f2", "P")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        app.screen.query_one(TextArea).text = REPLY
        await pilot.press("ctrl+s")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.file is not None)
        assert file.read_text() == "x = 0\n"
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("A", "enter")
        await until(pilot, lambda: file.read_text() == "x = 1\n")
    (run,) = History(setup.places.state).list(str(setup.root))
    assert run.model == "given reply"
    assert not run.cost_usd


async def test_a_reply_named_at_the_start_is_under_review(tmp_path: Path) -> None:
    project_with(tmp_path, "x = 0\n")
    setup = setup_for(tmp_path, *HERE, "-i", "a.py")
    setup = replace(setup, task=replace(setup.task, reply=REPLY))
    async with driven(setup) as (app, pilot):
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.file is not None)
        assert pane.file is not None
        assert (pane.file.before, pane.file.after) == ("x = 0\n", "x = 1\n")


async def test_the_prompt_is_copied_with_the_picks_and_the_requirements(tmp_path: Path) -> None:
    project_with(tmp_path, "first_line = 0\n")
    setup = setup_for(tmp_path, *HERE, "-i", "a.py", "-r", "Make it one.")
    async with driven(setup) as (app, pilot):
        picker = app.main.query_one(FilePicker)
        await until(pilot, lambda: app.recovery.done and picker.picks == ("a.py",))
        copied = setup.places.state / "copied-prompt.txt"
        await pilot.press("f2", "Y")
        await until(pilot, copied.exists)
        assert "first_line = 0" in copied.read_text()
        assert "Make it one." in copied.read_text()


async def test_what_was_pasted_is_there_again_where_the_review_is_not_to_make_room(
    tmp_path: Path,
) -> None:
    project_with(tmp_path, "x = 0\n")
    setup = setup_for(tmp_path, *HERE, "-i", "a.py")
    setup = replace(setup, task=replace(setup.task, reply=REPLY))
    other = REPLY.replace("1", "2")
    async with driven(setup) as (app, pilot):
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.file is not None)
        await pilot.press("f2", "P")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        app.screen.query_one(TextArea).text = other
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert [one.text for one in app.dialog_drafts.now()] == [other]
        await pilot.press("f2", "P")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        assert app.screen.query_one(TextArea).text == other
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("r")
        await until(pilot, lambda: pane.file is not None and pane.file.after == "x = 2\n")
        assert app.dialog_drafts.now() == ()
