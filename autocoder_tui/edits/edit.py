"""An edit as it was asked for, and what came of it: values that never change.

A line here is text with the "\\n" that ends it; nothing else ends a line, so "\\r", form feed,
NEL and U+2028 are characters of a line like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Literal, NamedTuple

from autocoder_tui.text.lines import split_lines
from autocoder_tui.values import dataclass

__all__ = [
    "Candidate",
    "EditBlock",
    "EditLine",
    "Manner",
    "Mark",
    "Placed",
    "Placement",
    "Reason",
    "Unplaced",
    "split_lines",
]

Mark = Literal[" ", "-", "+"]
"""A line that stays, goes, or comes."""

Manner = Literal[
    "exact", "ends", "indent", "blank", "elided", "likeness", "scope", "numbers", "chosen",
    "built", "either",
]  # fmt: skip
"""How a block was placed: its old lines equal the file's; but for line ends and trailing white
space; but for indentation, shifted as a whole; but for blank lines; but for a middle left out;
as the one best likeness; by its scope alone; by line numbers that chose between equal places;
by a person; built: they equal only lines that earlier blocks of the reply put there; either:
they equal the file's, and elsewhere lines that an earlier block puts there."""

Reason = Literal["nowhere", "several", "overlap", "unclosed", "refused"]
"""Why a block stands nowhere: no place is like it; more than one is; it wants lines another
block changes; the reply ended inside it; it may not be placed as it is (see its `said`)."""


class EditLine(NamedTuple):
    """One line of a block: `text` is without its mark and with its "\\n"."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class EditBlock:
    """One change to one place of a file, as the reply gives it.

    Of a search and its replacement all old lines come first, then all new ones; of a diff they
    stand in its order, and those that stay are marked (`has_context`). `scopes` are the lines the
    place lies under, outermost first ("class X", "def f"). `line` and `last` are the line numbers
    the reply claims for the old lines, from 1: never more than a hint. `at_start` and `at_end`:
    the old lines are said to be the first or the last of the file. `closed` is False where the
    reply ended inside the block. `source` is the block as it stood in the reply.
    """

    lines: tuple[EditLine, ...]
    has_context: bool = False
    scopes: tuple[str, ...] = ()
    line: int | None = None
    last: int | None = None
    at_start: bool = False
    at_end: bool = False
    closed: bool = True
    remark: str = ""
    source: str = field(default="", repr=False)

    @property
    def old(self) -> tuple[str, ...]:
        """The lines to be found."""
        return tuple(line.text for line in self.lines if line.mark != "+")

    @property
    def new(self) -> tuple[str, ...]:
        """The lines that shall stand there."""
        return tuple(line.text for line in self.lines if line.mark != "-")

    @classmethod
    def of(cls, search: str, replacement: str) -> EditBlock:
        """A block of a search and its replacement."""
        old = tuple(EditLine("-", line) for line in split_lines(search))
        new = tuple(EditLine("+", line) for line in split_lines(replacement))
        return cls((*old, *new))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a block might go: lines `start` to `end` (from 0, half open) of the file.

    `likeness` is from 0 to 1, where 1 is equal.
    """

    start: int
    end: int
    likeness: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Block number `block` (from 0) puts `new` in the place of lines `start` to `end` (from 0,
    half open) of the original. `first` is the line of the result where that begins.

    A block with lines that stay between those it changes has several. `also` are earlier blocks
    whose change of the same lines it contains.
    """

    block: int
    start: int
    end: int
    new: tuple[str, ...]
    manner: Manner
    likeness: float = 1.0
    first: int = 0
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Block number `block` stands nowhere. `said` is a sentence for people: what was looked for
    and what differs first. `candidates` are the best places, best first."""

    block: int
    reason: Reason
    said: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of all blocks of one file.

    `text` is the original with `placements` made (in the order of their lines). `already` are the
    numbers of blocks that ask for what already stands there, `repeated` those of blocks that ask
    for what another block does. Each block is in one of the four.
    """

    text: str
    placements: tuple[Placement, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    already: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()

    @property
    def made(self) -> frozenset[int]:
        """The numbers of the blocks whose change is made."""
        return made_blocks(self.placements)


def made_blocks(placements: Iterable[Placement]) -> frozenset[int]:
    """The numbers of the blocks whose change these make."""
    return frozenset(number for one in placements for number in (one.block, *one.also))
