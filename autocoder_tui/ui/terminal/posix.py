"""The calls that only a POSIX terminal has. All others of the program's terminal need none."""

from __future__ import annotations

import contextlib
import os
import select
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import termios
else:
    try:
        import termios
    except ImportError:
        termios = None

_LACKING: Final = (
    "the full screen needs a POSIX terminal (termios), as Linux, macOS and WSL have; use "
    "`autocoder-tui run` here."
)


def lacking() -> str | None:
    """What the full screen misses on this system, as the rest of a sentence; None for nothing."""
    return _LACKING if termios is None or not hasattr(select, "poll") else None


def restore(terminal: int, attributes: list[Any]) -> None:
    """Give a terminal the attributes it had (`tcgetattr`). One that has gone is passed over."""
    with contextlib.suppress(termios.error):
        termios.tcsetattr(terminal, termios.TCSANOW, attributes)


def discard_output(terminal: int) -> None:
    """Throw away what the terminal has not read yet. Raises OSError when it has gone."""
    try:
        termios.tcflush(terminal, termios.TCOFLUSH)
    except termios.error as error:
        raise OSError(*error.args) from error


def open_anew(terminal: int) -> int:
    """The same terminal, not waiting when it is full. Others share the descriptor given, and
    would be surprised if that one did not wait any more."""
    try:
        flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(os.ttyname(terminal), flags)
    except OSError:
        # No name leads to it, as in a container: then a full terminal keeps the thread waiting.
        return os.dup(terminal)


def wait_for_room(terminal: int, seconds: float) -> bool:
    """Whether the terminal takes output, or has gone, within `seconds`."""
    room = select.poll()
    room.register(terminal, select.POLLOUT)
    return bool(room.poll(seconds * 1000))
