"""The marks of Markdown that can be read off one line."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

Align: TypeAlias = Literal["", "left", "center", "right"]

OPENERS: Final = frozenset("#`~>*+-_=|:0123456789")
"""With anything else no mark begins."""

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|\Z)")
_FENCE = re.compile(r"(`{3,}+)([^`]*+)\Z|(~{3,}+)(.*+)\Z")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*\Z")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})\Z")
_BULLET = re.compile(r"[*+-](?=[ \t]|\Z)")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=[ \t]|\Z)", re.ASCII)
_COLUMNS = re.compile(r"(?![-] )[-|:][-|: \t]+\Z")
_COLUMN = re.compile(r":?-+:?\Z")
_PIPE = re.compile(r"(\\+)?\|")

_UNSURE = re.compile(r"[ \t>]*+(?:[-+*_=~`#|:. \t]*+|\d{1,9}[.)]?[ \t]*+)\Z", re.ASCII)
"""Marks alone: what comes behind them decides what they are."""


def heading(text: str) -> tuple[int, str] | None:
    """The level and the text of a heading that begins with `#`."""
    found = _HEADING.match(text)
    if found is None:
        return None
    title = text[found.end() :].strip(" \t")
    bare = title.rstrip("#")
    return len(found[1]), title if bare and bare[-1] not in " \t" else bare.rstrip(" \t")


def fence(text: str) -> tuple[str, str] | None:
    """The mark and the info string of a line that opens a fence."""
    found = _FENCE.match(text)
    if found is None:
        return None
    return (found[1], found[2].strip()) if found[1] else (found[3], found[4].strip())


def closes(text: str, mark: str) -> bool:
    """Whether the line ends the block that `mark` opened."""
    bare = text.rstrip(" \t")
    return len(bare) >= len(mark) and not bare.strip(mark[0])


def underline(text: str) -> int:
    """The level of the heading that the line before is, by this one; 0 if it is none."""
    if _UNDERLINE.match(text) is None:
        return 0
    return 1 if text[0] == "=" else 2


def is_rule(text: str) -> bool:
    """Whether this is a horizontal rule."""
    return _RULE.match(text) is not None


def list_mark(text: str) -> tuple[str, int, str] | None:
    """What a list's item begins with: the mark, the number (-1 for a bullet) and what has to be
    alike in items of one list."""
    if found := _BULLET.match(text):
        return found[0], -1, found[0]
    if found := _NUMBER.match(text):
        return found[0], int(found[1]), found[2]
    return None


def columns(text: str) -> list[Align] | None:
    """How the columns of a table stand, by the line below its head."""
    if _COLUMNS.match(text) is None or text[:2] == "-\t":
        return None
    aligns: list[Align] = []
    parts = text.split("|")
    for index, part in enumerate(part.strip(" \t") for part in parts):
        if not part:
            if index in (0, len(parts) - 1):
                continue
            return None
        if _COLUMN.match(part) is None:
            return None
        left, right = part[0] == ":", part[-1] == ":"
        aligns.append("center" if left and right else "right" if right else "left" if left else "")
    return aligns


def cells(text: str) -> list[str]:
    """The cells of a table's row. A pipe behind a backslash divides none."""
    found: list[str] = []
    current, begin = "", 0
    text = text.strip(" \t")
    for mark in _PIPE.finditer(text):
        if mark[1]:
            current += text[begin : mark.end() - 2]
            begin = mark.end() - 1
        else:
            found.append(current + text[begin : mark.start()])
            current, begin = "", mark.end()
    found.append(current + text[begin:])
    if found and not found[0]:
        del found[0]
    if found and not found[-1]:
        del found[-1]
    return [cell.strip(" \t") for cell in found]


def is_unsure(text: str) -> bool:
    """Whether an unfinished line may yet become anything: a mark with nothing behind it."""
    return len(text) < 80 and _UNSURE.match(text) is not None
