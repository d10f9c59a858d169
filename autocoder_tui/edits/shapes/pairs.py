"""A search and its replacement as two parts that say what they are: tags, or headed code blocks.

<search>                          **Find:**
TAX = 0.16                        ```python
</search>                         TAX = 0.16
<replace>                         ```
TAX = 0.19                        **Replace with:**
</replace>                        ```python
                                  TAX = 0.19
                                  ```
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.shapes.file_edit import next_filled
from autocoder_tui.edits.shapes.search import ReadBlock
from autocoder_tui.text.late_pattern import late_pattern

_LONGEST = 20_000
"""Lines of one part."""
_OLD_TAGS = "search|find|old_string|old_str|old_text|old_code|old|original"
_NEW_TAGS = "replace|replacement|replace_with|new_string|new_str|new_text|new_code|new|updated"
_OLD_TAG = late_pattern(rf"[ \t]{{0,8}}<({_OLD_TAGS})>(.*)", re.IGNORECASE | re.DOTALL)
_NEW_TAG = late_pattern(rf"[ \t]{{0,8}}<({_NEW_TAGS})>(.*)", re.IGNORECASE | re.DOTALL)
_HEAD = r"[ \t]{0,3}(?:#{1,6}[ \t]+|[-*+][ \t]+|\d{1,2}[.)][ \t]+)?[*_]{0,3}"
_TAIL = r"[*_]{0,3}[ \t]*:?[ \t]*[*_]{0,3}[ \t\r]*\n?"
_CODE = r"(?:[ \t]+(?:code|text|block|version|lines?))?"
_WHERE = r"(?:in[ \t]+(?:the[ \t]+file[ \t]+)?(?P<path>[^\s,]{1,200}),?[ \t]+)?"
_WHAT = (
    r"(?:[ \t]+(?:this|the|these))?(?:[ \t]+following)?(?:[ \t]+(?:code|text|block|part|lines?))?"
)
_OLD_HEADING_TEXT = (
    rf"{_HEAD}{_WHERE}(?:(?:find|locate|change|replace){_WHAT}|search(?:[ \t]+for)?{_WHAT}"
    rf"|original{_CODE}|old{_CODE}|before|current{_CODE}|from){_TAIL}"
)
_OLD_HEADING = late_pattern(_OLD_HEADING_TEXT, re.IGNORECASE)
_NEW_HEADING = late_pattern(
    rf"{_HEAD}(?:(?:and[ \t]+)?replace(?:[ \t]+it)?[ \t]+(?:with|by){_WHAT}"
    rf"|(?:and[ \t]+)?change[ \t]+(?:it[ \t]+)?to{_WHAT}"
    rf"|replacement{_CODE}|updated{_CODE}|new{_CODE}|after|with{_WHAT}|to{_WHAT}){_TAIL}",
    re.IGNORECASE,
)
SIGN = late_pattern(
    rf"^[ \t]{{0,8}}<(?:{_OLD_TAGS})>|^(?:{_OLD_HEADING_TEXT})$", re.IGNORECASE | re.MULTILINE
)
"""What a text must hold for such a pair to be in it."""
_FENCE = late_pattern(r" {0,3}(`{3,}|~{3,})([^`\n]*)\n?")


class _Part(NamedTuple):
    lines: list[str]
    after: int
    closed: bool


def opens_tags(lines: Sequence[str], at: int, *, whole: bool) -> bool:
    """Whether line `at` opens the tag of a search; `whole`: only if both parts are there."""
    if _OLD_TAG.fullmatch(lines[at]) is None:
        return False
    return not whole or read_tags(lines, at).block.closed


def read_tags(lines: Sequence[str], at: int) -> ReadBlock:
    """The block that the tag on line `at` opens. It is not closed where a part is missing."""
    old = _tagged(lines, at, _OLD_TAG, _NEW_TAG)
    assert old is not None
    following = next_filled(lines, old.after)
    new = None
    if old.closed and following < len(lines):
        new = _tagged(lines, following, _NEW_TAG, None)
    after = old.after if new is None else new.after
    made = EditBlock.of("".join(old.lines), "".join(new.lines if new else ()))
    source = "".join(lines[at:after])
    return ReadBlock(
        EditBlock(made.lines, closed=new is not None and new.closed, source=source), after
    )


def _tagged(
    lines: Sequence[str], at: int, tag: re.Pattern[str], then: re.Pattern[str] | None
) -> _Part | None:
    """The part that the tag on line `at` opens. It ends at its closing tag; where it holds such
    a line, at the one that what comes next (`then`) follows, or as many as were opened."""
    opening = tag.fullmatch(lines[at])
    if opening is None:
        return None
    name, rest = opening[1].lower(), opening[2]
    ending = f"</{name}>"
    if rest.rstrip().lower().endswith(ending):
        text = rest.rstrip()[: -len(ending)]
        return _Part([text + "\n"] if text else [], at + 1, True)
    found = [rest] if rest.strip() else []
    depth = 1
    for index in range(at + 1, min(len(lines), at + _LONGEST)):
        bare = lines[index].strip().lower()
        if bare == f"<{name}>":
            depth += 1
        if bare.endswith(ending):
            following = next_filled(lines, index + 1)
            depth -= 1
            ends = depth == 0
            if then is not None:
                ends = following < len(lines) and then.fullmatch(lines[following]) is not None
            if ends:
                before = lines[index].rstrip()[: -len(ending)]
                return _Part(
                    [*found, *([before + "\n"] if before.strip() else [])], index + 1, True
                )
        found.append(lines[index])
    return _Part(found, min(len(lines), at + _LONGEST), False)


def read_headed(lines: Sequence[str], at: int) -> ReadBlock | None:
    """The block of two code blocks of which the heading on line `at` names the first as what is
    to be found and another the second as what comes in its place; None where that is not so."""
    if _OLD_HEADING.fullmatch(lines[at]) is None:
        return None
    old = _fenced(lines, next_filled(lines, at + 1))
    if old is None:
        return None
    heading = next_filled(lines, old.after)
    if heading >= len(lines) or _NEW_HEADING.fullmatch(lines[heading]) is None:
        return None
    new = _fenced(lines, next_filled(lines, heading + 1))
    if new is None:
        return None
    made = EditBlock.of("".join(old.lines), "".join(new.lines))
    block = EditBlock(made.lines, closed=new.closed, source="".join(lines[at : new.after]))
    return ReadBlock(block, new.after)


def path_in_heading(line: str) -> str:
    """The file that such a heading names, "" where it names none."""
    heading = _OLD_HEADING.fullmatch(line)
    return (heading["path"] or "").strip("`*_\"'") if heading else ""


def _fenced(lines: Sequence[str], at: int) -> _Part | None:
    """The text of the code block that line `at` opens."""
    opening = _FENCE.fullmatch(lines[at]) if at < len(lines) else None
    if opening is None:
        return None
    for index in range(at + 1, len(lines)):
        closing = _FENCE.fullmatch(lines[index])
        if closing and closing[1].startswith(opening[1]) and not closing[2].strip():
            return _Part(list(lines[at + 1 : index]), index + 1, True)
    return _Part(list(lines[at + 1 :]), len(lines), False)
