r"""How lines end: a reply says what the lines are, the file on disk how they end.

"\n", "\r\n" and "\r" end a line here. Models write the ends they were trained on, whatever
they were given, so the ends of a reply say nothing as long as anything else changed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import changed_ranges

_END = re.compile(r"(\r\n|\n|\r)")
_STYLES = ("\n", "\r\n", "\r")
_NAMES = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
_ASKED = re.compile(
    r"\b(?:cr)?lf\b|\beol\b|\bline[- ]?(?:end(?:ing)?s?|feeds?|breaks?)\b|\bnewlines?\b"
    r"|\bcarriage[- ]returns?\b|\b(?:dos2unix|unix2dos)\b|\bzeilen(?:ende|umbr)",
    re.IGNORECASE,
)


class Lines(NamedTuple):
    """The lines without their ends, and the end of each: "" for a last line that has none."""

    bodies: list[str]
    ends: list[str]


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
    had, has = _lines(old), _lines(new)
    if _same_but_ends(had, has):
        return new
    return _joined(has, _ends(had, has, lone_is_end="\n" not in new))


def changed_ends(old: str, new: str) -> Counter[tuple[str, str]]:
    """Which ends became which, and how often; nothing where anything else differs, too."""
    if "\r" not in old and "\r" not in new:
        return Counter()
    had, has = _lines(old), _lines(new)
    if not _same_but_ends(had, has):
        return Counter()
    pairs = zip(had.ends, has.ends, strict=True)
    return Counter((before, after) for before, after in pairs if before != after)


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


def _lines(text: str) -> Lines:
    parts = _END.split(text)
    bodies, ends = parts[::2], parts[1::2]
    if bodies[-1]:
        ends.append("")
    else:
        bodies.pop()
    return Lines(bodies, ends)


def _same_but_ends(old: Lines, new: Lines) -> bool:
    # A newline at the end of the file that comes or goes is a change of its own.
    return old.bodies == new.bodies and [bool(end) for end in old.ends[-1:]] == [
        bool(end) for end in new.ends[-1:]
    ]


def _ends(old: Lines, new: Lines, *, lone_is_end: bool) -> list[str]:
    """For each new line the end it takes from the old text.

    Unless `lone_is_end` a lone carriage return in what is new is a character, and stays.
    """
    hunks = changed_ranges(old.bodies, new.bodies)
    ends: list[str] = []
    at = 0
    last_old, last_new = len(old.bodies), len(new.bodies)
    for hunk in [*hunks, Hunk(last_old, last_old, last_new, last_new)]:
        ends += old.ends[at : hunk.old_start]
        replaced = old.ends[hunk.old_start : hunk.old_end]
        ends += replaced if hunk.added == hunk.removed else [""] * hunk.added
        at = hunk.old_end
    # Where there is none yet, the line before tells, and at the start the one after.
    last = next(filter(None, ends), _majority(old.ends))
    for number, end in enumerate(ends):
        ends[number] = last = end or last
    for hunk in () if lone_is_end else hunks:
        for number in range(hunk.new_start, hunk.new_end):
            if new.ends[number] == "\r":
                ends[number] = "\r"
    return ends


def _majority(ends: Sequence[str]) -> str:
    counts = Counter(ends)
    return max(_STYLES, key=lambda style: counts[style])


def _joined(lines: Lines, ends: Sequence[str]) -> str:
    parts: list[str] = []
    before = ""
    for body, was, end in zip(lines.bodies, lines.ends, ends, strict=True):
        # Whether the last line has an end at all is for the reply to say.
        own = end if was else ""
        if before == "\r" and not body and own == "\n":
            # Together they would be one end, and the empty line would be gone.
            own = "\r\n"
        parts += (body, own)
        before = own
    return "".join(parts)
