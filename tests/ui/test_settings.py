"""The screen of settings: found, checked as typed, saved, in force at once; and the keys."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from autocoder_tui.config.settings import load_settings
from autocoder_tui.demo.sample import DEMO_CHECKS
from autocoder_tui.demo.session import demo_setup
from autocoder_tui.runs.setup import with_settings
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.key_capture import KeyCapture
from autocoder_tui.ui.screens.settings import SettingsScreen
from autocoder_tui.ui.screens.theme_list import ThemeList
from autocoder_tui.ui.terminal.signs import GIVE_TITLE_BACK, KEEP_TITLE
from autocoder_tui.ui.widgets.diff.view import DiffView
from autocoder_tui.ui.widgets.row_list import RowList
from autocoder_tui.ui.widgets.tab_strip import TabStrip
from tests.ui.driving import NARROW, driven, setup_for, until
from tests.ui.test_session import AT

KEPT = "# mine\n[model]\nedit_retries = 2  # as often as that\n\n[log]\nlevel = 1\n"


def config(folder: Path, text: str = KEPT) -> Path:
    (folder / "config").mkdir(exist_ok=True)
    file = folder / "config" / "config.toml"
    file.write_text(text)
    return file


async def opened(app: AutocoderApp, pilot: Pilot[str], words: str = "") -> SettingsScreen:
    await until(pilot, lambda: app.recovery.done and app.screen is app.main)
    await pilot.press("f10")
    await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
    screen = app.screen
    assert isinstance(screen, SettingsScreen)
    await until(pilot, lambda: screen.current is not None)
    if words:
        screen.filter.value = words
        await until(pilot, lambda: _name(screen) == words)
    return screen


def _name(screen: SettingsScreen) -> str:
    row = screen.current
    return "" if row is None else getattr(row, "full_name", "") or getattr(row, "id", "")


def verdict(screen: SettingsScreen) -> str:
    return str(screen.query_one("#settings-verdict", Static).render())


async def test_a_value_is_checked_as_typed_and_saved_with_the_comments_kept(
    tmp_path: Path,
) -> None:
    file = config(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        screen = await opened(app, pilot, "model.edit_retries")
        await pilot.press("enter")
        field = screen.query_one("#settings-value", Input)
        await until(pilot, lambda: screen.focused is field)
        field.value = "9"
        await until(pilot, lambda: "from 0 to 5" in verdict(screen))
        await pilot.press("enter")
        assert file.read_text() == KEPT
        field.value = "4"
        await until(pilot, lambda: "Enter saves" in verdict(screen))
        await pilot.press("enter")
        await until(pilot, lambda: app.setup.settings.model.edit_retries == 4)
        assert file.read_text() == KEPT.replace("= 2", "= 4")
        assert app.setup.limits.edit_retries == 4
        await until(pilot, lambda: screen.focused is screen.filter)
        await pilot.press("ctrl+d")
        await until(pilot, lambda: app.setup.settings.model.edit_retries == 1)
        assert "edit_retries" not in file.read_text()
        assert file.read_text().startswith("# mine\n")


async def test_what_looks_like_a_key_is_not_written_down(tmp_path: Path) -> None:
    file = config(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        screen = await opened(app, pilot, "model.default")
        await pilot.press("enter")
        field = screen.query_one("#settings-value", Input)
        await until(pilot, lambda: screen.focused is field)
        field.value = "sk-proj-" + "A1b2C3d4E5" * 5
        await until(pilot, lambda: "looks like a key" in verdict(screen))
        await pilot.press("enter")
        assert file.read_text() == KEPT
        await pilot.press("escape")
        await until(pilot, lambda: screen.focused is screen.filter)
        assert app.screen is screen


async def test_switches_and_choices_are_in_force_at_once(tmp_path: Path) -> None:
    file = config(tmp_path, "")
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        screen = await opened(app, pilot, "ui.diff_layout")
        await pilot.press("enter")
        diff = app.main.query_one("#diff", DiffView)
        await until(pilot, lambda: diff.arrangement == "side-by-side")
        screen.filter.value = "git.commit_after_accept"
        await until(pilot, lambda: screen.query_one(RowList).row_count == 2)
        await pilot.press("enter")
        await until(pilot, lambda: app.setup.settings.git.commit_after_accept)
        screen.filter.value = "log.level"
        await until(pilot, lambda: getattr(screen.current, "name", "") == "level")
        await pilot.press("enter")
        await until(pilot, lambda: screen.focused is not screen.filter)
        screen.query_one("#settings-value", Input).value = "3"
        await pilot.press("enter")
        await until(pilot, lambda: app.logbook.level == 3)
        kept = load_settings(file).settings
        assert (kept.ui.diff_layout, kept.git.commit_after_accept) == ("side-by-side", True)


async def test_a_corrupt_file_is_left_alone_and_that_is_said(tmp_path: Path) -> None:
    file = config(tmp_path, "[model\n")
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        screen = await opened(app, pilot, "git.commit_after_accept")
        await pilot.press("enter")
        await until(pilot, lambda: "correct the file" in verdict(screen))
        assert file.read_text() == "[model\n"


async def test_a_setting_that_a_flag_overrides_says_so(tmp_path: Path) -> None:
    config(tmp_path)
    async with driven(setup_for(tmp_path, *AT, "--temperature", "0.5")) as (app, pilot):
        screen = await opened(app, pilot, "model.temperature")
        assert "flag --temperature" in str(screen.query_one("#settings-says", Static).render())
        await pilot.press("enter")
        field = screen.query_one("#settings-value", Input)
        await until(pilot, lambda: screen.focused is field)
        field.value = "0.1"
        await pilot.press("enter")
        await until(pilot, lambda: "overrides it" in verdict(screen))
        assert app.setup.model.temperature == 0.5


async def test_a_key_is_given_by_pressing_it_and_acts_at_once(tmp_path: Path) -> None:
    file = config(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        screen = await opened(app, pilot, "usage.show")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, KeyCapture))
        await pilot.press("f5")
        said = app.screen.query_one("#key-pressed", Static)
        await until(pilot, lambda: "F5 is also “Review”" in str(said.render()))
        await pilot.press("f10", "enter")
        await until(pilot, lambda: app.screen is screen)
        assert load_settings(file).settings.keys == {"usage.show": "f10"}
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("f10")
        await until(pilot, lambda: type(app.screen).__name__ == "UsageScreen")


async def test_a_tab_names_the_key_its_pane_was_given(tmp_path: Path) -> None:
    config(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        screen = await opened(app, pilot, "pane.check")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, KeyCapture))
        await pilot.press("alt+c", "enter")
        await until(pilot, lambda: app.screen is screen)
        shown = [str(strip.render()) for strip in app.main.query(TabStrip)]
        assert any("Alt+C" in line for line in shown)
        assert not any("F7" in line for line in shown)


def test_settings_read_again_leave_the_sample_its_checks(tmp_path: Path) -> None:
    setup = demo_setup(setup_for(tmp_path, "--demo"))
    try:
        again = with_settings(setup, load_settings(tmp_path / "none.toml").settings)
        assert again.settings.check.commands == DEMO_CHECKS
    finally:
        shutil.rmtree(setup.root.parent)


async def test_a_key_for_the_rest_is_the_preset(tmp_path: Path) -> None:
    config(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await opened(app, pilot, "ui.key_preset")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: app.setup.settings.ui.key_preset == "emacs")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("alt+x")
        await until(pilot, lambda: type(app.screen).__name__ == "Palette")


@pytest.mark.parametrize("words", ["conection", "zzz"])
async def test_nothing_found_is_said(tmp_path: Path, words: str) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        screen = await opened(app, pilot)
        screen.filter.value = words
        await until(pilot, lambda: screen.current is None)
        lines = [strip.text for strip in screen._compositor.render_strips()]
        assert any("Nothing has these words." in line for line in lines)
        await pilot.press("down", "pagedown", "enter", "ctrl+d", "escape")
        await until(pilot, lambda: screen.current is not None)


async def test_a_theme_of_ones_own_is_listed_whole_with_what_its_file_says(tmp_path: Path) -> None:
    config(tmp_path, '[ui]\ntheme = "emebr"\ndark_theme = "nothing-like-it-at-all"\n')
    long = "a-name-of-forty-characters-is-the-most-1"
    (tmp_path / "config" / "themes").mkdir()
    (tmp_path / "config" / "themes" / "mine.toml").write_text(
        f'name = "{long}"\ndescription = "[b]For\\u001b[2J me."\n'
    )
    async with driven(setup_for(tmp_path, *AT), NARROW) as (app, pilot):
        said = "\n".join(app._start_problems)
        assert 'There is no theme "emebr"; the nearest is "ember". autocoder-dark is taken' in said
        assert 'There is no theme "nothing-like-it-at-all". autocoder-dark is taken' in said
        await until(pilot, lambda: app.recovery.done and app.screen is app.main)
        app.action_change_theme()
        await until(pilot, lambda: isinstance(app.screen, ThemeList))
        screen = app.screen
        assert isinstance(screen, ThemeList)
        await pilot.press(*"forty")
        await until(pilot, lambda: screen.current is not None and screen.current.name == long)
        await pilot.pause()
        shown = [strip.text for strip in app.screen._compositor.render_strips()]
        assert any(long in line for line in shown)
        assert [group for group, _ in screen.found("forty")] == ["Yours"]
        assert str(screen.query_one("#theme-about", Static).render()) == "[b]For␛[2J me."


async def test_a_theme_is_seen_under_the_cursor_and_taken_back(tmp_path: Path) -> None:
    file = config(tmp_path, '[ui]\ntheme = "dusk"\n')
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done and app.screen is app.main)
        app.action_change_theme()
        await until(pilot, lambda: isinstance(app.screen, ThemeList))
        screen = app.screen
        assert isinstance(screen, ThemeList)
        await until(pilot, lambda: screen.current is not None)
        assert screen.current is not None
        assert screen.current.name == "dusk"
        groups = [group for group, _ in screen.found("")]
        assert list(dict.fromkeys(groups)) == ["Made for this program", "More, of Textual's"]
        assert groups == sorted(groups)
        about = screen.query_one("#theme-about", Static)
        assert "Violet evening" in str(about.render())
        await pilot.press("down")
        await until(pilot, lambda: app.theme == "ember")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main and app.theme == "dusk")
        assert file.read_text() == '[ui]\ntheme = "dusk"\n'
        app.action_change_theme()
        await until(pilot, lambda: isinstance(app.screen, ThemeList))
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.theme == "ember")
        assert load_settings(file).settings.ui.theme == "ember"


async def test_a_title_that_is_switched_off_gives_the_terminals_own_back(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, _):
        written: list[str] = []
        app.signs._write = written.append
        config = app.setup.places.config / "config.toml"
        config.parent.mkdir(exist_ok=True)
        config.write_text("[terminal]\ntitle = false\n")
        app.preferring._take_up()
        assert written == [GIVE_TITLE_BACK + KEEP_TITLE]
        config.write_text("[terminal]\ntitle = true\n")
        app.preferring._take_up()
        assert "project" in written[-1]
        assert written[-1].startswith("\x1b]2;")
