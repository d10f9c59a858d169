"""Changes of a reply that stand nowhere in the file: placing them by hand."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import accumulate

from autocoder_tui.edits.edit import Candidate, EditBlock, Placed
from autocoder_tui.edits.large_text import LargePlaced, PieceChange, cut_part, place_in_large
from autocoder_tui.edits.place import place
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class UnplacedChange:
    """One change without a place in `path`.

    `said` is why, as a sentence with text of the reply in it; `candidates` are places of the
    proposed text as it stands now, best first.
    """

    path: str
    number: int
    block: EditBlock
    said: str
    candidates: tuple[Candidate, ...]


def unplaced_changes(file: FileReview) -> list[UnplacedChange]:
    """The changes of `file` that have no place. Blocking: looks for places in its text."""
    if file.edits is None:
        return []
    changes = []
    for number, left in enumerate(file.edits.unplaced):
        block = file.edits.blocks[left.block]
        candidates = left.candidates
        if file.after != file.before:
            # Lines have moved since: what is shown is the text the change would go into.
            again = _placed(file, replace(block, closed=True)).unplaced
            candidates = again[0].candidates if again else ()
        changes.append(UnplacedChange(file.path, number, block, left.said, candidates))
    return changes


def place_by_hand(file: FileReview, change: UnplacedChange, start: int, end: int) -> FileReview:
    """The review with `change` in the place of lines `start` to `end` (from 0, half open) of the
    proposed text. Hunks it leaves alone stay as decided. Blocking: diffs."""
    if file.edits is None:
        return file
    if file.diff.in_places:
        # In a line of many kB the new text is a part of it.
        new = "".join(change.block.new)
        lines = file.diff.new_lines
        if 0 < end <= len(lines) and not lines[end - 1].endswith("\n"):
            new = new.removesuffix("\n")
        changed = file.in_place_edited(start, end, cut_part(new))
        return replace(changed, edits=file.edits.without(change.number))
    placed = place(file.after, [replace(change.block, closed=True)], {0: (start, end)})
    changed = file.edited(placed.text)
    return replace(changed, edits=file.edits.without(change.number))


def _placed(file: FileReview, block: EditBlock) -> Placed:
    if not file.diff.in_places:
        return place(file.after, [block])
    large = place_in_large(file.after, [block])
    if large.pieces == file.diff.new_lines:
        return large.placed
    # Long lines are cut otherwise by now: places counted in other pieces are none of these.
    left = tuple(replace(one, candidates=()) for one in large.placed.unplaced)
    return replace(large.placed, unplaced=left)


def _on_new_side(file: FileReview, large: LargePlaced) -> list[PieceChange]:
    """The changes of `large`, counted in the pieces that the review has of the proposed text."""
    if large.pieces == file.diff.new_lines:
        return list(large.changes)
    starts = array("Q", accumulate(map(len, file.diff.new_lines), initial=0))
    theirs = array("Q", accumulate(map(len, large.pieces), initial=0))
    found = []
    for change in large.changes:
        start, end = theirs[change.start], theirs[change.end]
        first = bisect_right(starts, start) - 1
        last = bisect_left(starts, end)
        before = file.after[starts[first] : start]
        after = file.after[end : starts[last]]
        new = cut_part(before + "".join(change.new) + after)
        found.append(PieceChange(first, last, new))
    return found


def leave_out(file: FileReview, change: UnplacedChange) -> FileReview:
    """The review without `change`."""
    if file.edits is None:
        return file
    return replace(file, edits=file.edits.without(change.number))


def with_other_lines(file: FileReview, change: UnplacedChange, old: str, new: str) -> FileReview:
    """The review with the old and new lines of `change` as a person wants them; where the old
    ones are found now, it has its place. Blocking: looks for a place and diffs."""
    if file.edits is None:
        return file
    block = replace(EditBlock.of(old, new), scopes=change.block.scopes, source=change.block.source)
    if file.diff.in_places:
        large = place_in_large(file.after, [block])
        placed, changed = large.placed, file
        for at in reversed(_on_new_side(file, large)):
            changed = changed.in_place_edited(*at)
    else:
        placed = place(file.after, [block])
        changed = file if placed.text == file.after else file.edited(placed.text)
    return replace(changed, edits=file.edits.with_block(change.number, block, placed))


def old_and_new(change: UnplacedChange) -> tuple[str, str]:
    """The lines that are looked for, and those that shall stand there."""
    return "".join(change.block.old), "".join(change.block.new)
