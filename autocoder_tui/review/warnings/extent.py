"""How much of a file is there: cut off, emptied, much shorter than it was, or as it was."""

from __future__ import annotations

from collections.abc import Iterator

from autocoder_tui.errors import sentence
from autocoder_tui.review.warnings.concern import Change, Concern
from autocoder_tui.safety.sanitize import visible

_FEWEST_LINES = 10
_FEWEST_CHARACTERS = 1_000


def extent(change: Change) -> Iterator[Concern]:
    yield from arrived(change)
    if change.before.strip() and not change.after.strip():
        yield Concern("empty", "Nothing is left of the file: the proposed text is empty.", True)
        return
    if shrunk := _shrunk(change):
        yield Concern("shrunk", shrunk)


def arrived(change: Change) -> Iterator[Concern]:
    file, remark = change.file, visible(change.file.remark)
    if not file.complete:
        reason = f": {remark}" if remark else ", so its end may be missing"
        yield Concern("incomplete", sentence(f"The reply was not complete{reason}"), True)
    elif remark:
        yield Concern("remark", sentence(remark))


def _shrunk(change: Change) -> str:
    before, after = change.before, change.after
    lines_before, lines_after = before.count("\n"), after.count("\n")
    if lines_before >= _FEWEST_LINES:
        if lines_after >= lines_before * 2 / 3:
            return ""
        return f"The file shrinks by more than a third, from {lines_before} to {lines_after} lines."
    if len(before) < _FEWEST_CHARACTERS or len(after) >= len(before) * 2 / 3:
        return ""
    return (
        f"The file shrinks by more than a third, from {len(before):,} to {len(after):,} characters."
    )
