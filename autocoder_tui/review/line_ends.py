r"""How lines end: a reply says what the lines are, the file on disk how they end.

"\n", "\r\n" and "\r" end a line here. Models write the ends they were trained on, whatever
they were given, so the ends of a reply say nothing as long as anything else changed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from .boundaries import Hunk
from .diff import changed_ranges

_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r)|([^\r\n]+)")
_STYLES = ("\n", "\r\n", "\r")
_NAMES = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
_ASKED = re.compile(
    r"\b(?:cr)?lf\b|\beol\b|\bline[- ]?(?:end(?:ing)?s?|feeds?|breaks?)\b|\bnewlines?\b"
    r"|\bcarriage[- ]returns?\b|\b(?:dos2unix|unix2dos)\b|\bzeilen(?:ende|umbr)",
    re.IGNORECASE,
)


class Line(NamedTuple):
    """A line without its end, and the end: "" for a last line that has none."""

    body: str
    end: str


def plain_ends(text: str) -> str:
    """`text` with "\\n" for "\\r\\n", and for "\\r" where nothing else ends a line: beside other
    ends a lone carriage return is a character of its line."""
    text = text.replace("\r\n", "\n")
    return text if "\n" in text else text.replace("\r", "\n")


def fitted(old: str, new: str) -> str:
    """`new` with the line ends of `old`.

    A line that is in both ends as it did; a new one ends as the line it replaces, else as its
    neighbours. Where nothing but ends differs `new` comes back as it is, for then they are
    what is proposed. Costs as much as
    a diff, and nothing where there is no carriage return.
    """
    if "\r" not in old and "\r" not in new:
        return new
    old_lines, new_lines = _lines(old), _lines(new)
    if _same_but_ends(old_lines, new_lines):
        return new
    return _joined(new_lines, _ends(old_lines, new_lines, lone_is_end="\n" not in new))


def changed_ends(old: str, new: str) -> Counter[tuple[str, str]]:
    """Which ends became which, and how often; nothing where anything else differs, too."""
    if "\r" not in old and "\r" not in new:
        return Counter()
    old_lines, new_lines = _lines(old), _lines(new)
    if not _same_but_ends(old_lines, new_lines):
        return Counter()
    pairs = zip(old_lines, new_lines, strict=True)
    return Counter((before.end, after.end) for before, after in pairs if before.end != after.end)


def ends_in_words(changed: Counter[tuple[str, str]]) -> str:
    """What `changed_ends` found, as "2 lines: LF to CRLF"."""
    count = changed.total()
    parts = [
        f"{_NAMES[before]} to {_NAMES[after]}" + (f" ({times:,})" if len(changed) > 1 else "")
        for (before, after), times in changed.most_common()
    ]
    return f"{count:,} line{'s' if count != 1 else ''}: {', '.join(parts)}"


def asks_for_ends(requirements: str) -> bool:
    """Whether line ends are spoken of, so that a reply may be about them."""
    return _ASKED.search(requirements) is not None


def _lines(text: str) -> list[Line]:
    return [Line(match[1] or match[3] or "", match[2] or "") for match in _LINE.finditer(text)]


def _same_but_ends(old: Sequence[Line], new: Sequence[Line]) -> bool:
    if len(old) != len(new) or any(a.body != b.body for a, b in zip(old, new, strict=True)):
        return False
    # A newline at the end of the file that comes or goes is a change of its own.
    return not old or bool(old[-1].end) == bool(new[-1].end)


def _ends(old: Sequence[Line], new: Sequence[Line], *, lone_is_end: bool) -> list[str]:
    """For each new line the end it takes from the old text.

    Unless `lone_is_end` a lone carriage return in what is new is a character, and stays.
    """
    hunks = changed_ranges([line.body for line in old], [line.body for line in new])
    ends: list[str] = []
    at = 0
    for hunk in [*hunks, Hunk(len(old), len(old), len(new), len(new))]:
        ends += [line.end for line in old[at : hunk.old_start]]
        replaced = [line.end for line in old[hunk.old_start : hunk.old_end]]
        ends += replaced if hunk.added == hunk.removed else [""] * hunk.added
        at = hunk.old_end
    # Where there is none yet, the line before tells, and at the start the one after.
    last = next(filter(None, ends), _majority(old))
    for number, end in enumerate(ends):
        ends[number] = last = end or last
    for hunk in () if lone_is_end else hunks:
        for number in range(hunk.new_start, hunk.new_end):
            if new[number].end == "\r":
                ends[number] = "\r"
    return ends


def _majority(lines: Sequence[Line]) -> str:
    counts = Counter(line.end for line in lines)
    return max(_STYLES, key=lambda style: counts[style])


def _joined(lines: Sequence[Line], ends: Sequence[str]) -> str:
    parts: list[str] = []
    before = ""
    for line, end in zip(lines, ends, strict=True):
        # Whether the last line has an end at all is for the reply to say.
        own = end if line.end else ""
        if before == "\r" and not line.body and own == "\n":
            # Together they would be one end, and the empty line would be gone.
            own = "\r\n"
        parts += (line.body, own)
        before = own
    return "".join(parts)
