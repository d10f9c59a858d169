"""Noticing that a model says the same again and again, while it still does.

Two things are taken for it: files that come a second time, one after the other and word for
word as before; and a long run of lines that only repeats what stands above it. Real files hold
runs of equal lines, too, so a run has to be of hundreds of lines, and where one of the given
files holds such a run it is no sign at all.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Final

from autocoder_tui.engine.events import Event, TextDelta, TextRetracted
from autocoder_tui.engine.reply.frame_lines import begins_frame, read_frame_closing
from autocoder_tui.engine.reply.framing import Opening
from autocoder_tui.engine.seam import PartReader
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

SHORT_PERIOD: Final = 3
"""Lines. What repeats every so few lines may be a table."""
SHORT_RUN: Final = 500
LONG_RUN: Final = 160
RUN_IN_NOTES: Final = 40
"""Lines of a run: of a short period, of a longer one, and outside of any file."""
LONG_PERIOD: Final = 40
LEAST_COPIES: Final = 8
LEAST_LONG_COPIES: Final = 40
"""Of what repeats every so few lines, and of longer parts: generated files have some."""
LONGEST_PERIOD: Final = 1_000
"""Lines. So many lines times so many copies are more than models write."""
_MOST_FILES: Final = 50
"""Files of a group that comes again at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """`end` is the character where the first copy ends; `said` a sentence about it."""

    end: int
    said: str


class Repetition:
    """Watches the joined text as it grows. `given` are the texts of the files that are sent."""

    def __init__(self, given: Iterable[str] = ()) -> None:
        self._tables = any(_holds_run(text) for text in given)
        self.reset()

    def reset(self, text: str = "") -> None:
        """Begin again with `text`: some of what was there has been taken back."""
        self.found: Found | None = None
        self._runs = _Runs()
        self._line = ""
        self._length = 0
        self._opening: Opening | None = None
        self._first = 0
        self._files: list[tuple[str, int, int]] = []
        self.append(text)

    def hear(self, events: Sequence[Event], reader: PartReader) -> None:
        """Take what a chunk of a reply changed, of which `reader` has the text by now."""
        if any(isinstance(event, TextRetracted) for event in events):
            self.reset(reader.text)
            return
        for event in events:
            if isinstance(event, TextDelta):
                self.append(event.text)

    def append(self, text: str) -> None:
        """Take the next characters; sets `found` once."""
        begin = 0
        while self.found is None and (end := text.find("\n", begin) + 1):
            line, self._line = self._line + text[begin:end], ""
            begin = end
            self._length += len(line)
            self._take(line)
        self._line += text[begin:]

    def _take(self, line: str) -> None:
        self._runs.add(line, self._length)
        if self._opening is None:
            self._opening = begins_frame(line)
            self._first = self._runs.count
        elif read_frame_closing(line) == self._opening.frame_id:
            self._close(self._opening)
            self._opening = None
        if self.found is None:
            self._look_at_run()

    def _close(self, opening: Opening) -> None:
        content = self._runs.digest(self._first)
        self._files.append((opening.path, content, self._length))
        for size in range(1, min(len(self._files) // 2, _MOST_FILES) + 1):
            again, before = self._files[-size:], self._files[-2 * size : -size]
            if [file[:2] for file in again] == [file[:2] for file in before]:
                names = ", ".join(visible(path) for path, _, _ in again)
                self.found = Found(
                    before[-1][2],
                    f"The model sent {names} a second time, word for word the same, and was "
                    "stopped there: the first copy is kept. If more was to come, run again.",
                )
                return

    def _look_at_run(self) -> None:
        runs = self._runs
        # Until a frame has been closed the text may be a file in a fence, or a bare one.
        in_file = self._opening is not None or not self._files
        if in_file and self._tables:
            return
        if runs.length >= runs.wanted(in_file=in_file):
            what = "a line" if runs.period == 1 else f"{runs.period} lines"
            copies = runs.length // runs.period + 1
            self.found = Found(
                runs.begin,
                f"The model repeated {what} {copies} times over and was stopped; the first copy "
                "is kept.",
            )


class _Runs:
    """The lines of a text, as far as needed to see that they repeat what stands above."""

    def __init__(self) -> None:
        self.period = 0
        self.length = 0
        """Lines in a row that equal the one `period` lines above."""
        self.begin = 0
        """Character where that run begins, the first copy being over."""
        # A reply may be a flood of short lines, and this is held as long as it streams.
        self._hashes = array("q")
        self._last: dict[int, int] = {}
        self._end = 0

    @property
    def count(self) -> int:
        return len(self._hashes)

    def add(self, line: str, end: int) -> None:
        """Take a line; `end` is the character after it."""
        key, index = hash(line), len(self._hashes)
        if not self.period or self._hashes[index - self.period] != key:
            self.period = index - self._last.get(key, index)
            self.length, self.begin = 0, self._end
        self.length += bool(self.period)
        self._hashes.append(key)
        self._last[key] = index
        if len(self._last) > 4 * LONGEST_PERIOD:
            oldest = index - LONGEST_PERIOD
            self._last = {key: at for key, at in self._last.items() if at > oldest}
        self._end = end

    def wanted(self, *, in_file: bool) -> int:
        """How long a run of this period must be to say anything."""
        if not self.period:
            return self.length + 1
        least = RUN_IN_NOTES
        if in_file:
            least = SHORT_RUN if self.period <= SHORT_PERIOD else LONG_RUN
        copies = LEAST_COPIES if self.period <= LONG_PERIOD else LEAST_LONG_COPIES
        return max(least, copies * self.period)

    def digest(self, first: int) -> int:
        """A number for the lines from `first` on: the same for the same lines."""
        return hash(self._hashes[first:].tobytes())


def _holds_run(text: str) -> bool:
    """Whether a file holds half as much repetition as would stop a reply."""
    runs, end = _Runs(), 0
    for line in text.splitlines(keepends=True):
        end += len(line)
        runs.add(line, end)
        if 2 * runs.length >= runs.wanted(in_file=True):
            return True
    return False
