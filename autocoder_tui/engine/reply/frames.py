"""Finding the framed files of a reply, and the frames of changes.

Only lines that may hold a mark are looked at. Inside a frame the marks are the exact ones of
`reply_framing`; near misses close it where no exact line does. Where several closing lines are
possible, the one is taken after which the file parses, and marks the given file holds itself
are its own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from autocoder_tui.engine.reply.blocks import (
    Block,
    Offsets,
    Trials,
    lines_of,
    normal_path,
    without_tokens,
)
from autocoder_tui.engine.reply.edit_frames import (
    ANY_ACTION,
    may_be_action,
    read_action,
    read_action_frame,
    starts_changes,
)
from autocoder_tui.engine.reply.end_tokens import without_end_tokens
from autocoder_tui.engine.reply.framing import (
    Opening,
    read_closing,
    read_fence,
    read_opening,
)
from autocoder_tui.engine.reply.marks import (
    LooseOpening,
    closing_at_end,
    read_loose_closing,
    read_loose_opening,
)
from autocoder_tui.engine.reply.wrappers import (
    undented,
    unescaped,
    unquoted,
    without_cdata,
    without_element,
    without_stray_fences,
    without_wrapping_fence,
)
from autocoder_tui.text.syntax import Language, language_of
from autocoder_tui.values import dataclass

_ANY_MARK = re.compile(r"(?:<|&lt;)\s?[\\/]{0,2}\s?file", re.IGNORECASE)
_WRAPPER = re.compile(r"</(files|file_content|filecontent|documents?)\s*>", re.IGNORECASE)
_MARKDOWN = ("md", "markdown", "mdx", "rst", "")
_MOST_CLOSINGS = 8
"""Closing lines tried for a file that does not parse."""
SAME_LINE = "The closing line stood at the end of a line of code."
_NEAR = "The closing line was not exactly as asked."
_NO_ID = "The closing line lacks the id of the frame."
_UNESCAPED = "It came with HTML entities for its marks and in its text: these were read as plain."


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line that may open or close a frame. `closing` is the id of an exact closing line;
    `tail` is where a closing tag begins that ends the line, -1 without one. `acts`: it opens a
    frame of changes."""

    index: int
    opening: Opening | None
    loose: LooseOpening | None
    closing: str | None
    loose_closing: bool
    tail: int
    acts: bool = False


@dataclass(frozen=True, slots=True)
class _End:
    """Where a body ends and reading goes on, as line indices. `tail` is as in `_Mark`."""

    end: int
    after: int
    closed: bool
    remark: str = ""
    tail: int = -1


def read_frames(text: str, given: Mapping[str, str] | None = None) -> tuple[list[Block], str]:
    """The framed files of a reply, and the notes around them.

    `given` are the texts of the files that were sent, by normal path; None if that is not
    known.
    """
    if _ANY_MARK.search(text) is None and ANY_ACTION.search(text) is None:
        return [], text
    return _FrameReader(text, given).read()


class _FrameReader:
    def __init__(self, text: str, given: Mapping[str, str] | None) -> None:
        self._lines = lines_of(text)
        self._given = given
        self._marks = list(_marks(self._lines))
        self._closing_marks = [mark for mark in self._marks if mark.closing == ""]
        self._next = 0
        """Index of the first mark that is not behind what was read."""
        self._offsets = Offsets(self._lines)
        self._trials = Trials.for_text(text)
        self._blocks: list[Block] = []

    def read(self) -> tuple[list[Block], str]:
        notes: list[str] = []
        at = 0
        while (mark := self._opening_mark()) is not None:
            notes += self._lines[at : mark.index]
            at = self._read_action(mark, notes) if mark.acts else self._read_block(mark)
            while self._next < len(self._marks) and self._marks[self._next].index < at:
                self._next += 1
        if not self._blocks:
            return [], "".join(self._lines)
        notes += self._lines[at:]
        return self._blocks, without_stray_fences(notes)

    def _opening_mark(self) -> _Mark | None:
        while self._next < len(self._marks):
            mark = self._marks[self._next]
            self._next += 1
            if mark.opening is not None or mark.acts:
                return mark
            if mark.loose is not None and self._holds(mark):
                return mark
        return None

    def _holds(self, mark: _Mark) -> bool:
        """Whether a near miss opens a frame: a closing follows before another opening, or all
        that follows, if anything does, is what the reply broke off in."""
        assert mark.loose is not None
        if mark.loose.rest and mark.tail >= 0:
            return True
        if self._next < len(self._marks):
            following = self._marks[self._next]
            return following.opening is None and following.loose is None and not following.acts
        body = self._lines[mark.index + 1 :]
        return not self._blocks and (bool(mark.loose.rest) or any(line.strip() for line in body))

    def _read_action(self, mark: _Mark, notes: list[str]) -> int:
        """Add the block of changes that `mark` opens; the index of the line after it."""
        start = self._offsets.of(mark.index)
        block, closing, after, unread = read_action_frame(self._lines, mark.index, self._given)
        notes += unread
        end = start + len(block.source)
        tail = "".join(self._lines[closing:after])
        self._blocks.append(replace(block, text_end=end - len(tail), end=end))
        return after

    def _read_block(self, mark: _Mark) -> int:
        """Add the block that `mark` opens; the index of the line after it."""
        loose = mark.loose
        opening = mark.opening or (loose.opening if loose is not None else None)
        assert opening is not None
        first = mark.index + 1
        start = self._offsets.of(mark.index)
        rest = "" if loose is None else loose.rest
        if rest and mark.tail >= 0:
            found = _End(mark.index, first, True, "", mark.tail)
            body = rest[: closing_at_end(rest)] + "\n"
        else:
            found = self._end(opening, first, any_closing=loose is not None)
            newline = "\r\n" if self._lines[mark.index].endswith("\r\n") else "\n"
            body = (rest + newline if rest else "") + "".join(self._lines[first : found.end])
            if found.tail >= 0:
                body += self._lines[found.end][: found.tail] + "\n"
        remarks = [found.remark] if found.remark else []
        if not opening.frame_id:
            body = self._plain_body(opening.path, body, first, found, loose, remarks)
        if not self._ends_with_newline(opening) and body.endswith("\n"):
            body = body[:-1]
        source = "".join(self._lines[mark.index : found.after])
        end = start + len(source)
        closing = source if found.end < first else "".join(self._lines[found.end : found.after])
        text_end = end - len(closing) + max(found.tail, 0) if found.closed else end
        self._blocks.append(
            Block(
                opening.path, body, found.closed, source, " ".join(remarks), text_end, end,
                verbatim=bool(opening.frame_id),
            )
        )  # fmt: skip
        return found.after

    def _ends_with_newline(self, opening: Opening) -> bool:
        """Small models copy `final-newline="no"` wherever they saw it: it is believed only of a
        file that has none, if that is known."""
        if opening.final_newline or self._given is None:
            return opening.final_newline
        return (self._given_text(opening.path) or "\n").endswith("\n")

    def _given_text(self, path: str) -> str | None:
        return None if self._given is None else self._given.get(normal_path(path))

    # ------------------------------------------------------------------ where a frame ends

    def _end(self, opening: Opening, first: int, *, any_closing: bool) -> _End:
        if opening.frame_id and not any_closing:
            return self._end_with_id(opening.frame_id, first)
        own = self._own_marks(opening.path)
        found = self._plain_end(first, own, any_closing=any_closing)
        suffix = opening.path.rsplit(".", 1)[-1].lower()
        if suffix in _MARKDOWN[:3]:
            return self._outside_fences(found, first) or found
        return self._well_formed_end(language_of(opening.path), first, found) or found

    def _end_with_id(self, frame_id: str, first: int) -> _End:
        plain: _Mark | None = None
        for mark in self._following():
            if mark.closing == frame_id:
                return _End(mark.index, mark.index + 1, True)
            if mark.closing == "":
                plain = mark
        if plain is not None:
            # The model forgot the id: the last plain closing line is the best there is.
            return _End(plain.index, plain.index + 1, True, _NO_ID)
        return _End(len(self._lines), len(self._lines), False)

    def _plain_end(self, first: int, own: frozenset[str], *, any_closing: bool) -> _End:
        exact: _Mark | None = None
        near: _Mark | None = None
        tail: _Mark | None = None
        stop = acts = len(self._lines)
        for mark in self._following():
            line = self._lines[mark.index]
            if line in own and mark.opening is not None:
                continue
            if mark.acts:
                # A file that is closed behind it only quotes it.
                if line not in own and starts_changes(self._lines, mark.index):
                    acts = min(acts, mark.index)
                    if exact:
                        break
                continue
            if mark.opening is not None or (mark.loose is not None and (near or tail)):
                stop = mark.index
                break
            if mark.closing == "" or (any_closing and mark.loose_closing):
                exact = mark
                if not own:
                    break
            elif mark.loose_closing:
                near = near or mark
            elif mark.tail >= 0 and mark.loose is None:
                tail = mark
        if exact is not None:
            return _End(exact.index, exact.index + 1, True)
        if near is not None:
            return _End(near.index, near.index + 1, True, _NEAR)
        if tail is not None:
            return _End(tail.index, tail.index + 1, True, SAME_LINE, tail.tail)
        stop = min(stop, acts)
        if stop == len(self._lines) and (last := self._wrapper_end(first)):
            return _End(last, last + 1, True, _NEAR)
        return _End(stop, stop, False)

    def _wrapper_end(self, first: int) -> int:
        """The last filled line, if it closes what nothing opened: the wrapper that some put around
        all files, in the place of the file's own closing line; 0 without one."""
        last = len(self._lines) - 1
        while last > first and not self._lines[last].strip():
            last -= 1
        closing = _WRAPPER.fullmatch(without_end_tokens(self._lines[last].strip()))
        if closing is None or last <= first:
            return 0
        opening = f"<{closing[1].lower()}"
        return 0 if any(opening in line.lower() for line in self._lines[first:last]) else last

    def _following(self) -> Iterator[_Mark]:
        return (self._marks[n] for n in range(self._next, len(self._marks)))

    def _own_marks(self, path: str) -> frozenset[str]:
        """The lines of the given file that read as marks of a frame: in the reply they are its
        own again, and the last closing line is the frame's."""
        text = self._given_text(path) or ""
        if _ANY_MARK.search(text) is None and ANY_ACTION.search(text) is None:
            return frozenset()
        lines = [line for line in lines_of(text) if "file" in line or may_be_action(line)]
        return frozenset(
            line
            for line in lines
            if read_opening(line) or read_closing(line) is not None or read_action(line)
        )

    def _closings(self, after: int) -> list[_Mark]:
        """The exact closing lines that come next after line `after`, as many as are tried."""
        place = bisect_right(self._closing_marks, after, key=lambda mark: mark.index)
        return self._closing_marks[place : place + _MOST_CLOSINGS]

    def _well_formed_end(self, language: Language | None, first: int, found: _End) -> _End | None:
        """A later end, where the text up to `found` does not parse and the text up to there does:
        the marks before it are quoted in the file."""
        if language is None or found.remark == SAME_LINE:
            return None
        later = self._closings(found.end if found.closed else found.end - 1)
        if not later:
            return None
        body = "".join(self._lines[first : found.end])
        if found.closed and self._trials.well_formed(language, body) is not False:
            return None
        for mark in later:
            body = "".join(self._lines[first : mark.index])
            if self._trials.well_formed(language, body):
                return _End(mark.index, mark.index + 1, True)
        return None

    def _outside_fences(self, found: _End, first: int) -> _End | None:
        """The first closing line of a Markdown file that stands in none of its code fences.

        None where `found` stands in none itself, or leaves no closing line over that would have
        to be explained.
        """
        fence = None
        at = first
        later = next((mark for mark in self._following() if mark.index > found.end), None)
        if found.closed and (later is None or later.closing is None):
            return None
        for mark in islice(self._following(), _MOST_CLOSINGS):
            for line in self._lines[at : mark.index]:
                here = read_fence(line)
                if here is not None and (fence is None or here.closes(fence)):
                    fence = here if fence is None else None
            at = mark.index
            if fence is not None:
                continue
            if mark.opening is not None:
                return None
            if mark.closing == "":
                return _End(mark.index, mark.index + 1, True) if mark.index > found.end else None
        return None

    # ------------------------------------------------------------------ what is around the text

    def _plain_body(
        self,
        path: str,
        body: str,
        first: int,
        found: _End,
        loose: LooseOpening | None,
        remarks: list[str],
    ) -> str:
        """The body of a frame without an id, and without what was put around or on it."""
        given = self._given_text(path)
        if loose is not None:
            body = unquoted(body) if loose.quote else body
            plain = unescaped(body) if loose.escaped else body
            if plain != body:
                remarks.append(_UNESCAPED)
                body = plain
        if found.closed and found.end > first and (loose or self._lines[first - 1][:1] == " "):
            body = undented(body, self._lines[found.end])
        body = without_element(without_cdata(body, given), path, given)
        body = without_wrapping_fence(body, path, found.closed)
        body, said = without_tokens(path, body, given, closed=found.closed)
        remarks += [said] if said else []
        return body


def _marks(lines: Sequence[str]) -> Iterator[_Mark]:
    for index, line in enumerate(lines):
        if may_be_action(line) and read_action(line) is not None:
            yield _Mark(index, None, None, None, False, -1, acts=True)
            continue
        if "file" not in line and "FILE" not in line and "File" not in line:
            continue
        if "<" not in line and "&lt;" not in line:
            continue
        opening = read_opening(line)
        if opening is not None:
            yield _Mark(index, opening, None, None, False, -1)
            continue
        closing = read_closing(line)
        loose_closing = closing is not None or read_loose_closing(line)
        tail = closing_at_end(line)
        loose = None if loose_closing else read_loose_opening(line)
        if loose_closing or tail >= 0 or loose is not None:
            yield _Mark(index, None, loose, closing, loose_closing, tail)
