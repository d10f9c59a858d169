"""Server-sent events, read incrementally: bytes in, the `data` of each event out.

Only what a chat completion needs of the format: `data` lines, comments, blank lines, and of
`event` whether it is an error. `id` and `retry` are skipped. Some servers forget the blank line
between two events, or the `data:` before an object. How the bytes were split over the network
cannot matter.
"""

from __future__ import annotations

import codecs


class FrameTooLarge(ValueError):
    """One event grew past the cap; what follows it cannot be told apart any more."""


class ErrorData(str):
    """The payload of an event whose name says that it is an error, whatever its shape."""

    __slots__ = ()


class EventReader:
    """Feed it the body as it arrives; it returns the payload of every event that is complete.

    Lines end at LF, CRLF or CR and nowhere else (U+2028 is text). Invalid UTF-8 becomes
    U+FFFD, a leading byte order mark is dropped. `max_frame_chars` caps one event.
    """

    def __init__(self, max_frame_chars: int = 16 * 1024 * 1024) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._max_frame_chars = max_frame_chars
        self._at_start = True
        self._after_cr = False
        self._open_line: list[str] = []
        self._open_chars = 0
        self._data: list[str] = []
        self._data_chars = 0
        self._is_error = False

    def feed(self, data: bytes) -> list[str]:
        """Payloads completed by `data`. Raises FrameTooLarge."""
        return self._take(self._decoder.decode(data))

    def close(self) -> list[str]:
        """The last event, when the body ended without its blank line. Raises FrameTooLarge."""
        payloads = self._take(self._decoder.decode(b"", final=True))
        self._end_line("".join(self._open_line), payloads)
        self._open_line.clear()
        self._end_line("", payloads)
        return payloads

    def _take(self, text: str) -> list[str]:
        payloads: list[str] = []
        if not text:
            return payloads
        if self._at_start:
            self._at_start = False
            text = text.removeprefix("\ufeff")
        if self._after_cr:
            # The CR already ended its line; this LF is the other half of a CRLF.
            text = text.removeprefix("\n")
            self._after_cr = False
        if "\r" in text:
            self._after_cr = text.endswith("\r")
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        first, *rest = text.split("\n")
        # The open line is kept in pieces: joining it at each read would be quadratic.
        self._open_line.append(first)
        self._open_chars += len(first)
        if rest:
            last = rest.pop()
            self._end_line("".join(self._open_line), payloads)
            for line in rest:
                self._end_line(line, payloads)
            self._open_line = [last]
            self._open_chars = len(last)
        if self._open_chars + self._data_chars > self._max_frame_chars:
            raise FrameTooLarge
        return payloads

    def _end_line(self, line: str, payloads: list[str]) -> None:
        if not line:
            if self._data:
                payload = self._data[0] if len(self._data) == 1 else "\n".join(self._data)
                payloads.append(ErrorData(payload) if self._is_error else payload)
                self._data = []
                self._data_chars = 0
            self._is_error = False
        elif line.startswith("data:"):
            value = line[6:] if line.startswith("data: ") else line[5:]
            if self._data and _begins_another(self._data[-1], value):
                self._end_line("", payloads)
            self._add(value)
        elif line.startswith("event:"):
            self._is_error = line[6:].strip().lower() == "error"
        elif line.startswith("{"):
            self._end_line("", payloads)
            self._add(line)
            self._end_line("", payloads)
        elif line == "data":
            self._add("")

    def _add(self, value: str) -> None:
        self._data.append(value)
        # One more for the line itself: empty ones without end would fill the memory, too.
        self._data_chars += len(value) + 1
        if self._data_chars > self._max_frame_chars:
            raise FrameTooLarge


def _begins_another(last: str, value: str) -> bool:
    """Whether a blank line was forgotten between two lines of data: in no JSON value does an
    object follow right upon another."""
    return last.rstrip().endswith("}") and value.lstrip().startswith(("{", "[DONE]"))
