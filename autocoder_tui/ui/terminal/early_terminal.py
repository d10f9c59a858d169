"""The terminal, taken before the program is there: drawn on, and what is typed kept for it.

Nothing of the framework is loaded yet. Its driver takes over as it is; ends the program before
that, or is it ended or stopped, the terminal is given back here.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from autocoder_tui.system.jobs import has_shell, in_foreground, stop_at_once
from autocoder_tui.system.signals import SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP
from autocoder_tui.ui.terminal.posix import open_anew, restore, wait_for_room

if TYPE_CHECKING:
    import termios
else:
    try:
        import termios
    except ImportError:
        termios = None

SCREEN: Final = "\x1b[?1049h"
"""A screen of its own, empty."""
# Without the cursor; what is pasted comes as a paste.
_BEGIN: Final = SCREEN + "\x1b[?25l\x1b[?2004h"
_END_OF_WHATEVER: Final = "\x1b\\"
_GIVE_BACK: Final = "\x1b[0m\x1b[?2004l\x1b[?1049l\x1b[?25h"
_PATIENCE: Final = 0.05
"""Seconds a terminal is given to take the picture; one that nobody reads keeps nobody waiting."""
_ENDS: Final = (SIGTERM, SIGHUP, SIGQUIT, SIGINT)


def output() -> int:
    """Where the screen is drawn. The other one of the two may lead to a file."""
    return next((descriptor for descriptor in (2, 1) if os.isatty(descriptor)), 2)


class EarlyTerminal:
    """Holds the terminal from `take` until `hand_over` or `give_back`."""

    def __init__(self) -> None:
        self._attributes: list[Any] | None = None
        self._before: dict[int, Any] = {}
        self._ours: dict[int, Callable[[int, FrameType | None], None]] = {
            **dict.fromkeys(_ENDS, self._ended),
            SIGTSTP: self._stopped,
            SIGCONT: self._continued,
        }
        self._terminal = 0
        self._picture = ""
        self._cut = False

    def take(self, picture: str) -> None:
        """Draw `picture` and keep what is typed, unless the terminal is not ours to change.

        Ctrl+C still ends the program, which does not read keys yet; a job that is stopped leaves
        the terminal as it was, and draws again when it goes on.
        """
        if not picture or sys.__stdin__ is None:
            return
        self._terminal = sys.__stdin__.fileno()
        if not os.isatty(self._terminal) or not in_foreground(self._terminal):
            return
        with contextlib.suppress(termios.error):
            attributes = termios.tcgetattr(self._terminal)
            self._picture = picture
            for number in self._ours.keys() & signal.valid_signals():
                if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                    self._before[number] = signal.signal(number, self._ours[number])
            self._attributes = attributes
            self._draw(attributes)

    def _draw(self, attributes: list[Any]) -> None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._terminal, termios.TCSANOW, _unread(attributes))
        self._cut = True  # as long as it is written
        self._cut = not _write(_BEGIN + self._picture)

    def hand_over(self) -> list[Any] | None:
        """The terminal is the driver's from now on. Returns the attributes it had before; None if
        it was not taken, or was given back."""
        self._hear_no_more()
        attributes, self._attributes = self._attributes, None
        return attributes

    def give_back(self) -> None:
        """The terminal as it was, if it is still held."""
        attributes = self.hand_over()
        if attributes is not None:
            self._restore(attributes)

    def _restore(self, attributes: list[Any]) -> None:
        if in_foreground(self._terminal):
            _write((_END_OF_WHATEVER if self._cut else "") + _GIVE_BACK)
            restore(self._terminal, attributes)

    def _hear_no_more(self) -> None:
        for number, handler in self._before.items():
            # Whoever hears them by now is left alone.
            if signal.getsignal(number) == self._ours[number]:
                signal.signal(number, handler)
        self._before.clear()

    def _ended(self, number: int, frame: FrameType | None) -> None:
        """Called between two steps of the import that is under way."""
        if self._attributes is None:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        self.give_back()
        os._exit(128 + number)

    def _stopped(self, number: int, frame: FrameType | None) -> None:
        """The same for a stop as a job. What goes on after it is `_continued`."""
        if not has_shell():
            return  # nobody could bring it back
        if self._attributes is not None:
            self._restore(self._attributes)
        stop_at_once()

    def _continued(self, number: int, frame: FrameType | None) -> None:
        """Who had the terminal since may have changed it."""
        if self._attributes is None:
            return
        while not in_foreground(self._terminal) and has_shell():
            # Sent to the background: there is no screen to go on with.
            stop_at_once()
        self._draw(self._attributes)


def _unread(attributes: list[Any]) -> list[Any]:
    """As the program needs them, except that Ctrl+C is still a signal."""
    changed = [*attributes[:6], [*attributes[6]]]
    changed[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    changed[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    changed[6][termios.VMIN] = 1
    # Ctrl+Z waits for the program, too: it would leave the shell with this screen.
    changed[6][termios.VSUSP] = os.fpathconf(0, "PC_VDISABLE").to_bytes(1, "little")
    return changed


def _write(text: str) -> bool:
    """Whether the terminal took all of it."""
    data = text.encode()
    with contextlib.suppress(OSError):
        terminal = open_anew(output())
        try:
            while data and wait_for_room(terminal, _PATIENCE):
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(terminal, data[:1024]) :]
        finally:
            os.close(terminal)
    return not data
