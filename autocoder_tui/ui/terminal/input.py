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

_SHORT_DOUBT: Final = 0.05
_LONG_DOUBT: Final = 0.25
"""Seconds without a byte after which the end of a paste is believed; the short one where the
mark came last in a read that was not full."""
_MOST_DOUBT: Final = 0.5
"""Seconds after the last large read: keys and a moving mouse do not put it off for ever."""
_LARGE_READ: Final = 512
"""Bytes that no hand types at once."""


class TypedInput:
    """Feed it what was read; it returns the text for the parser.

    The parser takes an ESC inside a paste for a key, and so may be all that comes behind it.
    Most terminals leave it out of what is pasted; here it is left out wherever it came from.
    A mark in the pasted text that says the paste is over is not believed when the true one
    follows. A long paste comes in many reads, so after a mark nothing is told, and only what
    stood before it is passed on, until a pause shows that it was the true one; see `settle`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        # Bytes that are no UTF-8, from an odd terminal, must not end the program.
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._clock = clock
        self._in_paste = False
        self._begun = ""
        self._held = ""
        self._doubted = ""
        self._settles = 0.0
        self._latest = 0.0
        self._at = clock()

    @property
    def wait(self) -> float | None:
        """Seconds until `settle` is to be called if nothing comes; None if there is no need."""
        return max(0.0, self._settles - self._clock()) if self._doubted else None

    def settle(self) -> str:
        """The text to parse now that nothing has come for a while: the paste is over."""
        rest, self._doubted = self._doubted.removeprefix(_END), ""
        self._in_paste = False
        return _END + self._sieved(rest)

    def take(self, data: bytes) -> str:
        """The text to parse now; what may turn out to be the end of a paste is held back."""
        now, settled = self._clock(), ""
        large = len(data) >= _LARGE_READ
        if self._doubted and now > self._settles and not large:
            settled = self.settle()
        if now - self._at > _PAUSE:
            # The parser has taken these for keys by now.
            self._begun = ""
        self._at = now
        was_in_doubt, text = bool(self._doubted), self._doubted + self._decode(data)
        self._doubted = ""
        ready = settled + self._sieved(text)
        if self._doubted:
            if large or not was_in_doubt:
                self._latest = now + _MOST_DOUBT
            sure = not large and self._doubted == _END
            self._settles = min(self._latest, now + (_SHORT_DOUBT if sure else _LONG_DOUBT))
        return ready

    def _sieved(self, text: str) -> str:
        ready = ""
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
        if following < 0:
            self._doubted = text[end:]
            return _plain(text[:end]), ""
        self._in_paste = False
        return _plain(text[:end]) + _END, text[end + len(_END) :]


def _plain(pasted: str) -> str:
    return pasted.replace("\x1b", "")


def _beginning_of(mark: str, text: str) -> str:
    """The longest end of `text` that `mark` begins with."""
    sizes = range(min(len(mark) - 1, len(text)), 0, -1)
    return next((mark[:size] for size in sizes if text.endswith(mark[:size])), "")
