"""The paths that a text in Rust names: `crate::a::b`, and each of `use crate::{a, b::{c, d}};`."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PATH = re.compile(r"\b(?:crate|super|self)(?:::\w+)+")
_USE = re.compile(r"\buse\s+([\w:{},*\s]{1,2000});")
_TOKEN = re.compile(r"\w+|::|[{},]")
_ELSEWHERE = frozenset({"std", "core", "alloc"})
_MOST = 200
"""Paths of one text; more are not looked at."""


def used_paths(text: str) -> list[list[str]]:
    """The parts of each, in the order of the text, no more than the first few hundred."""
    found: dict[tuple[str, ...], None] = {}
    for use in _USE.finditer(text):
        for parts in _of_tree(use[1]):
            if len(found) < _MOST and parts and parts[0] not in _ELSEWHERE:
                found.setdefault(parts)
    for path in _PATH.finditer(text):
        if len(found) >= _MOST:
            break
        found.setdefault(tuple(path[0].split("::")))
    return [list(parts) for parts in found]


def _of_tree(tree: str) -> Iterator[tuple[str, ...]]:
    """Each path of a tree with braces."""
    outer: list[tuple[str, ...]] = []
    parts: tuple[str, ...] = ()
    renamed = closed = False
    for token in _TOKEN.findall(tree):
        if token == "{":
            outer.append(parts)
        elif token in (",", "}"):
            # What is behind a closed brace is no path of its own.
            if not closed:
                yield parts
            if token == "}" and outer:
                outer.pop()
            parts = outer[-1] if outer else ()
            renamed, closed = False, token == "}"
        elif token == "as":
            renamed = True
        elif token != "::" and not renamed:
            parts, closed = (*parts, token), False
    if not closed:
        yield parts
