"""`autocoder-tui new`: a folder for a project, and never over something."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autocoder_tui.cli.main import main
from autocoder_tui.steps.project import Project

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_project_with_a_repository(tmp_path: Path, capsys: Capture) -> None:
    assert main(["new", "hello"]) == 0
    said = capsys.readouterr().out
    assert "It is a git repository" in said
    assert "autocoder-tui project hello\n" in said
    assert (tmp_path / "hello" / ".autocoder" / "prompt").is_file()
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd="hello", capture_output=True, text=True, check=True
    )
    assert status.stdout == "?? .autocoder/\n"


def test_an_example_says_how_it_goes(capsys: Capture) -> None:
    assert main(["new", "my list", "--from", "todo"]) == 0
    said = capsys.readouterr().out
    assert "autocoder-tui project 'my list' --steps clarify\n" in said
    assert "Two things are open in the prompt" in said
    assert Project(Path("my list")).prompt().startswith("A to-do list")


def test_what_is_there_is_not_touched(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    assert main(["new", "mine", "--from", "todo"]) == 1
    assert "There is something at mine already" in capsys.readouterr().err
    assert [*(tmp_path / "mine").iterdir()] == [tmp_path / "mine" / "file"]


def test_no_repository_in_a_repository(capsys: Capture) -> None:
    subprocess.run(["git", "init", "-q", "."], check=True)
    assert main(["new", "hello"]) == 0
    assert "It is in the git repository" in capsys.readouterr().out
    assert not Path("hello/.git").exists()


def test_without_git(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("PATH", "/nothing")
    assert main(["new", "hello"]) == 0
    assert "git is not installed" in capsys.readouterr().out


def test_the_examples_are_listed(capsys: Capture) -> None:
    assert main(["new", "--examples"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["dice", "ledger", "todo"]


def test_a_name_is_needed(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["new"])
    assert ended.value.code == 2
    assert "name the folder" in capsys.readouterr().err
