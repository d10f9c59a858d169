"""The program under test, forked from a process that has imported it instead of begun anew.

`python -m autocoder_tui` spends more than a second of CPU on its imports, and hundreds of tests
start it. A process that has done the imports forks once for each start: what runs then is the
same code, in a process of its own with its own arguments, environment, folder, streams and
terminal. It is a child of the test's process like any other: signals, exit codes and
`/proc` are the real ones.

Only that command line is forked, and only where an environment would not have changed how Python
itself begins. Everything is begun anew where this is no Linux, with AUTOCODER_TUI_FUZZ=full, and
where the environment of a start has `EXECUTED` in it.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).parent.parent
PROGRAM = [sys.executable, "-m", "autocoder_tui"]
EXECUTED = "TESTS_EXECUTE_THE_PROGRAM"
"""A variable that, in the environment of a start, has it begun anew."""

IN_A_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
LAUNCHER = [sys.executable, "-S", "-E", "-c", IN_A_TERMINAL]
"""Before a command: its stdin becomes the controlling terminal of its session."""

_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER: who has it adopts the processes below whose parents have ended."""
_LENGTH = struct.Struct("!I")

Request: TypeAlias = dict[str, Any]


# ---------------------------------------------------------------- in the process of the tests


class ForkServer:
    """Starts the program by asking a process that has imported it; begun with the first start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asks: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, request: Request, streams: Sequence[int]) -> int:
        """The process id of the program, now a child of this process."""
        said = json.dumps(request).encode("utf-8", "surrogateescape")
        with self._lock:
            asks = self._begun()
            _adopt(True)
            try:
                socket.send_fds(asks, [_LENGTH.pack(len(said))], streams)
                asks.sendall(said)
                return int(_LENGTH.unpack(_exactly(asks, _LENGTH.size))[0])
            finally:
                _adopt(False)

    def _begun(self) -> socket.socket:
        if self._asks is None:
            self._asks, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", "from tests.fork_server import serve; serve()"],
                    stdin=theirs.fileno(),
                    cwd=ROOT,
                )
        return self._asks

    def end(self) -> None:
        if self._asks is not None and self._process is not None:
            self._asks.close()
            self._process.wait()


@contextmanager
def forked_starts() -> Iterator[None]:
    """In here `subprocess` and asyncio fork the program where that makes no difference."""
    executed = subprocess.Popen._execute_child  # type: ignore[attr-defined]
    server = ForkServer()

    def execute_child(popen: Any, args: Any, executable: Any, *more: Any) -> None:
        preexec_fn, _, pass_fds, cwd, env, _, _, shell = more[:8]
        stdin, to_stdin, from_stdout, stdout, from_stderr, stderr = more[8:14]
        gid, gids, uid, umask, new_session, group = more[15:21]
        environ = dict(os.environ if env is None else env)
        plain = not (preexec_fn or pass_fds or shell or executable or gids) and (
            (gid, uid, umask, group) == (None, None, -1, -1)
        )
        arguments = _of_the_program(args) if plain and _begins_alike(environ) else None
        if arguments is None or not os.path.isdir(cwd or "."):  # noqa: PTH112
            executed(popen, args, executable, *more)
            return
        request = {
            "arguments": arguments,
            "environ": environ,
            "folder": os.fspath(cwd or Path.cwd()),
            "new_session": new_session,
            "terminal": list(args[: len(LAUNCHER)]) == LAUNCHER,
        }
        given = (stdin, stdout, stderr)
        streams = [fd if fd >= 0 else own for own, fd in enumerate(given)]
        try:
            popen.pid = server.start(request, streams)
            popen._child_created = True
        finally:
            popen._close_pipe_fds(stdin, to_stdin, from_stdout, stdout, from_stderr, stderr)

    subprocess.Popen._execute_child = execute_child  # type: ignore[attr-defined]
    try:
        yield
    finally:
        subprocess.Popen._execute_child = executed  # type: ignore[attr-defined]
        server.end()


def can_fork() -> bool:
    return sys.platform == "linux" and os.environ.get("AUTOCODER_TUI_FUZZ") != "full"


def _of_the_program(args: Any) -> list[str] | None:
    """The program's arguments, where this is its command line, in a terminal or not."""
    if not isinstance(args, list | tuple) or not all(isinstance(one, str) for one in args):
        return None
    words = list(args)
    if words[: len(LAUNCHER)] == LAUNCHER:
        words = words[len(LAUNCHER) :]
    return words[len(PROGRAM) :] if words[: len(PROGRAM)] == PROGRAM else None


def _begins_alike(environ: Mapping[str, str]) -> bool:
    """Whether Python would begin in this environment as it did in that of the server."""
    if EXECUTED in environ or not all(isinstance(value, str) for value in environ.values()):
        return False
    names = {name for name in {*environ, *os.environ} if name.startswith(("PYTHON", "TEXTUAL"))}
    if any(environ.get(name) != os.environ.get(name) for name in names - {"PYTHONPATH"}):
        return False
    locale = next((environ[name] for name in _LOCALE if environ.get(name)), "utf-8")
    return environ.get("PYTHONPATH") in (None, str(ROOT)) and "utf" in locale.lower()


_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")


def _adopt(wanted: bool) -> None:
    """Whether processes whose parent below this one ends become children of this one."""
    ctypes.CDLL(None).prctl(_SUBREAPER, int(wanted), 0, 0, 0)


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ConnectionError("the fork server has ended")
        data += more
    return data


# ---------------------------------------------------------------- in the server


def serve() -> None:
    """Import the program and fork for each request; returns, in the child, by running it."""
    asked = socket.socket(fileno=os.dup(0))
    _import_all()
    assert threading.active_count() == 1, "a thread would not be there after the fork"
    gc.freeze()
    while True:
        head, streams, _, _ = socket.recv_fds(asked, _LENGTH.size, 3)
        if not head:
            sys.exit()
        request = json.loads(_exactly(asked, _LENGTH.unpack(head)[0]))
        if _forked(asked) == 0:
            break
        for stream in streams:
            os.close(stream)
    asked.close()
    _become(request, streams)


def _forked(asked: socket.socket) -> int:
    """0 in the program's process. Its parent ends at once, and it is adopted, before the tests
    learn its process id."""
    told, tells = os.pipe()
    middle = os.fork()
    if middle == 0:
        child = os.fork()
        if child:
            os.write(tells, _LENGTH.pack(child))
            os._exit(0)
    os.close(tells)
    if middle:
        os.waitpid(middle, 0)
        asked.sendall(os.read(told, _LENGTH.size))
    os.close(told)
    return middle


_IMPORTED_LATE = (
    "anyio._backends._asyncio",
    "concurrent_log_handler",
    "filelock",
    "h11",
    "httpcore2",
    "jiter",
    "openai.resources.chat.completions",
    "regex",
    "socksio",
    "sqlite3",
    "textual.drivers.linux_driver",
    "tiktoken",
    "truststore",
)
"""By our own modules or by libraries, when they need them; those of them that are installed."""


def _import_all() -> None:
    import autocoder_tui

    for module in pkgutil.walk_packages(autocoder_tui.__path__, "autocoder_tui."):
        if "__main__" not in module.name and ".sample" not in module.name:
            importlib.import_module(module.name)
    importlib.import_module("autocoder_tui.engine.provider.sdk").load_sdk()
    for name in _IMPORTED_LATE:
        with suppress(ImportError):
            importlib.import_module(name)
    # Built once in every process that counts tokens, which is most of what a short run does.
    importlib.import_module("autocoder_tui.engine.metering.vocabulary").load_vocabulary(
        "o200k_base"
    )


def _become(request: Request, streams: Sequence[int]) -> None:
    """Run the program, as Python would have begun it."""
    if request["new_session"]:
        os.setsid()
    for own, stream in enumerate(streams):
        os.dup2(stream, own)
    for stream in streams:
        os.close(stream)
    if request["terminal"]:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    # Found once in a process, from the environment.
    tempfile.tempdir = None
    os.chdir(request["folder"])
    sys.stdin = sys.__stdin__ = _stream(0, sys.stdin)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _stream(1, sys.stdout)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stream(2, sys.stderr)  # type: ignore[misc]
    sys.path[0] = str(Path.cwd())
    sys.argv = ["autocoder_tui", *request["arguments"]]
    sys.orig_argv = [*PROGRAM, *request["arguments"]]
    runpy.run_module("autocoder_tui", run_name="__main__", alter_sys=True)


def _stream(number: int, known: Any) -> io.TextIOWrapper:
    """One of the three streams, as Python makes them at its start."""
    unbuffered = number != 0 and "PYTHONUNBUFFERED" in os.environ
    return io.TextIOWrapper(
        open(number, "rb" if number == 0 else "wb", 0 if unbuffered else -1, closefd=False),
        encoding=known.encoding,
        errors=known.errors,
        newline=None if number == 0 else "\n",
        line_buffering=number == 2 or os.isatty(number),
        write_through=unbuffered,
    )
