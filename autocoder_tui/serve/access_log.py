"""A line of JSON for every request: who, what, how long, how much, and how it ended."""

from __future__ import annotations

import json
import os
import queue
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import shortened
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.serve.exchange import Exchange

STDOUT: Final = "-"
_MOST_WAITING: Final = 10_000
"""Lines that wait for whoever reads them. More are left out, and their number is written."""
_END_WITHIN: Final = 2.0
"""Seconds what waits has to be written at the end."""


class BadAccessLog(AutocoderError):
    """The file of the access log can't be written."""

    kind = "access_log"


class AccessLog:
    """Appends to `path`, "-" being standard output. A thread writes, begun with the first line: no
    request waits for a slow disk or reader. A file that was moved away is begun anew.

    Raises BadAccessLog.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lines: queue.Queue[bytes | None] = queue.Queue(_MOST_WAITING)
        self._left_out = 0
        self._thread: threading.Thread | None = None
        try:
            self._file = self._open()
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise BadAccessLog(
                f"The access log {shortened(path)} can't be written: {reason}. Name another file."
            ) from error

    def began(self, exchange: Exchange) -> None:
        """It is written when it is over."""

    def ended(self, exchange: Exchange) -> None:
        """Write it down."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="access log", daemon=True)
            self._thread.start()
        try:
            self._lines.put_nowait(_line(_said(exchange)))
        except queue.Full:
            self._left_out += 1

    def close(self) -> None:
        """Write what waits."""
        if self._thread is not None:
            with suppress(queue.Full):
                self._lines.put(None, timeout=_END_WITHIN)
            self._thread.join(_END_WITHIN)

    def _open(self) -> int:
        if self._path == STDOUT:
            return 1
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        return os.open(self._path, flags, 0o600)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            left_out, self._left_out = self._left_out, 0
            if left_out:
                line += _line({"left_out": left_out})
            with suppress(OSError):
                self._begin_anew_if_moved()
                while line:
                    line = line[os.write(self._file, line) :]

    def _begin_anew_if_moved(self) -> None:
        if self._path == STDOUT:
            return
        mine = os.fstat(self._file)
        with suppress(FileNotFoundError):
            there = os.stat(self._path)  # noqa: PTH116 - a text as it was given
            if (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino):
                return
        fresh = self._open()
        os.close(self._file)
        self._file = fresh


def _said(exchange: Exchange) -> dict[str, Any]:
    first = exchange.first_byte_seconds
    said: dict[str, Any] = {
        "time": datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="milliseconds"),
        "client": exchange.client,
        "method": exchange.method,
        "route": exchange.route,
        "status": exchange.status or None,
        "first_byte_ms": None if first is None else round(first * 1000, 1),
        "total_ms": round(exchange.total_seconds * 1000, 1),
        "ended": exchange.ended,
    }
    if exchange.error is not None:
        said["error"] = exchange.error
    if exchange.has_run:
        said |= {
            "model": None if exchange.model is None else safe_line(exchange.model),
            "run_id": exchange.run_id,
            "prompt_tokens": exchange.prompt_tokens,
            "completion_tokens": exchange.completion_tokens,
            "cost_usd": float(exchange.cost_usd),
        }
    return said


def _line(said: dict[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"
