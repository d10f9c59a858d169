"""Reports of errors nobody foresaw: what a bug report needs, and nothing that is private.

A report holds the traceback without the values of variables, since those hold texts and keys,
and the names of what was done last.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from autocoder_tui.runs import recent_actions as last_actions
from autocoder_tui.safety.redaction import know, redacted
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.descriptors import open_descriptor
from autocoder_tui.system.version import __version__

KEPT: Final = 10
_LONGEST_MESSAGE: Final = 2000
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
_LIBRARIES = ("textual", "openai", "tiktoken", "pygments")


def write_report(state: Path, error: BaseException, environ: Mapping[str, str]) -> Path | None:
    """Write what is known about `error` below `state`; None where that can't be written.

    The newest `KEPT` reports stay. Only the user can read them.
    """
    for variable, value in environ.items():
        if _SECRET_NAME.search(variable):
            know(value)
    folder = state / "crashes"
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{os.getpid()}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = open_descriptor(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(redacted(report(error)))
        # Not this one, whatever the clock says: it is about to be named.
        others = sorted(other for other in folder.glob("*.txt") if other.name != name)
        for old in others[: max(0, len(others) - KEPT + 1)]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return folder / name


def report(error: BaseException) -> str:
    """The text of a report, safe to show."""
    head = (
        f"autocoder-tui {__version__}",
        f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}",
        f"Python {platform.python_version()} on {platform.platform()}",
        ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES),
        f"TERM={os.environ.get('TERM', '')}",
    )
    last = ("", "What was done last, oldest first:", *(last_actions.lines() or ("nothing",)))
    return "".join(f"{visible(line)}\n" for line in (*head, "", *_trace(error), *last))


def _version(name: str) -> str:
    try:
        from importlib.metadata import version

        return version(name)
    except Exception:
        # Not installed, or it can't be looked up any more: the report is worth more than that.
        return "unknown"


def _described(error: BaseException, seen: set[int]) -> Iterator[str]:
    """The traceback of `error` and of what it came from, without the texts of the exceptions."""
    seen.add(id(error))
    inner = [error.__cause__, None if error.__suppress_context__ else error.__context__]
    inner += error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for cause in inner:
        if cause is not None and id(cause) not in seen:
            yield from _described(cause, seen)
            yield "\nThat led to:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__, limit=-60)
    yield f"{type(error).__module__}.{type(error).__qualname__}: {_message(error)}\n"


def _message(error: BaseException) -> str:
    """What `error` says, as far as it can't hold a value: a key, an address, a text."""
    if isinstance(error, OSError) and error.errno is not None:
        return f"errno {error.errno}, {os.strerror(error.errno)}"
    return f"({len(str(error)):,} characters left out)"


def _trace(error: BaseException) -> Iterator[str]:
    for line in "".join(_described(error, set())).split("\n"):
        cut = line[:_LONGEST_MESSAGE]
        yield cut if len(line) <= _LONGEST_MESSAGE else f"{cut} … ({len(line):,} characters)"


def report_of_run(error: Exception, state: Path, environ: Mapping[str, str]) -> str:
    """Write a report about a run that `error` ended, as `write_report` does; returns the one
    sentence to say. The program goes on."""
    return f"An internal error ended the run {_told(error, write_report(state, error, environ))}."


def sentence(error: BaseException, written: Path | None) -> str:
    """The one sentence for stderr."""
    return f"autocoder-tui: an internal error ended the program {_told(error, written)}"


def _told(error: BaseException, written: Path | None) -> str:
    place = f"the report is in {written}" if written is not None else "no report could be kept"
    return f"({visible(type(error).__name__)}); {visible(place)}"


def say(error: BaseException, written: Path | None) -> None:
    """Say it on stderr, if there still is one."""
    try:
        print(sentence(error, written), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        pass


@contextmanager
def hooked(ended: Callable[[BaseException], None]) -> Iterator[None]:
    """Call `ended` for an exception that nobody caught in a thread, instead of printing it.

    An exception Python itself could not raise (in a finalizer, say) ends nothing and is passed
    over: there is no telling what it left undone, and a screen is no place to print it on.
    """

    def in_thread(arguments: threading.ExceptHookArgs) -> None:
        if isinstance(arguments.exc_value, Exception):
            ended(arguments.exc_value)

    before = threading.excepthook, sys.unraisablehook
    threading.excepthook, sys.unraisablehook = in_thread, lambda _: None
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = before
