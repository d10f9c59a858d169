"""What a text in Markdown is made of: leaves in the order they stand, each in its containers."""

from __future__ import annotations

from dataclasses import field
from typing import Literal, TypeAlias

from autocoder_tui.values import dataclass

LeafKind: TypeAlias = Literal[
    "paragraph", "heading", "code", "table", "rule", "empty", "head", "part", "plain"
]
"""`empty` is an item of a list in which nothing stands (yet). The last three are not Markdown:
the head line of an entry, a folded part of it, text shown as it was typed."""


@dataclass(frozen=True, slots=True, eq=False)
class Quote:
    """A block quote. Two are equal only if they are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An item of a list."""

    marker: str
    """`12.` or `•`, as it is shown."""
    columns: int
    """How far the lines of the item are indented, from its container on."""


@dataclass(frozen=True, slots=True, eq=False)
class ItemList:
    """The list around items: what an item must look like to be the next of it."""

    kind: str
    """The bullet, or the character behind the number."""
    ordered: bool
    next_number: int
    depth: int


Container: TypeAlias = Quote | Item


@dataclass(slots=True, eq=False)
class Leaf:
    """A block with no blocks in it: its lines without what the containers add to them."""

    kind: LeafKind
    line: int
    """The first of its lines in the whole text."""
    containers: tuple[Container, ...] = ()
    gap: bool = False
    """Whether an empty row stands before it."""
    lines: list[str] = field(default_factory=list)
    level: int = 0
    """Of a heading, from 1. Of a head line or a folded part: which one."""
    info: str = ""
    """Of a code block: what stands behind its fence."""
    fence: str = ""
    """The mark that opened it, "" where code is only indented."""
    fence_indent: int = 0
    path: str = ""
    """Of a code block: the file that its fence or the line before names."""

    @property
    def text(self) -> str:
        """Its lines as one text. Of a code block: the code, with a newline after each line."""
        if self.kind == "code":
            return "".join(f"{line}\n" for line in self.lines)
        return "\n".join(self.lines)
