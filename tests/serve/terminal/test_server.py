"""The real program behind a real server: how both begin, and how they end together."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from autocoder_tui.cli.serve import serve_settings
from autocoder_tui.cli.serve_arguments import serve_parser
from autocoder_tui.demo.script import Reply
from autocoder_tui.serve.settings import TOKEN_VARIABLE
from autocoder_tui.serve.terminal.program import TerminalProgram, TerminalSize
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import recover_runs
from tests.serve.terminal.test_program import gone, is_alive, output
from tests.serve.test_generate_code import ANSWER
from tests.serve.test_process import process
from tests.watched_server import WatchedServer

WAIT = 30


@asynccontextmanager
async def served(
    tmp_path: Path, *flags: str, **more: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, str]]:
    """A server as a process, its address, and a cookie for /app."""
    async with (
        WatchedServer(lambda received: Reply(ANSWER)) as model,
        before(tmp_path, model, *flags, **more) as found,
    ):
        yield found


@asynccontextmanager
async def before(
    tmp_path: Path, model: WatchedServer, *flags: str, **more: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, str]]:
    """The same before this model."""
    async with process(tmp_path, model, "--app", *flags, stdout=subprocess.PIPE, **more) as (
        running,
        url,
    ):
        yield running, url, await enter(url, await link_of(running))


async def link_of(running: asyncio.subprocess.Process) -> str:
    assert running.stdout is not None
    async with asyncio.timeout(WAIT):
        while True:
            line = (await running.stdout.readline()).decode()
            assert line
            if found := re.search(r"/app\?token=(\S+) \(works once\)", line):
                return found[1]


async def enter(url: str, token: str) -> str:
    async with httpx2.AsyncClient(base_url=url, timeout=WAIT, trust_env=False) as client:
        answer = await client.get("/app", params={"token": token})
    return str(answer.headers["set-cookie"].partition(";")[0])


def socket_of(url: str, cookie: str) -> connect:
    address = url.replace("http", "ws") + "/app/socket?columns=100&rows=30"
    return connect(address, proxy=None, additional_headers={"cookie": cookie})


async def shows(socket: ClientConnection, text: str) -> str:
    """Wait until the program draws `text` in one piece."""
    drawn = ""
    async with asyncio.timeout(WAIT):
        while text not in drawn:
            frame = await socket.recv()
            drawn += frame.decode("utf-8", "replace") if isinstance(frame, bytes) else ""
    return drawn


def programs_of(server: int) -> list[int]:
    """The children of a server, and of its workers, that are leaders of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid, parent, leader = int(path.parent.name), int(said[1]), int(said[3])
        if pid == leader and (parent == server or _parent(parent) == server):
            found.append(pid)
    return found


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


async def test_the_program_knows_its_keys_and_not_the_servers_token(tmp_path: Path) -> None:
    more = {TOKEN_VARIABLE: "a-token-of-some-length", "LOCAL_API_KEY": "sk-canary-0123456789"}
    async with served(tmp_path, **more) as (running, url, cookie):
        async with socket_of(url, cookie) as socket:
            await shows(socket, "Files")
            (program,) = programs_of(running.pid)
            environ = Path(f"/proc/{program}/environ").read_bytes()
            command = Path(f"/proc/{program}/cmdline").read_bytes()
            opened = {str(path.readlink()) for path in Path(f"/proc/{program}/fd").glob("*")}
            # Nothing of the server is open in it: neither what it listens to nor its clients.
            assert not opened & tcp_sockets()
        assert b"sk-canary" in environ
        assert b"a-token-of" not in environ + command
        assert cookie.partition("=")[2].encode() not in environ + command
        await gone(program)


def tcp_sockets() -> set[str]:
    """All that are connected or listen, as they are called among the files of a process."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return {f"socket:[{row.split()[9]}]" for row in rows}


async def test_what_lies_in_the_folder_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("textual", "autocoder_tui", "typing_extensions"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    environ = {**os.environ, "AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "config"),
               "AUTOCODER_TUI_STATE_DIR": str(tmp_path / "state")}  # fmt: skip
    environ.pop("PYTHONSAFEPATH", None)
    settings = serve_settings(serve_parser().parse_args([str(tmp_path), "--app"]), environ)
    assert settings.terminal is not None
    program = await TerminalProgram.start(
        settings.terminal.command, settings.terminal.environ, TerminalSize(100, 30)
    )
    try:
        assert b"imported" not in await output(program, b"Requirements")
    finally:
        await program.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("workers", ["1", "2"])
async def test_programs_end_with_their_server(tmp_path: Path, number: int, workers: str) -> None:
    flags = ("--workers", workers)
    async with served(tmp_path, *flags) as (running, url, cookie):
        async with socket_of(url, cookie) as one, socket_of(url, cookie) as two:
            await asyncio.gather(shows(one, "Files"), shows(two, "Files"))
            programs = programs_of(running.pid)
            assert len(programs) == 2
            running.send_signal(number)
            for program in programs:
                await gone(program)
            for socket in (one, two):
                with pytest.raises(ConnectionClosed):
                    await asyncio.wait_for(to_its_end(socket), 10)
        assert await asyncio.wait_for(running.wait(), 15) is not None


async def to_its_end(socket: ClientConnection) -> None:
    while True:
        await socket.recv()


async def test_a_program_that_hangs_ends_with_a_killed_server(tmp_path: Path) -> None:
    async with served(tmp_path) as (running, url, cookie), socket_of(url, cookie) as socket:
        await shows(socket, "Files")
        (program,) = programs_of(running.pid)
        os.kill(program, signal.SIGSTOP)
        running.kill()
        await gone(program)


async def test_workers_share_links_and_places(tmp_path: Path) -> None:
    flags = ("--workers", "2", "--app-sessions", "1")
    async with served(tmp_path, *flags) as (running, url, cookie):
        second = await link_of(running)
        async with socket_of(url, cookie) as socket:
            await shows(socket, "Files")
            for _ in range(6):  # whichever worker hears
                async with socket_of(url, cookie) as other:
                    assert "refused" in str(await other.recv())
        assert is_alive(running.pid)
        assert await enter(url, second)
        async with httpx2.AsyncClient(base_url=url, timeout=WAIT, trust_env=False) as client:
            for _ in range(6):
                assert (await client.get("/app", params={"token": second})).status_code == 401


async def test_a_run_under_way_is_kept_when_the_tab_is_closed(tmp_path: Path) -> None:
    stalled = Reply(ANSWER, stall="middle", cut_after=100)
    async with WatchedServer(lambda received: stalled) as model:
        async with before(tmp_path, model, LOCAL_API_KEY="sk-0123456789") as (running, url, cookie):
            async with socket_of(url, cookie) as socket:
                await shows(socket, "Files")
                (program,) = programs_of(running.pid)
                await socket.send(b"\x1b[200~Greet the world.\x1b[201~\x12")  # Ctrl+R
                async with asyncio.timeout(WAIT):
                    while not model.requests:
                        await asyncio.wait_for(socket.recv(), WAIT)
            await gone(program)
        assert "Greet the world." in str(model.requests[0].messages)
    history = History(tmp_path / "state")
    recover_runs(history)
    (run,) = history.list()
    assert history.get(run.run_id).snapshot.requirements == "Greet the world."
