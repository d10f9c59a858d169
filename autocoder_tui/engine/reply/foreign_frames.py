"""Files in frames of other kinds than the one that was asked for.

Models know many: `<document path="a.py">` and other tags with a name, `[file path=a.py]`, tags
with the name in an element of their own (`<file><path>a.py</path><content>`), and lines that
only head a file (`=== a.py ===`, `File: a.py`). Read where they can mean one thing: tags on lines
of their own that are closed, headings that name a file of the request or begin the reply. A
heading that is a comment in the language of its file stays in the text: many files begin so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from autocoder_tui.engine.reply.blocks import Block, Offsets, lines_of, normal_path
from autocoder_tui.engine.reply.end_tokens import without_end_tokens
from autocoder_tui.engine.reply.foreign_lines import (
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

_REMARK = "It came in a frame that was not asked for:"


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


class _ForeignReader:
    def __init__(
        self, text: str, target: str | None, known: Collection[str], given: Mapping[str, str]
    ) -> None:
        self._lines = lines_of(text)
        self._given = given
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
                self._only_talk &= not line.strip() or _is_talk(line)
                notes.append(line)
                at += 1
                continue
            blocks.append(self._block(at, span, offsets))
            at = span.after
        return blocks, "".join(notes).strip("\n")

    def _span(self, at: int) -> _Span | None:
        line = self._lines[at].rstrip("\r\n")
        if line in self._own:
            return None
        element = read_element(self._lines, at)
        tag = element or read_tag(line, at)
        if tag is not None:
            return self._tagged(tag)
        heading = read_heading(line, at)
        if heading is None or not (self._is_wanted(heading.path) or self._only_talk):
            return None
        return self._headed(heading, at)

    def _is_wanted(self, path: str) -> bool:
        return normal_path(path) in self._wanted

    def _tagged(self, tag: Heading) -> _Span | None:
        """A frame of tags. One that is never closed is none, unless all before it is talk."""
        for index in range(tag.first, len(self._lines)):
            line = without_end_tokens(self._lines[index].strip())
            if closes(line, tag):
                return _Span(tag, tag.first, index, index + 1 + tag.closing_lines(line), True)
            if index > tag.first and read_tag(line, index) is not None:
                break
        if not self._only_talk:
            return None
        return _Span(tag, tag.first, len(self._lines), len(self._lines), False)

    def _headed(self, heading: Heading, at: int) -> _Span:
        end = after = len(self._lines)
        for index in range(at + 1, len(self._lines)):
            line = self._lines[index].rstrip("\r\n")
            if heads_end(line, heading):
                end, after = index, index + 1
                break
            if line not in self._own and self._heads_next(line, index):
                end = after = index
                break
        first = at if is_comment(heading.line, heading.path) else at + 1
        return _Span(heading, first, end, after, True)

    def _heads_next(self, line: str, index: int) -> bool:
        found = read_heading(line, index)
        return found is not None and (self._is_wanted(found.path) or found.is_rule)

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
        return Block(path, body, span.closed, source, remark, text_end, end)


def _without_blank_ends(body: str) -> str:
    """The body without the blank lines that set it off from the headings around it."""
    lines = lines_of(body)
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    return "".join(lines)


def _is_talk(line: str) -> bool:
    bare = line.strip()
    return is_prose_line(bare) or (bare.endswith(":") and bare[:1].isalpha() and " " in bare)
