"""The program where there is no POSIX: all but the full screen works, and that says why not."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_HIDE = """
import os, runpy, select, signal, sys

HIDDEN = {"fcntl", "termios", "pwd", "grp", "resource", "tty", "pty", "curses", "readline"}

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for name in HIDDEN:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Hidden())
"""

_LACK = """
# What the standard library itself needs here is loaded while it is still there.
import asyncio, concurrent.futures, logging.handlers, multiprocessing, shutil, socket, sqlite3
import subprocess, tempfile, _posixsubprocess

for module, names in (
    (os, (
        "O_CLOEXEC O_DIRECTORY O_NOCTTY O_NOFOLLOW O_NONBLOCK fchmod fchown chown "
        "getpgrp getsid getpgid killpg setsid tcgetpgrp ttyname openpty mkfifo"
    )),
    (signal, "SIGHUP SIGQUIT SIGTSTP SIGCONT SIGSTOP SIGKILL SIGWINCH SIGUSR1 pthread_sigmask"),
    (select, "poll"),
):
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
"""

_EVERY_MODULE = """
import importlib, pkgutil
import autocoder_tui

names = [
    found.name
    for found in pkgutil.walk_packages(autocoder_tui.__path__, "autocoder_tui.")
    if not found.name.endswith(".__main__") and ".demo.sample" not in found.name
]
for name in names:
    importlib.import_module(name)
print(len(names))
"""

_PROGRAM = """
sys.argv = ["autocoder-tui", *sys.argv[1:]]
runpy.run_module("autocoder_tui", run_name="__main__")
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return kept | {
        "AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(tmp_path / "state"),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "TERM": "xterm-256color",
    }


def run(
    code: str, *arguments: str, environ: dict[str, str], terminal: int | None = None
) -> subprocess.CompletedProcess[str]:
    screen = subprocess.PIPE if terminal is None else terminal
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        env=environ,
        stdin=subprocess.DEVNULL if terminal is None else terminal,
        stdout=screen,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("lack", [_HIDE, _HIDE + _LACK], ids=["modules", "names too"])
def test_every_module_imports(environ: dict[str, str], lack: str) -> None:
    done = run(lack + _EVERY_MODULE, environ=environ)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 300


@pytest.mark.parametrize("lack", [_HIDE, _HIDE + _LACK], ids=["modules", "names too"])
def test_the_commands_work(environ: dict[str, str], lack: str) -> None:
    version = run(lack + _PROGRAM, "--version", environ=environ)
    assert (version.returncode, version.stderr) == (0, "")
    assert version.stdout.startswith("autocoder-tui ")
    doctor = run(lack + _PROGRAM, "doctor", "--offline", environ=environ)
    assert "Traceback" not in doctor.stdout + doctor.stderr
    assert doctor.returncode == 0, doctor.stdout
    demo = run(lack + _PROGRAM, "run", "--demo", "--json", environ=environ)
    assert demo.returncode == 0, demo.stderr
    report = json.loads(demo.stdout)
    assert report["status"] == "done"
    assert len(report["parts"]) > 1


def test_the_full_screen_says_what_it_needs(environ: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    try:
        done = run(_HIDE + _PROGRAM, environ=environ, terminal=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "the full screen needs a POSIX terminal" in done.stderr
    assert "`autocoder-tui run`" in done.stderr
