"""What a reply that still comes proposes already: the files in it that are whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from autocoder_tui.engine.events import FileProposed, PartJoined
from autocoder_tui.engine.proposed_files import proposed_files
from autocoder_tui.engine.seam import Join
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
    """The files of one run that came whole, each as it came last.

    A file stays in it until the reply holds another text of it: that something is said around it
    for a moment, or that a part is taken back to be joined elsewhere, makes it not less whole.
    """

    prepared: Prepared
    whole: dict[tuple[str, str], FileProposed] = field(default_factory=dict)
    coming: tuple[str, ...] = ()
    """The names of the files that are not whole yet."""

    def look(self, text: str, joins: Sequence[PartJoined]) -> bool:
        """Look at what has come; whether any other file is whole than before. Blocking."""
        # The beginning of a line that opens a file would be a remark on the file before it.
        lines = text[: text.rfind("\n") + 1]
        proposed = proposed_so_far(self.prepared, lines, joins)
        found = {(p.path, p.renamed_from): p for p in proposed if p.complete}
        self.coming = tuple(p.path for p in proposed if not p.complete)
        later = {**self.whole, **found}
        changed = any(_contents(later[key]) != _contents(was) for key, was in self.whole.items())
        changed = changed or len(later) != len(self.whole)
        self.whole = later
        return changed

    def reviewable(self) -> Reviewable:
        """The review of what is whole. Blocking: reads files and diffs."""
        return make_review(self.prepared, tuple(self.whole.values()))


def _contents(file: FileProposed) -> tuple[object, ...]:
    return file.after, file.edits, file.deletes
