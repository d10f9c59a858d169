"""Whatever a command does, the project stays as it is byte for byte, and nothing is left over."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from autocoder_tui.check.folder import PREFIX
from autocoder_tui.check.layout import ChangedFile
from autocoder_tui.check.sandbox import Sandbox
from tests.check.places import SANDBOXES, Heard, project, seen, tried

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX")


@pytest.fixture(params=SANDBOXES, ids=lambda sandbox: sandbox.kind)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    found: Sandbox = request.param
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "home" / "shop")


def left_over() -> list[str]:
    return [path.name for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*")]


def alive(mark: str) -> list[str]:
    """Processes whose command line holds `mark`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ")
        except OSError:
            continue
        if mark.encode() in line:
            found.append(line.decode(errors="replace"))
    return found


CHANGE = (ChangedFile("shop.py", b"def total(items):\n    return 7\n"),)

# What each does, and words that say how it ends.
DEEDS = {
    "kills itself": ("kill -9 $$", "failed"),
    "runs on": ("sleep 61.25", "took longer than"),
    "prints 100 MB": ("head -c 100000000 /dev/zero | tr '\\0' 'x'", "passed"),
    "asks on the terminal": ("read answer < /dev/tty", "failed"),
    "asks on standard input": ("! read answer", "passed"),
    "writes above": ("echo x > ../evil.txt; rm -rf ../* .git; exit 1", "failed"),
    "deletes everything": ("rm -rf .* * 2>/dev/null; exit 1", "failed"),
    "takes rights away": ("mkdir -p a/b && touch a/b/c && chmod 0 a/b a", "passed"),
    "writes into dependencies": ("echo x >> node_modules/left/index.js; exit 0", "passed"),
    "uses git": ("git add -A && git commit -qm x && git gc -q && git tag y", "passed"),
    "leaves its group": ("setsid sleep 61.25 & sleep 0.05", "passed"),
    "leaves a daemon": ("(setsid sh -c 'sleep 61.25 & sleep 61.25' &) ; exit 3", "failed"),
    "fills a file": ("ulimit -f 8; head -c 100000 /dev/zero > big", "failed"),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_the_project_is_untouched(root: Path, sandbox: Sandbox, deed: str) -> None:
    command, words = DEEDS[deed]
    before = seen(root.parent)
    result = await tried(
        root,
        command,
        changes=CHANGE,
        sandbox=sandbox,
        seconds=0.5 if words.startswith("took") else 60,
    )
    assert words in result.commands[0].words, result.commands[0]
    assert seen(root.parent) == before
    assert left_over() == []
    assert alive("sleep 61.25") == []


async def test_a_fork_bomb_is_ended(root: Path, sandbox: Sandbox) -> None:
    before = seen(root.parent)
    # Were it not ended, it would end by itself: the test fails then, not the machine.
    bomb = "(sleep 2; : > burnt) & f() { [ -e burnt ] || f | f & }; f; sleep 61.75"
    result = await tried(root, bomb, sandbox=sandbox, seconds=20, processes=150)
    assert not result.passed
    assert result.commands[0].ended.left == 0
    assert seen(root.parent) == before
    assert left_over() == []
    assert alive("f() { [ -e burnt") == []


async def test_a_command_that_fills_the_disk_in_many_files_is_ended(
    root: Path, sandbox: Sandbox
) -> None:
    before = seen(root.parent)
    fill = "n=0; while [ $n -lt 4000 ]; do n=$((n+1)); head -c 100000 /dev/zero > f$n; done"
    command = f"{fill}; sleep 61.375"
    result = await tried(root, command, sandbox=sandbox, seconds=60, disk_bytes=1_000_000)
    assert result.commands[0].ended.why == "disk"
    assert "GB of the disk and was stopped" in result.commands[0].words
    assert seen(root.parent) == before
    assert left_over() == []
    assert alive("sleep 61.375") == []


async def test_a_command_that_kills_its_guard_is_ended_all_the_same(root: Path) -> None:
    before = seen(root.parent)
    async with asyncio.timeout(30):
        result = await tried(root, "setsid sleep 61.875 & sleep 0.05; kill -9 $PPID; sleep 61.875")
    assert "killed together with its guard" in result.commands[0].words
    assert alive("sleep 61.875") == []
    assert left_over() == []
    assert seen(root.parent) == before


async def test_stopped_it_ends_all_it_started(root: Path, sandbox: Sandbox) -> None:
    before = seen(root.parent)
    heard = Heard()
    command = "setsid sleep 61.5 & echo begun; trap '' TERM INT; sleep 61.5"
    task = asyncio.ensure_future(tried(root, command, sandbox=sandbox, heard=heard))
    while b"begun" not in heard.printed:
        await asyncio.sleep(0.01)
        assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert alive("sleep 61.5") == []
    assert left_over() == []
    assert seen(root.parent) == before
