"""A terminal that is handed to another program and taken back, whatever that did to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

_AS_BEFORE: Final = (
    "\x1b[?1049l"  # the main screen
    "\x1b[?25h"  # a cursor
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l"  # no mouse
    "\x1b[?2004l\x1b[?1l\x1b>"  # no bracketed paste, plain keys
    "\x1b[0m\x1b[r\x1b(B"  # no colours, the whole screen scrolls, plain letters
)


@contextmanager
def kept_terminal() -> Iterator[None]:
    """What is set of the terminal at stdin when this is entered is set again at its end. Where
    there is no terminal nothing is done."""
    try:
        import termios
    except ImportError:
        yield
        return
    descriptor = 0
    try:
        modes = termios.tcgetattr(descriptor)
    except (termios.error, OSError):
        yield
        return
    try:
        yield
    finally:
        with suppress(termios.error, OSError):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, modes)
        if sys.stderr is not None and sys.stderr.isatty():
            with suppress(OSError):
                os.write(sys.stderr.fileno(), _AS_BEFORE.encode())
