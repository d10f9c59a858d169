"""What is under review and what was decided: values that never change, only get replaced.

A `FileReview` is one file's change and a verdict on each of its hunks. Nothing here writes:
`result()` is the text to write, `to_patch()` the same as a patch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal, TypeAlias

from autocoder_tui.edits.large_text import LargePlaced, cut_part
from autocoder_tui.edits.long_lines import pieces_of
from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.carry_verdicts import known_pieces, moved_hunks
from autocoder_tui.review.counts import Counts, LineCounts, line_counts
from autocoder_tui.review.diff import Diff, diff_lines
from autocoder_tui.review.file_edits import FileEdits
from autocoder_tui.review.line_ends import changed_ends, ends_in_words
from autocoder_tui.review.patch import file_patch
from autocoder_tui.review.places import (
    diff_of_places,
    lines_changed,
    pieces_compared,
    range_replaced,
    whole_lines,
)
from autocoder_tui.review.split_hunk import split_hunk
from autocoder_tui.review.verdict import Verdict as Verdict
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.text.digest import text_digest

Action: TypeAlias = Literal["create", "change", "delete", "rename"]
"""What a proposal does to a file; a rename may change its text too."""

MOVE: Final = Hunk(0, 0, 0, 0)
"""Stands before all other hunks of a file to be renamed, and is decided as they are: it has no
lines, and is the move itself."""


@dataclass(frozen=True)
class FileReview:
    """The change proposed to one file, hunk by hunk, with a verdict on each.

    `before` is None for a file that does not exist yet: its whole text is one hunk, which
    may be without lines (an empty new file is a decision too). `hunks` begins as the
    diff's and gets finer by `split`. `complete` is False where the reply ended early or
    its parse was a guess; `remark` says why. Make one with `FileReview.of`.

    A file that shall be renamed has its old path as `source`, and the move as its first hunk
    (`MOVE`): accepted without the others it moves the file unchanged; the others without it
    change the file in its old place. One that `deletes` its file has one hunk, which takes
    all of it: accepted, no file is left.
    """

    path: str
    before: str | None = field(repr=False)
    after: str = field(repr=False)
    complete: bool
    remark: str
    diff: Diff = field(repr=False)
    hunks: tuple[Hunk, ...] = field(repr=False)
    verdicts: tuple[Verdict, ...] = field(repr=False)
    source: str = ""
    deletes: bool = False
    edits: FileEdits | None = field(default=None, repr=False)
    """Where the reply gave changes and no text: which went where, and which have no place."""
    before_sha256: str = field(default="", repr=False)
    """Of an old text that is not compared whole, in UTF-8 and in hex: what it is known by where it
    is not kept."""

    @classmethod
    def of(
        cls,
        path: str,
        before: str | None,
        after: str,
        complete: bool = True,
        remark: str = "",
        *,
        source: str = "",
        deletes: bool = False,
    ) -> FileReview:
        """Compare the texts; nothing decided yet. Call it off the event loop for large files.

        Only a file that is there can have a `source`, or be deleted.
        """
        after = "" if deletes else after
        diff = diff_lines(before or "", after)
        hunks = diff.hunks
        if before is None or deletes:
            hunks = (Hunk(0, len(diff.old_lines), 0, len(diff.new_lines)),)
        elif source:
            hunks = (MOVE, *hunks)
        undecided = (Verdict.UNDECIDED,) * len(hunks)
        return cls(path, before, after, complete, remark, diff, hunks, undecided, source, deletes)

    @classmethod
    def of_places(
        cls,
        path: str,
        before: str,
        large: LargePlaced,
        complete: bool = True,
        remark: str = "",
        *,
        source: str = "",
    ) -> FileReview:
        """The review of changes placed in a text that is not compared whole: each place a hunk."""
        diff, digest = diff_of_places(large), text_digest(before)
        file = cls(path, before, large.placed.text, complete, remark, diff, (), (), source)
        return replace(file._undecided(diff), before_sha256=digest)

    def _undecided(self, diff: Diff) -> FileReview:
        hunks = (MOVE, *diff.hunks) if self.source else diff.hunks
        verdicts = (Verdict.UNDECIDED,) * len(hunks)
        return replace(self, diff=diff, hunks=hunks, verdicts=verdicts)

    @property
    def action(self) -> Action:
        if self.before is None:
            return "create"
        if self.deletes:
            return "delete"
        return "rename" if self.source else "change"

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def old_path(self) -> str:
        """Where the old text stands."""
        return self.source or self.path

    @property
    def names(self) -> str:
        """The path; of a rename both, as "a.py → b.py". Safe to show."""
        path = visible(self.path)
        return f"{visible(self.source)} → {path}" if self.source else path

    @property
    def moves(self) -> bool:
        """Whether the file shall be renamed, as decided."""
        return bool(self.source) and self.verdicts[0] is Verdict.ACCEPTED

    @property
    def stays_moved(self) -> bool:
        """Whether a rename is proposed and was not rejected."""
        return bool(self.source) and self.verdicts[0] is not Verdict.REJECTED

    @property
    def removes(self) -> bool:
        """Whether the file shall be deleted, as decided."""
        return self.deletes and self.verdicts[0] is Verdict.ACCEPTED

    @property
    def final_path(self) -> str:
        """Where the file is to be found, as decided."""
        return self.path if self.moves else self.old_path

    @property
    def acts(self) -> int:
        """How many of the hunks, from the first on, are no change of the text: a move, or a
        deletion. They are accepted one by one only."""
        return 1 if self.source or self.deletes else 0

    def with_verdict(self, hunk: int, verdict: Verdict) -> FileReview:
        """The same review with hunk number `hunk` (from 0) decided. IndexError if there is none."""
        verdicts = list(self.verdicts)
        verdicts[hunk] = verdict
        return replace(self, verdicts=tuple(verdicts))

    def all_verdict(self, verdict: Verdict) -> FileReview:
        """The same review with every hunk decided alike, a move or a deletion too."""
        return replace(self, verdicts=(verdict,) * len(self.hunks))

    def text_verdict(self, verdict: Verdict) -> FileReview:
        """The same review with every change of the text decided alike; a move or a deletion
        stays as it was."""
        acts = self.acts
        text = (verdict,) * (len(self.hunks) - acts)
        return replace(self, verdicts=self.verdicts[:acts] + text)

    def unmoved(self) -> FileReview:
        """The same change of the text in the file's old place."""
        if not self.source:
            return self
        return replace(
            self, path=self.source, source="", hunks=self.hunks[1:], verdicts=self.verdicts[1:]
        )

    def split(self, hunk: int) -> FileReview:
        """The same review with one hunk in smaller pieces, which keep its verdict.

        Unchanged where the hunk cannot be cut, as a move and a deletion never can.
        """
        if hunk < self.acts:
            return self
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
        if self.deletes:
            return self
        if self.diff.in_places:
            diff = pieces_compared(self.diff.old_lines, pieces_of(after))
            fresh = replace(self, after=after)._undecided(diff)
        else:
            fresh = FileReview.of(
                self.path, self.before, after, self.complete, self.remark, source=self.source
            )
        return replace(fresh.decided_like(self), edits=self.edits)

    def in_place_edited(self, start: int, end: int, new: Sequence[str]) -> FileReview:
        """The review with `new` pieces in the place of pieces `start` to `end` of the proposed
        text, which is not compared again. What that touches is undecided; the rest stays."""
        acts = self.acts
        diff, hunks, kept = range_replaced(self.diff, self.hunks[acts:], start, end, new)
        verdicts = tuple(
            Verdict.UNDECIDED if number is None else self.verdicts[acts + number] for number in kept
        )
        return replace(
            self,
            after="".join(diff.new_lines),
            diff=diff,
            hunks=self.hunks[:acts] + hunks,
            verdicts=self.verdicts[:acts] + verdicts,
        )

    def decided_like(self, earlier: FileReview) -> FileReview:
        """The same review with the splits and verdicts of `earlier` where a hunk is the same.

        A hunk is the same when it puts the same lines in the place of the same old lines. The
        old text may be another by now: then that goes for the lines that are still there. A
        move is the same between the same names, a deletion when it is of the same text.
        """
        if self.deletes or earlier.deletes:
            alike = self.deletes and earlier.deletes and self.before == earlier.before
            return replace(self, verdicts=earlier.verdicts) if alike else self
        text = self._of_text()._text_decided_like(earlier._of_text())
        if not self.source:
            return text
        alike = (self.path, self.source) == (earlier.path, earlier.source)
        move = earlier.verdicts[0] if alike else Verdict.UNDECIDED
        return replace(
            text,
            source=self.source,
            hunks=(MOVE, *text.hunks),
            verdicts=(move, *text.verdicts),
        )

    def _of_text(self) -> FileReview:
        """The same without the move."""
        return replace(self.unmoved(), path=self.path)

    def _text_decided_like(self, earlier: FileReview) -> FileReview:
        hunks, verdicts = earlier.hunks, earlier.verdicts
        if self.diff.in_places != earlier.diff.in_places:
            return self
        if earlier.before != self.before:
            if earlier.before is None or self.before is None or self.diff.in_places:
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
        if hunk < self.acts:
            return self
        start, end = self.hunks[hunk][2:]
        new = self.diff.new_lines
        if self.diff.in_places:
            if lines and start < end < len(new) and new[end - 1].endswith("\n"):
                lines = lines.removesuffix("\n") + "\n"
            return self.in_place_edited(start, end, cut_part(lines))
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
        """The text at `final_path`: the old one with the accepted hunks made. None where no file
        is to be: a new one that is not wanted, or one that goes."""
        return self._made(self.accepted_hunks)

    def without_rejected(self) -> str | None:
        """The proposed text without what was rejected: accepted and undecided hunks stand.

        None for a new file that is not wanted, and for one that goes.
        """
        pairs = zip(self.hunks, self.verdicts, strict=True)
        return self._made([hunk for hunk, verdict in pairs if verdict is not Verdict.REJECTED])

    def _made(self, hunks: Sequence[Hunk]) -> str | None:
        if not hunks:
            return self.before
        if self.deletes:
            return None
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
        return self._line_counts(self.accepted_hunks)

    @cached_property
    def lines(self) -> LineCounts:
        """Lines the whole proposal adds and removes."""
        return self._line_counts(self.hunks)

    def _line_counts(self, hunks: Sequence[Hunk]) -> LineCounts:
        if self.diff.in_places:
            return LineCounts(*lines_changed(self.diff, hunks))
        return line_counts(self.diff, hunks)

    @cached_property
    def changed_ends(self) -> str:
        """Which line ends change, in words, where the whole proposal changes nothing else; or
        "". Safe to show."""
        changed = None if self.diff.in_places else changed_ends(self.before or "", self.after)
        return ends_in_words(changed) if changed else ""

    def to_patch(self, *, accepted_only: bool = False) -> str:
        """A unified patch of all hunks, or of the accepted ones; "" where there are none."""
        return self._patch(self.accepted_hunks if accepted_only else self.hunks)

    def patch_of(self, verdict: Verdict) -> str:
        """A unified patch of the hunks with that verdict; "" where there are none."""
        return self._patch(self._with(verdict))

    def hunk_patch(self, hunk: int) -> str:
        """A unified patch of hunk number `hunk` alone."""
        return self._patch([self.hunks[hunk]])

    def _patch(self, hunks: Sequence[Hunk]) -> str:
        moves = bool(self.source) and MOVE in hunks[:1]
        new_path = self.path if moves else self.old_path
        return file_patch(
            None if self.is_new else self.old_path,
            None if self.deletes else new_path,
            *whole_lines(self.diff, hunks),
        )


_ORDER = (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDECIDED)
