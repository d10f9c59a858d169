"""A program that gets the terminal for as long as it runs, and from which it is taken back whole.

It runs as a job of its own in the foreground: what is typed, Ctrl+C among it, is its. Whatever it
did to the terminal's settings is undone, and what it left running in its group is ended, for that
would go on writing over whoever has the terminal next.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.jobs import has_shell, stop_at_once

if TYPE_CHECKING:
    import termios
else:
    try:
        import termios
    except ImportError:  # no POSIX system: there is no full screen that could lend its terminal
        termios = None

_GRACE: Final = 0.3
"""Seconds that what was left running is given to end by itself."""
_LOOK: Final = 0.02


class NotStarted(AutocoderError):
    """The program could not be started."""

    kind = "not_started"


def run_in_foreground(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], terminal: int
) -> int:
    """Run `command` in `folder` with the terminal behind the descriptor `terminal`; its exit code,
    or minus the signal that ended it. Blocking. Raises NotStarted."""
    settings = _settings(terminal)
    ours = os.getpgrp()
    with _typed_for_it() as typed:
        try:
            child = subprocess.Popen(
                [*command], cwd=folder, env={**os.environ, **environ}, process_group=0
            )
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise NotStarted(
                f"{visible(command[0])} could not be started ({reason}). Is it installed, and may "
                "it be run?"
            ) from error
        _give(terminal, child.pid)
    try:
        with contextlib.suppress(ProcessLookupError):
            for number in typed:
                os.killpg(child.pid, number)
        return _until_ended(child, terminal, ours)
    finally:
        _end_group(child)
        _give(terminal, ours)
        if settings is not None:
            with _not_stopped_for_it(), contextlib.suppress(termios.error):
                # What was typed for it and not read is not for us.
                termios.tcsetattr(terminal, termios.TCSAFLUSH, settings)


@contextlib.contextmanager
def _typed_for_it() -> Iterator[list[int]]:
    """The signals of keys (Ctrl+C) that come before the terminal is the program's: they are meant
    for it, and reach us. Only the main thread may keep them; elsewhere they do what they did."""
    typed: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield typed
        return
    heard = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGQUIT)}
    before = {number: now for number, now in heard.items() if now not in (signal.SIG_IGN, None)}
    try:
        for number in before:
            # A handler, not SIG_IGN: that one the program would inherit.
            signal.signal(number, lambda came, _: typed.append(came))
        yield typed
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _until_ended(child: subprocess.Popen[bytes], terminal: int, ours: int) -> int:
    """Wait for its end. One that is stopped (Ctrl+Z) stops us, as part of the shell's job."""
    while True:
        _, status = os.waitpid(child.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            child.returncode = os.waitstatus_to_exitcode(status)
            return child.returncode
        if os.WSTOPSIG(status) in (signal.SIGTSTP, signal.SIGSTOP) and has_shell():
            settings = _settings(terminal)
            _give(terminal, ours)
            stop_at_once()
            if settings is not None:
                with _not_stopped_for_it(), contextlib.suppress(termios.error):
                    termios.tcsetattr(terminal, termios.TCSADRAIN, settings)
        # It may have asked for the terminal before that was given to it, too.
        _give(terminal, child.pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGCONT)


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End what it left running, itself included if we were interrupted."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        for number in (signal.SIGHUP, signal.SIGCONT):
            os.killpg(child.pid, number)
        deadline = time.monotonic() + _GRACE
        while time.monotonic() < deadline:
            if child.returncode is None:
                child.poll()
            time.sleep(_LOOK)
            os.killpg(child.pid, 0)
        os.killpg(child.pid, signal.SIGKILL)
    if child.returncode is None:
        child.wait()


def _settings(terminal: int) -> list[Any] | None:
    try:
        return termios.tcgetattr(terminal)
    except (termios.error, OSError):
        return None


def _give(terminal: int, group: int) -> None:
    """Make `group` the one that what is typed goes to. A terminal that has gone is passed over."""
    with _not_stopped_for_it(), contextlib.suppress(OSError):
        os.tcsetpgrp(terminal, group)


@contextlib.contextmanager
def _not_stopped_for_it() -> Iterator[None]:
    """Who changes a terminal from the background is stopped for it, unless that is blocked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
