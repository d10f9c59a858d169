"""Files in frames of other kinds than the one that was asked for.

Models know many: `<document path="a.py">` and other tags with a name, `[file path=a.py]`, tags
with the name in an element of their own (`<file><path>a.py</path><content>`), and lines that
only head a file (`=== a.py ===`, `File: a.py`). Read where they can mean one thing: tags on lines
of their own that are closed, headings that name a file of the request or begin the reply. A
heading that is a comment in the language of its file stays in the text: many files begin so.
Where one file is asked for, the first frame must follow nothing but talk: else it is text of the
file. A file whose end is in doubt is not complete.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from autocoder_tui.engine.reply.blocks import Block, Offsets, Trials, lines_of, normal_path
from autocoder_tui.engine.reply.end_tokens import without_end_tokens
from autocoder_tui.engine.reply.foreign_lines import (
    MARKUP,
    Depth,
    Heading,
    closes,
    heads_end,
    is_comment,
    read_element,
    read_heading,
    read_tag,
)
from autocoder_tui.engine.reply.prose import is_prose_line
from autocoder_tui.engine.reply.wrappers import (
    without_cdata,
    without_element,
    without_wrapping_fence,
)
from autocoder_tui.text.syntax import language_of
from autocoder_tui.values import dataclass

_REMARK = "It came in a frame that was not asked for:"
_DOUBT = "Where it ends is in doubt:"
_MOST_TRIED = 20
"""Headings up to which it is tried whether a file goes on behind one."""
_PROSE = ("md", "markdown", "rst", "txt", "adoc", "tex", "")
_YAML = ("yaml", "yml")
_QUOTES = ('"""', "'''")
_HTML = ("code", "output", "source")
_SAID = re.compile(r"[A-Z][A-Za-z'’, -]{1,200}[.!]")
_MARKDOWN = re.compile(
    r"(?:-{3,}|\*{3,}|_{3,}|#{1,6} .*|(?:[-*+•]|\d{1,3}[.)]) .*|\*\*.*\*\*:?"
    r"|[A-Z][A-Za-z'’ -]{1,200}:)",
    re.DOTALL,
)
_WRAPPER = re.compile(
    r"</?(?:documents|files|artifacts|boltartifact|function_calls|response|answer|output|results?"
    r"|changes)(?:\s[^<>\n]{0,200})?>",
    re.IGNORECASE,
)


def read_foreign_frames(
    text: str, target: str | None, known: Collection[str], given: Mapping[str, str]
) -> tuple[list[Block], str]:
    """The files of a reply that has none of the frames asked for, and the notes around them.

    `given` are the texts of the files that were sent, by normal path: their own lines open
    nothing.
    """
    return _ForeignReader(text, target, known, given).read()


@dataclass(frozen=True, slots=True)
class _Span:
    """A file as line indices: its text, and the line after its frame."""

    heading: Heading
    first: int
    end: int
    after: int
    closed: bool
    doubt: str = ""
    """The line that may or may not end it."""


class _ForeignReader:
    def __init__(
        self, text: str, target: str | None, known: Collection[str], given: Mapping[str, str]
    ) -> None:
        self._lines = lines_of(text)
        self._given = given
        self._target = normal_path(target) if target else ""
        self._suffix = _suffix(self._target) if target else "-"
        self._any_read = self._any_filled = False
        self._trials = Trials.for_text(text)
        self._tries_left = 1_000
        wanted = {*map(normal_path, known), *([normal_path(target)] if target else [])}
        self._wanted = wanted | {path.rsplit("/", 1)[-1] for path in wanted}
        self._own = frozenset(line for old in given.values() for line in old.split("\n"))
        self._only_talk = True
        """Whether nothing but talk stands outside of frames so far."""

    def read(self) -> tuple[list[Block], str]:
        blocks: list[Block] = []
        notes: list[str] = []
        offsets = Offsets(self._lines)
        at = 0
        while at < len(self._lines):
            span = self._span(at)
            if span is None:
                line = self._lines[at]
                self._only_talk &= not line.strip() or self._is_talk(line)
                self._any_filled |= bool(line.strip())
                notes.append(line)
                at += 1
                continue
            blocks.append(self._block(at, span, offsets))
            self._any_read = True
            at = span.after
        return blocks, "".join(notes).strip("\n")

    def _span(self, at: int) -> _Span | None:
        line = self._lines[at].rstrip("\r\n")
        if line in self._own:
            return None
        tag = self._tag(at)
        heading = tag or read_heading(line, at)
        if heading is None or not self._may_begin(heading):
            return None
        if tag is not None:
            return self._tagged(tag)
        if not (self._is_wanted(heading.path) or self._only_talk):
            return None
        return self._headed(heading, at)

    def _tag(self, at: int) -> Heading | None:
        return read_element(self._lines, at) or read_tag(self._lines[at].rstrip("\r\n"), at)

    def _may_begin(self, heading: Heading) -> bool:
        """Whether this can be a frame and no text of a target that came bare."""
        if not self._target or self._any_read:
            return True
        if not self._only_talk:
            return False
        if self._suffix not in _PROSE + MARKUP or self._is_target(heading.path):
            return True
        if self._is_wanted(heading.path):
            return not self._any_filled and (heading.is_rule or not heading.is_line)
        own = heading.is_line or heading.tags[0] in _HTML
        return not self._any_filled and (heading.is_rule or not own)

    def _is_target(self, path: str) -> bool:
        return normal_path(path) in (self._target, self._target.rsplit("/", 1)[-1])

    def _is_wanted(self, path: str) -> bool:
        return normal_path(path) in self._wanted

    def _tagged(self, tag: Heading) -> _Span | None:
        """A frame of tags. One that is never closed is none, unless all before it is talk."""
        stop = len(self._lines)
        left_over = ""
        depth = Depth(tag)
        closings: list[int] = []
        ends: list[int] = []
        """Those that close as many tags of this name as were opened."""
        for index in range(tag.first, len(self._lines)):
            line = self._lines[index].rstrip("\r\n")
            other = None if line in self._own else self._tag(index)
            if other is not None and set(other.tags) & set(tag.tags):
                stop = min(stop, index)
                break
            if other is not None and ends:
                stop = min(stop, index)
            closing = closes(without_end_tokens(line.strip()), tag)
            now = depth.after(line, closing=closing)
            if closing and index > stop:
                # Of a file behind it, if that has opened it.
                left_over = left_over or (line.strip()[:60] if now < 0 else "")
            elif closing:
                closings.append(index)
                if now <= 0:
                    ends.append(index)
        if closings:
            last = closings[-1]
            doubt = left_over if ends == [last] else self._lines[closings[0]].strip()[:60]
            return _Span(tag, tag.first, last, self._after(last, tag), not doubt, doubt)
        if not self._only_talk:
            return None
        return _Span(tag, tag.first, stop, stop, False)

    def _after(self, closing: int, tag: Heading) -> int:
        """The line after a frame, which may be closed by a line of its own behind the text."""
        outer = f"</{tag.tags[-1]}>"
        if len(tag.tags) == 1 or outer in self._lines[closing].lower():
            return closing + 1
        at = closing + 1
        while at < len(self._lines) and not self._lines[at].strip():
            at += 1
        closed = at < len(self._lines) and (
            without_end_tokens(self._lines[at].strip()).lower() == outer
        )
        return at + 1 if closed else closing + 1

    def _headed(self, heading: Heading, at: int) -> _Span:
        first = at if is_comment(heading.line, heading.path) else at + 1
        end = after = len(self._lines)
        marks: list[tuple[int, bool]] = []
        for index in range(at + 1, len(self._lines)):
            line = self._lines[index].rstrip("\r\n")
            if heads_end(line, heading):
                end, after = index, index + 1
                break
            found = None if line in self._own else read_heading(line, index)
            if found is None or not (found.is_rule or self._is_wanted(found.path)):
                continue
            marks.append((index, self._is_wanted(found.path)))
            spent = len(marks) > _MOST_TRIED or self._tries_left < 0
            if spent or self._parsed(heading, first, index) is not False:
                end = after = index
                break
        if not marks or self._parsed(heading, first, end) is not False:
            return _Span(heading, first, end, after, True)
        # It is whole at no place: a name of the request ends it, any other may be its own text.
        index = next((index for index, wanted in marks if wanted), -1)
        if index >= 0:
            end = after = index
        doubt = self._lines[marks[0][0]].strip()[:60]
        return _Span(heading, first, end, after, False, doubt)

    def _parsed(self, heading: Heading, first: int, end: int) -> bool | None:
        """Whether these lines are well-formed, None in a language we have no parser of."""
        language = language_of(heading.path)
        if language is None:
            return None
        self._tries_left -= 1
        if self._tries_left < 0:
            return False
        body = _without_blank_ends("".join(self._lines[first:end]))
        body = without_wrapping_fence(body, heading.path, True)
        return self._trials.well_formed(language, body) is True

    def _is_talk(self, line: str) -> bool:
        """Whether a line before the first frame, or between two, is none of a bare file."""
        bare = line.strip()
        if self._target and (is_comment(line, self._target) or bare.startswith(_QUOTES)):
            return False
        if is_prose_line(bare) or (bare.endswith(":") and bare[:1].isalpha() and " " in bare):
            return True
        if _SAID.fullmatch(bare) or _WRAPPER.fullmatch(bare):
            return True
        if self._suffix in _PROSE + _YAML:
            return False
        return line[:1] not in (" ", "\t") and bool(_MARKDOWN.fullmatch(bare))

    def _block(self, at: int, span: _Span, offsets: Offsets) -> Block:
        lines = self._lines
        path = span.heading.path
        body = "".join(lines[span.first : span.end])
        if span.heading.is_line:
            body = _without_blank_ends(body)
        given = self._given.get(normal_path(path))
        body = span.heading.rest + body
        if span.closed and span.end < len(lines):
            body += span.heading.before_closing(lines[span.end])
        body = without_element(without_cdata(body, given), path, given)
        body = without_wrapping_fence(body, path, span.closed)
        start = offsets.of(at)
        source = "".join(lines[at : span.after])
        end = start + len(source)
        text_end = end - len("".join(lines[span.end : span.after]))
        remark = f"{_REMARK} {span.heading.line.strip()[:60]}" if span.first > at else ""
        if span.doubt:
            remark = f"{remark} {_DOUBT} {span.doubt}".strip()
        return Block(path, body, span.closed, source, remark, text_end, end)


def _without_blank_ends(body: str) -> str:
    """The body without the blank lines that set it off from the headings around it."""
    lines = lines_of(body)
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    return "".join(lines)


def _suffix(path: str) -> str:
    return path.rsplit(".", 1)[-1].lower() if "." in path else ""
