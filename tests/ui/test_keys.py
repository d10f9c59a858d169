"""The table of keys: every binding is in it, and no preset gives one key two meanings."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

from autocoder_tui.cli.docs import DOCS
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.key_presets import PRESETS
from autocoder_tui.ui.key_rows import EVERYWHERE, conflicts, key_name
from autocoder_tui.ui.key_table import PANES, SCREENS, key_list, key_sections
from autocoder_tui.ui.keymap import binding_ids, checked_keys
from autocoder_tui.ui.pane_purposes import PURPOSES
from autocoder_tui.ui.screens.finder import Finder
from autocoder_tui.ui.screens.keys_help import KeysHelp
from autocoder_tui.ui.screens.palette import Palette
from autocoder_tui.ui.screens.prompts import PromptList
from autocoder_tui.ui.screens.settings import SettingsScreen
from autocoder_tui.ui.widgets.diff.view import DiffView
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.log.pane import LogPane
from autocoder_tui.ui.widgets.requirements_area import RequirementsArea
from autocoder_tui.ui.widgets.row_list import RowList
from tests.ui.driving import at_both_sizes, driven, framed, serving, setup_for, until
from tests.ui.test_session import AT

# An answer's block and its line under the cursor; a dialog and what it stands on.
_TOGETHER = {frozenset({"answer.choose_block", "answer.edit"})}


def test_the_manual_has_the_list_as_it_is() -> None:
    page = (DOCS / "keys.md").read_text(encoding="utf-8")
    assert key_list() in page, "python -m tests.key_list writes it"


def test_the_readme_names_keys_that_there_are() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## The main keys\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)[2:]
    listed = {key for row in key_list().split("\n") for key in row.split(" | ")[1].split(", ")}
    assert len(cells) >= 12
    for cell in cells:
        assert set(cell.split(", ")) <= listed


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_names_bindings_and_keys_that_exist(preset: str) -> None:
    usable, problems = checked_keys(PRESETS[preset])
    assert problems == []
    assert usable == PRESETS[preset]
    assert set(usable) <= binding_ids()


@pytest.mark.parametrize("preset", [name for name in PRESETS if name != "default"])
def test_a_preset_gives_no_key_two_meanings(preset: str) -> None:
    before, sections = key_sections({}), key_sections(PRESETS[preset])
    for id, keys in PRESETS[preset].items():
        new = {(row.id, key) for _, row, key in conflicts(sections, id, keys.split(","))} - {
            (row.id, key) for _, row, key in conflicts(before, id, keys.split(","))
        }
        old = {
            (row.id, key)
            for row_id in [id]
            for section in before
            for row in section.rows
            if row.id == row_id
            for _, row, key in conflicts(before, id, row.keys)
        }
        assert new - old == set(), id


def test_a_conflict_is_seen_between_a_pane_and_the_whole_program() -> None:
    sections = key_sections({})
    said = {
        (section.title, row.id) for section, row, _ in conflicts(sections, "files.clear", ["c"])
    }
    assert said == {(EVERYWHERE, "write.commit")}
    rows = {row.id for _, row, _ in conflicts(sections, "run.start", ["a"])}
    assert "review.accept" in rows
    assert list(conflicts(sections, "history.rename", ["ctrl+r"])) == []


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ctrl+r", "Ctrl+R"),
        ("f12", "F12"),
        ("question_mark", "?"),
        ("A", "A"),
        ("a", "a"),
        ("alt+less_than_sign", "Alt+<"),
        ("pageup", "PgUp"),
        ("f", "f"),
    ],
)
def test_a_key_has_the_name_people_give_it(key: str, name: str) -> None:
    assert key_name(key) == name


async def test_the_help_begins_with_the_pane_one_is_in_and_is_searched(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done and app.screen is app.main)
        app.main.show("files")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "files")
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, KeysHelp))
        help_ = app.screen
        assert isinstance(help_, KeysHelp)
        await until(pilot, lambda: help_.current is not None)
        assert next(help_.found(""))[0] == "Files (here)"
        help_.filter.value = "undo write"
        await until(pilot, lambda: len(list(help_.found(help_.filter.value))) < 5)
        await until(pilot, lambda: help_.current is not None)

        def shown() -> str:
            return "\n".join(strip.text for strip in help_._compositor.render_strips())

        await until(pilot, lambda: "Undo last write" in shown())
        assert "write.undo" not in shown()
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "write.undo" in shown())


@at_both_sizes
async def test_the_help_says_what_the_pane_is_for_and_what_is_next(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with driven(setup_for(tmp_path, *AT, guided=True), size) as (app, pilot):
        await until(pilot, lambda: app.recovery.done and app.guide.next_step)
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.focused, RequirementsArea))
        help_ = await helped(app, pilot)
        purpose = str(help_.query_one("#help-purpose", Static).render())
        assert purpose.startswith("Say here what you want")
        group, line = next(help_.found(""))
        assert group == "Next: Pick files: F2 goes to the files"
        assert line.row.id == "pane.files"
        assert "Next: " not in {group for group, _ in help_.found("f2")}
        await until(pilot, lambda: help_.query_one(RowList).size.height >= 6)
        # What the arrows do is listed for those who look for it.
        assert "requirements.up" not in {line.row.id for _, line in help_.found("")}
        assert "requirements.up" in {line.row.id for _, line in help_.found("up")}
        await until(pilot, lambda: help_.current and help_.current.row.id == "pane.files")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.focused, FilePicker))


async def test_the_help_of_a_dialog_says_what_acts_once_it_is_closed(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done and app.screen is app.main)
        await pilot.press("ctrl+f")
        await until(pilot, lambda: isinstance(app.screen, Finder))
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, KeysHelp))
        help_ = app.screen
        assert isinstance(help_, KeysHelp)
        groups = list(dict.fromkeys(group for group, _ in help_.found("")))
        assert groups[:2] == ["Finding files (here)", "Everywhere (once this is closed)"]


async def test_keys_that_do_nothing_now_come_last_in_the_help(tmp_path: Path) -> None:
    async with serving(tmp_path, [framed("a.py", "x = 1\n")], "-r", "Write it.") as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done and app.screen is app.main)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.focused, DiffView))
        help_ = await helped(app, pilot)
        rows = [line.row.id for group, line in help_.found("") if group == "Diff (here)"]
        assert rows.index("review.previous") < rows.index("review.next_match")
        assert rows.index("review.next_match") < rows.index("review.end_search")


async def test_a_key_found_in_the_help_is_done_or_changed(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done and app.screen is app.main)
        await pilot.press("f2")
        help_ = await helped(app, pilot)
        help_.filter.value = "ctrl+f"
        await until(pilot, lambda: help_.current and help_.current.row.id == "files.find")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Finder))
        await pilot.press("escape")
        # Of another pane than the one with the keyboard, too.
        help_ = await helped(app, pilot)
        help_.filter.value = "search prompts"
        await until(pilot, lambda: help_.current and help_.current.row.id == "prompt.search")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PromptList))
        await pilot.press("escape")
        help_ = await helped(app, pilot)
        help_.filter.value = "mark for comparing"
        await until(pilot, lambda: help_.current and help_.current.row.id == "history.mark")
        await pilot.press("enter")
        says = str(help_.query_one("#help-says", Static).render())
        assert says.endswith("(in “History”)")
        assert app.screen is help_
        await pilot.press("ctrl+e")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))


async def helped(app: AutocoderApp, pilot: Pilot[str]) -> KeysHelp:
    await until(pilot, lambda: app.screen is app.main)
    await pilot.press("f1")
    await until(pilot, lambda: isinstance(app.screen, KeysHelp))
    screen = app.screen
    assert isinstance(screen, KeysHelp)
    await until(pilot, lambda: screen.current is not None)
    return screen


def test_each_pane_says_what_it_is_for_in_two_lines() -> None:
    titles = {title for _, title in (*PANES, *SCREENS)}
    assert {title for _, title in PANES} <= set(PURPOSES) <= titles
    for text in PURPOSES.values():
        assert len(textwrap.wrap(text, 72)) <= 3


async def test_a_command_is_found_and_done(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done and app.screen is app.main)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        palette = app.screen
        assert isinstance(palette, Palette)
        await until(pilot, lambda: palette.current is not None)
        titles = [(group, row.title) for group, row in palette.found("")]
        assert titles[0][0] == "Requirements"  # where the keyboard is
        assert len(set(titles)) == len(titles)
        assert ("Last write", "Undo last write") in titles
        # The command that is named so, not the first whose description has the word.
        await pilot.press(*"check")
        await until(pilot, lambda: palette.current is not None and palette.current.title == "Check")
        await pilot.press(*["backspace"] * 5)
        await pilot.press(*"usage", "enter")
        await until(pilot, lambda: type(app.screen).__name__ == "UsageScreen")


def test_every_binding_with_a_name_is_in_the_table() -> None:
    """Or belongs to a dialog that says its keys itself."""
    listed = {row.id for section in key_sections({}) for row in section.rows}
    own = {id.partition(".")[0] for id in binding_ids() - listed}
    panes = {"run", "pane", "files", "review", "output", "answer", "check", "log", "write"}
    assert own & panes <= {"check", "log"}
    assert issubclass(key_sections({})[1].kinds[0], Widget)


async def test_the_help_of_a_dialog_begins_with_its_own_keys(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done and app.screen is app.main)
        await pilot.press("f6")
        await until(pilot, lambda: type(app.screen).__name__ == "HistoryScreen")
        history = app.screen
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, KeysHelp))
        help_ = app.screen
        assert isinstance(help_, KeysHelp)
        assert next(help_.found(""))[0] == "History (here)"
        await pilot.press("f1")
        await until(pilot, lambda: app.screen is history)


async def test_the_palette_needs_no_pane_that_nobody_has_seen(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: app.main.is_complete)
        with_log = {command.group for command in app._commands(app.main)}
        await app.main.query_one(LogPane).remove()
        without = {command.group for command in app._commands(app.main)}
        assert with_log - without == {"Log"}
