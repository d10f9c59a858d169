"""What is under review and what was decided: values that never change, only get replaced.

A `FileReview` is one file's change and a verdict on each of its hunks; a `Review` is all
files of a reply. Nothing here writes: `result()` is the text to write, `to_patch()` the
same as a patch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.carry_verdicts import known_pieces, moved_hunks
from autocoder_tui.review.diff import Diff, diff_lines
from autocoder_tui.review.line_ends import changed_ends, ends_in_words
from autocoder_tui.review.patch import file_patch
from autocoder_tui.review.split_hunk import split_hunk
from autocoder_tui.safety.sanitize import visible


class Verdict(Enum):
    """What was decided on a hunk. Undecided hunks are not written."""

    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    REJECTED = "rejected"

    @property
    def mark(self) -> str:
        """One character that tells the verdicts apart without colour."""
        return _MARKS[self]


_MARKS = {Verdict.UNDECIDED: "·", Verdict.ACCEPTED: "✓", Verdict.REJECTED: "✗"}


class Counts(NamedTuple):
    """How many hunks stand where."""

    accepted: int
    rejected: int
    undecided: int

    @property
    def total(self) -> int:
        return self.accepted + self.rejected + self.undecided

    def __str__(self) -> str:
        return (
            f"{self.accepted} of {self.total} accepted, "
            f"{self.rejected} rejected, {self.undecided} undecided"
        )


class LineCounts(NamedTuple):
    """Lines added and removed, and lines of which only the end is another: those count there
    alone."""

    added: int
    removed: int
    ends: int = 0

    def __str__(self) -> str:
        ends = f"{self.ends} line end{'s' if self.ends != 1 else ''}" if self.ends else ""
        lines = f"+{self.added} −{self.removed}" if self.added or self.removed or not ends else ""
        return ", ".join(part for part in (lines, ends) if part)


@dataclass(frozen=True)
class FileReview:
    """The change proposed to one file, hunk by hunk, with a verdict on each.

    `before` is None for a file that does not exist yet: its whole text is one hunk, which
    may be without lines (an empty new file is a decision too). `hunks` begins as the
    diff's and gets finer by `split`. `complete` is False where the reply ended early or
    its parse was a guess; `remark` says why. Make one with `FileReview.of`.
    """

    path: str
    before: str | None = field(repr=False)
    after: str = field(repr=False)
    complete: bool
    remark: str
    diff: Diff = field(repr=False)
    hunks: tuple[Hunk, ...] = field(repr=False)
    verdicts: tuple[Verdict, ...] = field(repr=False)

    @classmethod
    def of(
        cls, path: str, before: str | None, after: str, complete: bool = True, remark: str = ""
    ) -> FileReview:
        """Compare the texts; nothing decided yet. Call it off the event loop for large files."""
        diff = diff_lines(before or "", after)
        hunks = diff.hunks
        if before is None:
            hunks = (Hunk(0, 0, 0, len(diff.new_lines)),)
        undecided = (Verdict.UNDECIDED,) * len(hunks)
        return cls(path, before, after, complete, remark, diff, hunks, undecided)

    @property
    def is_new(self) -> bool:
        return self.before is None

    def with_verdict(self, hunk: int, verdict: Verdict) -> FileReview:
        """The same review with hunk number `hunk` (from 0) decided. IndexError if there is none."""
        verdicts = list(self.verdicts)
        verdicts[hunk] = verdict
        return replace(self, verdicts=tuple(verdicts))

    def all_verdict(self, verdict: Verdict) -> FileReview:
        """The same review with every hunk decided alike."""
        return replace(self, verdicts=(verdict,) * len(self.hunks))

    def split(self, hunk: int) -> FileReview:
        """The same review with one hunk in smaller pieces, which keep its verdict.

        Unchanged where the hunk cannot be cut.
        """
        pieces = split_hunk(self.diff, self.hunks[hunk])
        verdicts = (self.verdicts[hunk],) * len(pieces)
        return replace(
            self,
            hunks=self.hunks[:hunk] + pieces + self.hunks[hunk + 1 :],
            verdicts=self.verdicts[:hunk] + verdicts + self.verdicts[hunk + 1 :],
        )

    def edited(self, after: str) -> FileReview:
        """The review of another proposed text; hunks it leaves as they were stay as decided.

        Pieces of a split hunk stay apart as long as all of them are left as they were.
        """
        fresh = FileReview.of(self.path, self.before, after, self.complete, self.remark)
        return fresh.decided_like(self)

    def decided_like(self, earlier: FileReview) -> FileReview:
        """The same review with the splits and verdicts of `earlier` where a hunk is the same.

        A hunk is the same when it puts the same lines in the place of the same old lines. The
        old text may be another by now: then that goes for the lines that are still there.
        """
        hunks, verdicts = earlier.hunks, earlier.verdicts
        if earlier.before != self.before:
            if earlier.before is None or self.before is None:
                return self
            numbers, hunks = moved_hunks(hunks, earlier.before, self.before)
            verdicts = tuple(verdicts[number] for number in numbers)
        pieces = known_pieces(self.diff, self.hunks, earlier.diff, hunks)
        return replace(
            self,
            hunks=tuple(hunk for hunk, _ in pieces),
            verdicts=tuple(
                Verdict.UNDECIDED if number is None else verdicts[number] for _, number in pieces
            ),
        )

    def proposed_lines(self, hunk: int) -> str:
        """What hunk number `hunk` puts in the place of the old lines."""
        start, end = self.hunks[hunk][2:]
        return "".join(self.diff.new_lines[start:end])

    def replaced_lines(self, hunk: int) -> str:
        """The old lines that hunk number `hunk` takes away."""
        start, end = self.hunks[hunk][:2]
        return "".join(self.diff.old_lines[start:end])

    def hunk_edited(self, hunk: int, lines: str) -> FileReview:
        """The review with `lines` proposed by one hunk. A newline missing at their end is added
        where more lines follow. Call it off the event loop for large files."""
        start, end = self.hunks[hunk][2:]
        new = self.diff.new_lines
        if lines and not lines.endswith("\n") and end < len(new):
            lines += "\n"
        return self.edited("".join(new[:start]) + lines + "".join(new[end:]))

    def _with(self, verdict: Verdict) -> tuple[Hunk, ...]:
        pairs = zip(self.hunks, self.verdicts, strict=True)
        return tuple(hunk for hunk, decided in pairs if decided is verdict)

    @cached_property
    def accepted_hunks(self) -> tuple[Hunk, ...]:
        return self._with(Verdict.ACCEPTED)

    def result(self) -> str | None:
        """The old text with the accepted hunks made; None for a new file that is not wanted."""
        return self._made(self.accepted_hunks)

    def without_rejected(self) -> str | None:
        """The proposed text without what was rejected: accepted and undecided hunks stand.

        None for a new file that is not wanted.
        """
        pairs = zip(self.hunks, self.verdicts, strict=True)
        return self._made([hunk for hunk, verdict in pairs if verdict is not Verdict.REJECTED])

    def _made(self, hunks: Sequence[Hunk]) -> str | None:
        if not hunks:
            return self.before
        parts: list[str] = []
        place = 0
        for hunk in hunks:
            parts += self.diff.old_lines[place : hunk.old_start]
            parts += self.diff.new_lines[hunk.new_start : hunk.new_end]
            place = hunk.old_end
        parts += self.diff.old_lines[place:]
        return "".join(parts)

    @property
    def writes(self) -> bool:
        """Whether anything is to be written: some hunk is accepted."""
        return bool(self.accepted_hunks)

    @cached_property
    def counts(self) -> Counts:
        return Counts(*(len(self._with(verdict)) for verdict in _ORDER))

    @cached_property
    def accepted_lines(self) -> LineCounts:
        """Lines the accepted hunks add and remove."""
        return _line_counts(self.diff, self.accepted_hunks)

    @cached_property
    def lines(self) -> LineCounts:
        """Lines the whole proposal adds and removes."""
        return _line_counts(self.diff, self.hunks)

    @cached_property
    def changed_ends(self) -> str:
        """Which line ends change, in words, where the whole proposal changes nothing else; or
        "". Safe to show."""
        changed = changed_ends(self.before or "", self.after)
        return ends_in_words(changed) if changed else ""

    @property
    def summary(self) -> str:
        """One line: what was decided and what will be written. Safe to show."""
        if not self.hunks:
            return f"{visible(self.path)} is proposed unchanged"
        return f"{self.counts} · {_writes([self])}"

    def to_patch(self, *, accepted_only: bool = False) -> str:
        """A unified patch of all hunks, or of the accepted ones; "" where there are none."""
        hunks = self.accepted_hunks if accepted_only else self.hunks
        return file_patch(self.path, self.diff, hunks, is_new=self.is_new)

    def patch_of(self, verdict: Verdict) -> str:
        """A unified patch of the hunks with that verdict; "" where there are none."""
        return file_patch(self.path, self.diff, self._with(verdict), is_new=self.is_new)

    def hunk_patch(self, hunk: int) -> str:
        """A unified patch of hunk number `hunk` alone."""
        return file_patch(self.path, self.diff, [self.hunks[hunk]], is_new=self.is_new)


_ORDER = (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDECIDED)


def _line_counts(diff: Diff, hunks: Iterable[Hunk]) -> LineCounts:
    return _sum_lines(_hunk_lines(diff, hunk) for hunk in hunks)


def _hunk_lines(diff: Diff, hunk: Hunk) -> LineCounts:
    old = diff.old_lines[hunk.old_start : hunk.old_end]
    new = diff.new_lines[hunk.new_start : hunk.new_end]
    if old and new and (ends := changed_ends("".join(old), "".join(new))):
        return LineCounts(0, 0, ends.total())
    return LineCounts(hunk.added, hunk.removed)


def _writes(files: Iterable[FileReview]) -> str:
    written = [file for file in files if file.writes]
    if not written:
        return "writes nothing"
    lines = _sum_lines(file.accepted_lines for file in written)
    new = len(written) <= _MOST_NAMED and all(file.is_new for file in written)
    names = _named([file.path for file in written])
    return f"{'creates' if new else 'writes'} {names} ({lines})"


_MOST_NAMED = 2


def _named(paths: Sequence[str]) -> str:
    if len(paths) > _MOST_NAMED:
        return f"{len(paths)} files"
    return " and ".join(visible(path) for path in paths)


def _sum_lines(counts: Iterable[LineCounts]) -> LineCounts:
    counts = tuple(counts)
    return LineCounts(
        sum(c.added for c in counts), sum(c.removed for c in counts), sum(c.ends for c in counts)
    )


@dataclass(frozen=True)
class Review:
    """All files of one proposal, in the order of the reply, one review for each path."""

    files: tuple[FileReview, ...]

    def file(self, path: str) -> FileReview:
        """The review of `path`. Raises KeyError."""
        for file in self.files:
            if file.path == path:
                return file
        raise KeyError(path)

    def with_file(self, changed: FileReview) -> Review:
        """The same review with one file's review replaced. Raises KeyError."""
        self.file(changed.path)
        return Review(tuple(changed if f.path == changed.path else f for f in self.files))

    def all_verdict(self, verdict: Verdict) -> Review:
        """The same review with every hunk of every file decided alike."""
        return Review(tuple(file.all_verdict(verdict) for file in self.files))

    def results(self) -> dict[str, str]:
        """The text to write for each path with an accepted hunk."""
        results = ((file.path, file.result()) for file in self.files if file.writes)
        return {path: text for path, text in results if text is not None}

    @cached_property
    def counts(self) -> Counts:
        each = [file.counts for file in self.files]
        return Counts(
            sum(c.accepted for c in each),
            sum(c.rejected for c in each),
            sum(c.undecided for c in each),
        )

    @cached_property
    def accepted_lines(self) -> LineCounts:
        return _sum_lines(file.accepted_lines for file in self.files)

    @cached_property
    def lines(self) -> LineCounts:
        return _sum_lines(file.lines for file in self.files)

    @property
    def summary(self) -> str:
        """One line: what was decided and what will be written. Safe to show."""
        return self.summary_taking_back(())

    def summary_taking_back(self, files: Sequence[FileReview]) -> str:
        """The same where hunks of `files` were written that are no longer accepted."""
        if not self.counts.total:
            return "Nothing is proposed to change"
        written = _writes(self.files)
        if files:
            names = _named([file.path for file in files])
            back = f"takes what was written back out of {names}"
            written = f"{written}, {back}" if any(file.writes for file in self.files) else back
        return f"{self.counts} · {written}"

    def to_patch(self, *, accepted_only: bool = False) -> str:
        """The patches of all files, one after the other."""
        return "".join(file.to_patch(accepted_only=accepted_only) for file in self.files)
