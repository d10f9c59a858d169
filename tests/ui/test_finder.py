"""The finder on a real project: what is typed finds files, and picks are what was meant."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input, Static

from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.finder import Finder
from autocoder_tui.ui.widgets.files.finder_rows import FileRow
from autocoder_tui.ui.widgets.files.found_preview import FoundPreview
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.row_list import RowList
from autocoder_tui.workspace.file_group import FileGroup
from tests.ui.driving import at_both_sizes, driven, setup_for, until

KEY = {"HYPERBOLIC_API_KEY": "none-is-sent"}
FILES = ("README.md", "src/cli.py", "src/report.py", "src/report_row.py", "tests/test_report.py")


def project(folder: Path, *names: str) -> Path:
    root = folder / "project"
    for name in names or FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{name!r}\n")
    return root


def in_git(root: Path) -> None:
    who = ("-c", "user.name=T", "-c", "user.email=t@example.org")
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), (*who, "commit", "-qm", "1")):
        subprocess.run(["git", *arguments], cwd=root, check=True)
    subprocess.run(["git", "checkout", "-q", "-b", "feature"], cwd=root, check=True)


@asynccontextmanager
async def opened(
    folder: Path, size: tuple[int, int] = (120, 40), *flags: str
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str], Finder]]:
    async with driven(setup_for(folder, *flags, environ=KEY), size) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("ctrl+f")
        await until(pilot, lambda: isinstance(app.screen, Finder))
        finder = app.screen
        assert isinstance(finder, Finder)
        await until(pilot, lambda: finder._now.index is not None and finder._found.rows)
        yield app, pilot, finder


def names(finder: Finder) -> list[str]:
    return [row.path if isinstance(row, FileRow) else row.label for row in finder._found.rows]


def drawn_rows(finder: Finder) -> list[str]:
    return [finder._row(at).plain for at in range(len(finder._found.rows))]


def said(finder: Finder) -> str:
    return str(finder.query_one("#finder-state", Static).render())


@at_both_sizes
async def test_letters_find_and_enter_picks_and_closes(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    project(tmp_path)
    async with opened(tmp_path, size) as (app, pilot, finder):
        await pilot.press(*"rrow")
        assert names(finder) == ["src/report_row.py"]
        assert "1 of 5 files" in said(finder)
        await pilot.press("enter")
        await until(pilot, lambda: app.job().picks == ("src/report_row.py",))
        assert app.screen is app.main


async def test_space_picks_on_and_what_is_typed_next_looks_for_another(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path) as (app, pilot, finder):
        await pilot.press(*"cli", "tab")
        await until(pilot, lambda: app.job().picks == ("src/cli.py",))
        assert drawn_rows(finder)[0].startswith("✓")
        await pilot.press(*"read", "tab")
        await until(pilot, lambda: app.job().picks == ("README.md", "src/cli.py"))
        assert finder.query_one(Input).value == "read"
        await pilot.press("space")
        await until(pilot, lambda: app.job().picks == ("src/cli.py",))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert app.job().picks == ("src/cli.py",)


async def test_a_blank_parts_words_after_letters_and_picks_after_a_move(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path) as (app, pilot, finder):
        await pilot.press(*"report test")
        await until(pilot, lambda: names(finder) == ["tests/test_report.py"])
        assert finder.query_one(Input).value == "report test"
        assert app.job().picks == ()
        await pilot.press("down", "space")
        await until(pilot, lambda: app.job().picks == ("tests/test_report.py",))
        assert finder.query_one(Input).value == "report test"


async def test_a_blank_picks_what_a_glob_stands_for(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path) as (app, pilot, finder):
        await pilot.press(*"test*")
        await until(pilot, lambda: isinstance(finder._found.rows[0], FileGroup))
        await pilot.press("space")
        await until(pilot, lambda: app.job().picks == ("tests/test_report.py",))


@pytest.mark.parametrize(
    ("size", "beside"), [((80, 24), False), ((120, 40), True), ((200, 60), True)]
)
async def test_the_file_under_the_cursor_is_read_where_it_has_room(
    tmp_path: Path, size: tuple[int, int], beside: bool
) -> None:
    root = project(tmp_path, *FILES, ".env")
    (root / "src/cli.py").write_text("".join(f"line_{number}\n" for number in range(200)))
    async with opened(tmp_path, size) as (_, pilot, finder):
        preview = finder.query_one(FoundPreview)
        assert preview.display is beside
        if size[0] >= 200:
            assert finder.query_one(".dialog").region.width == 180
        await pilot.press(*"cli")
        if not beside:
            await pilot.pause(0.3)
            assert not preview.path
            return
        await until(pilot, lambda: preview.path == "src/cli.py")
        assert preview.text.count("line_") == 200
        await pilot.press("shift+down")
        await until(pilot, lambda: preview.top_line > 0)
        finder.query_one(Input).value = "*.py"
        await until(pilot, lambda: preview.text.splitlines() == sorted(FILES[1:]))
        finder.query_one(Input).value = ".env"
        await until(pilot, lambda: preview.path == ".env")
        assert "may hold secrets" in preview.text


async def test_the_slash_finds_from_the_tree(tmp_path: Path) -> None:
    project(tmp_path)
    async with driven(setup_for(tmp_path, environ=KEY)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("f2", "slash")
        await until(pilot, lambda: isinstance(app.screen, Finder))


async def test_a_glob_says_how_many_and_how_much_and_picks_them(tmp_path: Path) -> None:
    project(tmp_path, *FILES, "src/key.pem", "src/logo.png")
    async with opened(tmp_path) as (app, pilot, finder):
        await pilot.press(*"src/**")
        group = ("src/report.py", "src/cli.py", "src/report_row.py")
        await until(pilot, lambda: isinstance(finder._found.rows[0], FileGroup))
        await until(pilot, lambda: all(app.weigher.weights.of(path) for path in group))
        tokens = sum(app.weigher.weights.of(path) or 0 for path in group)
        await until(pilot, lambda: f"~{tokens}" in drawn_rows(finder)[0])
        assert "3 files (+2 passed over)" in drawn_rows(finder)[0]
        await pilot.press("enter")
        await until(pilot, lambda: app.job().picks == tuple(sorted(group)))


async def test_a_glob_without_a_folder_looks_in_all_of_them(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path) as (_, pilot, finder):
        await pilot.press(*"*.py")
        await until(pilot, lambda: len(names(finder)) == 5)
        assert names(finder) == ["**/*.py", *FILES[1:]]


async def test_what_changed_since_main_is_a_pick(tmp_path: Path) -> None:
    root = project(tmp_path)
    in_git(root)
    (root / "src/cli.py").write_text("changed\n")
    (root / "new.py").write_text("new\n")
    (root / "README.md").unlink()
    async with opened(tmp_path) as (app, pilot, finder):
        await pilot.press(*"changed")
        await until(pilot, lambda: names(finder)[:1] == ["changed since main"])
        await pilot.press("enter")
        await until(pilot, lambda: app.job().picks == ("new.py", "src/cli.py"))
        await pilot.press("ctrl+f")
        await until(pilot, lambda: isinstance(app.screen, Finder))
        again = app.screen
        assert isinstance(again, Finder)
        await until(pilot, lambda: "src/cli.py" in names(again))
        rows = dict(zip(names(again), drawn_rows(again), strict=True))
        assert rows["src/cli.py"].startswith("✓ M cli.py")
        assert rows["new.py"].startswith("✓ ? new.py")
        assert rows["src/report.py"].startswith("    report.py")


async def test_picks_are_saved_by_name_and_picked_and_deleted_again(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path, (120, 40), "-i", "src/cli.py", "README.md") as (app, pilot, _):
        await until(pilot, lambda: len(app.job().picks) == 2)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not isinstance(app.screen, Finder))
        await pilot.press(*"[b]docs", "enter")
        await until(pilot, lambda: app.file_finder._saved.sets)
    kept = json.loads(next((tmp_path / "state").rglob("picks.json")).read_text())
    assert kept["sets"] == {"[b]docs": ["README.md", "src/cli.py"]}
    async with opened(tmp_path) as (app, pilot, finder):
        await pilot.press("escape", "f2", "X", "ctrl+f")
        await until(pilot, lambda: isinstance(app.screen, Finder) and app.screen is not finder)
        again = app.screen
        assert isinstance(again, Finder)
        await until(pilot, lambda: again._found.rows)
        await pilot.press(*"bdocs")
        await until(pilot, lambda: "[b]docs" in names(again))
        at = names(again).index("[b]docs")
        await pilot.press(*["down"] * at, "tab")
        await until(pilot, lambda: app.job().picks == ("README.md", "src/cli.py"))
        await pilot.press("delete")
        await until(pilot, lambda: "[b]docs" not in names(again))
        assert app.job().picks == ("README.md", "src/cli.py")


async def test_what_was_picked_last_is_offered_first_the_next_time(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path) as (app, pilot, _):
        await pilot.press(*"test", "enter")
        await until(pilot, lambda: app.job().picks)
        await pilot.press("f2", "X")
        await until(pilot, lambda: not app.job().picks)
    async with opened(tmp_path) as (_, pilot, finder):
        assert names(finder)[0] == "tests/test_report.py"
        assert "recent" in drawn_rows(finder)[0]
        await pilot.press(*"rep")
        assert names(finder)[0] == "tests/test_report.py"


@pytest.mark.parametrize("no", ["l", "escape", "enter"])
async def test_a_secret_is_asked_about_above_the_finder(tmp_path: Path, no: str) -> None:
    project(tmp_path, ".env", "a.py")
    async with opened(tmp_path) as (app, pilot, _):
        await pilot.press(*".env", "tab")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press(no)
        await until(pilot, lambda: isinstance(app.screen, Finder))
        assert app.job().picks == ()


HOSTILE = ("\x1b[31mred.py", "[bold]x[red].py", "a\nb.py", "\u202egnp.py", "n" * 200 + ".py")


@at_both_sizes
async def test_no_name_acts_on_the_terminal_or_breaks_a_row(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    deep = "/".join(["d" * 100] * 38)
    project(tmp_path, *HOSTILE, f"{deep}/deep.py")
    async with opened(tmp_path, size) as (app, pilot, finder):
        await until(pilot, lambda: len(finder._found.rows) == 6)
        for row in drawn_rows(finder):
            assert not set(row) & set("\x1b\n\u202e")
            assert cell_len(row) <= finder.query_one(RowList).size.width
        assert any("[bold]x[red].py" in row for row in drawn_rows(finder))
        await pilot.press(*"deep", "tab")
        await until(pilot, lambda: app.job().picks == (f"{deep}/deep.py",))


async def test_a_project_that_changes_is_listed_anew_and_what_is_gone_is_said(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    async with opened(tmp_path) as (app, pilot, finder):
        (root / "src/cli.py").unlink()
        (root / "src/more.py").write_text("new")
        await pilot.press(*"cli", "tab")
        await until(pilot, lambda: any("no longer there" in line for line in app.main.log_lines))
        await pilot.press("escape", "ctrl+f")
        await until(pilot, lambda: isinstance(app.screen, Finder) and app.screen is not finder)
        again = app.screen
        assert isinstance(again, Finder)
        await until(pilot, lambda: "src/more.py" in names(again))
        assert "src/cli.py" not in names(again)


@pytest.mark.parametrize("query", ["zzzz", "nothing/**/*.rs"])
async def test_nothing_found_is_said_and_picks_nothing(tmp_path: Path, query: str) -> None:
    project(tmp_path)
    async with opened(tmp_path) as (app, pilot, finder):
        await pilot.press(*query)
        await until(pilot, lambda: "No file has these letters" in said(finder))
        await pilot.press("space", "enter")
        assert app.job().picks == ()


async def test_what_belongs_to_the_picks_is_suggested_with_its_weight(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "src/cli.py").write_text("import report\n")
    async with opened(tmp_path, (120, 40), "-i", "src/cli.py") as (app, pilot, finder):
        await until(pilot, lambda: "src/report.py" in finder._now.suggested)
        await until(pilot, lambda: names(finder)[0] == "src/report.py")
        await until(pilot, lambda: app.weigher.weights.of("src/report.py"))
        row = drawn_rows(finder)[0]
        assert "imported by cli.py" in row
        assert f"~{app.weigher.weights.of('src/report.py')}" in row
        await pilot.press("space")
        await until(pilot, lambda: len(app.job().picks) == 2)
        # And what belongs to that one, which is its test.
        await until(pilot, lambda: names(finder)[:1] == ["tests/test_report.py"])
        assert "test of report.py" in drawn_rows(finder)[0]
        # The cursor stays on what was picked.
        at = finder.query_one(RowList).highlighted
        assert at is not None
        assert names(finder)[at] == "src/report.py"


async def test_the_tree_has_gits_marks_and_those_of_files_changed_since(tmp_path: Path) -> None:
    root = project(tmp_path)
    in_git(root)
    (root / "src/cli.py").write_text("changed\n")
    async with driven(setup_for(tmp_path, environ=KEY)) as (app, pilot):
        picker = app.main.query_one(FilePicker)
        await until(pilot, lambda: picker._marks == {"src": "•", "src/cli.py": "M"})
        await until(pilot, lambda: "src" in picker.render_line(0).text)
        assert "•" in picker.render_line(0).text
        (root / "README.md").write_text("changed\n")
        await pilot.press("f2", "R")
        await until(pilot, lambda: picker._marks.get("README.md") == "M")


@pytest.mark.parametrize(
    "told", [Finder.files_changed, Finder.weights_changed, Finder.picks_changed]
)
async def test_what_becomes_known_before_it_has_its_rows_is_in_them(
    tmp_path: Path, told: Callable[[Finder], None]
) -> None:
    project(tmp_path)
    async with driven(setup_for(tmp_path, environ=KEY)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done and app.file_finder._index is not None)
        index, app.file_finder._index = app.file_finder._index, None
        app.file_finder.open()
        finder = app.screen
        assert isinstance(finder, Finder)
        assert not finder.is_mounted
        app.file_finder._index = index
        told(finder)
        await until(pilot, lambda: len(names(finder)) == len(FILES))
