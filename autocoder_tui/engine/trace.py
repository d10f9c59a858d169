"""What goes over the wire, for whoever wants to see all of it: debug level 3.

Untrusted, and not yet without keys: a body holds whatever the files held, and a server may send
the key back. `redaction.safe_line` comes before anything is shown or written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from autocoder_tui.values import dataclass

Heard: TypeAlias = Callable[[int, Mapping[str, str]], object]
"""Told the status and the headers of a response."""


@dataclass(frozen=True, slots=True)
class RequestSent:
    """`body` is what is sent as JSON. The headers, which hold the key, are never told."""

    url: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResponseOpened:
    """The status line and headers came. `body` is the whole of an error's, else ""."""

    status: int
    headers: Mapping[str, str]
    body: str = ""


@dataclass(frozen=True, slots=True)
class ChunkReceived:
    """The data of one server-sent event as it came, or a whole body that is no stream."""

    data: str


@dataclass(frozen=True, slots=True)
class Opening:
    """Who is told how the server answers, before any text: `trace` all of it, `heard` the status
    and the headers."""

    trace: Callable[[ResponseOpened], None] | None
    heard: Heard | None

    def came(self, status: int, headers: Mapping[str, str], body: str = "") -> None:
        """The status and the headers came; `body` is the whole of an error's."""
        if self.trace is not None:
            self.trace(ResponseOpened(status, dict(headers), body))
        if self.heard is not None:
            self.heard(status, headers)


Traced: TypeAlias = RequestSent | ResponseOpened | ChunkReceived
Trace: TypeAlias = Callable[[Traced], None]
