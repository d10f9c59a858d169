"""One command, from its start to the end of everything it started."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from autocoder_tui.check import reaper
from autocoder_tui.check.disk import filled
from autocoder_tui.check.errors import CannotCheck
from autocoder_tui.check.output import Output
from autocoder_tui.values import dataclass

Why = Literal["exit", "time", "processes", "disk", "stopped", "lost"]
"""How a command ended: of itself, for its time was over, it had started too many processes or
filled too much of the disk, it was stopped, or what watched over it was killed."""

MAX_PROCESSES = 1024
MAX_FILE_BYTES = 4 * 1024**3
MAX_DISK_BYTES = 8 * 1024**3
"""What one command may add to the folder of the check, in all files together."""
_READ_BYTES = 64 * 1024
_STRAY_ROUNDS = 20
_LOOK_EVERY = 0.05
"""Seconds between two looks whether a process is over."""
_END_WITHIN = 10.0
"""Seconds that are waited for the end of what was stopped."""


@dataclass(frozen=True, slots=True)
class Ended:
    """`code` as of a shell, minus the signal's number where one ended it, None where it did not
    end of itself. `left` counts the processes that could not be ended."""

    why: Why
    code: int | None
    seconds: float
    output: str
    output_bytes: int
    left: int = 0
    disk_bytes: int = MAX_DISK_BYTES
    """How much of the disk it might fill."""


async def run_command(
    command: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    seconds: float,
    folder: Path | None = None,
    processes: int = MAX_PROCESSES,
    file_bytes: int = MAX_FILE_BYTES,
    disk_bytes: int = MAX_DISK_BYTES,
    heard: Callable[[bytes], None] = lambda _: None,
) -> Ended:
    """Run `command` in `cwd`, without a terminal, for at most `seconds`.

    `heard` gets the output as it comes. Cancelling ends it and all it started, before this
    returns; if we are killed, that still happens, and `folder` is removed. What is added to
    `folder` is looked at from time to time, and past `disk_bytes` the command is ended. Raises
    CannotCheck where it can't be started.
    """
    if not hasattr(os, "fork"):
        raise CannotCheck("Checks need a POSIX system (Linux, macOS, BSD), so none was made.")
    report, written = os.pipe()
    job = {
        "command": [*command],
        "cwd": str(cwd),
        "seconds": seconds,
        "processes": processes,
        "file_bytes": file_bytes,
        "report": written,
        "folder": None if folder is None else str(folder),
    }
    started = time.monotonic()
    try:
        process, cancelled = await _started(job, environ, written)
    except OSError as error:
        os.close(report)
        reason = (error.strerror or "unknown reason").lower()
        raise CannotCheck(f"The check could not be started ({reason}).") from error
    finally:
        os.close(written)
    output = Output()
    full = False
    try:
        if cancelled:
            raise asyncio.CancelledError
        full = await _see_through_or_full(process, output, heard, folder, disk_bytes)
    except asyncio.CancelledError:
        await asyncio.shield(_stop(process, output, heard))
        raise
    finally:
        said = _said(report)
        if said is None or said["left"]:
            await asyncio.to_thread(_end_strays, folder)
    if said is None:
        return Ended("lost", None, time.monotonic() - started, output.text(), output.total)
    code = said["code"] if said["why"] == "exit" else None
    passed = time.monotonic() - started
    # One that ended of itself just then is taken at its word.
    why: Why = "disk" if full and said["why"] == "stopped" else said["why"]
    return Ended(why, code, passed, output.text(), output.total, said["left"], disk_bytes)


async def _started(
    job: Mapping[str, Any], environ: Mapping[str, str], report: int
) -> tuple[asyncio.subprocess.Process, bool]:
    """The reaper of `job`, and whether we were cancelled meanwhile: half a start could be
    neither stopped nor waited for. Raises OSError."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", reaper.__file__, json.dumps(job)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environ),
            cwd="/",
            pass_fds=(report,),
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting), False
    except asyncio.CancelledError:
        return await starting, True


async def _see_through_or_full(
    process: asyncio.subprocess.Process,
    output: Output,
    heard: Callable[[bytes], None],
    folder: Path | None,
    disk_bytes: int,
) -> bool:
    """See the command through; where it fills more of the disk than it may it is stopped.
    Returns whether that was so."""
    seen = asyncio.ensure_future(_see_through(process, output, heard))
    full = asyncio.ensure_future(filled(folder, disk_bytes) if folder else asyncio.Event().wait())
    try:
        await asyncio.wait({seen, full}, return_when=asyncio.FIRST_COMPLETED)
        if seen.done():
            seen.result()
            return False
        _ask_to_stop(process)
        await asyncio.wait({seen}, timeout=_END_WITHIN)
        if not seen.done():
            with suppress(ProcessLookupError):
                process.kill()
        await seen
        return True
    finally:
        for task in (seen, full):
            task.cancel()
        await asyncio.gather(seen, full, return_exceptions=True)


async def _see_through(
    process: asyncio.subprocess.Process, output: Output, heard: Callable[[bytes], None]
) -> None:
    assert process.stdout is not None
    reading = asyncio.ensure_future(_read(process.stdout, output, heard))
    try:
        await _exit(process)
        # All that could write is dead; what it wrote is still on its way.
        await asyncio.wait({reading}, timeout=2)
    finally:
        if not reading.done():
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


async def _exit(process: asyncio.subprocess.Process) -> None:
    """Wait until `process` is over. Before Python 3.12.4 asyncio's own wait is longer: until
    nobody has its output open any more, as the orphans of a guard that was killed do."""
    waiting = asyncio.ensure_future(process.wait())
    try:
        while process.returncode is None and not waiting.done():
            await asyncio.wait({waiting}, timeout=_LOOK_EVERY)
    finally:
        waiting.cancel()


async def _read(
    stream: asyncio.StreamReader, output: Output, heard: Callable[[bytes], None]
) -> None:
    while data := await stream.read(_READ_BYTES):
        output.add(data)
        heard(data)
        # A command that prints without end must not keep everything else from its turn.
        await asyncio.sleep(0)


async def _stop(
    process: asyncio.subprocess.Process, output: Output, heard: Callable[[bytes], None]
) -> None:
    _ask_to_stop(process)
    try:
        async with asyncio.timeout(_END_WITHIN):
            await _see_through(process, output, heard)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()


def _ask_to_stop(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.write(b"s")


def _end_strays(folder: Path | None) -> None:
    """End what a command that killed its guard has left: on Linux every process that has the
    `folder` of this check in its environment, as all it started do."""
    if folder is None or not sys.platform.startswith("linux"):
        return
    mark = b"HOME=" + os.fsencode(folder) + b"/"
    for _ in range(_STRAY_ROUNDS):
        found = False
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (process / "environ").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
                    found = True
        if not found:
            return


def _said(report: int) -> dict[str, Any] | None:
    """What the reaper wrote at its end; None where it was killed."""
    os.set_blocking(report, False)
    try:
        data = os.read(report, 4096)
        found = json.loads(data)
    except (OSError, ValueError):
        return None
    finally:
        os.close(report)
    return found if isinstance(found, dict) else None
