"""Blocks of a search and its replacement, between marks.

    <<<<<<< SEARCH
    the lines that are there
    =======
    the lines that shall be there
    >>>>>>> REPLACE

Understood are more and fewer signs, a missing blank, other words, the marks of a git conflict
(with or without the base), `------- SEARCH` and `+++++++ REPLACE`, lines that tell line numbers,
and a last mark that was forgotten. What is searched and what replaces it may hold such marks
themselves: then the marks are those with as many signs as the one that opened, or those that
enclose whole pairs of others, or those after which what is searched stands in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from autocoder_tui.edits.edit import EditBlock, EditLine
from autocoder_tui.edits.shapes.file_edit import is_blank, next_filled, said
from autocoder_tui.values import dataclass

FORGOTTEN = "Its last mark is missing."
NO_DIVIDER = "No line ======= stands between what is searched and what replaces it."

_LONGEST_MARK = 160
_OPEN_WORDS = r"SEARCH|ORIGINAL|OLD|FIND|BEFORE"
_CLOSE_WORDS = r"REPLACE|UPDATED|NEW|REPLACEMENT|AFTER"
_OPEN = re.compile(
    rf"([ \t]*+)(<{{5,120}}|(-{{5,120}})(?=[ \t]*+(?:{_OPEN_WORDS})))[ \t]*+"
    rf"(?:((?:{_OPEN_WORDS})\b[^\n]{{0,120}})|(?:[A-Za-z(0-9][^\n]{{0,120}}))?[ \t\r]*\n?",
    re.IGNORECASE,
)
_DIVIDE = re.compile(r"[ \t]*+(={5,120})[ \t]*+(?:(?:REPLACE|WITH)\b)?[ \t\r]*\n?", re.IGNORECASE)
_BASE = re.compile(r"[ \t]*+(\|{5,120})(?:[ \t][^\n]*)?\n?")
_CLOSE = re.compile(
    rf"([ \t]*+)(>{{5,120}}|(\+{{5,120}})(?=[ \t]*+(?:{_CLOSE_WORDS})))[ \t]*+"
    rf"(?:((?:{_CLOSE_WORDS})\b[^\n]{{0,120}})|(?:[A-Za-z(0-9][^\n]{{0,120}}))?[ \t\r]*\n?",
    re.IGNORECASE,
)
_HINT = re.compile(r"[ \t]*:(start|end)_line:[ \t]*(\d{1,9})[ \t\r]*\n?", re.IGNORECASE)
_HINT_END = re.compile(r"[ \t]*-{3,40}[ \t\r]*\n?")
_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})[ \t\r]*\n?")
_SHORT_OPEN = re.compile(
    rf"([ \t]*+)(<{{3,4}})()[ \t]*+((?:{_OPEN_WORDS})\b)[:>]?[ \t\r]*\n?", re.IGNORECASE
)
_SHORT_DIVIDE = re.compile(r"[ \t]*+(={3,4})[ \t\r]*\n?")
_SHORT_CLOSE = re.compile(
    rf"([ \t]*+)(>{{3,4}})()[ \t]*+((?:{_CLOSE_WORDS})\b)[:>]?[ \t\r]*\n?", re.IGNORECASE
)
_Kind = Literal["open", "base", "divide", "close", "frame"]
_Matches: TypeAlias = Mapping[str, Sequence[re.Pattern[str]]]
_MATCHES: _Matches = {
    "open": (_OPEN,), "divide": (_DIVIDE,), "close": (_CLOSE,), "base": (_BASE,)
}  # fmt: skip
_SHORT: _Matches = {
    "open": (_SHORT_OPEN, _OPEN), "divide": (_SHORT_DIVIDE, _DIVIDE),
    "close": (_SHORT_CLOSE, _CLOSE), "base": (),
}  # fmt: skip
"""With marks of three or four signs, which are some only in a block that has one of its others:
the opening one must say what follows, and so must the closing one."""
_KINDS: Final[tuple[_Kind, ...]] = ("open", "divide", "close", "base")
_BEGINNINGS = ("<<<", "---", "===", ">>>", "+++", "|||")
_MOST_MARKS = 60
_MOST_DIVIDERS = 24


@dataclass(frozen=True, slots=True)
class _Mark:
    index: int
    kind: _Kind
    signs: int
    worded: bool


class ReadBlock(NamedTuple):
    """A block, and the line after it."""

    block: EditBlock
    after: int


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where the parts of a block end, as line indices: `base` and `divider` are -1 without one;
    `end` is the closing mark or the line that is none of it any more."""

    divider: int
    end: int
    after: int
    base: int = -1
    forgotten: bool = False


def divides_block(line: str, opening: str = "") -> bool:
    """Whether this line may stand between what is searched, after the mark `opening`, and what
    replaces it."""
    return _mark(line, 0, "divide", _matches_after(opening)) is not None


def closes_block(line: str, divider: str = "") -> bool:
    """Whether this line may close what replaces a search, after the mark `divider`."""
    return _mark(line, 0, "close", _matches_after(divider)) is not None


def opens_block(line: str) -> bool:
    """Whether this line opens a block of a search and its replacement."""
    return _mark(line, 0, "open", _SHORT) is not None


def _matches_after(mark: str) -> _Matches:
    short = any(pattern.fullmatch(mark) for pattern in (_SHORT_OPEN, _SHORT_DIVIDE))
    return _SHORT if short else _MATCHES


def is_worded(line: str) -> bool:
    """Whether the opening mark names what follows ("SEARCH"), as those of a conflict do not."""
    mark = _mark(line, 0, "open", _SHORT)
    return mark is not None and mark.worded


def is_mark(line: str) -> bool:
    """Whether this line is any of the marks of a block."""
    return divides_block(line) or any(_mark(line, 0, kind, _SHORT) for kind in _KINDS[::2])


def needs_more_signs(text: str) -> bool:
    """Whether a text holds lines that read as marks."""
    if "<<<" not in text and not any(sign * 5 in text for sign in "=>-+|"):
        return False
    return any(is_mark(line) for line in text.split("\n"))


def render_block(block: EditBlock) -> str:
    """The block as a search and its replacement, with more signs than any line of it, and the
    numbers of its lines."""
    old, new = "".join(block.old), "".join(block.new)
    signs = 7
    while any(sign * signs in old + new for sign in "<=>"):
        signs += 1
    told = ""
    if block.line is not None:
        last = f":end_line:{block.last}\n" if block.last is not None else ""
        told = f":start_line:{block.line}\n{last}-------\n"
    old = f"{'<' * signs} SEARCH\n{told}{_ended(old)}"
    return f"{old}{'=' * signs}\n{_ended(new)}{'>' * signs} REPLACE\n"


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def read_block(
    lines: Sequence[str], at: int, given: str | None = None, frame_end: str = ""
) -> ReadBlock:
    """The block that line `at` opens.

    `given` is the text of the file it is for, if that is known. `frame_end` is the line that
    closes the frame around it, if one does: a block whose last mark was forgotten ends there.
    """
    short = _SHORT_OPEN.match(lines[at])
    opening = short or _OPEN.match(lines[at])
    assert opening is not None
    first, line, last = _hints(lines, at + 1)
    signs = len(opening[2])
    marks = _marks(lines, first, frame_end, signs, _SHORT if short else _MATCHES)
    if is_worded(lines[at]) and not short and _cut(marks, forgotten=False) is None:
        loose = _marks(lines, first, frame_end, signs, _SHORT)
        marks = loose if _cut(loose, forgotten=False) else marks
    if is_worded(lines[at]):
        # Only a conflict has the base between its sides: here such a line is text.
        marks = [mark for mark in marks if mark.kind != "base"]
    exact = [mark for mark in marks if mark.signs == signs or mark.kind == "frame"]
    cut = _cut(exact, forgotten=False) or _cut(marks, forgotten=False)
    if cut is not None:
        cut = _fitting(lines, first, exact if cut == _cut(exact, forgotten=False) else marks, cut,
                       given)  # fmt: skip
    else:
        cut = _cut(marks, forgotten=True) or _open_end(lines, first, marks)
    block = _block(lines, first, cut, opening[1])
    source = "".join(lines[at : cut.after])
    return ReadBlock(replace(block, line=line, last=last, source=source), cut.after)


def _hints(lines: Sequence[str], at: int) -> tuple[int, int | None, int | None]:
    """The line after those that tell line numbers, and the numbers."""
    found: dict[str, int] = {}
    begin = at
    while at < len(lines) and (hint := _HINT.fullmatch(lines[at])) is not None:
        found[hint[1].lower()] = int(hint[2])
        at += 1
    if at > begin and at < len(lines) and _HINT_END.fullmatch(lines[at]):
        at += 1
    return at, found.get("start"), found.get("end")


def _mark(line: str, index: int, kind: _Kind, matches: _Matches = _MATCHES) -> _Mark | None:
    if len(line) > _LONGEST_MARK:
        return None
    found = next((match for one in matches[kind] if (match := one.fullmatch(line))), None)
    if found is None:
        return None
    if kind in ("divide", "base"):
        return _Mark(index, kind, len(found[1]), False)
    return _Mark(index, kind, len(found[2]), bool(found[4]))


def _marks(
    lines: Sequence[str], first: int, frame_end: str, signs: int, matches: _Matches
) -> list[_Mark]:
    """The lines from `first` on that read as marks, as far as they can matter: up to what begins
    after the block, if its own marks have so many `signs`."""
    marks: list[_Mark] = []
    depth, divided, whole = 0, False, False
    for index in range(first, len(lines)):
        line = lines[index]
        if frame_end and line.startswith(frame_end):
            marks.append(_Mark(index, "frame", 0, False))
        elif line.lstrip(" \t")[:3] in _BEGINNINGS:
            for kind in _KINDS:
                mark = _mark(line, index, kind, matches)
                if mark is not None:
                    marks.append(mark)
                    break
        if not marks or marks[-1].index != index:
            continue
        last = marks[-1]
        if len(marks) >= _MOST_MARKS or (whole and last.kind in ("open", "frame")):
            break
        if last.signs == signs:
            whole |= last.kind == "close" and divided and not depth
            divided |= last.kind == "divide" and not depth
            depth += (last.kind == "open") - (last.kind == "close" and depth > 0)
    return marks


def _cut(marks: Sequence[_Mark], *, forgotten: bool) -> _Cut | None:
    """The parts by the first marks at the block's own level; pairs of marks within are its text.

    With `forgotten` the replacement ends where another block or the frame's end begins.
    """
    depth, divider, base = 0, -1, -1
    for mark in marks:
        if mark.kind == "frame":
            if forgotten and divider >= 0:
                return _Cut(divider, mark.index, mark.index, base, forgotten=True)
        elif mark.kind == "open":
            if forgotten and divider >= 0:
                return _Cut(divider, mark.index, mark.index, base, forgotten=True)
            depth += 1
        elif mark.kind == "close":
            if depth:
                depth -= 1
            elif divider >= 0:
                return _Cut(divider, mark.index, mark.index + 1, base)
            else:
                return None
        elif depth == 0 and divider < 0:
            if mark.kind == "divide":
                divider = mark.index
            elif base < 0:
                base = mark.index
    return None


def _fitting(
    lines: Sequence[str], first: int, marks: Sequence[_Mark], cut: _Cut, given: str | None
) -> _Cut:
    """`cut`, or where several lines may divide, the one with the longest search that stands in
    the file; of several closing marks, the first with nothing of a replacement behind it."""
    cut = _last_closing(lines, marks, cut)
    if given is None or cut.base >= 0:
        return cut
    dividers = [mark.index for mark in marks if mark.kind == "divide"]
    known = _lines_of(given)
    best = cut
    if len(dividers) < 2 and known.hold(lines[first : cut.divider]):
        return cut
    for divider in dividers[:_MOST_DIVIDERS]:
        if not known.hold(lines[first:divider]):
            continue
        unfounded = best is cut and not known.hold(lines[first : cut.divider])
        if unfounded or divider > best.divider:
            best = _after_divider(marks, divider, cut) or best
    return best


def _after_divider(marks: Sequence[_Mark], divider: int, cut: _Cut) -> _Cut | None:
    if divider < cut.end:
        return replace(cut, divider=divider)
    end = next((m.index for m in marks if m.kind == "close" and m.index > divider), -1)
    return None if end < 0 else _Cut(divider, end, end + 1)


def _last_closing(lines: Sequence[str], marks: Sequence[_Mark], cut: _Cut) -> _Cut:
    """A later closing mark, where behind that of `cut` the text goes on up to one that nothing
    opens: then the first is text."""
    for mark in (mark for mark in marks if mark.index > cut.end):
        if mark.kind in ("open", "frame", "base"):
            break
        if mark.kind == "close":
            between = lines[cut.end + 1 : mark.index]
            if any(_FENCE.fullmatch(line) for line in between):
                break
            if all(map(is_blank, between)):
                return replace(cut, after=mark.index + 1)
            cut = replace(cut, end=mark.index, after=mark.index + 1)
    return cut


class _Lines:
    """The lines of a file, to be asked whether it holds some, white space at line ends apart."""

    def __init__(self, text: str) -> None:
        self._text = "\n" + _bare(text.split("\n")) + "\n"

    def hold(self, lines: Sequence[str]) -> bool:
        return bool(lines) and "\n" + _bare([line[:-1] for line in lines]) + "\n" in self._text


@lru_cache(maxsize=2)
def _lines_of(text: str) -> _Lines:
    """Kept, for all blocks of a reply are mostly for one file."""
    return _Lines(text)


def _bare(lines: Sequence[str]) -> str:
    return "\n".join(line.rstrip(" \t\r") for line in lines)


def _open_end(lines: Sequence[str], first: int, marks: Sequence[_Mark]) -> _Cut:
    """The parts of a block that nothing closes: up to a fence, or to the end of the reply."""
    divider = next((mark.index for mark in marks if mark.kind == "divide"), -1)
    begin = divider + 1 if divider >= 0 else first
    stops = [mark.index for mark in marks if mark.index >= begin and mark.kind != "base"]
    stop = next((index for index in stops if index > divider), len(lines))
    fence = next((n for n in range(begin, stop) if _FENCE.fullmatch(lines[n])), -1)
    if fence >= 0 and next_filled(lines, fence + 1) >= stop and divider >= 0:
        return _Cut(divider, fence, fence, forgotten=True)
    after = stop + 1 if stop < len(lines) and _mark(lines[stop], stop, "close") else stop
    return _Cut(divider, stop, max(after, first))


def _block(lines: Sequence[str], first: int, cut: _Cut, indent: str) -> EditBlock:
    if cut.divider < 0:
        old = _undented(lines[first : cut.end], indent)
        ended = cut.end < len(lines)
        marked = tuple(EditLine("-", line) for line in old)
        return EditBlock(marked, closed=False, remark=NO_DIVIDER if ended else "")
    old = _undented(lines[first : cut.base if cut.base >= 0 else cut.divider], indent)
    end = cut.end
    if cut.forgotten:
        while end > cut.divider + 1 and is_blank(lines[end - 1]):
            end -= 1
    new = _undented(lines[cut.divider + 1 : end], indent)
    closed = cut.after > cut.end or cut.forgotten
    both = (*(EditLine("-", line) for line in old), *(EditLine("+", line) for line in new))
    return EditBlock(both, closed=closed, remark=said(FORGOTTEN if cut.forgotten else ""))


def _undented(lines: Sequence[str], indent: str) -> list[str]:
    """The lines without the indentation of the marks, if all have it."""
    if not indent or not all(line.startswith(indent) or is_blank(line) for line in lines):
        return list(lines)
    return [line.lstrip(" \t") if is_blank(line) else line[len(indent) :] for line in lines]
