"""A change written as commands of an editor: of ed or sed, in the form of RCS, or for a shell."""

from __future__ import annotations

from collections.abc import Iterator

from autocoder_tui.text.late_pattern import late_pattern

_MOST_LINES = 5_000
"""A text of more filled lines is no such script."""
_LONGEST = 2_000
"""Characters of a line that is read as a command."""

_ADDRESS = r"(?:\d{1,7}|[.$]|/(?:[^/\\\n]|\\.){1,300}+/)(?:[+-]\d{0,5})?"
_RANGE = rf"(?:{_ADDRESS}(?:[ \t]?[,;~][ \t]?{_ADDRESS})?|[,%])"
_BETWEEN = r"(?:(?!\1)[^\\\n]|\\.)"
_EXCHANGES = late_pattern(
    rf"{_RANGE}?[ \t]?[sy]([/|#,@!]){_BETWEEN}++\1{_BETWEEN}*+\1[gpiIemM\d]{{0,4}};?"
)
_TAKES_LINES = late_pattern(rf"{_RANGE}?[ \t]?[aic]")
"""In ed: the lines up to one with nothing but a dot."""
_ADDS = late_pattern(rf"(?:{_RANGE})[ \t]?[aic](?:\\|[ \t]+\S.*|\\[ \t]*\S.*)")
"""In sed: the text in the same line, or in the next after a back-slash."""
_DROPS = late_pattern(rf"(?:{_RANGE}(?:[ \t]?![ \t]?)?[dj]|{_RANGE}[mt]{_ADDRESS})")
_OTHER = late_pattern(rf"{_RANGE}?[ \t]?(?:[pPnlHhqQ=]|[wW]q?|[wefr][ \t]+\S{{1,200}}|[{{}}])|#.*")
_OF_RCS = late_pattern(r"([ad])\d{1,7} (\d{1,7})")
_SHELL = late_pattern(
    r"\$?[ \t]*(?:sed[ \t]+(?:-[a-zA-Z]|')|g?sed[ \t]+--|perl[ \t]+-\S*[pi]|ed[ \t]+-?s?\b.*<<"
    r"|patch[ \t]+(?:-|<)|git[ \t]+apply\b|awk[ \t]+-i)"
)


def is_edit_script(text: str, *, strict: bool) -> bool:
    """Whether all of `text` is such a script. `strict`: lines that only name lines to drop are
    none, for in a file of data they may be the data."""
    lines = text.rstrip().split("\n")
    if len(lines) > _MOST_LINES or not lines[0]:
        return False
    head = next((line.strip() for line in lines if line.strip()), "")
    if not head or len(head) > _LONGEST:
        return False
    return _is_ed(lines, strict) or _is_sed(lines, strict) or _is_rcs(lines) or _is_shell(lines)


def _is_ed(lines: list[str], strict: bool) -> bool:
    takes = drops = 0
    rest = iter(lines)
    for line in rest:
        command = line.rstrip()
        if _TAKES_LINES.fullmatch(command[:_LONGEST]):
            # The last dot may be missing where the reply was written carelessly.
            closed = any(body.rstrip() == "." for body in rest)
            takes += 1
            if not closed and (command[:1].isalpha() or len(lines) < 2):
                return False
        elif _DROPS.fullmatch(command[:_LONGEST]):
            drops += 1
        elif command and not _is_other(command):
            return False
    return bool(takes and not (strict and takes + drops == 1 and lines[-1].strip() not in _ENDS))


_ENDS = (".", "w", "wq", "q")


def _is_sed(lines: list[str], strict: bool) -> bool:
    changes = drops = 0
    rest = iter(lines)
    for line in rest:
        command = line.strip()
        if len(command) > _LONGEST:
            return False
        if _EXCHANGES.fullmatch(command):
            changes += 1
        elif _ADDS.fullmatch(command):
            changes += 1
            _skip_continued(command, rest)
        elif _DROPS.fullmatch(command):
            drops += 1
        elif command and not _is_other(command):
            return False
    return bool(changes or (drops and not strict))


def _skip_continued(command: str, rest: Iterator[str]) -> None:
    while command.endswith("\\"):
        command = next(rest, "")


def _is_rcs(lines: list[str]) -> bool:
    at = added = 0
    while at < len(lines):
        found = _OF_RCS.fullmatch(lines[at].rstrip())
        if found is None:
            return False
        at += 1 + (int(found[2]) if found[1] == "a" else 0)
        added += 1
    return bool(added)


def _is_shell(lines: list[str]) -> bool:
    filled = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return bool(filled) and all(_SHELL.match(line[:_LONGEST]) for line in filled)


def _is_other(command: str) -> bool:
    return _OTHER.fullmatch(command[:_LONGEST]) is not None
