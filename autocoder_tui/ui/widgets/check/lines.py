"""The lines of a check as they come: of a command's output the beginning and the end are kept."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Literal

from autocoder_tui.check.output import plain
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

if TYPE_CHECKING:
    from autocoder_tui.check.check import CommandResult

Kind = Literal["command", "output", "passed", "failed", "remark"]

MOST_HEAD, MOST_TAIL = 500, 4_500
"""Lines of one command's output that are shown."""
_MOST_LINE = 4_000
_MOST_WAITING = 48 * 1024
"""Bytes that wait for the next frame: a command may print faster than anybody could read."""
_TABS = 8


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A line to show, made safe. `path` and `line` are the place of the project it names."""

    kind: Kind
    text: str
    path: str | None = None
    line: int = 0


class CheckLines:
    """All lines of one check. Those of the command that runs are replaced at its end by what is
    kept of its output, with the places in it."""

    def __init__(self) -> None:
        self.lines: list[CheckLine] = []
        self._command = self._start = 0
        """Where the command on the proposal stands, and where the output of what runs begins."""
        self._waiting = bytearray()
        self._lost = False
        self._open = ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def begin(self, command: str, *, base: bool) -> None:
        self._end_output()
        where = "  on the project as it is, to compare" if base else ""
        if not base:
            self._command = len(self.lines)
        self.lines.append(CheckLine("command", f"$ {visible(command)}{where}"))
        self._start = len(self.lines)

    def hear(self, data: bytes) -> None:
        """Output, for the next `take`."""
        self._waiting += data
        if len(self._waiting) > _MOST_WAITING:
            del self._waiting[:-_MOST_WAITING]
            self._lost = True

    def take(self) -> bool:
        """Make lines of what was heard; whether there was anything."""
        if not self._waiting:
            return False
        text, self._waiting = self._open + self._decode(bytes(self._waiting)), bytearray()
        if self._lost:
            self.lines.append(CheckLine("remark", "[… more than can be shown …]"))
            text = text.partition("\n")[2] or text
            self._lost = False
        *whole, self._open = text.split("\n")
        self._open = self._open[-_MOST_LINE:]
        self.lines += [_line(line) for line in whole[-MOST_TAIL:]]
        surplus = len(self.lines) - self._start - MOST_HEAD - MOST_TAIL
        if surplus > 0:
            del self.lines[self._start + MOST_HEAD : self._start + MOST_HEAD + surplus]
        return True

    def end(self, result: CommandResult) -> None:
        """The command is over: its output stands as it was kept, and what came of it below."""
        # What it printed to be compared with goes too: of that only the result is of interest.
        del self.lines[self._command + 1 :]
        self._waiting.clear()
        self._open, self._lost = "", False
        self.lines += _output_lines(result)
        kind: Kind = "passed" if result.passed else "failed"
        sign = "✓" if result.passed else "✗"
        self.lines.append(CheckLine(kind, f"{sign} {result.words} ({result.ended.seconds:.1f} s)"))
        self._start = len(self.lines)

    def remark(self, text: str, kind: Kind = "remark") -> None:
        self._end_output()
        self.lines.append(CheckLine(kind, visible(text)))
        self._start = len(self.lines)

    def _end_output(self) -> None:
        self.take()
        if self._open:
            self.lines.append(_line(self._open))
            self._open = ""


def _line(text: str) -> CheckLine:
    shown = plain(text[:_MOST_LINE]).rstrip("\r").expandtabs(_TABS)
    return CheckLine("output", visible(shown))


def _output_lines(result: CommandResult) -> list[CheckLine]:
    texts = result.ended.output.rstrip("\n").split("\n")
    if texts == [""]:
        return []
    places = {place.output_line: place for place in result.places}
    numbers = range(len(texts))
    left_out = len(texts) - MOST_HEAD - MOST_TAIL
    found: list[CheckLine] = []
    for number in numbers:
        if left_out > 0 and MOST_HEAD <= number < MOST_HEAD + left_out:
            if number == MOST_HEAD:
                found.append(CheckLine("remark", f"[… {left_out:,} lines left out here …]"))
            continue
        line, place = _line(texts[number]), places.get(number)
        if place is not None:
            line = CheckLine("output", line.text, place.path, place.line)
        found.append(line)
    return found
