"""All files of one proposal, and what is to be done to them in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from autocoder_tui.review.counts import Counts, LineCounts, sum_lines
from autocoder_tui.review.file_review import FileReview, Verdict


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
        """The same review with every hunk of every file decided alike, moves and deletions too."""
        return Review(tuple(file.all_verdict(verdict) for file in self.files))

    def decided(self, verdict: Verdict, but: Collection[str] = ()) -> Review:
        """The same review with every hunk decided alike, except in the files at the paths `but`.
        What deletes or renames a file is not accepted so: each is by itself."""

        def now(file: FileReview) -> FileReview:
            if file.path in but:
                return file
            accepts = verdict is Verdict.ACCEPTED
            return file.text_verdict(verdict) if accepts else file.all_verdict(verdict)

        return Review(tuple(map(now, self.files)))

    def results(self) -> dict[str, str]:
        """The text to write for each path with an accepted hunk."""
        results = ((file.final_path, file.result()) for file in self.files if file.writes)
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
        return sum_lines(file.accepted_lines for file in self.files)

    @cached_property
    def lines(self) -> LineCounts:
        return sum_lines(file.lines for file in self.files)

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
            names = _named([file.names for file in files])
            back = f"takes what was written back out of {names}"
            written = f"{written}, {back}" if any(file.writes for file in self.files) else back
        return f"{self.counts} · {written}"

    def to_patch(self, *, accepted_only: bool = False) -> str:
        """The patches of all files, one after the other."""
        return "".join(file.to_patch(accepted_only=accepted_only) for file in self.files)


def _writes(files: Iterable[FileReview]) -> str:
    """What is done to the files as decided, in words."""
    written = [file for file in files if file.writes]
    texts = [file for file in written if not (file.moves or file.removes)]
    new = len(texts) <= _MOST_NAMED and all(file.is_new for file in texts)
    done = {
        "creates" if new else "writes": texts,
        "renames": [file for file in written if file.moves],
        "deletes": [file for file in written if file.removes],
    }
    words = [_deed(verb, of_it) for verb, of_it in done.items() if of_it]
    return ", ".join(words) or "writes nothing"


def _deed(verb: str, files: Sequence[FileReview]) -> str:
    lines = sum_lines(file.accepted_lines for file in files)
    unchanged = verb == "renames" and not any(lines)
    names = _named([file.names for file in files])
    return f"{verb} {names}" + ("" if unchanged else f" ({lines})")


_MOST_NAMED = 2


def _named(names: Sequence[str]) -> str:
    return f"{len(names)} files" if len(names) > _MOST_NAMED else " and ".join(names)
