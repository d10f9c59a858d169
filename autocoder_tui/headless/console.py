"""What is said without the screen: on stderr as far as the level goes, and in the log file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from autocoder_tui.diagnostics.debug_log import DebugLog, LogLine
from autocoder_tui.diagnostics.log_file import LogFile
from autocoder_tui.runs.setup import Setup
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.store.journal.recovery import RecoveryProgress

_log: DebugLog | None = None


@contextmanager
def saying(setup: Setup) -> Iterator[DebugLog]:
    """While this is open, what `say` is given is written to the log file too."""
    global _log

    def show(line: LogLine) -> None:
        if line.level <= log.level:
            _print(line.text)

    file = LogFile(setup.places.state / "log") if setup.places.keeps else None
    with DebugLog(setup.debug_level, file, show, say) as log:
        _log = log
        try:
            yield log
        finally:
            _log = None


def say(text: str, level: int = 0) -> None:
    """A line for stderr, which may be untrusted. Level 0 is said at every level."""
    if _log is not None:
        _log.write(level, text)
    else:
        _print(safe_line(text))


_FOLDING_PERIOD = 3.0
"""Seconds between two words on how far the journals are."""


def say_folding() -> Callable[[RecoveryProgress], None]:
    """Says now and then how far long journals are on their way into history."""
    said: float | None = None

    def tell(folding: RecoveryProgress) -> None:
        nonlocal said
        now = time.monotonic()
        if said is None or now - said >= _FOLDING_PERIOD:
            more = "." if said is not None else ". Ctrl+C leaves the rest for the next start."
            said = now
            say(f"{folding}{more}")

    return tell


def _print(line: str) -> None:
    """Nobody may be listening any more: that stops nothing."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(line, file=sys.stderr, flush=True)
