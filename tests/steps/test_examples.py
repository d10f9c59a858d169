"""The worked examples: each has what it needs, and is begun in a free place only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.cli.new_arguments import EXAMPLES
from autocoder_tui.steps.configuration import load_configurations
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.examples import begin_project, load_examples, named_example
from autocoder_tui.steps.project import Project


def test_the_command_names_every_example() -> None:
    assert tuple(load_examples()) == EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_names_steps_that_there_are(tmp_path: Path, name: str) -> None:
    configurations, _ = load_configurations(tmp_path, tmp_path)
    example = named_example(name)
    assert example.steps in configurations
    assert example.summary.endswith(".")
    assert example.worked


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_begun(tmp_path: Path, name: str) -> None:
    root = tmp_path / "some" / "place"
    project = begin_project(root, named_example(name))
    assert Project(root).prompt() == named_example(name).prompt
    assert project.exists
    if (root / "tests").is_dir():
        command = [sys.executable, "-m", "unittest", "discover", "-s", "tests"]
        subprocess.run(command, cwd=root, check=True, capture_output=True)


def test_an_empty_folder_is_free(tmp_path: Path) -> None:
    begin_project(tmp_path, None)
    assert Project(tmp_path).prompt() == ""


@pytest.mark.parametrize("kind", ["file", "folder", "link", "link to nothing", "project"])
def test_what_is_there_stays(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "place"
    if kind == "file":
        root.write_text("mine")
    elif kind == "link":
        (tmp_path / "empty").mkdir()
        root.symlink_to(tmp_path / "empty")
    elif kind == "link to nothing":
        root.symlink_to(tmp_path / "nothing")
    elif kind == "folder":
        root.mkdir()
        (root / ".hidden").write_text("mine")
    else:
        begin_project(root, None)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ProjectUnusable, match="There is something"):
        begin_project(root, named_example("todo"))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_place_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProjectUnusable, match=r"can't be (made|looked into)"):
        begin_project(tmp_path / "file" / "place", None)


def test_an_unknown_example_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectUnusable, match="tood"):
        named_example("tood")
