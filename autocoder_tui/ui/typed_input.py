"""What comes from the keyboard, made ready for the framework's parser: a paste stays a paste."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable
from typing import Final

_BEGIN: Final = "\x1b[200~"
_END: Final = "\x1b[201~"
"""The marks around a paste: xterm's "Control Sequences", bracketed paste mode."""

_PAUSE: Final = 1.0
"""Seconds after which the parser no longer waits for the rest of a mark."""


class TypedInput:
    """Feed it what was read; it returns the text for the parser.

    The parser takes an ESC inside a paste for a key, and so may be all that comes behind it.
    Most terminals leave it out of what is pasted; here it is left out wherever it came from.
    A mark in the pasted text that says the paste is over is not believed when the true one
    came along with it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        # Bytes that are no UTF-8, from an odd terminal, must not end the program.
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._clock = clock
        self._in_paste = False
        self._begun = ""
        self._held = ""
        self._at = clock()

    def take(self, data: bytes) -> str:
        """The text to parse now; what may turn out to be the end of a paste is held back."""
        now = self._clock()
        if now - self._at > _PAUSE:
            # The parser has taken these for keys by now.
            self._begun = ""
        self._at = now
        text, ready = self._decode(data), ""
        while text:
            passed, text = self._pasted(text) if self._in_paste else self._pressed(text)
            ready += passed
        return ready

    def _pressed(self, text: str) -> tuple[str, str]:
        """What can be passed on of `text`, and what is left: the beginning of a paste, if any."""
        seen = self._begun + text
        at = seen.find(_BEGIN)
        if at < 0:
            self._begun = _beginning_of(_BEGIN, seen)
            return text, ""
        begins = at + len(_BEGIN) - len(self._begun)
        self._begun, self._in_paste = "", True
        return text[:begins], text[begins:]

    def _pasted(self, text: str) -> tuple[str, str]:
        text, self._held = self._held + text, ""
        first = text.find(_END)
        if first < 0:
            self._held = _beginning_of(_END, text)
            return _plain(text.removesuffix(self._held)), ""
        following = text.find(_BEGIN, first)
        end = text.rfind(_END, first, None if following < 0 else following)
        self._in_paste = False
        return _plain(text[:end]) + _END, text[end + len(_END) :]


def _plain(pasted: str) -> str:
    return pasted.replace("\x1b", "")


def _beginning_of(mark: str, text: str) -> str:
    """The longest end of `text` that `mark` begins with."""
    sizes = range(min(len(mark) - 1, len(text)), 0, -1)
    return next((mark[:size] for size in sizes if text.endswith(mark[:size])), "")
