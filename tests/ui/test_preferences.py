"""What is told in every run: shown where the picks are, added to by a key, and edited."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.choice import Choice
from autocoder_tui.ui.screens.dialogs.preference import PreferenceDialog
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.widgets.files.preferences_line import PreferencesLine
from autocoder_tui.ui.widgets.meters.meters import Meters
from autocoder_tui.ui.widgets.plain_area import PlainArea
from tests.ui.driving import at_both_sizes, framed, serving, until, view_of


def line_of(app: AutocoderApp) -> str:
    line = app.main.query_one(PreferencesLine)
    return str(line.render()) if line.display else ""


async def ready(app: AutocoderApp, pilot: Pilot[str]) -> None:
    await until(pilot, lambda: app.recovery.done)
    await until(pilot, lambda: app.main.query_one(Meters).view is not None)


def tokens(app: AutocoderApp) -> int:
    return view_of(app.main.query_one(Meters)).prompt_tokens or 0


@at_both_sizes
async def test_a_line_is_remembered_and_told_in_the_next_run(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    script = [framed("a.py", "x = 1\n")]
    async with serving(tmp_path, script, "-r", "Write a.py.\nNo globals!", size=size) as (
        app,
        pilot,
        server,
    ):
        await ready(app, pilot)
        before = tokens(app)
        assert line_of(app) == ""
        await pilot.press("f3")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "requirements")
        await pilot.press("down", "ctrl+b")
        await until(pilot, lambda: isinstance(app.screen, PreferenceDialog))
        await pilot.press("enter")
        file = tmp_path / "project" / ".autocoder" / "preferences.md"
        await until(pilot, file.exists)
        assert file.read_text() == "- No globals!\n"
        await until(pilot, lambda: app.screen is app.main and tokens(app) > before)
        await pilot.press("ctrl+b")
        await until(pilot, lambda: isinstance(app.screen, PreferenceDialog))
        await pilot.press("ctrl+t", "end", *" Ever.", "enter")
        own = tmp_path / "config" / "preferences.md"
        await until(pilot, own.exists)
        assert own.read_text() == "- No globals! Ever.\n"
        await pilot.press("f2")
        await until(pilot, lambda: "+ 2 preferences (project 1, own 1)" in line_of(app))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: server.requests)
        told = server.requests[0].messages[0]["content"]
        assert "- No globals! Ever.\n- No globals!" in told


async def test_they_are_looked_at_and_changed(tmp_path: Path) -> None:
    file = tmp_path / "project" / ".autocoder" / "preferences.md"
    file.parent.mkdir(parents=True)
    file.write_text("# Style\n- Short names.\n")
    async with serving(tmp_path, []) as (app, pilot, _):
        await ready(app, pilot)
        await pilot.press("f2")
        await until(pilot, lambda: "+ 1 preference (project 1)" in line_of(app))
        await until(pilot, lambda: app.focused is not None and app.focused.id == "files")
        await pilot.press("comma")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        app.screen.query_one(PlainArea).text = "# Style\n"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: file.read_text() == "# Style\n")
        await until(pilot, lambda: line_of(app) == "")


async def test_the_folder_of_a_project_leads_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "project" / ".autocoder").symlink_to(tmp_path / "elsewhere")
    async with serving(tmp_path, [], "-r", "No globals!") as (app, pilot, _):
        await ready(app, pilot)
        await pilot.press("f3", "ctrl+b")
        await until(pilot, lambda: isinstance(app.screen, PreferenceDialog))
        await pilot.press("enter")
        await until(pilot, lambda: any(n.severity == "error" for n in app._notifications))
    assert not list((tmp_path / "elsewhere").iterdir())


async def test_a_file_that_cannot_be_used_is_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "preferences.md").write_bytes(b"- fine\n- \xff\n")
    async with serving(tmp_path, []) as (app, pilot, _):
        await ready(app, pilot)
        assert sum("preferences.md" in line for line in app.main.log_lines) == 1
        assert line_of(app) == ""
