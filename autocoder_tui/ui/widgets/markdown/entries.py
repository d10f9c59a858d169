"""What a conversation is made of, and the blocks of code in it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from autocoder_tui.values import dataclass

EntryKind: TypeAlias = Literal["plain", "markdown"]


@dataclass(frozen=True, slots=True)
class Part:
    """Text that belongs to an entry and is folded away: steps, reasoning."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A question, shown as it was typed, or an answer in Markdown."""

    text: str = ""
    kind: EntryKind = "markdown"
    head: str = ""
    """Who says it. Without one the entry has no head line."""
    note: str = ""
    """What stands at the right end of the head line: the cost, say."""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block of code in an answer."""

    entry: int
    """Which entry it is in, from 0."""
    number: int
    """Which block of that entry it is, from 0."""
    language: str
    """As the fence names it, in lower case; "" if it does not."""
    path: str
    """The file that the fence or the line before it names, or ""."""
    text: str
    """The code as it was received, with a newline after each line."""
    is_closed: bool
    """Whether its end has come."""
    rows: tuple[int, int]
    """The row of its label and the one behind its last, counted from the top of the entry."""
