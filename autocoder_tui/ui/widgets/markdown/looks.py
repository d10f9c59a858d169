"""How a piece of text is to look, without saying in which colours: rows are made of these."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from pygments.token import _TokenType

Look: TypeAlias = int | _TokenType
"""Bits of those below, or the kind of a piece of code."""
Span: TypeAlias = tuple[str, Look]

TEXT: Final = 0
STRONG: Final = 1
EMPHASIS: Final = 2
STRUCK: Final = 4
CODE: Final = 8
LINK: Final = 16
ADDRESS: Final = 32
QUOTED: Final = 64

# One of these, perhaps with the bits above.
HEADING: Final = 0x100
SUBHEADING: Final = 0x200
MARK: Final = 0x300
RULE: Final = 0x400
LABEL: Final = 0x500
CHOSEN: Final = 0x600
HEAD: Final = 0x700
HEAD_CHOSEN: Final = 0x800
NOTE: Final = 0x900
PLAIN: Final = 0xA00
SELECTED: Final = 0xB00
BASE: Final = 0xF00
"""The bits in which the above differ."""


class Row(NamedTuple):
    """One row: what stands before it, and what it is about."""

    lead: list[Span]
    spans: list[Span]
    is_code: bool = False
    """Code is cut where the window ends, and scrolls to the side."""
    lead_cells: int = 0


def add_span(spans: list[Span], text: str, look: Look) -> None:
    """Add a piece, joined to the last if it looks alike."""
    if not text:
        return
    if spans and spans[-1][1] == look:
        spans[-1] = (spans[-1][0] + text, look)
    else:
        spans.append((text, look))
