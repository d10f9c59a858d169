"""Reads what a program writes to a terminal, strictly: text, and each sequence by itself.

Written after ECMA-48 (5.4, CSI) and xterm's "Control Sequences" (OSC, DCS and private modes).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["text", "control", "csi", "osc", "string", "escape", "invalid"]


class Token(NamedTuple):
    """`body` is the text; of a CSI all behind `ESC [`; of an OSC and of other strings what is
    between their marks; of any other escape sequence what follows ESC."""

    kind: Kind
    body: str


_CSI = re.compile(r"\x1b\[([0-?]*[ -/]*[@-~])")
_OSC = re.compile(r"\x1b\]([^\x07\x1b]*)(?:\x07|\x1b\\)")
_STRING = re.compile(r"\x1b([PX^_][^\x1b]*)\x1b\\")
_ESCAPE = re.compile(r"\x1b([ -/]*[0-OQ-WYZ\\`-~])")
_TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")
_UNFINISHED = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)?\Z"
)


class TokenReader:
    """Feed it bytes as they come; it yields whole tokens and keeps what is not whole yet."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.rest = ""

    def feed(self, data: bytes) -> Iterator[Token]:
        text, at = self.rest + self._decode(data), 0
        self.rest = ""
        while at < len(text):
            tried = ((pattern.match(text, at), kind) for pattern, kind in _PATTERNS)
            found, kind = next((pair for pair in tried if pair[0] is not None), (None, "invalid"))
            if found is None and _UNFINISHED.match(text, at):
                self.rest = text[at:]
                return
            if found is None:
                control = text[at] < " " and text[at] != "\x1b"
                yield Token("control" if control else "invalid", text[at])
                at += 1
                continue
            yield Token(kind, found.group(found.lastindex or 0))  # type: ignore[arg-type]
            at = found.end()


_PATTERNS = (
    (_TEXT, "text"),
    (_CSI, "csi"),
    (_OSC, "osc"),
    (_STRING, "string"),
    (_ESCAPE, "escape"),
)
