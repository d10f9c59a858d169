"""A project to try things in, and all that can be seen of a folder."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

from autocoder_tui.check.check import CheckResult, CommandResult, Plan, check
from autocoder_tui.check.failures import Base
from autocoder_tui.check.layout import ChangedFile
from autocoder_tui.check.sandbox import Sandbox, sandbox_here

SANDBOXES = [Sandbox(), *([sandbox_here()] if sandbox_here().closed else [])]
"""Without one, and with what this machine has."""

TEST = """\
import unittest
from shop import total

class Totals(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(total([1, 2]), 3)

    def test_none(self):
        self.assertEqual(total([]), 0)
"""


def git(root: Path, *arguments: str) -> str:
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for who in ("AUTHOR", "COMMITTER"):
        environ |= {f"GIT_{who}_NAME": "t", f"GIT_{who}_EMAIL": "t@localhost"}
    done = subprocess.run(
        ["git", *arguments], cwd=root, env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout


def project(root: Path, *, in_git: bool = True) -> Path:
    """A small project with a test suite, uncommitted changes, and what git ignores."""
    root.mkdir(parents=True)
    (root / "shop.py").write_text("def total(items):\n    return sum(items)\n")
    (root / "test_shop.py").write_text(TEST)
    (root / ".gitignore").write_text("node_modules/\n.venv/\n.env\nbuild/\n")
    (root / "gone.txt").write_text("committed\n")
    if in_git:
        git(root, "init", "-q", "-b", "main")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "Begin")
    (root / "gone.txt").unlink()
    (root / "shop.py").write_text("# changed\ndef total(items):\n    return sum(items)\n")
    (root / "fresh.txt").write_text("not in git yet\n")
    (root / ".env").write_text("API_KEY=sk-1234567890\n")
    (root / "node_modules" / "left").mkdir(parents=True)
    (root / "node_modules" / "left" / "index.js").write_text("module.exports = 1\n")
    (root / "build").mkdir()
    (root / "build" / "made.o").write_bytes(b"\0\1")
    return root


def seen(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file, folder and link below `root`: mode, time of the last change, and bytes."""
    found = {}
    for folder, folders, names in os.walk(root):
        for name in (*folders, *names):
            path = Path(folder, name)
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                data = str(path.readlink()).encode()
            else:
                data = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
            found[str(path.relative_to(root))] = (status.st_mode, status.st_mtime_ns, data)
    return found


class Heard:
    """What a listener is told."""

    def __init__(self) -> None:
        self.printed = bytearray()
        self.began: list[tuple[str, bool]] = []
        self.ended: list[CommandResult] = []

    def check_began(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def command_began(self, command: str, *, base: bool) -> None:
        self.began.append((command, base))

    def command_printed(self, data: bytes) -> None:
        self.printed += data[:65536]

    def command_ended(self, result: CommandResult) -> None:
        self.ended.append(result)


async def tried(
    root: Path,
    *commands: str,
    changes: tuple[ChangedFile, ...] = (),
    sandbox: Sandbox = SANDBOXES[0],
    seconds: float = 60,
    processes: int = 1024,
    pass_on: tuple[str, ...] = (),
    bases: dict[str, Base] | None = None,
    heard: Heard | None = None,
    disk_bytes: int = 2**33,
) -> CheckResult:
    plan = Plan(root, commands, changes, seconds, pass_on, processes, disk_bytes)
    listener = heard or Heard()
    return await check(plan, listener, os.environ, {} if bases is None else bases, sandbox)
