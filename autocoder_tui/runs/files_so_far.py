"""What a reply that still comes proposes already: the files in it that are whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from autocoder_tui.engine.events import FileProposed, PartJoined
from autocoder_tui.engine.proposed_files import FileComing, files_coming, proposed_files
from autocoder_tui.engine.seam import Join
from autocoder_tui.review.beginning import Beginning, beginning_of
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reviewable import Reviewable


def proposed_so_far(
    prepared: Prepared, text: str, joins: Sequence[PartJoined]
) -> tuple[FileProposed, ...]:
    """The files that `text`, which is no whole reply, holds. Blocking: places edits."""
    joined = [Join(join.offset, join.proof, progress=True) for join in joins]
    return tuple(proposed_files(prepared.request, text, joined, finished=False))


@dataclass
class FilesSoFar:
    """The files of one run that came whole, and the changes that did, each as it came last.

    A file stays in it until the reply holds another text of it: that something is said around it
    for a moment, or that a part is taken back to be joined elsewhere, makes it not less whole.
    """

    prepared: Prepared
    whole: dict[tuple[str, str], FileProposed] = field(default_factory=dict)
    """What can be decided on: also the changes of a file that came whole before others of it."""
    coming: tuple[str, ...] = ()
    """The names of the files that are not whole yet."""
    begun: tuple[FileProposed, ...] = ()
    """The files of which the beginning has come, and nothing that can be decided on."""

    def look(self, text: str, joins: Sequence[PartJoined]) -> bool:
        """Look at what has come; whether there is anything else to decide on than before.
        Blocking."""
        # The beginning of a line that opens a file would be a remark on the file before it.
        lines = text[: text.rfind("\n") + 1]
        joined = [Join(join.offset, join.proof, progress=True) for join in joins]
        files = list(files_coming(self.prepared.request, lines, joined))
        self.coming = tuple(file.proposed.path for file in files if not file.is_whole)
        later = dict(self.whole)
        for file in files:
            key = _key(file.proposed)
            if file.is_decidable and not _is_beginning(file, later.get(key)):
                later[key] = file.proposed
        begun = [file.proposed for file in files if not file.is_decidable]
        self.begun = tuple(file for file in begun if file.after and _key(file) not in later)
        changed = any(_contents(later[key]) != _contents(was) for key, was in self.whole.items())
        changed = changed or len(later) != len(self.whole)
        self.whole = later
        return changed

    def reviewable(self) -> Reviewable:
        """The review of what can be decided on. Blocking: reads files and diffs."""
        return make_review(self.prepared, tuple(self.whole.values()))

    def beginnings(self) -> tuple[Beginning, ...]:
        """What is to be seen of the files that have begun. Blocking: reads files and diffs."""
        files = make_review(self.prepared, self.begun).review.files
        return tuple(beginning_of(file.path, file.before, file.after) for file in files)


def _key(file: FileProposed) -> tuple[str, str]:
    return file.path, file.renamed_from


def _is_beginning(file: FileComing, known: FileProposed | None) -> bool:
    """Whether `file` holds but the first of the changes that were there before: the others were
    taken back, to be joined elsewhere, and will come again."""
    edits = file.proposed.edits
    if known is None or file.is_whole or len(edits) >= len(known.edits):
        return False
    return known.edits[: len(edits)] == edits


def _contents(file: FileProposed) -> tuple[object, ...]:
    return file.after, file.edits, file.deletes
