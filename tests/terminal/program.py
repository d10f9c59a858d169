"""The real program in a real pseudo-terminal, driven and read by a test.

    with terminal(folder, "--demo", size=(120, 40)) as screen:
        screen.until_shows("Requirements")
        screen.press("\\x12")                   # Ctrl+R, as a terminal sends it
        screen.resize(80, 24)
        screen.signal(signal.SIGTERM)
        assert screen.ended() == 143

Everything it writes is read in a thread, unless `stop_reading()` says otherwise. Waiting is on
what is shown or done, with a deadline, never for a time.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from autocoder_tui.demo.script import Script
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.runs.guide import GuideMemory
from tests.fork_server import LAUNCHER
from tests.terminal.picture import Picture
from tests.terminal.sequences import Token, TokenReader

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0
KEYS = {
    "ctrl+c": "\x03",
    "ctrl+f": "\x06",
    "ctrl+g": "\x07",
    "ctrl+o": "\x0f",
    "ctrl+p": "\x10",
    "ctrl+q": "\x11",
    "ctrl+r": "\x12",
    "ctrl+l": "\x0c",
    "ctrl+s": "\x13",
    "ctrl+t": "\x14",
    "ctrl+y": "\x19",
    "ctrl+z": "\x1a",
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f10": "\x1b[21~",
    "f12": "\x1b[24~",
    "alt+m": "\x1bm",
    "alt+p": "\x1bp",
    "down": "\x1b[B",
    "up": "\x1b[A",
}


ANSWERS = {
    Token("csi", "?2026$p"): "\x1b[?2026;2$y",
    Token("csi", "?1007$p"): "\x1b[?1007;2$y",
    Token("csi", "?u"): "\x1b[?0u",
    Token("csi", "c"): "\x1b[?62;22c",
    Token("csi", "6n"): "\x1b[1;1R",
}
"""What a terminal says when it is asked what it is, what it can and where the cursor is."""


class Pseudoterminal:
    """One program in one pseudo-terminal. `picture` is what it shows, `written` every byte. With
    `answers` it is one that says what it is."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        folder: Path,
        size: tuple[int, int] = (120, 40),
        stdout: int | None = None,
        answers: bool = False,
    ) -> None:
        self.picture = Picture(*size)
        self.written = bytearray()
        self.tokens: list[Token] = []
        self._answers = answers
        self._reader = TokenReader()
        self._changed = threading.Condition()
        self._may_read = threading.Event()
        self._may_read.set()
        self._closing = False
        self.finished_reading = False
        self.master, slave = os.openpty()
        self._set_size(*size)
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [*LAUNCHER, *command],
            stdin=slave,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            env=dict(environ),
            cwd=folder,
            start_new_session=True,
        )
        os.close(slave)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    # ------------------------------------------------------------------ what it writes

    def _read(self) -> None:
        while not self._closing:
            if not self._may_read.wait(0.05):
                continue
            try:
                if not select.select([self.master], [], [], 0.05)[0]:
                    continue
                data = os.read(self.master, 65536)
            except (OSError, ValueError):
                data = b""
            if not data:
                break
            with self._changed:
                self._take(data)
                self._changed.notify_all()
        with self._changed:
            self.finished_reading = True
            self._changed.notify_all()

    def _take(self, data: bytes) -> None:
        self.written += data
        for token in self._reader.feed(data):
            self.tokens.append(token)
            self.picture.take(token)
            if self._answers and token in ANSWERS:
                os.write(self.master, ANSWERS[token].encode())

    def stop_reading(self) -> None:
        """From now on the program's output piles up in the kernel, until it can write no more."""
        self._may_read.clear()

    def read_on(self) -> None:
        self._may_read.set()

    def until(self, condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
        """Wait until `condition` holds; it is looked at after everything that was read."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"still not so after {seconds} s:\n{self.picture.text}")
                # Also looked at now and then, for conditions about files and processes.
                self._changed.wait(min(left, 0.1))

    def until_shows(self, *texts: str, seconds: float = PATIENCE) -> None:
        self.until(lambda: all(text in self.picture.text for text in texts), seconds)

    def until_gone(self, *texts: str, seconds: float = PATIENCE) -> None:
        self.until(lambda: not any(text in self.picture.text for text in texts), seconds)

    @property
    def after_screen(self) -> str:
        """What was written after the alternate screen was left, as text."""
        last = max(
            (at for at, token in enumerate(self.tokens) if token == Token("csi", "?1049l")),
            default=-1,
        )
        kinds = ("text", "control")
        return "".join(token.body for token in self.tokens[last + 1 :] if token.kind in kinds)

    # ------------------------------------------------------------------ what is done to it

    def press(self, *keys: str) -> None:
        """Send each of `keys`: a name in KEYS, or the characters themselves."""
        for key in keys:
            os.write(self.master, KEYS.get(key, key).encode())

    def resize(self, width: int, height: int) -> None:
        """Another size, which the kernel tells the program of (SIGWINCH)."""
        with self._changed:
            self.picture.resize(width, height)
            self._set_size(width, height)

    def _set_size(self, width: int, height: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def hang_up(self) -> None:
        """Close the terminal, as closing its window does."""
        self._closing = True
        self._thread.join()
        os.close(self.master)

    # ------------------------------------------------------------------ its end

    def ended(self, seconds: float = PATIENCE) -> int:
        """The exit code, once it has ended and all it wrote is read."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running:\n{self.picture.text}") from None
        if not self._closing and self._may_read.is_set():
            self.until(lambda: self.finished_reading)
        return code

    @property
    def settings(self) -> list[Any]:
        """The terminal's settings (termios) as they are now."""
        return termios.tcgetattr(self.master)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if not self._closing:
            self._may_read.set()
            self._closing = True
            self._thread.join()
            os.close(self.master)


def environment(folder: Path, *, guided: bool = False, **more: str) -> dict[str, str]:
    """What the program is started with: its folders below `folder`, no keys of the user's. The
    guide of a first start is over unless it is `guided`."""
    if not guided:
        with suppress(OSError):
            GuideMemory(folder / "state").forget_it()
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    for name in (
        "NO_COLOR",
        "COLORTERM",
        "TERM_PROGRAM",
        "TMUX",
        "EDITOR",
        "VISUAL",
        "COLUMNS",
        "LINES",
    ):
        kept.pop(name, None)
    return {
        **kept,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "AUTOCODER_TUI_CONFIG_DIR": str(folder / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(folder / "state"),
        **more,
    }


def terminal(
    folder: Path,
    *flags: str,
    size: tuple[int, int] = (120, 40),
    environ: Mapping[str, str] | None = None,
    project: Path | None = None,
    guided: bool = False,
    **options: Any,
) -> Pseudoterminal:
    """`python -m autocoder_tui FLAGS` on `folder`/project (or `project`)."""
    place = project or folder / "project"
    place.mkdir(exist_ok=True)
    return Pseudoterminal(
        [sys.executable, "-m", "autocoder_tui", *flags],
        environ=environment(folder, guided=guided, **(environ or {})),
        folder=place,
        size=size,
        **options,
    )


@contextmanager
def within(process: subprocess.Popen[Any], seconds: float) -> Iterator[None]:
    """What is done here takes no longer. The time in which `process`, on a busy machine, stood
    in line for a processor does not count, where the system tells it (Linux)."""
    waited: list[int] = []
    done = threading.Event()

    def watch() -> None:
        figures = Path(f"/proc/{process.pid}/schedstat")
        while not done.wait(0.01):
            with suppress(OSError, ValueError, IndexError):
                waited.append(int(figures.read_text().split()[1]))

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.monotonic()
    try:
        yield
    finally:
        took = time.monotonic() - began
        done.set()
        watching.join()
    in_line = (waited[-1] - waited[0]) / 1e9 if waited else 0.0
    assert took - in_line < seconds, (took, in_line)


@contextmanager
def serving(script: Script, **options: Any) -> Iterator[DemoServer]:
    """A loopback server that follows `script`, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def done(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(PATIENCE)

    server = DemoServer(script, **options)
    done(server.__aenter__())
    try:
        yield server
    finally:
        done(server.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
