"""The values that pass between the run loop and the joining of parts."""

from __future__ import annotations

from dataclasses import dataclass

from autocoder_tui.engine.events import Proof

MARKER_WORDS = "generation interrupted, continuing"
MARKER = f"<!--{MARKER_WORDS}-->"
"""Ends every instruction to continue; models echo it at times, so the join takes it out."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """How to ask for the next part. Lengths and offsets are characters.

    The kept text is `text[:keep]` of the text it was planned for, and always
    `shown + witness`. If `shown` is empty the first request is to be sent again as it was.
    """

    keep: int
    """Characters of the text so far that stay."""
    shown: str
    """What the one assistant message holds."""
    witness: str
    """The end of the kept text, withheld: that it is regenerated proves the join."""
    anchor: str
    """The end of `shown`, which the model is asked to repeat; "" with prefill."""
    instruction: str
    """The last user message; "" with prefill."""
    prefill: bool
    closing: str = ""
    """What was rolled back after the kept text because the reply closed its frame too early."""
    apart: bool = False
    """The instruction is added to the request itself, and no assistant message is sent."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What the reader of the joined text must do: take back, then append."""

    retract: int = 0
    text: str = ""
    reasoning: str = ""
    """Text of think blocks, which never enters the joined text."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another join that was possible: `text[start:end]`, which is `instead_of`, becomes `text`.

    Offsets are characters of the joined text at the time of the join; they stay valid while
    the text before `end` is unchanged.
    """

    start: int
    end: int
    instead_of: str
    text: str

    def fits(self, joined: str) -> bool:
        """Whether the place still reads as it did when the join was made."""
        return joined.startswith(self.instead_of, self.start)

    def applied(self, joined: str) -> str:
        """The joined text with this join in place of the one that was made."""
        return joined[: self.start] + self.text + joined[self.end :]


@dataclass(frozen=True, slots=True)
class Join:
    """How one part was joined."""

    offset: int
    """Character of the joined text where what is new in this part begins."""
    proof: Proof
    progress: bool
    """False when the part added nothing: empty, "already complete", or pure replay."""
    alternatives: tuple[Alternative, ...] = ()
    """Other joins that were possible, likeliest first, for the final verification."""
    scripted: Alternative | None = None
    """The join, in place of a guess, if the reply turns out to be the exact remainder: from a
    server that keeps its own place in the text whatever it is asked. None: it hardly can be."""
