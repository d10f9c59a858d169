"""A process in a pseudo-terminal."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from autocoder_tui.serve.terminal.program import TerminalProgram, TerminalSize

SH = "/bin/sh"
ENVIRON = {"PATH": os.environ["PATH"], "TERM": "xterm-256color"}
SIZE = TerminalSize(91, 17)


@asynccontextmanager
async def running(*command: str) -> AsyncIterator[TerminalProgram]:
    program = await TerminalProgram.start(command, ENVIRON, SIZE)
    try:
        yield program
    finally:
        await program.close()


async def output(program: TerminalProgram, until: bytes = b"") -> bytes:
    """What it writes, until that is in it, or to its end."""
    said = b""
    async with asyncio.timeout(20):
        while data := await program.read():
            said += data
            if until and until in said:
                break
    return said


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while is_alive(pid):
            await asyncio.sleep(0.02)


async def test_it_has_a_terminal_of_its_own_and_of_that_size() -> None:
    async with running(SH, "-c", "stty size; tty; ps -o tty= -p $$; exit 7") as program:
        size, name, of_ps = (await output(program)).split(b"\r\n")[:3]
        async with asyncio.timeout(30):
            while program.code is None:
                await asyncio.sleep(0.01)
        assert program.code == 7
    assert size == b"17 91"
    assert name.startswith(b"/dev/pts/") or sys.platform == "darwin"
    assert of_ps.strip() in name


async def test_a_new_size_is_told() -> None:
    script = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done"
    async with running(SH, "-c", script) as program:
        await output(program, b"ready")
        program.resize(TerminalSize.within_reason(0, 10**6))
        assert b"500 2\r" in await output(program, b"500 2\r")


async def test_what_is_typed_arrives_however_much() -> None:
    code = (
        "import sys, tty, os, hashlib; tty.setraw(0); os.write(1, b'ready'); seen = hashlib.md5(); "
        "left = 2_000_000\n"
        "while left: data = os.read(0, left); seen.update(data); left -= len(data)\n"
        "os.write(1, seen.hexdigest().encode() + b'.')"
    )
    data = os.urandom(2_000_000)
    async with running(sys.executable, "-c", code) as program:
        await output(program, b"ready")
        writing = asyncio.create_task(program.write(data))
        said = await output(program, b".")
        await writing
    assert said == hashlib.md5(data).hexdigest().encode() + b"."


async def test_all_is_read_that_was_written_before_the_end() -> None:
    async with running(SH, "-c", "seq 1 20000") as program:
        said = await output(program)
    assert said.split() == [str(number).encode() for number in range(1, 20_001)]


async def test_a_child_that_keeps_the_terminal_does_not_keep_the_session() -> None:
    async with running(SH, "-c", "trap '' HUP; sleep 60 & echo $!; exit 0") as program:
        said = await output(program)
        child = int(said.split()[0])
        assert is_alive(child)
    await gone(child)


async def test_an_end_in_good_order_is_waited_for(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    script = f"trap 'sleep 0.3; echo all > {saved}; exit 3' HUP; echo ready; "
    script += "while :; do sleep 0.05; done"
    program = await TerminalProgram.start((SH, "-c", script), ENVIRON, SIZE)
    await output(program, b"ready")
    await program.close()
    assert saved.read_text() == "all\n"
    assert program.code == 3
    assert not is_alive(program.pid)


async def test_what_ignores_the_end_is_killed() -> None:
    script = "trap '' HUP TERM; sleep 77 & echo $!; while :; do sleep 0.05; done"
    program = await TerminalProgram.start((SH, "-c", script), ENVIRON, SIZE)
    child = int((await output(program, b"\n")).split()[0])
    await program.close()
    assert program.code == -9
    await gone(child)
    assert not is_alive(program.pid)


async def test_a_program_that_is_not_there_says_so() -> None:
    async with running("/nowhere/at/all") as program:
        said = await output(program)
        assert b"No such file" in said


@pytest.mark.parametrize(
    ("columns", "rows", "size"), [(80, 24, (80, 24)), (0, -5, (2, 2)), (99999, 99999, (1000, 500))]
)
def test_sizes_are_within_reason(columns: int, rows: int, size: tuple[int, int]) -> None:
    found = TerminalSize.within_reason(columns, rows)
    assert (found.columns, found.rows) == size
