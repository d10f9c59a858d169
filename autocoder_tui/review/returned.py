"""What somebody rejected, found again in a later proposal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class RejectedChange:
    """A change to the file at `path`: the lines it takes away and those it puts in their place,
    between the lines `above` and `below`. A rename takes `old`, a path; of a deletion only that is
    known. `note`: what somebody said of it."""

    path: str
    old: str = ""
    new: str = ""
    above: str = ""
    below: str = ""
    act: Literal["", "rename", "delete"] = ""
    note: str = ""


def change_of(file: FileReview, hunk: int) -> RejectedChange:
    """Hunk number `hunk` as a change that is known again, whatever its number is by then."""
    if file.deletes:
        return RejectedChange(file.path, act="delete")
    if hunk < file.acts:
        return RejectedChange(file.path, file.source, act="rename")
    place = file.hunks[hunk]
    lines = file.diff.old_lines
    return RejectedChange(
        file.old_path,
        file.replaced_lines(hunk),
        file.proposed_lines(hunk),
        lines[place.old_start - 1] if place.old_start else "",
        lines[place.old_end] if place.old_end < len(lines) else "",
    )


def rejected_changes(
    review: Review, notes: Mapping[RejectedChange, str] | None = None
) -> tuple[RejectedChange, ...]:
    """All that is rejected in `review`, with what was said of it."""
    return tuple(
        replace(change, note=(notes or {}).get(change, ""))
        for change in _decided(review, Verdict.REJECTED)
    )


def without_accepted(
    rejected: Sequence[RejectedChange], review: Review
) -> tuple[RejectedChange, ...]:
    """`rejected` without what is accepted in `review`: whoever rejected it thought again."""
    accepted = set(_decided(review, Verdict.ACCEPTED))
    return tuple(change for change in rejected if replace(change, note="") not in accepted)


def _decided(review: Review, verdict: Verdict) -> Iterator[RejectedChange]:
    for file in review.files:
        for number, decided in enumerate(file.verdicts):
            if decided is verdict:
                yield change_of(file, number)


def returned_in(file: FileReview, rejected: Sequence[RejectedChange]) -> dict[int, int]:
    """The hunks of `file` in which something comes back that was rejected, each with the place
    of that in `rejected`; of several the last, but sooner one that is all of the hunk."""
    names = {file.path, file.old_path}
    of_file = [(at, change) for at, change in enumerate(rejected) if change.path in names]
    found: dict[int, int] = {}
    for number in range(len(file.hunks)) if of_file else ():
        now = change_of(file, number)
        back = [at for at, change in of_file if _comes_back(change, now)]
        if back:
            found[number] = max(back, key=lambda at: (_is_all_of(rejected[at], now), at))
    return found


def is_unchanged(file: FileReview, hunk: int, change: RejectedChange) -> bool:
    """Whether the hunk is that change and nothing else."""
    return _is_all_of(change, change_of(file, hunk))


def _is_all_of(change: RejectedChange, now: RejectedChange) -> bool:
    return (now.act, now.old, now.new) == (change.act, change.old, change.new)


def _comes_back(change: RejectedChange, now: RejectedChange) -> bool:
    if change.act or now.act:
        return (change.act, change.path, change.old) == (now.act, now.path, now.old)
    old, new = change.old.splitlines(), change.new.splitlines()
    old_now, new_now = now.old.splitlines(), now.new.splitlines()
    if (old, new) == (old_now, new_now):
        # Without lines that go, the same line may be meant for another place.
        return bool(old) or not new or _beside(change, now) or len(new) > 1
    if not any(line.strip() for line in new):
        # Lines were to go: within a larger hunk they do unless they are put there again.
        return len(old) > 1 and _holds(old_now, old) and not _holds(new_now, old)
    enough = bool(old) or len(new) > 1
    return enough and _holds(new_now, new) and _holds(old_now, old)


def _beside(change: RejectedChange, now: RejectedChange) -> bool:
    return change.above == now.above or change.below == now.below


def _holds(lines: Sequence[str], part: Sequence[str]) -> bool:
    """Whether `part` stands in `lines`, all of it and in one piece."""
    count = len(part)
    return any(lines[at : at + count] == part for at in range(len(lines) - count + 1))


def rejected_again(file: FileReview, rejected: Sequence[RejectedChange]) -> FileReview:
    """`file` with those undecided hunks rejected that come back as they were."""
    for number, at in returned_in(file, rejected).items():
        if file.verdicts[number] is Verdict.UNDECIDED and is_unchanged(file, number, rejected[at]):
            file = file.with_verdict(number, Verdict.REJECTED)
    return file
