"""`autocoder-tui batch --dask` on a real cluster of this machine: a scheduler, three workers."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from autocoder_tui.local.server import free_port
from tests.batch.program import CANARY, Ended, batch, ended, environment, started, write_jobs
from tests.batch.server import JobServer, text_of

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("distributed") is None, reason='needs the extra "cluster"'
    ),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX"),
]


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self._folder = folder
        self._processes: list[asyncio.subprocess.Process] = []
        self.workers: list[asyncio.subprocess.Process] = []

    async def begin(self, count: int, *, key: str | None = CANARY) -> None:
        port = self.address.rpartition(":")[2]
        await self._start("dask_scheduler", "--host", "127.0.0.1", "--port", port)
        for number in range(count):
            flags = (self.address, "--nthreads", "1", "--no-nanny", "--name", f"w{number}")
            self.workers.append(await self._start("dask_worker", *flags, key=key))
        from distributed import Client

        async with Client(self.address, asynchronous=True, set_as_default=False) as client:
            await client.wait_for_workers(count, timeout=90)

    async def _start(
        self, module: str, *flags: str, key: str | None = None
    ) -> asyncio.subprocess.Process:
        environ = environment(self._folder)
        environ.pop("LOCAL_API_KEY")
        if key is not None:
            environ["LOCAL_API_KEY"] = key
        log = (self._folder / f"{module}-{len(self._processes)}.log").open("wb")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"distributed.cli.{module}",
            *flags,
            "--dashboard-address",
            "127.0.0.1:0",
            cwd=self._folder,
            env={**environ, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "20s"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        log.close()
        self._processes.append(process)
        return process

    async def end(self) -> None:
        for process in reversed(self._processes):
            if process.returncode is None:
                process.kill()
            await process.wait()


@asynccontextmanager
async def cluster(folder: Path, count: int, *, key: str | None = CANARY) -> AsyncIterator[Cluster]:
    made = Cluster(folder)
    try:
        await made.begin(count, key=key)
        yield made
    finally:
        await made.end()


def all_there(folder: Path, came: Ended, jobs: int, lines: int) -> None:
    text = (folder / "project" / "all.patch").read_text()
    added = [line[1:] for line in text.splitlines() if line[:1] == "+" and line[:3] != "+++"]
    wanted = [line for n in range(1, jobs + 1) for line in text_of(n, lines).splitlines()]
    assert added == wanted, came.err


@pytest.mark.timeout(240)
async def test_a_worker_that_dies_has_its_job_done_from_where_it_was(tmp_path: Path) -> None:
    jobs, lines = 5, 40
    async with (
        JobServer(lines=lines, tokens_per_second=30) as server,
        cluster(tmp_path, 3) as workers,
    ):
        named = str(write_jobs(tmp_path, jobs, model="small", base_url=server.base_url))
        process = await started(
            tmp_path, named, "--dask", workers.address, "-j", "3", "--patch", "all.patch", "--json"
        )
        # Three workers, three jobs, each of some seconds.
        await asyncio.wait_for(server.until_asked(3), 90)
        workers.workers[0].kill()
        came = await ended(process)
        assert came.code == 0, came.err
        all_there(tmp_path, came, jobs, lines)
        assert server.finished == dict.fromkeys(range(1, jobs + 1), 1), "each was paid for once"
        assert server.dropped == 1
        assert sum(server.asked.values()) == jobs + 1
        assert CANARY not in "".join(
            file.read_text(errors="replace")
            for file in (tmp_path / "state").rglob("*")
            if file.is_file()
        )


@pytest.mark.timeout(120)
async def test_a_worker_without_the_key_is_said(tmp_path: Path) -> None:
    async with cluster(tmp_path, 1, key=None) as workers:
        named = str(
            write_jobs(tmp_path, 1, model="small", base_url="https://model.example.invalid/v1")
        )
        came = await batch(tmp_path, named, "--dask", workers.address, "--json")
        assert came.code == 1
        assert "On the worker" in came.err, came.err


async def test_no_scheduler_is_said(tmp_path: Path) -> None:
    named = str(write_jobs(tmp_path, 1, model="small", base_url="http://127.0.0.1:1/v1"))
    came = await batch(tmp_path, named, "--dask", "tcp://127.0.0.1:1", "--json")
    assert came.code == 1
    assert "no Dask scheduler" in came.err, came.err
