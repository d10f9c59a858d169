"""The demo of a project without the screen: no key, no network, a program whose tests pass."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.cli.main import main

Capture = pytest.CaptureFixture[str]


def test_from_a_prompt_to_passing_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("AUTOCODER_TUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("AUTOCODER_TUI_STATE_DIR", str(tmp_path / "state"))
    root = tmp_path / "todo"
    assert main(["project", str(root), "--demo", "--yes", "--run-scripts", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["status"] == "done"
    assert report["configuration"] == "clarify"
    assert {step["state"] for step in report["steps"]} == {"done"}
    assert sorted(report["written"]) == ["README.md", "run.sh", "tests/test_todo.py", "todo.py"]
    (check,) = [step for step in report["steps"] if step["name"] == "check"]
    assert "passed" in check["output"]
    command = [sys.executable, "-B", "-m", "unittest", "discover", "-s", "tests"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    git = ["git", "log", "--format=%s"]
    said = subprocess.run(git, cwd=root, check=True, capture_output=True, text=True).stdout
    assert said == "Say what is wanted\n"
    # Nothing of it is booked, and nothing was learnt.
    assert not (tmp_path / "state" / "usage.jsonl").exists()


def test_a_place_that_is_taken_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("AUTOCODER_TUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("AUTOCODER_TUI_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    assert main(["project", str(tmp_path / "mine"), "--demo", "--yes"]) == 1
    assert "There is something at" in capsys.readouterr().err
    assert [entry.name for entry in (tmp_path / "mine").iterdir()] == ["file"]


def test_a_folder_there_is_none_of_is_to_be_made_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("AUTOCODER_TUI_STATE_DIR", str(tmp_path / "state"))
    assert main(["project", str(tmp_path / "none"), "--yes", "-r", "x"]) == 1
    assert "autocoder-tui new" in capsys.readouterr().err
