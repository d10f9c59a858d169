"""The body of one reply: bytes in, pieces out. Pure, so that it can be fuzzed without a network.

Servers send server-sent events, one JSON object instead, an error object, a web page, or
nothing. All of it ends here as pieces or as one error of engine.errors.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from autocoder_tui.engine.address import Address
from autocoder_tui.engine.errors import NotAReply, OutputTooLarge, ProviderError
from autocoder_tui.engine.frames import Finish, Frame, Piece, Reasoning, Text, read_frame
from autocoder_tui.engine.http_errors import read_error_body, stream_error
from autocoder_tui.engine.request import MEGABYTE
from autocoder_tui.engine.sse import EventReader, FrameTooLarge
from autocoder_tui.engine.trace import ChunkReceived, Trace

_DONE: Final = "[DONE]"
_BLANK: Final = b" \t\r\n\xef\xbb\xbf"
_SAMPLE_BYTES: Final = 2000


class IncomingReply:
    """Feed it the body, then `close()` it. Pieces that came before an error are returned first;
    the error is then in `failure`.

    `finished`: a finish reason was seen. `complete`: nothing more is to be read. `has_text`:
    text or reasoning came. `max_bytes` caps text and reasoning together, as UTF-8, and (with
    room for JSON's escapes) any single event and whatever comes between two pieces of text.
    """

    def __init__(self, address: Address, max_bytes: int, trace: Trace | None = None) -> None:
        self.failure: ProviderError | None = None
        self.finished = False
        self.complete = False
        self.has_text = False
        self._address = address
        self._trace = trace
        self._max_bytes = max_bytes
        self._max_frame = 2 * max_bytes + 65_536
        self._text_bytes = 0
        self._idle_bytes = 0
        self._is_reply = False
        self._chunks = 0
        self._reader: EventReader | None = EventReader(self._max_frame)
        self._begun = False
        self._whole = bytearray()
        self._sample = b""

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces completed by `data`; adjacent text is merged."""
        pieces: list[Piece] = []
        if self.failure is None and not self.complete:
            try:
                self._take(data, pieces)
            except FrameTooLarge:
                self._too_large()
            self._count_idle(data, pieces)
        return self._with_chunks(_merged(pieces))

    def close(self) -> list[Piece]:
        """What is left when the body has ended: the last event, a missing finish, an error."""
        pieces: list[Piece] = []
        if self.failure is not None:
            return pieces
        try:
            if self._reader is None:
                self._take_payloads([self._whole.decode("utf-8-sig", "replace")], pieces)
            elif not self.complete:
                self._take_payloads(self._reader.close(), pieces)
        except FrameTooLarge:
            self._too_large()
        self.complete = True
        if self.failure is None and not self.finished:
            if self.has_text or (self._is_reply and self._reader is not None):
                pieces.append(Finish(None))
            else:
                self.failure = self._not_a_reply()
        return self._with_chunks(_merged(pieces))

    def _count_idle(self, data: bytes, pieces: list[Piece]) -> None:
        """Comments, empty events and the like may be sent for ever, and packed a thousandfold."""
        self._idle_bytes += len(data)
        if any(isinstance(piece, (Text, Reasoning)) for piece in pieces):
            self._idle_bytes = 0
        elif self._idle_bytes > self._max_frame and self.failure is None:
            self._too_large()

    def _take(self, data: bytes, pieces: list[Piece]) -> None:
        if not self._begun:
            data = data.lstrip(_BLANK)
            if not data:
                return
            self._begun = True
            if data[:1] in b"{[<":
                # Not events: one JSON value or a web page, of use only as a whole.
                self._reader = None
        if len(self._sample) < _SAMPLE_BYTES:
            self._sample += data[: _SAMPLE_BYTES - len(self._sample)]
        if self._reader is not None:
            self._take_payloads(self._reader.feed(data), pieces)
            return
        self._whole += data
        if len(self._whole) > self._max_frame:
            raise FrameTooLarge

    def _with_chunks(self, pieces: list[Piece]) -> list[Piece]:
        """`pieces`, the last of which says how many chunks there were since the piece before."""
        if pieces:
            pieces[-1] = replace(pieces[-1], chunks=self._chunks)
            self._chunks = 0
        return pieces

    def _take_payloads(self, payloads: list[str], pieces: list[Piece]) -> None:
        for payload in payloads:
            if self._trace is not None:
                self._trace(ChunkReceived(payload))
            if payload.strip() == _DONE:
                self.complete = True
            else:
                self._take_frame(payload, pieces)
            if self.complete or self.failure is not None:
                return

    def _take_frame(self, payload: str, pieces: list[Piece]) -> None:
        frame = read_frame(payload)
        if frame is None:
            return
        self._chunks += 1
        self._is_reply = self._is_reply or frame.is_reply
        for piece in frame.pieces:
            if isinstance(piece, Finish):
                if self.finished:
                    continue
                self.finished = True
            elif isinstance(piece, (Text, Reasoning)):
                self.has_text = True
                room = self._max_bytes - self._text_bytes
                size = len(piece.text) if piece.text.isascii() else len(piece.text.encode())
                self._text_bytes += size
                if size > room:
                    head = piece.text.encode()[:room].decode(errors="ignore")
                    pieces.extend([type(piece)(head)] if head else [])
                    self._too_large()
                    return
            pieces.append(piece)
        self._take_error(frame)

    def _take_error(self, frame: Frame) -> None:
        if frame.error is not None and not self.finished:
            self.failure = stream_error(frame.error, self._address, after_text=self.has_text)

    def _too_large(self) -> None:
        self.failure = OutputTooLarge(
            f"{self._address.model_name} at {self._address.url} sent more than "
            f"{self._max_bytes / MEGABYTE:.3g} MB in one reply, the cap. The text so far is "
            "kept; ask for less at once, or raise max_reply_mb under [network] in config.toml."
        )

    def _not_a_reply(self) -> NotAReply:
        place = f"{self._address.model_name} at {self._address.url}"
        body = self._sample.decode("utf-8", "replace")
        advice = "Check the model and the base URL, which often ends in /v1."
        if not body or not body.replace("data:", "").replace(_DONE, "").strip():
            return NotAReply(f"{place} answered with an empty reply. Try again. {advice}")
        said = self._address.quote(read_error_body(body).message)
        return NotAReply(f"{place} answered with something that is no reply: “{said}”. {advice}")


def _merged(pieces: list[Piece]) -> list[Piece]:
    """`pieces` with neighbours of the same kind of text joined: fewer steps for the consumer."""
    if len(pieces) < 2:
        return pieces
    result: list[Piece] = []
    run: list[str] = []
    kind: type[Text] | type[Reasoning] | None = None
    for piece in pieces:
        if kind is not None and not isinstance(piece, kind):
            result.append(kind("".join(run)))
            run, kind = [], None
        if isinstance(piece, (Text, Reasoning)):
            kind = type(piece)
            run.append(piece.text)
        else:
            result.append(piece)
    if kind is not None:
        result.append(kind("".join(run)))
    return result
