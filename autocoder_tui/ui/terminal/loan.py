"""The terminal lent to a program that is no editor, and taken back whatever it did to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Final, Protocol

from textual.app import SuspendNotSupported

from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.foreground import NotStarted, run_in_foreground
from autocoder_tui.ui.terminal.driver import GIVE_BACK

_AFTER: Final = (
    GIVE_BACK
    # What a driver that never changes it need not take back: the region that scrolls, modes of
    # lines and margins, the character sets, the keypad, the cursor's shape, more ways of the mouse.
    + "\x1b[!p\x1b[?69l\x1b[?6l\x1b[r\x1b[4l\x1b[20l\x1b[?1l\x1b>\x1b(B\x1b)B\x0f\x1b[?5l\x1b[0 q"
    "\x1b[?1002l\x1b[?9l\x1b[?1005l\x1b[=0u\x1b[0m\x1b[?25h"
    # Wherever it left the cursor, what is written next stands below all it wrote.
    "\x1b[999;1H\r\n"
)


class Suspended(Protocol):
    """Who has the terminal, and gives it away for a while."""

    def suspend(self) -> AbstractContextManager[None]: ...


def lend(owner: Suspended, command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> int:
    """Run `command` in `folder` in the terminal; its exit code, or minus the signal that ended it.
    The person looks at what it wrote before the screen comes back. Blocking. Raises NotStarted."""
    terminal = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
    failed: AutocoderError | None = None
    code = 0
    try:
        # What goes wrong is raised outside: leaving `suspend` by an exception would leave the
        # screen with the program.
        with owner.suspend():
            _write(terminal, f"$ {visible(' '.join(command))}\r\n")
            try:
                code = run_in_foreground(command, folder, environ, terminal)
            except AutocoderError as error:
                failed = error
            _write(terminal, _AFTER)
            if failed is None:
                _let_look(terminal, code)
    except SuspendNotSupported as error:
        raise NotStarted("The terminal can't be given to a program here.") from error
    if failed is not None:
        raise failed
    return code


def ended_in_words(code: int) -> str:
    """How a program ended, in a few words."""
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _let_look(terminal: int, code: int) -> None:
    _write(terminal, f"\r\nIt {ended_in_words(code)}. Enter goes back to autocoder-tui.")
    with suppress(OSError):
        while (typed := os.read(terminal, 1024)) and b"\n" not in typed:
            pass


def _write(terminal: int, text: str) -> None:
    with suppress(OSError):
        os.write(terminal, text.encode("utf-8", "replace"))
