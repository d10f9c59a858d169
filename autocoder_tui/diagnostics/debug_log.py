"""What the program says about its own work: to a face, and to the log file behind it.

Levels as in Autocoder: 0 silent, 1 info, 2 debug, 3 everything that goes over the wire. Lines
of level 0 are what a person must hear at any level. Every line passes through here, so that none
reaches a screen, a terminal or a disk with a key in it, or with anything that acts.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from datetime import datetime
from logging.handlers import QueueHandler, QueueListener
from types import TracebackType

from autocoder_tui.diagnostics.log_file import LogFile
from autocoder_tui.engine.trace import Traced
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

LEVELS = ("silent", "info", "debug", "everything")
MOST_SHOWN = 20_000
"""Characters of one line that a face is given."""
MOST_WRITTEN = 250_000
"""Characters of one line that go to the file."""
_SLACK = 4_096
"""Read beyond a cut, so that no key is left in halves by it."""
_MOST_WAITING = 50_000
_BATCH = 65_536
"""Characters from which on lines are written without waiting for more of them."""
_LEVEL_NUMBERS = (logging.WARNING, logging.INFO, logging.DEBUG, logging.DEBUG - 5)
"""The levels as the standard library counts them."""


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
            from autocoder_tui.runs.event_text import narrate_traced

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
    """Hands lines to the log file through a queue, so that nobody waits for the disk."""

    def __init__(self, file: LogFile) -> None:
        self.trouble = ""
        self.told = False
        self._file = file
        file.failed = self._failed
        file.setFormatter(_LineFormat())
        file.addFilter(Redaction())
        self._queue: _BoundedQueue | None = None
        self._listener: _Listener | None = None

    def take(self, level: int, at: datetime, text: str, *, is_safe: bool) -> None:
        if self._queue is None:
            self._queue = _BoundedQueue()
            self._listener = _Listener(self._queue, self._file)
            self._listener.start()
        self._queue.handle(_record(level, at, text, is_safe=is_safe))

    def close(self) -> None:
        """Write what waits, for two seconds at most."""
        listener, self._listener, self._queue = self._listener, None, None
        if listener is not None:
            stopping = threading.Thread(target=listener.stop, daemon=True)
            stopping.start()
            stopping.join(2)

    def _failed(self, error: Exception) -> None:
        reason = (error.strerror if isinstance(error, OSError) else None) or "unknown reason"
        self.trouble = (
            f"The log file {visible(str(self._file.file))} can't be written ({reason.lower()}); "
            "the program goes on without it. Make room or correct the rights, or set [log] "
            "level = 0."
        )


class Redaction(logging.Filter):
    """Makes the text of a record safe for the file, and takes the keys out of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not getattr(record, "is_safe", False):
            record.msg, record.args = cut_safely(record.getMessage(), MOST_WRITTEN), None
        return True


class _LineFormat(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone()
        level = LEVELS[_LEVEL_NUMBERS.index(record.levelno)]
        return f"{at.isoformat(timespec='milliseconds')} {record.process} {level}: {record.msg}"


class _BoundedQueue(QueueHandler):
    """Counts what finds no room: a disk that can't keep up must not fill the memory."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[logging.LogRecord | None] = queue.Queue(_MOST_WAITING)
        super().__init__(self.waiting)
        self.dropped = 0

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            super().enqueue(record)
        except queue.Full:
            self.dropped += 1


class _Listener(QueueListener):
    """Writes the lines in a thread of its own."""

    def __init__(self, lines: _BoundedQueue, file: LogFile) -> None:
        super().__init__(lines.waiting, file)
        self._lines = lines
        self._file = file

    def handle(self, record: logging.LogRecord) -> None:
        """Write `record`, and what else waits by now: many at once when they come fast."""
        lines: list[str] = []
        size = 0
        following: logging.LogRecord | None = record
        while following is not None:
            if self._file.filter(following):
                lines.append(self._file.format(following))
                size += len(lines[-1])
            following = None if size > _BATCH else self._next()
        if self._lines.dropped:
            lines.append(f"({self._lines.dropped:,} lines left out: the disk was too slow)")
            self._lines.dropped = 0
        self._file.write(lines)

    def _next(self) -> logging.LogRecord | None:
        """What waits besides; None for nothing, and for the end, which is left to wait."""
        waiting = self._lines.waiting
        with waiting.mutex:
            first = waiting.queue[0] if waiting.queue else None
        # Nobody else takes anything out.
        return None if first is None else waiting.get_nowait()

    def enqueue_sentinel(self) -> None:
        # However many lines wait, the end comes behind them.
        self._lines.waiting.put(None)

    def stop(self) -> None:
        super().stop()
        self._file.close()


def _record(level: int, at: datetime, text: str, *, is_safe: bool) -> logging.LogRecord:
    number = _LEVEL_NUMBERS[level]
    record = logging.LogRecord("autocoder_tui", number, "", 0, text, None, None)
    record.created = at.timestamp()
    record.is_safe = is_safe
    return record
