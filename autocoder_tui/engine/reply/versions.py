"""One file that a reply gives more than once: which of its texts is meant.

Models correct themselves ("Wait, I forgot ..."), repeat the given file before the changed one,
or repeat themselves word for word. Meant is the last text that is not the given one again;
where texts differ that is said, and how many there are, for nobody but the user can choose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.place import place
from autocoder_tui.engine.reply.blocks import Block, normal_path
from autocoder_tui.values import dataclass

EDITED_TOO = (
    "The reply gives this file whole and changes to it, too: the whole text is offered, the "
    "changes are in its text only."
)
DELETED_TOO = "The reply deletes this file and gives it or changes it, too: the last is offered."
_SAME_LINES = 0.5
"""Share of the longer text's lines that two versions of one file have in common at least."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The block that stands for a path. `versions`: how many different texts the reply gives."""

    block: Block
    versions: int
    remark: str


def choose_versions(blocks: Iterable[Block], given: Mapping[str, str]) -> list[Chosen]:
    """One block for each path, in the order the paths first come in.

    `given` are the texts of the files that were sent, by normal path.
    """
    by_path: dict[str, list[Block]] = {}
    for block in _under_new_names(blocks):
        by_path.setdefault(normal_path(block.path), []).append(block)
    return [_of_path(found, given.get(path)) for path, found in by_path.items()]


def _under_new_names(blocks: Iterable[Block]) -> list[Block]:
    """Edits of a file that the reply renames belong to its new name."""
    all_blocks = list(blocks)
    names = {
        normal_path(block.renamed_from): block.path for block in all_blocks if block.renamed_from
    }
    return [
        replace(block, path=names[old])
        if block.edits and not block.renamed_from and (old := normal_path(block.path)) in names
        else block
        for block in all_blocks
    ]


def _of_path(blocks: list[Block], given: str | None) -> Chosen:
    """What the blocks of one path come to: changes are one, and a whole text stands for all."""
    changes = [block for block in blocks if not block.is_whole]
    wholes = [block for block in blocks if block.is_whole]
    if not changes:
        return _chosen(wholes, given)
    change = _joined(changes)
    if change.deletes and (wholes or change.edits):
        last = blocks[-1]
        return Chosen(last if last.is_whole or last.deletes else change, 2, DELETED_TOO)
    if not wholes:
        return Chosen(change, 1, "")
    chosen = _chosen(wholes, given)
    block = replace(chosen.block, renamed_from=change.renamed_from)
    if not change.edits or (chosen.versions == 1 and made_with(block.text, change.edits, given)):
        return replace(chosen, block=block)
    return Chosen(block, chosen.versions + 1, " ".join(filter(None, (chosen.remark, EDITED_TOO))))


def made_with(text: str, edits: Sequence[EditBlock], given: str | None) -> bool:
    """Whether the changes are those by which a file became `text`."""
    if given is not None and not _differs(place(given, edits).text, text):
        return True
    there = place(text, edits)
    return not there.placements and not there.unplaced


def _joined(changes: Sequence[Block]) -> Block:
    """Changes to one file as one."""
    if len(changes) == 1:
        return changes[0]
    remarks = dict.fromkeys(block.remark for block in changes if block.remark)
    # One may begin as all of another.
    said = [one for one in remarks if not any(one in other for other in remarks if other != one)]
    return replace(
        changes[-1],
        edits=tuple(edit for block in changes for edit in block.edits),
        renamed_from=next((block.renamed_from for block in changes if block.renamed_from), ""),
        deletes=any(block.deletes for block in changes),
        closed=all(block.closed for block in changes),
        remark=" ".join(said),
    )


def _chosen(blocks: list[Block], given: str | None) -> Chosen:
    if len(blocks) == 1:
        return Chosen(blocks[0], 1, "")
    times = f"The reply gives this file {len(blocks)} times"
    changed = [block for block in blocks if given is None or _differs(block.text, given)]
    distinct = _distinct(changed or blocks)
    last = next((block for block in reversed(distinct) if block.closed), distinct[-1])
    if len(distinct) > 1:
        which = "the last is" if last is distinct[-1] else "the last that arrived complete is"
        remark = f"{times}, and differently: {which} offered, the others are in its text only."
    elif len(changed) < len(blocks) and changed:
        remark = f"{times}, once as it was given: the changed text is offered."
    else:
        remark = f"{times}, and each time the same: it is offered once."
    return Chosen(last, len(distinct), remark)


def _differs(one: str, other: str) -> bool:
    return one.rstrip() != other.rstrip()


def _distinct(blocks: Sequence[Block]) -> list[Block]:
    """The blocks whose texts differ, each where it comes last; not the beginning of the last
    whole one that broke off."""
    last: dict[str, Block] = {}
    for block in reversed(blocks):
        last.setdefault(block.text.rstrip(), block)
    kept = list(reversed(last.values()))
    whole = next((block for block in reversed(kept) if block.closed), None)
    if whole is None:
        return kept
    return [
        block for block in kept if block.closed or not whole.text.startswith(block.text.rstrip())
    ]


def unnamed_versions(blocks: Sequence[Block], given: str | None) -> list[Block]:
    """The longest of several unnamed blocks, and those that are versions of the same text.

    A copy of the given file is none of them, and copies of one another count once.
    """
    changed = [block for block in blocks if given is None or _differs(block.text, given)]
    distinct = _distinct(changed or blocks)
    longest = max(distinct, key=lambda block: len(block.text))
    lines = _filled_lines(longest.text)
    return [block for block in distinct if block is longest or _are_versions(block, lines)]


def _are_versions(block: Block, lines: frozenset[str]) -> bool:
    mine = _filled_lines(block.text)
    return len(mine & lines) >= max(1, _SAME_LINES * max(len(mine), len(lines)))


def _filled_lines(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.split("\n") if line.strip())
