"""What of Markdown is told by colour in a line that is being written: a line at a time, with no
tree of the whole text, for that may be pasted by the thousand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

from autocoder_tui.engine.reply.framing import Fence, read_fence

Mark: TypeAlias = Literal["heading", "code", "list", "quote", "strong", "reference"]
Span: TypeAlias = tuple[int, int, Mark]
"""First column, the column after the last, and what stands there."""

LONGEST_LINE: Final = 4_000
"""Characters; a longer line is no prose, and is left plain."""
_HEADING: Final = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_ITEM: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?=[ \t])(?:[ \t]+\[[ xX]\](?=[ \t]|$))?")
_QUOTE: Final = re.compile(r" {0,3}>")
_WITHIN: Final = re.compile(
    r"(?P<code>(?<!`)(`{1,3})(?!`)[^`]+\2(?!`))"
    r"|(?P<strong>(?<![\w*])\*\*(?=\S)[^*]+\*\*(?!\*))"
    r'|(?<![\w.@])@(?:"(?P<quoted>[^"]+)"|(?P<plain>[^\s"@]+))'
)
_AFTER_A_NAME: Final = ".,;:!?)]}'"


def fences(
    lines: Sequence[str], known: Sequence[tuple[int, Fence | None]] = (), first: int = 0
) -> list[tuple[int, Fence | None]]:
    """The numbers of the lines that begin or end fenced code, each with the fence that is open
    from there on. `known` are those of a text that was the same up to line `first`."""
    found = [one for one in known if one[0] < first]
    is_open = found[-1][1] if found else None
    for row in range(first, len(lines)):
        if "```" not in (line := lines[row]) and "~~~" not in line:
            continue
        fence = read_fence(line)
        if fence is not None and (is_open is None or fence.closes(is_open)):
            is_open = fence if is_open is None else None
            found.append((row, is_open))
    return found


def marks(line: str, *, is_code: bool, knows: Callable[[str], bool]) -> list[Span]:
    """What stands in `line`; `is_code` in a fence or its mark. `knows` says whether a file of the
    project has that path: only then is an `@` a reference."""
    if len(line) > LONGEST_LINE:
        return []
    if is_code:
        return [(0, len(line), "code")]
    if _HEADING.match(line):
        found: list[Span] = [(0, len(line), "heading")]
    elif quote := _QUOTE.match(line):
        found = [(0, len(line), "quote")] if quote else []
    elif item := _ITEM.match(line):
        found = [(item.start(), item.end(), "list")]
    else:
        found = []
    if "`" in line or "@" in line or "**" in line:
        found.extend(_within(line, knows))
    return found


def _within(line: str, knows: Callable[[str], bool]) -> Iterator[Span]:
    for match in _WITHIN.finditer(line):
        if match["code"]:
            yield match.start(), match.end(), "code"
        elif match["strong"]:
            yield match.start(), match.end(), "strong"
        elif match["quoted"]:
            if knows(match["quoted"]):
                yield match.start(), match.end(), "reference"
        else:
            path = match["plain"]
            while path and not knows(path) and path[-1] in _AFTER_A_NAME:
                path = path[:-1]
            if path and knows(path):
                yield match.start(), match.start() + 1 + len(path), "reference"
