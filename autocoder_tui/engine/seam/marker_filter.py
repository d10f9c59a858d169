"""Taking the continuation marker out of what a model sends."""

from __future__ import annotations

from autocoder_tui.engine.seam.filters import held_prefix
from autocoder_tui.engine.seam.values import MARKER, MARKER_WORDS


class MarkerFilter:
    """Takes the continuation marker out of what a model sends, with its line if it has one."""

    def __init__(self, *, line_start: bool) -> None:
        self._held = ""
        self._line_start = line_start
        self._cut_line = False
        self._fragments = _FragmentFilter(line_start=line_start)

    @property
    def held(self) -> str:
        return self._fragments.held + self._held

    def feed(self, chunk: str) -> str:
        return self._fragments.feed(self._without_markers(chunk))

    def _without_markers(self, chunk: str) -> str:
        if not self._held and not self._cut_line and "<" not in chunk:
            if chunk:
                self._line_start = chunk[-1] == "\n"
            return chunk
        self._held += chunk
        out: list[str] = []
        while True:
            before, found, rest = self._held.partition(MARKER)
            if not found:
                break
            self._pass(before, out)
            self._cut_line, self._held = self._line_start, rest
        keep = held_prefix(self._held, MARKER)
        cut = len(self._held) - keep
        passing, self._held = self._held[:cut], self._held[cut:]
        self._pass(passing, out)
        return "".join(out)

    def _pass(self, text: str, out: list[str]) -> None:
        if not text:
            return
        if self._cut_line:
            if text == "\r":
                return
            self._cut_line = False
            text = text.removeprefix("\r").removeprefix("\n")
            if not text:
                return
        out.append(text)
        self._line_start = text[-1] == "\n"

    def finish(self) -> str:
        held, self._held = self._held, ""
        return self._fragments.feed(held) + self._fragments.finish()


_MARKER_EDGES = "<!->/*# \t\r\n"
"""What a line that is a damaged marker holds besides its words."""


def is_marker_line(line: str) -> bool:
    """Whether a line is the marker and nothing else, be it without its "<!--" or "-->"."""
    return MARKER_WORDS in line and line.strip(_MARKER_EDGES) == MARKER_WORDS


class _FragmentFilter:
    """Takes out lines that are a damaged marker, as the smallest models copy it."""

    def __init__(self, *, line_start: bool) -> None:
        self.held = ""
        """The line that has begun, as long as it may become such a line."""
        self._line_start = line_start

    def feed(self, chunk: str) -> str:
        text, self.held = self.held + chunk, ""
        begin = 0 if self._line_start else text.find("\n") + 1
        if not begin and not self._line_start:
            return text
        last = max(begin, text.rfind("\n") + 1)
        whole, line = text[begin:last], text[last:]
        if MARKER_WORDS in whole:
            lines = whole.split("\n")[:-1]
            whole = "".join(f"{line}\n" for line in lines if not is_marker_line(line))
        self._line_start = True
        if line and self._may_become_marker(line):
            self.held, line = line, ""
        elif line:
            self._line_start = False
        return text[:begin] + whole + line

    def finish(self) -> str:
        held, self.held = self.held, ""
        return "" if is_marker_line(held) else held

    @staticmethod
    def _may_become_marker(line: str) -> bool:
        bare = line.lstrip(_MARKER_EDGES)
        if len(line) - len(bare) > 40:
            return False
        return MARKER_WORDS.startswith(bare) or (
            bare.startswith(MARKER_WORDS) and not bare[len(MARKER_WORDS) :].strip(_MARKER_EDGES)
        )
