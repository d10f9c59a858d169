"""How text is cut into pieces before byte pairs are merged, as tiktoken cuts it.

`PATTERNS` are tiktoken's own (tiktoken_ext.openai_public). What is ASCII is cut by the same
patterns written for the standard library's engine, which is as fast as tiktoken's; the words
around every other character by `regex`, which tiktoken names as the equal of its own.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Final

PATTERNS: Final = {
    "o200k_base": "|".join(
        (
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        )
    ),
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+|"
        r" ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
}
_CONTRACTION: Final = "(?:'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL]))?+"
_IN_ASCII: Final = {
    "o200k_base": "|".join(
        (
            rf"[^\r\nA-Za-z0-9]?+(?:[a-z]++|[A-Z]++[a-z]*+){_CONTRACTION}",
            r"[0-9]{1,3}+",
            r" ?+[^\sA-Za-z0-9]++[\r\n/]*+",
            r"(?:[^\S\r\n]*+[\r\n]++)++",
            r"\s+(?!\S)",
            r"\s",
        )
    ),
    "cl100k_base": (
        r"'(?:[sStTmMdD]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\nA-Za-z0-9]?+[A-Za-z]++|[0-9]{1,3}+|"
        r" ?+[^\sA-Za-z0-9]++[\r\n]*+|\s++\Z|\s*[\r\n]|\s+(?!\S)|\s"
    ),
}
"""The same where every character is ASCII, written so that nothing is tried twice."""

# Places where both encodings always start a new piece, whatever stands further left or right:
# after a line break that no other and no slash follows (a piece of punctuation takes these
# along), and before a single space between two words.
_BOUNDARY = re.compile(r"\n(?!/)(?=[^\S\r\n]*\S)| (?<=\S )(?=\S)")

_SLICE = 16_000
"""Characters that are cut at a time: the interpreter is held as long."""
_LONGEST = 200_000
"""Characters without a place to cut after which they are cut anyway: in a run of a million the
engine takes too much memory."""
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_NEAR = 64
"""Characters between two that are not ASCII, below which what stands between is no stretch of
its own."""


def cut(name: str, text: str) -> Iterator[list[str]]:
    """`text` in the pieces of the encoding `name`; joined they are `text`, except that lone
    surrogates become replacement characters."""
    in_ascii = _ascii_pattern(name)
    for some in _slices(text):
        if some.isascii():
            yield in_ascii(some)
            continue
        for is_ascii, stretch in _stretches(some):
            yield in_ascii(stretch) if is_ascii else _whole_pattern(name)(_encodable(stretch))


def last_boundary(text: str, start: int, end: int) -> int | None:
    """The last place in text[start:end], after its first character, where a cut changes no count;
    None if there is none."""
    begin, width = end, 256
    while begin > start:
        begin, width = max(start, end - width), width * 8
        cut = start
        for match in _BOUNDARY.finditer(text, begin, end):
            cut = _place(match)
        if cut > start:
            return cut
    return None


def _place(boundary: re.Match[str]) -> int:
    return boundary.start() if boundary.group() == " " else boundary.end()


def _slices(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > _SLICE:
        end = start + _SLICE
        place = last_boundary(text, start, end)
        if place is None:
            # A run without any: it is cut at its end, or it adds a token where it is cut.
            limit = start + _LONGEST
            found = _BOUNDARY.search(text, max(end - 2, start + 1), limit)
            place = min(limit, len(text)) if found is None else _place(found)
        yield text[start:place]
        start = place
    yield text[start:]


def _stretches(text: str) -> Iterator[tuple[bool, str]]:
    """`text` cut at such places so that what is not ASCII stands in as few words as possible."""
    start = 0
    while foreign := _FOREIGN.search(text, start):
        begin = last_boundary(text, start, foreign.start() + 1) or start
        last: re.Match[str] | None = foreign
        place = foreign.end()
        while last is not None:
            boundary = _BOUNDARY.search(text, last.end())
            place = len(text) if boundary is None else _place(boundary)
            last = _FOREIGN.search(text, place, place + _NEAR)
        if begin > start:
            yield True, text[start:begin]
        yield False, text[begin:place]
        start = place
    if start < len(text):
        yield True, text[start:]


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


@functools.cache
def _ascii_pattern(name: str) -> Callable[[str], list[str]]:
    return re.compile(_IN_ASCII[name], re.ASCII).findall


@functools.cache
def _whole_pattern(name: str) -> Callable[[str], list[str]]:
    # Slow to load, and most texts need it nowhere.
    import regex

    find: Callable[[str], list[str]] = regex.compile(PATTERNS[name].replace("$", r"\Z")).findall
    return find
