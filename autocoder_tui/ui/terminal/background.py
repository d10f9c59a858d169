"""Whether the terminal is light or dark: asked of it, or guessed from the environment."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Final

QUERY: Final = "\x1b]11;?\x1b\\"
"""Asks for the background: xterm's "Control Sequences", OSC 11. tmux answers for its terminal, or
not at all; what does not know it says nothing."""

PATIENCE: Final = 2.0
"""Seconds after which an answer comes too late to change the colours someone is reading in."""

_EXPECTED: Final = 10.0
"""Seconds in which the beginning of an answer is held back: Alt+] begins like one."""

_BEGIN: Final = "\x1b]11;"
_ANSWER: Final = re.compile(
    r"\x1b\]11;(?:rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})[0-9a-f/]{0,5}"
    r"|#([0-9a-f]{6}))(?:\x07|\x1b\\)",
    re.IGNORECASE,
)
_LONGEST: Final = 40
"""Characters of the longest answer."""
_MIDDLE: Final = 0.18
"""The relative luminance that looks halfway between black and white."""


class BackgroundAnswer:
    """Takes the answer out of what is read, so that it is not taken for keys, and hands on whether
    the terminal is light. `clock` counts seconds."""

    def __init__(
        self, heard: Callable[[bool], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._heard = heard
        self._clock = clock
        self._asked_at: float | None = None
        self._held = ""

    def asked(self) -> None:
        """The terminal was asked just now."""
        self._asked_at = self._clock()

    def take(self, text: str) -> str:
        """`text` without an answer; the beginning of one is held back. Call it with "" when
        nothing has come for a while: then what was held is no answer."""
        if self._asked_at is None or not (text or self._held):
            return text
        waited, text = text != "", self._held + text
        self._held = ""
        text = _ANSWER.sub(self._found, text)
        if waited and self._clock() - self._asked_at <= _EXPECTED:
            at = _begun_at(text)
            text, self._held = text[:at], text[at:]
        return text

    def _found(self, match: re.Match[str]) -> str:
        in_time = self._clock() - (self._asked_at or 0.0) <= PATIENCE
        if in_time:
            *parts, whole = match.groups()
            if whole:
                parts = [whole[:2], whole[2:4], whole[4:]]
            shares = [int(part, 16) / (16 ** len(part) - 1) for part in parts]
            self._heard(is_light(*shares))
        return ""


def _begun_at(text: str) -> int:
    """Where in `text` an answer begins that is not complete; its end if none does."""
    at = text.rfind(_BEGIN)
    if at >= 0:
        return at if len(text) - at < _LONGEST else len(text)
    # ESC alone is a key.
    for length in range(len(_BEGIN) - 1, 1, -1):
        if text.endswith(_BEGIN[:length]):
            return len(text) - length
    return len(text)


def is_light(red: float, green: float, blue: float) -> bool:
    """Whether a colour, of shares from 0 to 1, is nearer to white than to black."""
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > _MIDDLE


def guessed_light(environ: Mapping[str, str]) -> bool:
    """What rxvt and Konsole say beforehand: COLORFGBG is "text;ground", by the numbers of the 16
    colours."""
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    return ground in ("7", "15")
