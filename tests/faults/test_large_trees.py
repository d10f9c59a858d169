"""Projects that are large, flat, deep or oddly named: listed within bounds, open to keys."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.workspace.listing import (
    MAX_ENTRIES,
    expand_inputs,
    list_folder,
    list_project,
    load_rules,
)
from tests.faults.special import ROOT
from tests.ui.driving import serving, until

LEVELS = 500


def nest(root: Path, levels: int, name: str = "d") -> str:
    """Folders in folders, with a file in the last; returns its path."""
    here = os.open(root, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("deep.py", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    return f"{name}/" * levels + "deep.py"


def fill(folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        os.close(os.open(folder / f"f{number:06}.py", os.O_CREAT | os.O_WRONLY))


def git_init(root: Path) -> None:
    subprocess.run(["git", "init", "-q", str(root)], check=True)


@pytest.mark.parametrize("prepare", [git_init, lambda root: None], ids=["git", "no git"])
def test_a_deep_tree_is_listed_whole(tmp_path: Path, prepare: Callable[[Path], None]) -> None:
    prepare(tmp_path)
    deep = nest(tmp_path, LEVELS)
    (tmp_path / ".gitignore").write_text("*.log\n")
    assert [e.path for e in list_project(tmp_path, load_rules(tmp_path)).entries] == [
        ".gitignore",
        deep,
    ]
    assert expand_inputs(tmp_path, ["."]).files == (".gitignore", deep)
    folder = deep.rpartition("/")[0]
    (found,) = list_folder(tmp_path, folder, load_rules(tmp_path)).entries
    assert found.path == deep


def test_deeper_than_a_path_can_be_is_an_end_not_an_error(tmp_path: Path) -> None:
    nest(tmp_path, 30, "d" * 200)
    (tmp_path / "a.py").write_text("x\n")
    assert expand_inputs(tmp_path, ["."]).files == ("a.py",)


def test_a_listing_has_an_end_that_is_said_and_bounded_memory(tmp_path: Path) -> None:
    for number in range(21):
        fill(tmp_path / f"part{number}", 1000)
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.peak_memory import peak_kb\n"
        "from autocoder_tui.workspace.listing import *\n"
        "root = Path(sys.argv[1])\n"
        "listing = list_project(root, load_rules(root))\n"
        "found = expand_inputs(root, ['.'])\n"
        "most = peak_kb() // 1024\n"
        "print(len(listing.entries), listing.cut, len(found.files), found.failed, most)\n"
    )
    for with_git in (False, True):
        if with_git:
            git_init(tmp_path)
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        *counts, megabytes = done.stdout.split()
        assert counts == [str(MAX_ENTRIES), "True", str(MAX_ENTRIES), "True"]
        assert int(megabytes) < 150


async def test_the_picker_takes_keys_in_a_large_flat_folder_and_odd_names(tmp_path: Path) -> None:
    project = tmp_path / "project"
    fill(project / "flat", 4000)
    odd = ["new\nline.py", "tab\t.py", "\x1b[31mred.py", "caf\udce9.py", "\u202egnp.py"]
    for name in odd:
        (project / name).write_text("x\n")
    nest(project, 50)
    async with serving(tmp_path, []) as (app, pilot, _):
        picker = app.main.query_one(FilePicker)
        picker.focus()
        await until(pilot, lambda: all(name in picker._node_at for name in odd))
        for name in odd:
            picker.move_cursor(picker._node_at[name])
            await pilot.press("space")
            await until(pilot, lambda name=name: name in picker.picks)  # type: ignore[misc]
        picker.move_cursor(picker._node_at["flat"])
        await pilot.press("enter")
        # While the folder is read and its files are weighed, keys go on to be answered.
        await pilot.press("up", "down")
        assert picker.cursor_node is picker._node_at["flat"]
        await until(pilot, lambda: "flat/f003999.py" in picker._node_at)
        picker.move_cursor(picker._node_at["flat/f003999.py"])
        await pilot.press("space")
        await until(pilot, lambda: len(picker.picks) == len(odd) + 1)
