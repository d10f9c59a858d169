"""Changes that have no place in the file, and those whose place is only likely."""

from __future__ import annotations

from collections.abc import Iterator

from autocoder_tui.review.file_edits import in_words
from autocoder_tui.review.warnings.concern import Change, Concern
from autocoder_tui.safety.sanitize import visible

_MOST_NAMED = 3


def placed_edits(change: Change) -> Iterator[Concern]:
    edits = change.file.edits
    if edits is None:
        return
    count = len(edits.unplaced)
    for left in edits.unplaced[:_MOST_NAMED]:
        yield Concern("unplaced", f"A change has no place: {visible(left.said)}", blocks=True)
    if count > _MOST_NAMED:
        more = f"And {count - _MOST_NAMED} more changes have no place."
        yield Concern("unplaced", more, blocks=True)
    likely: dict[int, str] = {}
    for placement in edits.placements:
        if placement.manner == "likeness":
            where = f"line {placement.start + 1}"
            likely.setdefault(
                placement.block,
                f"The change at {where} was placed "
                f"{in_words(placement)}: look whether it belongs there.",
            )
    yield from (Concern("placed", message) for message in likely.values())
