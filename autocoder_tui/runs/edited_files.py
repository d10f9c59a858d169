"""Changes to files that were not sent with the request, made in the texts on disk."""

from __future__ import annotations

from autocoder_tui.engine.edited_file import as_new_file, with_edits
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.workspace.textfile import TextFile


def with_text_on_disk(proposal: FileProposed, original: TextFile | None) -> FileProposed:
    """`proposal` with its changes made, if its text had to be known first.

    `original` is the file as it stands, under the name it has; None if there is none. Blocking:
    places edits.
    """
    if proposal.deletes or proposal.placed is not None or not proposal.edits:
        return proposal
    return as_new_file(proposal) if original is None else with_edits(proposal, original.text)
