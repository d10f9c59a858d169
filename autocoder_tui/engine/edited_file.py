"""A proposed file whose reply gives changes: its text, once the text they are for is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from autocoder_tui.edits.edit import EditBlock, Placed
from autocoder_tui.edits.place import place
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.metering.tokens import TokenCounter
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.reply.parse import UNCLOSED

NO_FILE = "The reply changes this file, and there is none of this name: its changes have no place."


def with_edits(proposal: FileProposed, before: str) -> FileProposed:
    """`proposal` with its edits made in `before`, and what is to be said of them.

    It is complete only if each block has a place. Blocking, in the worst case for seconds.
    """
    placed = place(before, proposal.edits)
    said = placing_in_words(placed, proposal.edits)
    remark = " ".join(filter(None, (proposal.remark, said)))
    complete = proposal.complete and not placed.unplaced
    return replace(proposal, after=placed.text, placed=placed, complete=complete, remark=remark)


def as_new_file(proposal: FileProposed) -> FileProposed:
    """`proposal` of a file that is not there: blocks that search for nothing hold its text."""
    if all(not block.old and block.closed for block in proposal.edits):
        text = "".join(line for block in proposal.edits for line in block.new)
        return replace(proposal, after=text, edits=(), placed=None)
    remark = " ".join(filter(None, (proposal.remark, NO_FILE)))
    return with_edits(replace(proposal, remark=remark), "")


def lacks_only_places(proposal: FileProposed) -> bool:
    """Whether all of its changes came, and only places are missing for some."""
    unplaced = proposal.placed is not None and bool(proposal.placed.unplaced)
    closed = all(block.closed for block in proposal.edits)
    return unplaced and closed and UNCLOSED not in proposal.remark


def placing_in_words(placed: Placed, edits: tuple[EditBlock, ...]) -> str:
    """What is to be said of where changes went; "" for nothing. Holds text of the reply."""
    total = len(edits)
    parts = []
    if placed.unplaced:
        count = len(placed.unplaced)
        number = "Its only change has" if total == 1 else f"{count} of its {total} changes have"
        first = placed.unplaced[0]
        parts.append(f"{number} no place and {'is' if total == 1 else 'are'} left out.")
        parts.append(first.said)
    if placed.already:
        count = len(placed.already)
        number = "Its only change" if total == 1 else f"{count} of its {total} changes"
        parts.append(f"{number} {'is' if count == 1 else 'are'} there already.")
    return " ".join(filter(None, parts))


def with_savings(proposal: FileProposed, counter: TokenCounter) -> FileProposed:
    """`proposal` with what its edits saved against the whole file."""
    if not proposal.edits or proposal.placed is None:
        return proposal
    said = "".join(block.source for block in proposal.edits)
    saved = counter.count_file(proposal.after) - counter.count_file(said)
    return replace(proposal, saved_tokens=max(0, saved))


def learn_edits(known: Capabilities, files: Iterable[FileProposed]) -> None:
    """Remember how many of the changes a model gave had a place; one that was cut off is none."""
    for file in files:
        if file.placed is not None:
            unplaced = [one for one in file.placed.unplaced if one.reason != "unclosed"]
            tried = sum(block.closed for block in file.edits)
            known.tried_edits(tried, tried - min(tried, len(unplaced)))
