"""The beginning of a file's new text, compared with as much of the old one as it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from autocoder_tui.review.diff import changed_ranges, split_lines
from autocoder_tui.review.file_review import FileReview

_FAR: Final = 8
"""Where the new text goes on with lines from further down, that many times as many lines are
skipped for it at most as go on there: else it is a line as any file has it, a brace, a return."""
_END: Final = "\0the end of "
"""A line of no text. What came last is not to be found at the end of the file, where it always is:
a blank line, or a brace."""


@dataclass(frozen=True)
class Beginning:
    """`file` is what is to be seen of it: its old text ends where the new one has come to, and
    `left` more lines of the old one follow. Nothing of it can be decided on."""

    file: FileReview
    left: int = 0

    @property
    def path(self) -> str:
        return self.file.path


def beginning_of(path: str, before: str | None, after: str) -> Beginning:
    """What is to be seen of the file at `path`, of which `after` has come. Call it off the event
    loop for large files."""
    if before is None:
        return Beginning(FileReview.of(path, None, after, complete=False))
    old, new = split_lines(before), split_lines(after)
    end = _old_end(old, new)
    return Beginning(FileReview.of(path, "".join(old[:end]), after, complete=False), len(old) - end)


def _old_end(old: tuple[str, ...], new: tuple[str, ...]) -> int:
    """How many of the old lines `new`, which goes on, stands for."""
    changes = changed_ranges((*old, f"{_END}old"), (*new, f"{_END}new"))
    # The last change holds both ends.
    last = changes[-1]
    old_at, new_at = last.old_start, last.new_start
    for before in reversed(changes[:-1]):
        alike = old_at - before.old_end
        if before.removed - before.added <= _FAR * alike:
            break
        old_at, new_at = before.old_start, before.new_start
    # Lines of another text stand for as many old ones, as far as anybody can tell by now.
    return min(len(old), old_at + len(new) - new_at)
