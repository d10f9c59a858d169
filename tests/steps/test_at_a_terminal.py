"""A project without the screen, at a terminal: what is typed decides what runs, and the terminal
is taken back from a script, whatever that did to it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from tests.headless.test_run import environment
from tests.steps.test_commands import ROOT, project
from tests.watched_server import WatchedServer

SCRIPT = (
    '<file path="run.sh">\n#!/bin/sh\nstty raw -echo\nprintf "\\033[?1049h\\033[?25l"\n'
    "echo ran > ran.txt\nexit 3\n</file>\n"
)
STEPS = {
    "code": "async def step(context):\n    '''Write.'''\n"
    "    await context.generate(context.prompt)\n    await context.propose()\n",
    "start": "async def step(context):\n    '''Start.'''\n"
    "    ended = await context.run_script('run.sh')\n    return f'{ended.code} {ended.words}'\n",
}


async def typed(folder: Path, server: WatchedServer, text: str, *flags: str) -> tuple[int, str]:
    """The exit code and what was said, with `text` typed at a terminal; it is as before after."""
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    os.write(ours, text.encode())
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "autocoder_tui", "project", *flags),
        *("--base-url", server.base_url, "-m", "test-model", "--json"),
        cwd=folder / "project",
        env={**environment(folder), "PYTHONPATH": str(ROOT)},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
    assert process.returncode is not None
    return process.returncode, err.decode() + out.decode()


async def test_what_is_typed_decides_what_runs(tmp_path: Path) -> None:
    root = tmp_path / "project"
    own = root / ".autocoder" / "steps"
    own.mkdir(parents=True)
    for name, text in STEPS.items():
        (own / f"{name}.py").write_text(text)
    (root / ".autocoder-tui.toml").write_text('[steps.two]\nsteps = ["code", "start"]\n')
    wanted = ("-r", "A script.", "--steps", "two", "--yes")
    refused = await project(tmp_path, [], *wanted)
    assert "nobody has said yes to" in refused.err
    async with WatchedServer([Reply(SCRIPT)]) as server:
        code, said = await typed(tmp_path, server, "n\n", *wanted[:-1])
        assert (code, "nobody has said yes to" in said) == (1, True)
        assert STEPS["code"] in said
        # Both steps are seen and confirmed; what is written waits, for nobody said yes to that.
        code, said = await typed(tmp_path, server, "y\ny\nn\n", *wanted[:-1])
        assert code == 0, said
        assert "wait for a review" in said
        (root / "run.sh").write_text(SCRIPT.split("\n", 1)[1].removesuffix("</file>\n"))
        again = ("--resume", "--from", "start")
        code, said = await typed(tmp_path, server, "n\n", *again)
        assert "was not run" in said
        assert "stty raw -echo" in said
        code, said = await typed(tmp_path, server, "y\n", *again)
        assert "3 run.sh ended with exit code 3." in said
        assert not (root / "ran.txt").exists()
        code, said = await typed(tmp_path, server, "t\n", *again)
        assert "3 run.sh ended with exit code 3." in said
        assert (root / "ran.txt").read_text() == "ran\n"


@pytest.mark.parametrize("by", ["flag", "setting"])
async def test_the_plain_mode_goes_from_step_to_step_in_lines(tmp_path: Path, by: str) -> None:
    environ = environment(tmp_path)
    if by == "setting":
        config = Path(environ["AUTOCODER_TUI_CONFIG_DIR"])
        config.mkdir(parents=True, exist_ok=True)
        (config / "config.toml").write_text("[ui]\nplain = true\n")
    flags = ("--plain",) if by == "flag" else ()
    ours, theirs = pty.openpty()
    os.write(ours, b"\n" * 20)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "autocoder_tui", "project", "--demo", str(tmp_path / "todo")),
        *flags,
        env={**environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = ""
    with contextlib.suppress(OSError):  # the terminal is closed with the program
        while chunk := await asyncio.wait_for(asyncio.to_thread(os.read, ours, 4096), 60):
            said += chunk.decode()
    os.close(ours)
    assert await process.wait() == 0, said
    assert "\x1b[?1049h" not in said
    assert "1/7 clarify: running" in said
    assert "Where are the tasks kept?" in said
    assert "7/7" in said
