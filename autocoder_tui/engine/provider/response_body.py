"""The body of one reply: bytes in, pieces out. Pure, so that it can be fuzzed without a network.

Servers send server-sent events, one JSON object instead, an error object, a web page, or
nothing. All of it ends here as pieces or as one error of engine.errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from autocoder_tui.engine.end_words import END_MARK, read_end
from autocoder_tui.engine.errors import (
    NotAReply,
    OutputTooLarge,
    ProviderError,
    StreamError,
    ToolsCalled,
)
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.chunks import (
    Finish,
    Frame,
    Piece,
    PromptProgress,
    Reasoning,
    Refusal,
    Text,
    frame_of,
    load_object,
    only_text,
    split_documents,
)
from autocoder_tui.engine.provider.http_errors import read_error_body, stream_error
from autocoder_tui.engine.provider.server_errors import ServerError
from autocoder_tui.engine.provider.sse import ErrorData, EventReader, FrameTooLarge
from autocoder_tui.engine.provider.surrogates import PairJoiner
from autocoder_tui.engine.request import MEGABYTE
from autocoder_tui.engine.trace import ChunkReceived, Trace

Spoken: TypeAlias = Text | Reasoning | Refusal
_SPOKEN: Final = (Text, Reasoning, Refusal)
_BLANK: Final = b" \t\r\n\xef\xbb\xbf"
_SAMPLE_BYTES: Final = 2000


class IncomingReply:
    """Feed it the body, then `close()` it. Pieces that came before an error are returned first;
    the error is then in `failure`.

    `finished`: a finish reason was seen. `complete`: nothing more is to be read. `has_text`:
    text, reasoning or a refusal came. `max_bytes` caps all of these together, as UTF-8, and
    (with room for JSON's escapes) any single event and whatever comes between two pieces of text.
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
        self._marked = False
        self._has_words = False
        self._tool: str | None = None
        self._broken = ""
        self._halves = {kind: PairJoiner() for kind in _SPOKEN}
        self._chunks = 0
        self._prompt_read = 0
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
                mark = END_MARK if self._marked and self.has_text else None
                self._take_pieces([Finish(mark)], pieces)
            else:
                self.failure = self._not_a_reply()
        if self.failure is None and self._broken:
            self.failure = self._broken_off()
        return self._with_chunks(_merged(pieces))

    def _count_idle(self, data: bytes, pieces: list[Piece]) -> None:
        """Comments, empty events and the like may be sent for ever, and packed a thousandfold."""
        self._idle_bytes += len(data)
        if any(isinstance(piece, _SPOKEN) for piece in pieces):
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
            self._take_payload(payload, pieces)
            if self.complete or self.failure is not None:
                return

    def _take_payload(self, payload: str, pieces: list[Piece]) -> None:
        if isinstance(payload, ErrorData):
            self._fail(read_error_body(payload))
            return
        if self._take_document(payload, pieces) or self._take_end(payload):
            return
        for document in split_documents(payload):
            if not self._take_document(document, pieces):
                self._take_end(document)
            if self.complete or self.failure is not None:
                return

    def _take_document(self, document: str, pieces: list[Piece]) -> bool:
        """Take a JSON object; False if it is none."""
        data = load_object(document)
        if data is None:
            return False
        text = only_text(data)
        if text is None:
            self._take_frame(frame_of(data), pieces)
        else:
            # Nearly every chunk of a reply: what a frame would be made for is known.
            self._chunks += 1
            self._is_reply = self.has_text = True
            self._take_text(Text, self._halves[Text].feed(text), pieces)
        return True

    def _take_end(self, document: str) -> bool:
        """Whether it is the mark that nothing more comes."""
        if document.strip().strip('"') != END_MARK:
            return False
        self.complete = self._marked = True
        return True

    def _take_frame(self, frame: Frame, pieces: list[Piece]) -> None:
        self._chunks += 1
        self._is_reply = self._is_reply or frame.is_reply
        taken = frame.pieces
        if frame.error is not None:
            # Whatever word for the end stands beside it: the error says what happened.
            taken = tuple(piece for piece in taken if not isinstance(piece, Finish))
        self._take_pieces(taken, pieces)
        if self.failure is not None:
            return
        if frame.error is not None:
            self._fail(frame.error)
        elif frame.tool is not None:
            self._tool = self._tool or frame.tool
            if not self._has_words:
                self.failure = self._tools_called(self._tool)

    def _fail(self, error: ServerError) -> None:
        self.failure = stream_error(error, self._address, after_text=self.has_text)

    def _take_pieces(self, taken: Sequence[Piece], pieces: list[Piece]) -> None:
        for piece in taken:
            if isinstance(piece, Finish):
                if not self.finished:
                    self._finish(piece, pieces)
            elif isinstance(piece, _SPOKEN):
                self.has_text = True
                self._take_text(type(piece), self._halves[type(piece)].feed(piece.text), pieces)
            elif not isinstance(piece, PromptProgress):
                pieces.append(piece)
            elif piece.processed > self._prompt_read:
                # The same figure again is no progress, and must not pass for life.
                self._prompt_read = piece.processed
                pieces.append(piece)
            if self.failure is not None:
                return

    def _take_text(self, kind: type[Spoken], text: str, pieces: list[Piece]) -> None:
        self._has_words = self._has_words or (kind is Text and bool(text.strip()))
        room = self._max_bytes - self._text_bytes
        size = len(text) if text.isascii() else len(text.encode())
        self._text_bytes += size
        if size > room:
            text = text.encode()[:room].decode(errors="ignore")
            self._too_large()
        if text:
            pieces.append(kind(text))

    def _finish(self, piece: Finish, pieces: list[Piece]) -> None:
        self.finished = piece.reason is not None
        for kind, half in self._halves.items():
            self._take_text(kind, half.finish(), pieces)
        end = read_end(piece.reason)
        if end == "broken":
            self._broken = piece.reason or ""
        elif self._tool is not None and end in ("ordinary", "unknown", "unsaid"):
            piece = replace(piece, reason="tool_calls")
        pieces.append(piece)

    def _broken_off(self) -> StreamError:
        return StreamError(
            f"{self._address.model_name} at {self._address.url} broke its reply off and says only "
            f"“{self._address.quote(self._broken)}”. Try again or choose another model."
        )

    def _tools_called(self, name: str) -> ToolsCalled:
        what = f"the tool “{self._address.quote(name)}”" if name else "a tool"
        return ToolsCalled(
            f"{self._address.model_name} at {self._address.url} calls {what} instead of writing "
            "text, and there are no tools here. Say in the requirements that the files are to be "
            "written out in the reply, turn off the tools this endpoint adds, or choose another "
            "model."
        )

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
        if not body or not body.replace("data:", "").replace(END_MARK, "").strip():
            return NotAReply(f"{place} answered with an empty reply. Try again. {advice}")
        said = self._address.quote(read_error_body(body).message)
        return NotAReply(f"{place} answered with something that is no reply: “{said}”. {advice}")


def _merged(pieces: list[Piece]) -> list[Piece]:
    """`pieces` with neighbours of the same kind of text joined: fewer steps for the consumer."""
    if len(pieces) < 2:
        return pieces
    result: list[Piece] = []
    run: list[str] = []
    kind: type[Spoken] | None = None
    for piece in pieces:
        if kind is not None and not isinstance(piece, kind):
            result.append(kind("".join(run)))
            run, kind = [], None
        if isinstance(piece, _SPOKEN):
            kind = type(piece)
            run.append(piece.text)
        else:
            result.append(piece)
    if kind is not None:
        result.append(kind("".join(run)))
    return result
