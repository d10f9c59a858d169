"""Which files the streamed text holds, and from which line to which."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class FileSpan:
    """A file of the reply: `first` is the line that opens it, `end` the line that closes it, None
    as long as none does. `path` is as the reply names it, safe to show; `label` says more where
    the file is deleted or renamed."""

    path: str
    label: str
    first: int
    end: int | None = None
    wrapper: FileSpan | None = None
    """What was taken for a file, and is a code fence around this one's frame."""

    @property
    def is_whole(self) -> bool:
        return self.end is not None


class FileSpans:
    """The files in the order in which they began. `closed` counts the files that were closed, and
    `changes` the single changes of files: both only grow, so whoever looks for another number hears
    of every one."""

    def __init__(self) -> None:
        self.spans: list[FileSpan] = []
        self.closed = self.changes = 0

    def open(
        self, path: str, label: str, first: int, *, alone: bool = False, wrapped: bool = False
    ) -> None:
        """A file begins at line `first`; `alone`: that line is all there is of it; `wrapped`: the
        line before it began none."""
        wrapper = self.spans.pop() if wrapped and self.spans else None
        self.spans.append(FileSpan(path, label, first, wrapper=wrapper))
        if alone:
            self.close(first)

    def close(self, line: int) -> None:
        """The file that is open ends at `line`."""
        if self.spans and not self.spans[-1].is_whole:
            self.spans[-1].end = line
            self.closed += 1

    def cut(self, lines: int) -> None:
        """Only the first `lines` lines are left."""
        while self.spans and self.spans[-1].first >= lines:
            wrapper = self.spans.pop().wrapper
            if wrapper is not None:
                self.spans.append(wrapper)
        for span in self.spans:
            if span.end is not None and span.end >= lines:
                span.end = None

    def at(self, line: int) -> int:
        """The number of the file that `line` belongs to, or of the last one before it; 0 where
        there is none before it."""
        found = 0
        for number, span in enumerate(self.spans):
            if span.first > line:
                break
            found = number
        return found
