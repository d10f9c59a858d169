"""The program as a child process, and the pseudo-terminal it takes for a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from autocoder_tui.values import dataclass

try:
    import fcntl
    import pty
    import termios
except ImportError:  # not a POSIX system: `--app` is refused there
    pass

_PIECE: Final = 65_536
"""Bytes from which on no more are added to what is read."""
_GRACE: Final = 3.0
"""Seconds the program is given to save what it has; its own forced end comes before."""
_LAUNCHER: Final = Path(__file__).with_name("take_terminal.py")
_MOST_COLUMNS: Final = 1000
_MOST_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class TerminalSize:
    """How large a terminal is, in cells."""

    columns: int
    rows: int

    @classmethod
    def within_reason(cls, columns: int, rows: int) -> Self:
        """The size a client asks for, or the next one that is a terminal's."""
        return cls(min(max(columns, 2), _MOST_COLUMNS), min(max(rows, 2), _MOST_ROWS))


class TerminalProgram:
    """A process in a terminal of its own. Read it until b""; `close` ends it, with all that it
    started in its terminal. Should this process die, the kernel hangs the terminal up."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: int) -> None:
        self._process = process
        self._terminal = terminal
        self._over = asyncio.Event()
        self._watch = asyncio.create_task(self._wait())

    @classmethod
    async def start(
        cls, command: Sequence[str], environ: Mapping[str, str], size: TerminalSize
    ) -> Self:
        """Start `command`. Raises OSError where there is no terminal or no process to be had."""
        terminal, inside = pty.openpty()
        try:
            os.set_blocking(terminal, False)
            _set_size(terminal, size)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(_LAUNCHER), *command),
                stdin=inside,
                stdout=inside,
                stderr=inside,
                env=dict(environ),
                start_new_session=True,
            )
        except BaseException:
            os.close(terminal)
            raise
        finally:
            os.close(inside)
        return cls(process, terminal)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code, once the process has ended."""
        return self._process.returncode

    async def _wait(self) -> None:
        await self._process.wait()
        self._over.set()

    async def read(self) -> bytes:
        """What the program writes next; b"" when it has ended and all is read."""
        loop = asyncio.get_running_loop()
        while True:
            over = self._over.is_set()
            data, at_end = self._at_hand()
            # A child of the program may have the terminal open for longer than that.
            if data or at_end or over:
                return data
            await self._ready(loop.add_reader, loop.remove_reader)

    def _at_hand(self) -> tuple[bytes, bool]:
        """What can be read without waiting, and whether nothing will come any more. The kernel
        gives a few kB at a time."""
        data = b""
        try:
            while len(data) < _PIECE:
                piece = os.read(self._terminal, _PIECE)
                if not piece:
                    return data, True
                data += piece
        except BlockingIOError:
            pass
        except OSError:
            return data, True
        return data, False

    async def write(self, data: bytes) -> None:
        """Type `data`; returns when the terminal has taken all of it."""
        loop = asyncio.get_running_loop()
        rest = memoryview(data)
        while rest and not self._over.is_set():
            try:
                rest = rest[os.write(self._terminal, rest) :]
            except BlockingIOError:
                await self._ready(loop.add_writer, loop.remove_writer)
            except OSError:
                return

    async def _ready(self, add: Callable[..., object], remove: Callable[[int], object]) -> None:
        """Wait until the terminal can be read or written, or the process has ended."""
        ready = asyncio.Event()
        add(self._terminal, ready.set)
        waiting = [asyncio.ensure_future(each.wait()) for each in (ready, self._over)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            remove(self._terminal)
            for each in waiting:
                each.cancel()

    def resize(self, size: TerminalSize) -> None:
        """The kernel tells the program."""
        with contextlib.suppress(OSError):
            _set_size(self._terminal, size)

    async def close(self) -> None:
        """Hang up; end what does not end by itself. Nobody may read or write any more."""
        os.close(self._terminal)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._over.wait(), _GRACE)
        _end_session(self.pid)
        await self._watch


def _set_size(terminal: int, size: TerminalSize) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size.rows, size.columns, 0, 0))


def _end_session(leader: int) -> None:
    """End the processes of the session that `leader` began, those of its jobs too."""
    with contextlib.suppress(OSError):
        os.killpg(leader, signal.SIGKILL)
    if not sys.platform.startswith("linux"):
        return
    for name in os.listdir("/proc"):  # noqa: PTH208 - names alone
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name of the program, in brackets, may hold anything.
            said = Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()
            if int(said[3]) == leader:
                os.kill(int(name), signal.SIGKILL)
