"""Changes to files that were not sent with the request, made in the texts on disk."""

from __future__ import annotations

from dataclasses import replace

from autocoder_tui.engine.edited_file import as_new_file, with_edits
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.workspace.paths import sift_targets
from autocoder_tui.workspace.textfile import TextFile

NO_SOURCE = "The file that is to be renamed is not there:"


def with_text_on_disk(
    prepared: Prepared, proposal: FileProposed, original: TextFile | None
) -> FileProposed:
    """`proposal` with its changes made, if that could not be done without reading the file.

    `original` is the file under the name it shall have, None if there is none. Blocking: reads
    files, places edits. Raises WorkspaceError as `read_existing` does.
    """
    moved = bool(proposal.renamed_from) and proposal.before is None and not proposal.after
    if proposal.deletes or proposal.placed is not None or not (proposal.edits or moved):
        return proposal
    if proposal.renamed_from:
        original = _source(prepared, proposal.renamed_from)
        if original is None:
            remark = f"{NO_SOURCE} {proposal.renamed_from} {proposal.remark}".strip()
            return replace(proposal, complete=False, remark=remark)
    if not proposal.edits:
        return proposal if original is None else replace(proposal, after=original.text)
    return as_new_file(proposal) if original is None else with_edits(proposal, original.text)


def _source(prepared: Prepared, name: str) -> TextFile | None:
    path = sift_targets(prepared.root, [name]).accepted.get(name)
    if path is None:
        return None
    return prepared.originals.get(path) or read_existing(prepared.root, path)
