"""What was decided step by step, so that each action can be taken back and done again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import NamedTuple

from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

MOST_ACTIONS = 1_000
"""Actions that can be taken back; each costs a pointer for every hunk of the changed files."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A review between two actions, and what is to be looked at in it: sentences by path."""

    review: Review
    warnings: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class VerdictHistory:
    """How a review stands `now`, what it was before each action, and what was taken back.

    `past` ends with the last action's state, `future` begins with the next one to do again.
    """

    now: Standing
    past: tuple[Standing, ...] = ()
    future: tuple[Standing, ...] = ()

    def then(self, now: Standing) -> VerdictHistory:
        """The history with one more action, which led to `now`. What changes nothing is none."""
        if now.review == self.now.review:
            return replace(self, now=now)
        return VerdictHistory(now, (*self.past, self.now)[-MOST_ACTIONS:])

    def taken_back(self) -> VerdictHistory:
        """As it was before the last action; the same where nothing was done."""
        if not self.past:
            return self
        return VerdictHistory(self.past[-1], self.past[:-1], (self.now, *self.future))

    def done_again(self) -> VerdictHistory:
        """As it was before the last action was taken back; the same where none was."""
        if not self.future:
            return self
        return VerdictHistory(self.future[0], (*self.past, self.now), self.future[1:])


class Place(NamedTuple):
    """A file by its number in the review, and a hunk of it; -1 where it has none to show."""

    file: int
    hunk: int


def first_change(before: Review, after: Review) -> Place:
    """Where `after` first is another than `before`; the first hunk where they are the same."""
    for number, file in enumerate(after.files):
        was = _same_path(before, file)
        if file != was:
            changed = _changed(was, file)
            return Place(number, changed[0] if changed else min(0, len(file.hunks) - 1))
    return Place(0, 0)


def change_in_words(before: Review, after: Review, again: str = "") -> str:
    """What leads from `before` to `after`, such as "12 hunks undecided". Safe to show.

    `again` goes behind each verdict.
    """
    verdicts: Counter[Verdict] = Counter()
    said: list[str] = []
    for file in after.files:
        was = _same_path(before, file)
        if was == file:
            continue
        if was is None or was.after != file.after:
            said.append(f"the edit of {visible(file.path)}")
        elif was.hunks != file.hunks:
            said.append("the split")
        for number in _changed(was, file):
            if number < file.acts:
                said.append(
                    f"{_ACTS[file.action]} {visible(file.old_path)} "
                    f"{file.verdicts[number].value}{again}"
                )
            else:
                verdicts[file.verdicts[number]] += 1
    for verdict in (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDECIDED):
        if count := verdicts[verdict]:
            said.append(f"{count} hunk{'s' * (count != 1)} {verdict.value}{again}")
    return ", ".join(said) or "nothing"


_ACTS = {"delete": "deletion of", "rename": "rename of"}


def _same_path(review: Review, file: FileReview) -> FileReview | None:
    return next((other for other in review.files if other.path == file.path), None)


def _changed(before: FileReview | None, after: FileReview) -> list[int]:
    """The hunks of `after` that `before` does not have, or with another verdict."""
    known = Counter(() if before is None else _decided(before, after))
    changed: list[int] = []
    for number, hunk in enumerate(_decided(after, before)):
        if known[hunk]:
            known[hunk] -= 1
        else:
            changed.append(number)
    return changed


def _decided(file: FileReview, other: FileReview | None) -> list[Hashable]:
    """Each hunk with its verdict, so that it equals the same one of `other`."""
    if other is not None and other.after == file.after:
        return list(zip(file.hunks, file.verdicts, strict=True))
    return [
        (hunk.old_start, hunk.old_end, file.proposed_lines(number), file.verdicts[number])
        for number, hunk in enumerate(file.hunks)
    ]
