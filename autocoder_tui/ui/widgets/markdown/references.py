"""Link definitions: lines that only say what address a name stands for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

References: TypeAlias = dict[str, Any]
"""Definitions by their normalized names, as the parser of inline marks wants them."""


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("zero").enable("reference").disable("inline")


def take_definitions(lines: list[str], references: References) -> list[str]:
    """The lines without the definitions they begin with, which are put into `references`.

    Of two definitions of one name the first counts.
    """
    found: dict[str, Any] = {}
    # Behind four blanks no definition begins, and within a paragraph none are left.
    tokens = _parser().parse("\n".join(lines), found)
    for name, definition in found.get("references", {}).items():
        references.setdefault(name, definition)
    for token in tokens:
        if token.type == "inline" and token.map is not None:
            return lines[token.map[0] :]
    return []
