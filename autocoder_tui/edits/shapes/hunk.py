"""The lines of a hunk: signs before each, in a unified diff and in the `*** Begin Patch` form."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from autocoder_tui.edits.edit import EditBlock, EditLine
from autocoder_tui.edits.shapes.file_edit import is_blank, next_filled
from autocoder_tui.values import dataclass

_HEAD = re.compile(
    r"@@[ \t]*-[ \t]*(\d{1,9})?(?:,[ \t]*(\d{1,9}))?[^@+\n]{0,40}"
    r"\+[ \t]*(\d{1,9})?(?:,[ \t]*(\d{1,9}))?[^@\n]{0,40}@@(?:[ \t]([^\n]*))?\n?"
)
_BARE = re.compile(
    r"@@(?:[ \t]*\.{3}[ \t]*@@|[ \t]*@@)?[ \t\r]*\n?|@@(?:[ \t]*\.{3})?[ \t]*@@[ \t]+([^\n]+)\n?"
)
_SCOPE = re.compile(r"@@[ \t]+([^\n]+?)(?:[ \t]*@@)?[ \t\r]*\n?")
_FENCE = re.compile(r"(?:`{3,}|~{3,})[ \t\r]*\n?")
_TAG = re.compile(r"</?(?:edit|file|delete|rename)\b[^\n]*>[ \t\r]*\n?")
NO_NEWLINE = "\\"


@dataclass(frozen=True, slots=True)
class Head:
    """The line a hunk begins with. `old` and `new` are how many lines it claims, None unsaid."""

    line: int | None = None
    old: int | None = None
    new: int | None = None
    scope: str = ""


def read_head(line: str) -> Head | None:
    """The head of a hunk on this line, or None."""
    if not line.startswith("@@") or line.startswith("@@@"):
        return None
    found = _HEAD.fullmatch(line)
    if found is not None:
        number = int(found[1]) if found[1] else None
        old = int(found[2]) if found[2] else (1 if found[1] else None)
        new = int(found[4]) if found[4] else (1 if found[3] else None)
        return Head(number, old, new, (found[5] or "").strip())
    bare = _BARE.fullmatch(line)
    if bare is not None:
        return Head(scope=(bare[1] or "").strip())
    scope = _SCOPE.fullmatch(line)
    return None if scope is None else Head(scope=scope[1].strip())


def is_boundary(line: str) -> bool:
    """Whether a line ends what holds a hunk: a bare fence, or a tag of a frame."""
    return _FENCE.fullmatch(line) is not None or _TAG.fullmatch(line) is not None


def read_hunk(
    lines: Sequence[str], at: int, head: Head, ends: Callable[[Sequence[str], int], bool]
) -> tuple[list[EditLine], int]:
    """The lines of the hunk whose first is `at`, and the line after them.

    `ends` says whether a line begins something else. A line without a sign is one that stays if
    lines with signs follow it: models and mail programs lose the blank before it.
    """
    found: list[EditLine] = []
    stop = at
    while stop < len(lines) and not (is_boundary(lines[stop]) or ends(lines, stop)):
        if _is_full(found, head) and _sets_off(lines, stop):
            break
        _add(found, lines[stop])
        stop += 1
    return _without_tail(lines, at, stop, found, head)


def _sets_off(lines: Sequence[str], at: int) -> bool:
    """Whether a line sets off what is no diff any more: a mail's signature, talk after a blank."""
    if lines[at] in ("-- \n", "--\n"):
        return True
    following = next_filled(lines, at) if is_blank(lines[at]) and lines[at][:1] != " " else 0
    return 0 < following < len(lines) and (
        lines[following][:1] not in ("+", "-", " ", NO_NEWLINE, "@")
        or lines[following].startswith("- ")
    )


def _add(found: list[EditLine], line: str) -> None:
    sign = line[:1]
    if sign == NO_NEWLINE:
        if found:
            mark, text = found[-1]
            found[-1] = EditLine(mark, text.removesuffix("\n").removesuffix("\r"))
    elif sign == "+":
        found.append(EditLine("+", line[1:]))
    elif sign == "-":
        found.append(EditLine("-", line[1:]))
    else:
        found.append(EditLine(" ", line[1:] if sign == " " else line))


def _is_full(found: Sequence[EditLine], head: Head) -> bool:
    """Whether there are as many lines as the head claims."""
    if head.old is None or head.new is None:
        return False
    old = sum(mark != "+" for mark, _ in found)
    return old == head.old and len(found) - sum(mark == "-" for mark, _ in found) == head.new


def _without_tail(
    lines: Sequence[str], at: int, stop: int, found: list[EditLine], head: Head
) -> tuple[list[EditLine], int]:
    """The hunk without the lines behind its last sign that are none of it: prose, blank lines."""
    end = stop
    while end > at and lines[end - 1][:1] not in ("+", "-", " ", NO_NEWLINE):
        end -= 1
    # Blank lines that stay lose their blank: at the end they are of the hunk if it claims them.
    blanks = next_filled(lines[:stop], end) - end
    claimed = (head.old or 0) - sum(mark != "+" for mark, _ in found[: end - at])
    if 0 < claimed <= blanks:
        end += claimed
    kept: list[EditLine] = []
    for line in lines[at:end]:
        _add(kept, line)
    return kept, end


def block_of(
    lines: Sequence[EditLine], head: Head, scopes: Sequence[str], source: str
) -> EditBlock:
    """The block these lines of a hunk are."""
    old = [line.text for line in lines if line.mark != "+"]
    first = head.line if head.line else None
    last = None if first is None or not head.old else first + head.old - 1
    at_end = bool(old) and not old[-1].endswith("\n")
    return EditBlock(
        tuple(lines), True, tuple(filter(None, scopes)), first, last, at_end=at_end, source=source
    )
