"""The program between us and a command: it ends everything the command started.

It is run as a script of its own, by path, and imports nothing of the package. On Linux orphans
come to it (a subreaper), so that a child which left the command's group and session is still
found. It ends the lot when the command is over, when its time is, when a byte comes on its
standard input, and when that is closed: then whoever started it is dead, and the folder goes too.

The one argument is JSON: command (a list), cwd, seconds, processes, file_bytes (null where there
is no limit for one of the three), report (the descriptor on which one JSON object says how it
ended), folder (or null).
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

try:
    import resource
except ImportError:  # not a POSIX system: nothing is ever started there
    pass

_SUBREAPER, _DEATH_SIGNAL = 36, 1
_LINUX = sys.platform.startswith("linux")
_LOOK_EVERY = 0.1
"""Seconds between two counts of the processes."""
_NICER = 10
_FOR_EVER = 1e9
_END_WITHIN = 8.0
"""Seconds after which what can't be ended, as when it hangs in the kernel, is left."""


def _prctl(option: int, value: int) -> None:
    if _LINUX:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _parents() -> dict[int, int]:
    """The parent of every living process."""
    if not _LINUX:
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=False
        ).stdout
        rows = [line.split() for line in listed.splitlines()]
        return {int(row[0]): int(row[1]) for row in rows if len(row) > 2 and row[2][0] != "Z"}
    found = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - ten times a second
        if not name.isdigit():
            continue
        with suppress(OSError, ValueError, IndexError):
            with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                # The name of the program, in brackets, may hold anything.
                state, parent = file.read().rpartition(b")")[2].split()[:2]
            if state not in (b"Z", b"X"):
                found[int(name)] = int(parent)
    return found


def _below(ancestor: int) -> set[int]:
    """All living processes that `ancestor` started, and those they did."""
    children: dict[int, list[int]] = {}
    for process, parent in _parents().items():
        children.setdefault(parent, []).append(process)
    found: set[int] = set()
    waiting = [ancestor]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def _threads_of_user() -> int:
    """What counts against the limit on processes already."""
    count, user = 0, os.getuid()
    for name in os.listdir("/proc"):  # noqa: PTH208
        with suppress(OSError, ValueError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == user:  # noqa: PTH116
                count += len(os.listdir(f"/proc/{name}/task"))  # noqa: PTH208
    return count


def _go_first() -> int:
    """Let this process run whenever it wants to, however many others do; 0, or by how much the
    command has to be nicer than it would be.

    The kernel's limit on processes does not count for root. There a command that starts ever more
    of them is ended by us alone, and with thousands of them our turn would come too late.
    """
    if not _LINUX or os.getuid():
        return 0
    with suppress(OSError, AttributeError):
        first = os.sched_get_priority_min(os.SCHED_RR)
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(first))
        return 0
    return _NICER


def _lower(limit: int, value: int) -> None:
    with suppress(OSError, ValueError):
        hard = resource.getrlimit(limit)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(limit, (value, value))


class Reaper:
    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._code: int | None = None
        self._first = 0

    def run(self) -> dict[str, Any]:
        """Start the command and see it through to its end; says how that came."""
        _prctl(_SUBREAPER, 1)
        wake, woken = os.pipe()
        os.set_blocking(woken, False)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._first = self._start()
        why = self._wait(wake)
        left = self._end_all()
        self._collect()
        return {"code": self._code, "why": why, "left": left}

    def _start(self) -> int:
        job, mine = self._job, os.getpid()
        nicer = 0 if job["processes"] is None else _go_first()
        already = _threads_of_user() if _LINUX else 0
        process = os.fork()
        if process:
            return process
        try:
            for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            os.setsid()
            os.nice(nicer)
            _prctl(_DEATH_SIGNAL, signal.SIGKILL)
            if os.getppid() != mine:
                os._exit(127)
            os.chdir(job["cwd"])
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            os.dup2(1, 2)
            os.closerange(3, 256)
            _lower(resource.RLIMIT_CORE, 0)
            if job["file_bytes"] is not None:
                _lower(resource.RLIMIT_FSIZE, job["file_bytes"])
            if _LINUX and job["processes"] is not None:
                _lower(resource.RLIMIT_NPROC, already + job["processes"])
            os.execvp(job["command"][0], job["command"])
        except OSError as error:
            os.write(1, f"{job['command'][0]} can't be started: {error.strerror}\n".encode())
        finally:
            os._exit(127)

    def _wait(self, wake: int) -> str:
        started = time.monotonic()
        seconds, most = self._job["seconds"], self._job["processes"]
        deadline = started + (_FOR_EVER if seconds is None else seconds)
        look = deadline if most is None else started
        while True:
            self._collect()
            if self._code is not None:
                return "exit"
            now = time.monotonic()
            if now >= deadline:
                return "time"
            if now >= look:
                if len(_below(os.getpid())) > most:
                    return "processes"
                look = time.monotonic() + _LOOK_EVERY
            pause = max(0.0, min(deadline, look) - time.monotonic())
            ready, _, _ = select.select([0, wake], [], [], pause)
            if wake in ready:
                os.read(wake, 4096)
            if 0 in ready:
                return "stopped" if os.read(0, 1) else "orphaned"

    def _collect(self) -> None:
        """Take leave of the dead: the command, and orphans that came to us."""
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not process:
                return
            if process == self._first:
                self._code = os.waitstatus_to_exitcode(status)

    def _end_all(self) -> int:
        """End all that is below us; returns how many could not be ended."""
        deadline = time.monotonic() + _END_WITHIN
        with suppress(OSError):
            os.killpg(self._first, signal.SIGKILL)
        halted: set[int] = set()
        while time.monotonic() < deadline:
            self._collect()
            living = _below(os.getpid())
            if not living:
                return 0
            # Halted first, all of them, so that none starts another while its siblings die.
            fresh = living - halted
            for process in fresh:
                with suppress(OSError):
                    os.kill(process, signal.SIGSTOP)
            halted |= fresh
            if fresh and time.monotonic() < deadline - _END_WITHIN / 2:
                continue
            for process in living:
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            halted.clear()
            time.sleep(0.005)
        return len(_below(os.getpid()))


def remove_tree(folder: str) -> None:
    """Remove a folder in which a command may have taken rights away."""
    shutil.rmtree(folder, ignore_errors=True)
    for _ in range(3):
        if not os.path.lexists(folder):
            return
        for place, names, _files in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)  # noqa: PTH118
                with suppress(OSError):
                    if not os.path.islink(path):  # noqa: PTH114
                        os.chmod(path, 0o700)  # noqa: PTH101
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    job = json.loads(sys.argv[1])
    ended = Reaper(job).run()
    with suppress(OSError):
        os.write(job["report"], json.dumps(ended).encode() + b"\n")
    if ended["why"] == "orphaned" and job["folder"]:
        remove_tree(job["folder"])


if __name__ == "__main__":
    main()
