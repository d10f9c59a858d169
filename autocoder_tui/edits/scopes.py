"""The lines of a file that lie under a line such as "class X" or "def f"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from autocoder_tui.edits.file_lines import FileLines, indentation, squeeze, strip

_END = re.compile(r"(?:end|fi|done|esac)\b")
_MOST = 200


class Extent(NamedTuple):
    """A scope: its `header`, and the lines up to `end` (half open). `inner_end` is where a line
    would go that is added at its end, before what closes it."""

    header: int
    inner_end: int
    end: int


def extents(file: FileLines, scopes: Sequence[str]) -> list[Extent]:
    """Every place that lies under all of `scopes`, outermost first; none where one is missing."""
    found = [Extent(-1, len(file), len(file))]
    for scope in scopes:
        headers = _headers(file, scope, found)
        found = [_extent(file, header) for header in headers]
    return found


def _headers(file: FileLines, scope: str, within: Sequence[Extent]) -> list[int]:
    """The lines that are the scope's: equal, or else beginning with it, or else holding it."""
    wanted = strip(scope).rstrip(" \t{:").strip()
    key = squeeze(wanted)
    if not key:
        return []
    places = file.squeezed.places
    equal = [at for tail in ("", ":", "{", "{}", "=") for at in places.get(key + tail, ())]
    if found := _inside(sorted(equal), within):
        return found
    lines = file.squeezed.keys
    words = re.compile(r"(?<!\w)" + r"\s*".join(map(re.escape, wanted.split())) + r"(?!\w)")
    having = [
        number
        for number, line in enumerate(lines)
        if key in line and words.search(file.bodies[number][:2_000])
    ]
    having = _inside(having, within)
    begins = [number for number in having if lines[number].startswith(key)]
    return (begins or having)[:_MOST]


def _inside(numbers: Sequence[int], within: Sequence[Extent]) -> list[int]:
    return [n for n in numbers if any(one.header < n < one.end for one in within)][:_MOST]


def opens(file: FileLines, header: int) -> bool:
    """Whether lines lie under a header at all."""
    extent = _extent(file, header)
    return extent.end > header + 1 or strip(file.bodies[header])[-1:] in (":", "{", "(", "[")


def width(text: str) -> int:
    """The columns of a line's indentation."""
    return len(indentation(text).expandtabs(8))


def _extent(file: FileLines, header: int) -> Extent:
    base = width(file.bodies[header])
    braces = _opens_brace(file, header)
    inner = last = header
    for number in range(header + 1, len(file)):
        text = strip(file.bodies[number])
        if not text:
            continue
        if width(file.bodies[number]) > base:
            inner = last = number
        elif braces:
            if text[0] == "}":
                last = number
                break
            if not _goes_on(text):
                inner = last = number  # a label, `public:`, a preprocessor's line
        elif text[0] == "#":
            continue
        elif text[0] in ")]" and text[-1] in ":{":
            inner = last = number
        elif text[0] in ")]}" or _END.match(text):
            last = number
            break
        else:
            break
    return Extent(header, inner + 1, last + 1)


def _opens_brace(file: FileLines, header: int) -> bool:
    text = strip(file.bodies[header])
    if text.endswith("{"):
        return True
    following = header + 1
    while following < len(file) and following < header + 4 and file.blank(following):
        following += 1
    return following < len(file) and strip(file.bodies[following]) == "{"


def _goes_on(text: str) -> bool:
    return text == "{"
