"""A project killed at every file that it puts in its place: nothing is asked twice, and what is
kept can be read."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.headless.test_run import environment
from tests.steps.test_commands import ROOT
from tests.steps.test_kills import MAIN, REPLIES, WORDS, Model, prepared, resumed
from tests.watched_server import WatchedServer

FULL = os.environ.get("AUTOCODER_TUI_FUZZ") == "full"
_CHILD = """
import sys
from tests.workspace.faults import Fault
from autocoder_tui.cli.main import main
fault = Fault(int(sys.argv[1]), "kill", only=sys.argv[2])
fault.install()
code = main(sys.argv[3:])
print(sum(name == sys.argv[2] for name in fault.names), file=sys.stderr)
sys.exit(code)
"""
FLAGS = ("--yes", "--run-scripts", "--answers", "../answers.txt")


async def run_with_a_kill(
    folder: Path, server: WatchedServer, at: int, call: str = "replace"
) -> tuple[int, str]:
    wanted = ("project", "-r", "Words.", "--steps", "three", *FLAGS)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _CHILD, str(at), call, *wanted),
        *("--base-url", server.base_url, "-m", "test-model"),
        cwd=folder / "project",
        env={**environment(folder), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, said.decode()


async def swept(folder: Path, at: int) -> bool:
    """Killed at the `at`-th file put in its place, and gone on with; False where there are not so
    many."""
    root = prepared(folder)
    model = Model(0, "")
    model.hangs = False
    async with WatchedServer(model) as server:
        code, _ = await run_with_a_kill(folder, server, at)
        if code == 0:
            return False
        assert code == -signal.SIGKILL
        begun = list((root / ".autocoder" / "logs").glob("*/run.json"))
        if not begun:
            assert not server.requests
            return True
        done = await resumed(folder, server, "--resume", "--json")
        assert done.code == 0, done.err
        firsts = [json.dumps(one.messages[:2]) for one in server.requests]
        assert len(firsts) == len(set(firsts)) == len(REPLIES)
    assert [one["state"] for one in done.report["steps"]] == ["done"] * 3
    for name, text in (("words.py", WORDS), ("main.py", MAIN)):
        assert f'<file path="{name}">\n{(root / name).read_text()}</file>\n' == text
    (run,) = (root / ".autocoder" / "logs").iterdir()
    assert sorted(path.name for path in run.iterdir()) == [
        *("01-sketch.json", "02-words.json", "03-main.json", "run.json"),
    ]
    for path in run.iterdir():
        json.loads(path.read_text())
    rows = (root / ".autocoder" / "token_usage.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["sketch", "words", "main"]
    return True


@pytest.mark.parametrize("first", [0, 1, 2, 3])
async def test_killed_wherever_a_file_is_put_in_its_place(tmp_path: Path, first: int) -> None:
    step, at = (4 if FULL else 12), first + 1
    while True:
        folder = tmp_path / str(at)
        folder.mkdir()
        if not await swept(folder, at):
            break
        at += step
    assert at > 12
