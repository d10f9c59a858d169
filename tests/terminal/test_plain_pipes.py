"""The plain mode where its input or its output is no terminal."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from tests.terminal.program import environment, serving
from tests.terminal.test_plain import AFTER, REPLY, project


def test_questions_are_answered_from_a_pipe(tmp_path: Path) -> None:
    place = project(tmp_path)
    lines = ["run", "y", "review", "a", "write", "y", "quit"]
    with serving([Reply(REPLY)]) as server:
        flags = ("--base-url", server.base_url, "-i", "a.txt", "-r", "Change two lines.")
        done = piped(tmp_path, "".join(f"{line}\n" for line in lines), *flags)
    assert (done.returncode, (place / "a.txt").read_text()) == (0, AFTER), done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-"])
def test_without_an_input_or_an_output_it_ends(tmp_path: Path, closed: str) -> None:
    project(tmp_path)
    done = piped(tmp_path, "status\nquit\n", "--base-url", "http://127.0.0.1:1/v1", closed=closed)
    assert done.returncode == 0, done.stderr
    assert "internal error" not in done.stderr
    assert "Traceback" not in done.stderr


def piped(
    folder: Path, text: str, *flags: str, closed: str = ""
) -> subprocess.CompletedProcess[str]:
    """The plain mode with `text` as its input; `closed` is what a shell is told to close."""
    program = [sys.executable, "-m", "autocoder_tui", "--plain", "-m", "test-model", *flags]
    return subprocess.run(
        ["/bin/sh", "-c", f"exec {shlex.join(program)} {closed}"],
        input=text,
        capture_output=True,
        text=True,
        cwd=folder / "project",
        env=environment(folder),
        timeout=60,
        check=False,
    )
