"""What a command printed: kept to a limit, the beginning and the end of it."""

from __future__ import annotations

import re
from collections import deque

from autocoder_tui.workspace.textfile import size_in_words

HEAD_BYTES = 128 * 1024
TAIL_BYTES = 512 * 1024

_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]{0,4096}\x1b\\|\x1b[ -/]*[0-~]"
)


class Output:
    """Takes bytes as they come; holds at most `head` and `tail` of them, and counts all."""

    def __init__(self, head: int = HEAD_BYTES, tail: int = TAIL_BYTES) -> None:
        self._most_head, self._most_tail = head, tail
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self.total = 0

    def add(self, data: bytes) -> None:
        self.total += len(data)
        room = self._most_head - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail.append(data)
            self._tail_bytes += len(data)
            while self._tail_bytes - len(self._tail[0]) >= self._most_tail:
                self._tail_bytes -= len(self._tail.popleft())

    @property
    def left_out(self) -> int:
        """Bytes of the middle that are not kept."""
        return self.total - len(self._head) - min(self._tail_bytes, self._most_tail)

    def text(self) -> str:
        """What is kept, as plain lines; a line in the middle says what is not. Not made safe."""
        head = plain(self._head.decode("utf-8", "replace"))
        tail = plain(b"".join(self._tail)[-self._most_tail :].decode("utf-8", "replace"))
        if not self.left_out:
            return plain((bytes(self._head) + b"".join(self._tail)).decode("utf-8", "replace"))
        return f"{head}\n[… {size_in_words(self.left_out)} of output left out here …]\n{tail}"


def plain(text: str) -> str:
    """`text` without the sequences that colour it and move the cursor, and of a line that was
    written over, as a progress bar is, what was written last."""
    if "\x1b" in text:
        text = _SEQUENCE.sub("", text)
    text = text.replace("\r\n", "\n")
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
