"""What goes wrong when text is streamed: two kinds, by whose side it is on."""

from __future__ import annotations

from typing import Final

from autocoder_tui.engine import errors as engine
from autocoder_tui.engine.events import Failure
from autocoder_tui.errors import AutocoderError


class StreamingError(AutocoderError):
    """No complete text came. `kind` is the engine's word for why, as in the JSON report of
    `autocoder-tui run`; `text` is what came until then."""

    def __init__(self, message: str, kind: str = "error", text: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.text = text


class APIError(StreamingError):
    """The server could not be reached, refused, or took too long: another key, address, model or
    time may help."""


class StreamProcessError(StreamingError):
    """The reply itself was no use: cut off for good, empty, filtered, or the callback failed."""


def _kinds(root: type[engine.EngineError]) -> frozenset[str]:
    found = {root.kind}
    for below in root.__subclasses__():
        found |= _kinds(below)
    return frozenset(found)


_API_KINDS: Final = _kinds(engine.ProviderError) | _kinds(engine.RequestError) | {"run_timed_out"}
_OF_THE_REPLY: Final = (
    _kinds(engine.FilterStopped) | _kinds(engine.ToolsCalled) | _kinds(engine.NotAReply)
)


def error_of(failure: Failure, text: str) -> StreamingError:
    """The error a failed run raises; `text` is what had come."""
    if failure.kind in _API_KINDS and failure.kind not in _OF_THE_REPLY:
        return APIError(failure.message, failure.kind, text)
    return StreamProcessError(failure.message, failure.kind, text)
