"""What the program says about its own work: to a face, and to the log file behind it.

Levels as in Autocoder: 0 silent, 1 info, 2 debug, 3 everything that goes over the wire. Lines
of level 0 are what a person must hear at any level. Every line passes through here, so that none
reaches a screen, a terminal or a disk with a key in it, or with anything that acts.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from autocoder_tui.diagnostics.log_file import LogFile
from autocoder_tui.engine.trace import Traced
from autocoder_tui.runs.event_text import narrate_traced
from autocoder_tui.safety.redaction import safe_line

LEVELS = ("silent", "info", "debug", "everything")
MOST_SHOWN = 20_000
"""Characters of one line that a face is given."""
MOST_WRITTEN = 250_000
"""Characters of one line that go to the file."""
_SLACK = 4_096
"""Read beyond a cut, so that no key is left in halves by it."""
_MOST_WAITING = 50_000
_BATCH = 500


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, safe to show. `at` is local time."""

    level: int
    at: datetime
    text: str


class DebugLog:
    """Takes lines of all levels; hands those up to `level` on. `level` may change at any time.

    `show` is called with every line a face may want to show: those up to level 2 always, so
    that a change of level shows what was, and those of level 3 while that is the level. `file`
    gets the lines of the level, none at level 0, and never makes the caller wait. When it can't
    be written, `trouble` is called once with a sentence, and everything goes on without it.
    """

    def __init__(
        self,
        level: int,
        file: LogFile | None = None,
        show: Callable[[LogLine], None] | None = None,
        trouble: Callable[[str], None] | None = None,
    ) -> None:
        self.level = level
        self.show = show
        self.trouble = trouble
        self._writer = None if file is None else _Writer(file)

    def __enter__(self) -> DebugLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, level: int, text: str) -> None:
        """Take a line of `level`. `text` may be untrusted and may hold keys."""
        if level > max(2, self.level):
            return
        at = datetime.now().astimezone()
        shown = cut_safely(text, MOST_SHOWN)
        if self.show is not None:
            self.show(LogLine(level, at, shown))
        if self._writer is not None and level <= self.level and self.level > 0:
            whole = len(text) <= MOST_SHOWN
            self._writer.take(level, at, shown if whole else text, is_safe=whole)
            self._say_trouble()

    def trace(self, traced: Traced) -> None:
        """The engine's hook: everything that goes over the wire, at level 3."""
        if self.level >= 3:
            self.write(3, narrate_traced(traced))

    def close(self) -> None:
        """Write what waits, for two seconds at most."""
        if self._writer is not None:
            self._writer.close()
            self._say_trouble()

    def _say_trouble(self) -> None:
        writer = self._writer
        if writer is None or not writer.trouble or writer.told:
            return
        writer.told = True
        if self.trouble is not None:
            self.trouble(writer.trouble)


def cut_safely(text: str, most: int) -> str:
    """At most `most` characters of `text`, safe to show; says how many are left out."""
    if len(text) <= most:
        return safe_line(text)
    return f"{safe_line(text[: most + _SLACK])[:most]} … and {len(text) - most:,} characters more"


class _Writer:
    """Writes lines to the file from a thread of its own, many at once when they come fast."""

    def __init__(self, file: LogFile) -> None:
        self.trouble = ""
        self.told = False
        self._file = file
        self._waiting: queue.Queue[tuple[int, datetime, str, bool] | None]
        self._waiting = queue.Queue(_MOST_WAITING)
        self._dropped = 0
        self._thread: threading.Thread | None = None

    def take(self, level: int, at: datetime, text: str, *, is_safe: bool) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="log file", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait((level, at, text, is_safe))
        except queue.Full:
            self._dropped += 1  # a disk that can't keep up must not fill the memory

    def close(self) -> None:
        if self._thread is None:
            return
        try:
            self._waiting.put(None, timeout=1)
        except queue.Full:
            return
        self._thread.join(2)
        self._thread = None

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, ended = [first], False
            while len(batch) < _BATCH and not ended:
                try:
                    item = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if item is None:
                    ended = True
                else:
                    batch.append(item)
            self._append([_as_written(*item) for item in batch])
            if ended:
                return

    def _append(self, lines: list[str]) -> None:
        if self._dropped:
            lines.append(f"({self._dropped:,} lines left out: the disk was too slow)")
            self._dropped = 0
        try:
            self._file.append(lines)
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            self.trouble = (
                f"The log file {self._file.file} can't be written ({reason}); the program goes "
                "on without it. Make room or correct the rights, or set [log] level = 0."
            )


def _as_written(level: int, at: datetime, text: str, is_safe: bool) -> str:
    safe = text if is_safe else cut_safely(text, MOST_WRITTEN)
    return f"{at.isoformat(timespec='milliseconds')} {os.getpid()} {LEVELS[level]}: {safe}"
