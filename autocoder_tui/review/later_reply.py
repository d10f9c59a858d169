"""A file that was decided on while its reply still came, and the same file as it came later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.safety.sanitize import visible

CAME_AGAIN: Final = "came once more, differently"
GOES_ON: Final = "goes on"
GONE: Final = "is not in the reply any more"


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was decided on the file at `path` and does not fit it any more: the number of
    `verdicts`, and the text that a person had edited, None where nobody had. `why` is said of the
    file."""

    path: str
    verdicts: int
    edited: str | None = None
    why: str = CAME_AGAIN

    def __str__(self) -> str:
        """What to say of it. Safe to show."""
        lost = f"{self.verdicts} verdict{'s' * (self.verdicts != 1)}" if self.verdicts else ""
        edit = "your edit" if self.edited is not None else ""
        what = " and ".join(filter(None, (lost, edit)))
        several = (self.verdicts > 1) or bool(lost and edit)
        return f"{visible(self.path)} {self.why}: {what} {'were' if several else 'was'} dropped."


def is_same(one: FileReview, other: FileReview) -> bool:
    """Whether both propose the same for the same text of the same file."""
    return (
        (one.path, one.source, one.deletes) == (other.path, other.source, other.deletes)
        and one.before == other.before
        and one.after == other.after
        and one.diff.in_places == other.diff.in_places
    )


def has_same_hunks(one: FileReview, other: FileReview) -> bool:
    """Whether both have the same to decide on, whatever the verdicts."""
    return is_same(one, other) and one.hunks == other.hunks


def decided_on(fresh: FileReview, known: FileReview, made: FileReview) -> FileReview:
    """`fresh`, which the reply holds by now, with what was decided on it before: as `known`, which
    began as `made`.

    Where the reply holds the same as then all of it stays, an edit too; else the verdicts of the
    hunks that are the same.
    """
    if not is_same(fresh, made):
        return fresh.decided_like(known)
    edits = fresh.edits if known.edits == made.edits else known.edits
    said = (known.complete, known.remark, known.edits)
    if said == (fresh.complete, fresh.remark, edits):
        return known
    return replace(known, complete=fresh.complete, remark=fresh.remark, edits=edits)


def dropped_from(known: FileReview, made: FileReview, now: FileReview | None) -> Dropped | None:
    """What of `known`, which began as `made`, is not in `now`; None where nothing is lost."""
    edited = known.after if known.after != made.after else None
    if now is None:
        lost, kept_edit = _decided(known), False
    else:
        lost, kept_edit = _decided(known) - _decided(now), now.after == known.after
    if kept_edit:
        edited = None
    if lost <= 0 and edited is None:
        return None
    return Dropped(known.path, max(0, lost), edited, GONE if now is None else CAME_AGAIN)


def _decided(file: FileReview) -> int:
    return sum(verdict is not Verdict.UNDECIDED for verdict in file.verdicts)
