"""One part of a run: a reply as it comes in, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from autocoder_tui.engine import seam
from autocoder_tui.engine.errors import ProviderError
from autocoder_tui.engine.events import Event, PromptRead, ReasoningDelta
from autocoder_tui.engine.metering.usage import Accounts
from autocoder_tui.engine.next_way import Ask
from autocoder_tui.engine.prefill import HEAD
from autocoder_tui.engine.provider.chunks import (
    Finish,
    Piece,
    PromptProgress,
    Reasoning,
    Refusal,
    Text,
    Usage,
)
from autocoder_tui.engine.reader_events import read
from autocoder_tui.values import dataclass


@dataclass(slots=True)
class Part:
    """What lives for one reply only: how it was asked for, how it is read, and how it ended."""

    ask: Ask | None = None
    """None for the first part."""
    reader: seam.PartReader | None = None
    """None before the request, and once the reply is joined or given up."""
    finish_reason: str | None = None
    lost: ProviderError | None = None
    """What broke the reply off."""
    received: bool = False
    head: str = ""
    """How the reply began, as far as that tells whether it goes on or begins anew."""
    refusal: str = ""
    thought: bool = False
    """Whether the model wrote down reasoning."""
    withdrawn: bool = False
    """Whether it was taken back, to be asked for once more."""

    @property
    def plan(self) -> seam.Continuation | None:
        return None if self.ask is None else self.ask.plan

    def break_off(self, error: ProviderError) -> None:
        """`error` ended the reply; what came of it is kept."""
        self.lost = error
        if not seam.was_cut(self.finish_reason):
            self.finish_reason = None

    def take(self, piece: Piece, accounts: Accounts) -> Iterator[Event]:
        """Take the next piece of the reply; what it brings. Only while there is a reader."""
        match piece:
            case Text(text):
                self.received = self.received or bool(text)
                self.head += text[: max(0, HEAD - len(self.head))]
                accounts.received(text)
                if self.reader is not None:
                    yield from read(self.reader, text)
                    self.thought = self.thought or self.reader.has_thought
            case Reasoning(text):
                self.thought = True
                accounts.received(text)
                yield ReasoningDelta(text)
            case Refusal(text):
                self.received, self.refusal = True, self.refusal + text
                accounts.received(text)
            case Usage():
                accounts.reported(piece)
            case PromptProgress(processed, total):
                yield PromptRead(processed, total)
            case Finish(reason):
                self.finish_reason = reason
