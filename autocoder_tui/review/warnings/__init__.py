"""What a reader should know of a proposed file before accepting it with one key.

Each module knows one subject. All of them are looked at here, for the screen and for a run
without it; what is said there is the same, and a concern that `blocks` keeps a text from being
written while nobody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.warnings.characters import characters
from autocoder_tui.review.warnings.concern import Change, Concern
from autocoder_tui.review.warnings.edits import edits
from autocoder_tui.review.warnings.extent import arrived, extent
from autocoder_tui.review.warnings.frames import frames
from autocoder_tui.review.warnings.indentation import indentation
from autocoder_tui.review.warnings.line_numbers import line_numbers
from autocoder_tui.review.warnings.near_changes import near_changes
from autocoder_tui.review.warnings.paths import paths
from autocoder_tui.review.warnings.placed_edits import placed_edits
from autocoder_tui.review.warnings.placeholders import placeholders
from autocoder_tui.review.warnings.source import source

__all__ = ["Concern", "concerns", "review_concerns", "warnings"]

_SUBJECTS: tuple[Callable[[Change], Iterator[Concern]], ...] = (
    placed_edits, extent, placeholders, edits, frames, source, line_numbers, indentation,
    characters, paths,
)  # fmt: skip


def concerns(file: FileReview, text: str | None = None) -> tuple[Concern, ...]:
    """What is amiss with the proposed text, or with `text` in its place.

    Give `text` to look at a result of some hunks only. Parsing large files takes a while:
    call it off the event loop.
    """
    if file.diff.in_places:
        return tuple(_in_places(file, only_accepted=text is not None))
    change = Change(file, file.after if text is None else text)
    # Of a file that goes no text is left to be looked at.
    subjects = (arrived, paths) if file.deletes else _SUBJECTS
    return tuple(concern for subject in subjects for concern in subject(change))


def _in_places(file: FileReview, *, only_accepted: bool) -> Iterator[Concern]:
    """What is amiss with the changes of a file of which the rest is not looked at."""
    whole = Change(file, file.after)
    for subject in (placed_edits, arrived, paths):
        yield from subject(whole)
    near = near_changes(file, file.accepted_hunks if only_accepted else file.hunks)
    change = Change(near, near.after)
    for subject in (placeholders, edits, frames, line_numbers, characters):
        yield from subject(change)


def warnings(file: FileReview, text: str | None = None) -> tuple[str, ...]:
    """The same as sentences to show."""
    return tuple(concern.message for concern in concerns(file, text))


def review_concerns(
    files: Iterable[FileReview], doubtful: Collection[str] = ()
) -> dict[str, tuple[Concern, ...]]:
    """What is amiss with the files of one proposal, by path.

    `doubtful` are paths of which it is not certain that the text is the one that was meant: there
    the remark on the file blocks.
    """
    files = tuple(files)
    found = {file.path: concerns(file) for file in files}
    for path in doubtful:
        found[path] = tuple(
            replace(concern, blocks=True) if concern.kind == "remark" else concern
            for concern in found[path]
        )
    if files and not any(file.hunks for file in files):
        for file in files:
            # What was seen in the reply itself is said by its remark.
            found[file.path] += () if file.remark else (_UNCHANGED,)
    return found


_UNCHANGED = Concern("unchanged", "The reply changes nothing: it gives the file as it was.")
