"""The program as a job of a shell, and programs it starts as groups; only POSIX has either."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess


def has_shell() -> bool:
    """Whether somebody could let us go on after a stop. A terminal's first program has nobody,
    and no program has where there are no jobs."""
    return hasattr(os, "getsid") and os.getpgrp() != os.getsid(0)


def in_foreground(terminal: int) -> bool:
    """Whether the terminal behind a descriptor is ours to change: a background job would be
    stopped for it. One that controls no session has no jobs, and stops nobody."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return os.isatty(terminal)
    except AttributeError:
        return False


def ask_to_stop() -> None:
    """What Ctrl+Z does to a program that does not read keys itself. Only with a shell."""
    os.kill(0, signal.SIGTSTP)


def stop_at_once() -> None:
    """Stop until somebody lets us go on. Only with a shell."""
    os.kill(os.getpid(), signal.SIGSTOP)


def kill_group(leader: subprocess.Popen[bytes]) -> None:
    """End a program that was started in a session of its own, and those it started.

    Where there are no groups only the program itself is ended.
    """
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader.pid, signal.SIGKILL)
    else:
        leader.kill()
