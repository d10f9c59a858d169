"""The file picker, driven by keys and mouse on real folders."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Static

from autocoder_tui.ui.widgets.files import picker as picker_module
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.files.row import Row, cut
from autocoder_tui.ui.widgets.files.weights import TreeWeights
from autocoder_tui.workspace.entry import Entry


class PickerApp(App[None]):
    def __init__(self, project: Path) -> None:
        super().__init__()
        self.project = project
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield FilePicker(self.project)
        yield Static("", id="rest")

    @property
    def picker(self) -> FilePicker:
        return self.query_one(FilePicker)

    def rows(self) -> list[str]:
        picker = self.picker
        return [picker.render_line(y).text.rstrip() for y in range(len(picker._tree_lines))]

    def on_file_picker_picks_changed(self, event: FilePicker.PicksChanged) -> None:
        self.said.append(event)

    def on_file_picker_secret_picked(self, event: FilePicker.SecretPicked) -> None:
        self.said.append(event)

    def on_file_picker_picks_told(self, event: FilePicker.PicksTold) -> None:
        self.said.append(event)

    def on_file_picker_pick_refused(self, event: FilePicker.PickRefused) -> None:
        self.said.append(event)

    def refusals(self) -> list[tuple[str, str]]:
        return [(m.path, m.reason) for m in self.said if isinstance(m, FilePicker.PickRefused)]


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "the awaited state never came"
        await pilot.pause()


async def go_to(pilot: Pilot[None], app: PickerApp, name: str) -> None:
    """Move the cursor to the row that shows `name`, by keys alone."""
    await until(pilot, lambda: any(name in row for row in app.rows()))
    await pilot.press("home")
    await until(pilot, lambda: app.picker.cursor_line == 0)
    line = next(y for y, row in enumerate(app.rows()) if name in row)
    if line:
        await pilot.press(*["down"] * line)
    await until(pilot, lambda: app.picker.cursor_line == line)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        ".gitignore": b"build/\n*.log\n",
        "src/deep/util.py": b"x" * 40,
        "src/main.py": b"x" * 9200,
        "src/run.log": b"x",
        "src/.env": b"KEY=1",
        "src/blob": b"a\0b",
        "build/out.txt": b"x",
        "README.md": b"x",
        ".env": b"KEY=1",
    }
    for name, data in files.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "project", check=True)
    return tmp_path / "project"


@pytest.fixture
def app(project: Path) -> PickerApp:
    return PickerApp(project)


async def test_tree_shows_what_matters(app: PickerApp) -> None:
    async with app.run_test(size=(60, 20)) as pilot:
        await go_to(pilot, app, "src")
        await pilot.press("enter")
        await until(pilot, lambda: any("main.py" in row for row in app.rows()))
        weights = TreeWeights()
        weights.add({"src/main.py": 2300, "src/.env": 2, "src/deep/x.py": 700, "README.md": 1})
        app.picker.show_weights(weights)
        await pilot.pause()
        assert app.rows() == [
            "▸ build" + " " * 45 + "ignored",
            "▾ src" + " " * 49 + "~3.0k",
            "  ▸ deep" + " " * 46 + "~0.7k",
            "    .env" + " " * 38 + "secret     ~2",
            "    blob" + " " * 45 + "binary",
            "    main.py" + " " * 43 + "~2.3k",
            "    run.log" + " " * 34 + "ignored",
            "  .env" + " " * 40 + "secret",
            "  .gitignore",
            "  README.md" + " " * 46 + "~1",
        ]


async def test_space_toggles_a_file(app: PickerApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, app, "README.md")
        await pilot.press("space")
        await until(pilot, lambda: app.picker.picks == ("README.md",))
        await until(pilot, lambda: any(row.startswith("✓ README.md") for row in app.rows()))
        await pilot.press("space")
        await until(pilot, lambda: app.picker.picks == ())
        changes = [m.picks for m in app.said if isinstance(m, FilePicker.PicksChanged)]
        assert changes[-2:] == [("README.md",), ()]


@pytest.mark.parametrize("name", ["README.md", "src"])
async def test_a_second_space_calls_off_a_pick_that_is_still_looked_at(
    app: PickerApp, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, may = threading.Event(), threading.Event()

    def slow(*given: object) -> object:
        looked.set()
        may.wait(20)
        return None if name == "README.md" else ({"src/main.py"}, None)

    async with app.run_test() as pilot:
        await go_to(pilot, app, name)
        monkeypatch.setattr(picker_module, "why_never", slow)
        monkeypatch.setattr(app.picker._folders, "pickable_below", slow, raising=False)
        for presses, picked in ((2, False), (3, True)):
            looked.clear()
            may.clear()
            await pilot.press("space")
            await until(pilot, looked.is_set)
            await pilot.press(*["space"] * (presses - 1))
            may.set()
            await app.workers.wait_for_complete()
            await until(pilot, lambda: bool(app.picker.picks) == picked)  # noqa: B023


async def test_enter_opens_folders_and_picks_files(app: PickerApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, app, "src")
        await pilot.press("enter")
        await go_to(pilot, app, "main.py")
        await pilot.press("enter")
        await until(pilot, lambda: app.picker.picks == ("src/main.py",))
        await until(pilot, lambda: any("src" in row and "✓ 1" in row for row in app.rows()))
        await go_to(pilot, app, "src")
        await pilot.press("enter")
        await until(pilot, lambda: not any("main.py" in row for row in app.rows()))
        assert app.picker.picks == ("src/main.py",)


async def test_left_and_right_walk_the_tree(app: PickerApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, app, "src")
        await pilot.press("right")
        await until(pilot, lambda: any("deep" in row for row in app.rows()))
        await pilot.press("right")
        await until(pilot, lambda: app.picker.cursor_line == 2)
        await pilot.press("left")
        await until(pilot, lambda: app.picker.cursor_line == 1)
        await pilot.press("left")
        await until(pilot, lambda: not any("deep" in row for row in app.rows()))


async def test_folder_pick_takes_only_what_may_go_along(app: PickerApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, app, "src")
        await pilot.press("space")
        await until(pilot, lambda: app.picker.picks == ("src/deep/util.py", "src/main.py"))
        await pilot.press("space")
        await until(pilot, lambda: app.picker.picks == ())


async def test_partly_picked_folder_is_completed_first(app: PickerApp) -> None:
    async with app.run_test() as pilot:
        app.picker.set_picks(["src/main.py", "src/.env"])
        await go_to(pilot, app, "src")
        await pilot.press("space")
        await until(pilot, lambda: len(app.picker.picks) == 3)
        await pilot.press("space")
        await until(pilot, lambda: app.picker.picks == ())


async def test_ignored_folder_is_refused_as_a_whole(app: PickerApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, app, "build")
        await pilot.press("space")
        await until(pilot, app.refusals)
        assert app.refusals() == [
            ("build", "ignored by .gitignore rules; pick files in it one by one")
        ]
        await pilot.press("enter")
        await go_to(pilot, app, "out.txt")
        await pilot.press("space")
        await until(pilot, lambda: app.picker.picks == ("build/out.txt",))


async def test_secret_is_asked_about_first(app: PickerApp) -> None:
    async with app.run_test() as pilot:
        await go_to(pilot, app, ".env")
        await pilot.press("space")
        await until(pilot, lambda: isinstance(app.said[-1], FilePicker.SecretPicked))
        assert app.picker.picks == ()
        app.picker.set_picks([".env"])
        await until(pilot, lambda: any(row.startswith("✓ .env") for row in app.rows()))


async def test_binary_special_and_leading_out_are_refused(
    app: PickerApp, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "victim").write_text("x")
    (project / "out").symlink_to(tmp_path / "victim")
    (project / "link-to-src").symlink_to("src")
    os.mkfifo(project / "pipe")
    with (project / "huge.txt").open("wb") as huge:
        huge.truncate(1 << 30)
    (project / "data").write_bytes(b"\0")
    async with app.run_test(size=(60, 30)) as pilot:
        for count, name in enumerate(["out", "link-to-src", "pipe", "huge.txt", "data"], 1):
            await go_to(pilot, app, f" {name}")
            await pilot.press("space")
            await until(pilot, partial(lambda count: len(app.refusals()) == count, count))
        assert app.picker.picks == ()
        assert app.refusals() == [
            ("out", "a link that leads out of the project"),
            ("link-to-src", "a link to a folder; pick inside the folder itself"),
            ("pipe", "not a regular file"),
            ("huge.txt", "1 GB, more than one input may have"),
            ("data", "binary, so a model cannot read it"),
        ]


async def test_picks_given_from_outside_are_shown_in_their_folders(app: PickerApp) -> None:
    async with app.run_test() as pilot:
        app.picker.set_picks(["src/deep/util.py", "README.md", "README.md"])
        assert app.picker.picks == ("README.md", "src/deep/util.py")
        await until(pilot, lambda: any("✓ util.py" in row for row in app.rows()))


async def test_clear(app: PickerApp) -> None:
    async with app.run_test() as pilot:
        app.picker.set_picks(["README.md"])
        app.picker.focus()
        await pilot.press("X")
        await until(pilot, lambda: app.picker.picks == ())


async def test_reading_again_keeps_place_and_drops_what_is_gone(
    app: PickerApp, project: Path
) -> None:
    async with app.run_test() as pilot:
        app.picker.set_picks(["src/deep/util.py", "src/main.py"])
        await go_to(pilot, app, "main.py")
        (project / "src" / "deep" / "util.py").unlink()
        (project / "src" / "added.py").write_text("x")
        app.picker.action_read_again()
        await until(pilot, lambda: any("added.py" in row for row in app.rows()))
        await until(pilot, lambda: app.picker.picks == ("src/main.py",))
        await until(pilot, app.refusals)
        assert app.refusals() == [("src/deep/util.py", "it is no longer there")]
        node = app.picker.cursor_node
        assert node is not None
        assert node.data is not None
        assert node.data.path == "src/main.py"
        assert any("▾ deep" in row for row in app.rows())


async def test_mouse_opens_and_picks(app: PickerApp) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: any("src" in row for row in app.rows()))
        await pilot.click(FilePicker, offset=(4, 1))
        await until(pilot, lambda: any("main.py" in row for row in app.rows()))
        line = next(y for y, row in enumerate(app.rows()) if "main.py" in row)
        await pilot.click(FilePicker, offset=(8, line))
        await until(pilot, lambda: app.picker.picks == ("src/main.py",))


async def test_hostile_names_are_shown_harmless_and_work(app: PickerApp, project: Path) -> None:
    hostile = "a\x1b]52;c;x\x07[@click=app.bell]b[x]\u202e.py"
    undecodable = os.fsdecode(b"z\xff.py")
    (project / hostile).write_text("x")
    (project / undecodable).write_text("x")
    async with app.run_test(size=(80, 20)) as pilot:
        await go_to(pilot, app, "a␛]52;c;x␇[@click=app.bell]b[x]�.py")
        await pilot.press("space")
        await until(pilot, lambda: app.picker.picks == (hostile,))
        await go_to(pilot, app, "z�.py")
        await pilot.press("space")
        await until(pilot, lambda: app.picker.picks == (hostile, undecodable))
        assert not any("\x1b" in row or "\u202e" in row for row in app.rows())


async def test_empty_project_and_resizing(tmp_path: Path) -> None:
    app = PickerApp(tmp_path)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.rows() == ["  no files yet: a run writes them"])
        assert app.picker.refuses("toggle_pick")
        assert app.picker.refuses("app.find_files")
        await pilot.press("space", "enter", "left", "right", "down", "up", "X", "R")
        for size in ((1, 1), (200, 60), (20, 5)):
            await pilot.resize_terminal(*size)
        await until(pilot, lambda: app.rows()[0].startswith("  no files"))


@pytest.mark.parametrize(
    ("height", "more", "whole"), [(60, 0, True), (60, 40, False), (40, 0, False)]
)
async def test_a_small_project_is_seen_whole_in_a_high_terminal(
    project: Path, height: int, more: int, whole: bool
) -> None:
    for number in range(more):
        (project / f"src/deep/more_{number}.py").write_text("x = 1\n")
    app = PickerApp(project)
    async with app.run_test(size=(80, height)) as pilot:
        await until(pilot, lambda: any("README" in row for row in app.rows()))
        await pilot.pause(0.1)
        assert any("util.py" in row for row in app.rows()) is whole
        # What is ignored stays closed; what was opened is closed and opened as ever.
        assert not any("out.txt" in row for row in app.rows())
        await go_to(pilot, app, "src")
        await pilot.press("left" if whole else "right")
        await until(pilot, lambda: any("main.py" in row for row in app.rows()) is not whole)


async def test_folder_of_thousands_opens(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number:05}.py").touch()
    app = PickerApp(tmp_path)
    async with app.run_test() as pilot:
        await until(pilot, lambda: len(app.picker._tree_lines) == 3000)
        await pilot.press("end", "space")
        await until(pilot, lambda: app.picker.picks == ("02999.py",))


def plain(row: Row) -> str:
    return row.render(Style(), lambda part: Style()).plain


def test_rows_are_exactly_as_wide_as_asked_and_numbers_stay_in_place() -> None:
    entries = [
        Entry("日本語のとても長い名前のファイル.py", is_dir=False, size=10**9),
        Entry("a" * 200, is_dir=False, size=0, secret=True),
        Entry("x", is_dir=False, ignored=True),
        Entry("pipe", is_dir=False, special=True),
        Entry("folder", is_dir=True),
    ]
    for entry in entries:
        for width in (20, 33, 34, 80):
            row = Row(entry, width, picked_below=3 if entry.is_dir else 0)
            text = row.render(Style(), lambda part: Style())
            assert text.cell_len == width
    assert plain(Row(entries[4], 20, picked_below=3, is_open=True)) == "▾ folder         ✓ 3"
    # Deeper in the tree, too, numbers stay below each other as long as the name leaves room.
    deep = Row(entries[4], 26, picked_below=3, is_open=True, weight=15)
    assert plain(deep) == "▾ folder        ✓ 3    ~15"
    assert plain(Row(entries[4], 18, picked_below=3, is_open=True, weight=15)).endswith("  ✓ 3")


def test_cut_names_keep_their_ends() -> None:
    assert cut("a_very_long_name.test.tsx", 13) == "a_very…st.tsx"
    assert cut("short.py", 13) == "short.py"
    assert cut("日本語日本語.py", 9) == "日本….py"


def told(app: PickerApp) -> list[str]:
    return [m.text for m in app.said if isinstance(m, FilePicker.PicksTold)]


async def test_picks_are_taken_back_and_made_again(app: PickerApp, project: Path) -> None:
    both = ("src/deep/util.py", "src/main.py")
    async with app.run_test() as pilot:
        await go_to(pilot, app, "src")
        await pilot.press("space")
        await until(pilot, lambda: app.picker.picks == both)
        await pilot.press("X")
        await until(pilot, lambda: told(app) == ["2 files unpicked: - picks again"])
        assert app.picker.picks == ()
        await pilot.press("minus")
        await until(pilot, lambda: app.picker.picks == both)
        await pilot.press("minus", "minus")
        await until(pilot, lambda: len(told(app)) == 4)
        assert app.picker.picks == ()
        (project / "src" / "main.py").unlink()
        await pilot.press("plus")
        await until(pilot, lambda: app.refusals() == [("src/main.py", "it is no longer there")])
        await until(pilot, lambda: app.picker.picks == both[:1])
        await pilot.press("plus", "plus", "X")
        await until(pilot, lambda: len(told(app)) == 8)
    assert told(app)[1:] == [
        "taken back: 2 files picked",
        "taken back: 2 files unpicked",
        "There is nothing to take back.",
        "done again: 2 files picked",
        "done again: 1 file unpicked",
        "Nothing was taken back.",
        "No file is picked.",
    ]
