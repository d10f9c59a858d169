"""Replies that change files instead of giving them whole, and the four places to cut them."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from autocoder_tui.edits.edit import EditBlock, split_lines
from tests.edits import renders
from tests.seam.corpus import Sample

_OLD_LINES, _BLOCKS = 4, 3


def edit_reply(sample: Sample) -> str:
    """The reply that makes the changes of `edit_blocks`."""
    return renders.edit(sample.path, edit_blocks(sample))


def edit_blocks(sample: Sample) -> list[EditBlock]:
    """Three changes to a file, in each of which lines are changed and added."""
    rng = random.Random(sample.path)
    lines = split_lines(sample.text.replace("\r\n", "\n"))
    lines = [line for line in lines if len(line) < 200 and not line.startswith(("<", "=", ">"))]
    step = max(_OLD_LINES, len(lines) // _BLOCKS)
    blocks = []
    for start in range(0, len(lines) - _OLD_LINES, step):
        old = lines[start : start + _OLD_LINES]
        more = [f"added_{start}_{n} = {rng.randrange(10**6)}\n" for n in range(4)]
        new = [*old[:2], *more[:2], *(line.replace("e", "E", 1) for line in old[2:]), *more[2:]]
        blocks.append(EditBlock.of("".join(old), "".join(new)))
    return blocks[:_BLOCKS]


def _second(text: str) -> int:
    """Where the second block begins."""
    return text.index("<<<<<<< SEARCH", text.index(">>>>>>> REPLACE"))


def _within(after: str, before: str, text: str, rng: random.Random) -> int:
    """A place in the second block, between two of its marks."""
    start = text.index(after, _second(text)) + len(after)
    return rng.randrange(start + 1, max(start + 2, text.index(before, start)))


def _on_divider(text: str, rng: random.Random) -> int:
    return text.index("\n=======\n", _second(text)) + rng.randint(2, 7)


def _between(text: str, rng: random.Random) -> int:
    return text.index(">>>>>>> REPLACE") + rng.choice([8, 15, 16])


CUTS: dict[str, Callable[[str, random.Random], int]] = {
    "edits, cut in the search part": partial(_within, "SEARCH\n", "\n======="),
    "edits, cut on the divider": _on_divider,
    "edits, cut inside the replacement": partial(_within, "\n=======\n", "\n>>>>>>>"),
    "edits, cut between blocks": _between,
}
"""Where a reply of at least two blocks is cut."""
