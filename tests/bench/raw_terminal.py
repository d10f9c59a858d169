"""What a program writes to its terminal, read as fast as it comes and looked through as bytes.

To keep a picture of the screen takes longer than to draw it, and would be measured too.
"""

from __future__ import annotations

import os
import select
import time

from tests.terminal.program import Pseudoterminal

SIGNS = [
    chr(one) for one in (*range(0x0410, 0x0450), *range(0x0531, 0x0557), *range(0x10A0, 0x10C6))
]
"""Letters that no program shows by itself, one for each key that is pressed."""
_PATIENCE = 20.0


class RawTerminal:
    """A terminal whose output nobody else reads from now on."""

    def __init__(self, screen: Pseudoterminal) -> None:
        self._screen = screen
        screen.stop_reading()
        time.sleep(0.2)

    def read(self, seconds: float) -> bytes:
        """What is written within `seconds`; at once where something is there."""
        if not select.select([self._screen.master], [], [], max(0.0, seconds))[0]:
            return b""
        return os.read(self._screen.master, 65536)

    def drain(self, seconds: float) -> None:
        """Read on for so long."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self.read(left)

    def until(self, text: str = "") -> bytes:
        """Read until `text` is written, or anything at all."""
        written, wanted = b"", text.encode()
        deadline = time.perf_counter() + _PATIENCE
        while not written or wanted not in written:
            left = deadline - time.perf_counter()
            if left <= 0:
                raise AssertionError(f"{text!r} was not written within {_PATIENCE:.0f} s")
            written += self.read(left)
        return written

    def timed(self, key: str, text: str = "") -> float:
        """Seconds from a key to `text`, or to whatever is written first."""
        begun = time.perf_counter()
        self._screen.press(key)
        self.until(text)
        return time.perf_counter() - begun
