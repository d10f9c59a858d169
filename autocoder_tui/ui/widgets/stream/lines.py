"""The streamed text as lines: where each begins, what it is part of, how it is coloured.

Knows nothing of widgets. Appending costs what is appended and retracting what is taken back,
however long the text is. Complete lines are lexed once, in order, when `lex` is called; the
colours of lines that have gone out of the cache are made again from the state kept for each
line.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from autocoder_tui.engine.reply.frame_lines import begins_frame, read_frame_closing
from autocoder_tui.engine.reply.framing import Fence, read_fence
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.stream.colours import (
    MAX_LEXED,
    LineLexer,
    Spans,
    lex_line,
    lexer_for_language,
    lexer_for_path,
)
from autocoder_tui.ui.widgets.stream.packed_lines import KeptLines

Kind: TypeAlias = Literal["prose", "code", "heading", "end", "fence"]
"""What a line is: text outside files, a file's or fence's line, a frame's or fence's mark."""

_CACHED_LINES = 2_000


@dataclass(eq=False, slots=True)
class Section:
    """Lines that belong together. `first` is the index of the first of them."""

    kind: Kind
    first: int
    label: str = ""
    """A heading's path, a fence's language."""
    lexer: LineLexer | None = None
    fence: Fence | None = None
    """For a fence's lines: the mark that opened it."""
    frame: str | None = None
    """For a file's lines: the id of its frame, "" for a plain one."""
    then: Section | None = None
    """For a mark of one line: the section that follows it."""


class StreamLines:
    """A growing text, split into complete lines and one open tail."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all text."""
        self._opening = Section("prose", 0)
        self._texts = KeptLines()
        self._sections: list[Section] = []
        self._states: list[Any] = []
        self._state: Any = None
        self._tail: list[str] = []
        self._tail_length = 0
        self._spans: dict[int, Spans] = {}

    # ------------------------------------------------------------------ the text

    @property
    def count(self) -> int:
        """Lines, the open one included if it holds anything."""
        return len(self._texts) + (self._tail_length > 0)

    @property
    def complete(self) -> int:
        """Lines that have ended."""
        return len(self._texts)

    @property
    def length(self) -> int:
        """Characters of the whole text."""
        return self._texts.length + self._tail_length

    @property
    def text(self) -> str:
        return self._texts.text + self._open_line()

    def raw(self, index: int) -> str:
        """Line `index` as it was received, without its newline."""
        return self._texts[index] if index < len(self._texts) else self._open_line()

    def line_at(self, offset: int) -> int:
        """The index of the line that holds character `offset`."""
        return self._texts.line_at(offset)

    def append(self, text: str) -> None:
        """Add `text` at the end."""
        head, newline, rest = text.partition("\n")
        self._tail.append(head)
        self._tail_length += len(head)
        if not newline:
            return
        self._complete_line(self._open_line())
        *lines, tail = rest.split("\n")
        for line in lines:
            self._complete_line(line)
        self._tail, self._tail_length = [tail], len(tail)

    def retract(self, count: int) -> None:
        """Take back the last `count` characters."""
        target = max(0, self.length - count)
        tail = self._open_line()
        if target < self._texts.length:
            keep = self.line_at(target)
            tail = self._texts[keep]
            self._texts.cut(keep)
            del self._sections[keep:]
            for index in [index for index in self._spans if index >= keep]:
                del self._spans[index]
            if keep < len(self._states):
                self._state = self._states[keep]
                del self._states[keep:]
        tail = tail[: target - self._texts.length]
        self._tail, self._tail_length = [tail], len(tail)

    def _open_line(self) -> str:
        if len(self._tail) > 1:
            self._tail = ["".join(self._tail)]
        return self._tail[0] if self._tail else ""

    # ------------------------------------------------------------------ what a line is

    def section(self, index: int) -> Section:
        """What line `index` is part of; an open line counts to what the line before opened."""
        return self._sections[index] if index < len(self._sections) else self._current()

    def number(self, index: int) -> int | None:
        """The line number in its file or fence, from 1; None outside."""
        section = self.section(index)
        return index - section.first + 1 if section.kind == "code" else None

    def _current(self) -> Section:
        """The section in force after the last complete line."""
        if not self._sections:
            return self._opening
        return self._sections[-1].then or self._sections[-1]

    def _complete_line(self, line: str) -> None:
        section = self._current()
        # Nearly all lines are of the section they are in; marks begin with one of these.
        if line.lstrip(" ")[:1] in ("<", "`", "~"):
            section = self._mark(line, section) or section
        self._texts.append(line)
        self._sections.append(section)

    def _mark(self, line: str, current: Section) -> Section | None:
        """The one-line section of a frame's or fence's mark, or None if `line` is neither."""
        index = len(self._texts)
        after = index + 1
        if current.frame is not None and read_frame_closing(line) == current.frame:
            return Section("end", index, current.label, then=Section("prose", after))
        if not current.frame and (opening := begins_frame(line)):
            path = visible(opening.path)
            body = Section("code", after, path, lexer_for_path(path), frame=opening.frame_id)
            return Section("heading", index, path, then=body)
        fence = read_fence(line) if current.frame is None else None
        if fence is None:
            return None
        if current.fence is None:
            language = fence.info.partition(" ")[0]
            body = Section("code", after, language, lexer_for_language(language), fence)
            return Section("fence", index, visible(language), then=body)
        if fence.closes(current.fence):
            return Section("fence", index, then=Section("prose", after))
        return None

    # ------------------------------------------------------------------ colours

    @property
    def lexed(self) -> int:
        """How many lines, from the first, have their colours."""
        return len(self._states)

    def lex(self, seconds: float) -> bool:
        """Lex the complete lines not lexed yet, for at most `seconds`. True when all are."""
        until = time.perf_counter() + seconds
        index = len(self._states)
        while index < len(self._texts):
            self._lex_next(index)
            index += 1
            if index % 16 == 0 and time.perf_counter() > until:
                break
        return index == len(self._texts)

    def _lex_next(self, index: int) -> None:
        section = self._sections[index]
        lexer = section.lexer
        if lexer is None:
            self._states.append(None)
            return
        if index == section.first:
            self._state = lexer.start()
        state = self._state
        self._states.append(state)
        if len(self._texts[index]) > MAX_LEXED:
            return
        spans, self._state = lex_line(lexer, state, _printable(self._texts[index]))
        self._remember(index, spans)

    def spans(self, index: int) -> Spans | None:
        """Line `index` in coloured pieces, made of `visible` text; None where it is plain."""
        if index >= len(self._states):
            return None
        lexer = self._sections[index].lexer
        if lexer is None or len(self._texts[index]) > MAX_LEXED:
            return None
        spans = self._spans.get(index)
        if spans is None:
            spans, _ = lex_line(lexer, self._states[index], _printable(self._texts[index]))
            self._remember(index, spans)
        return spans

    def plain(self, index: int, limit: int) -> str:
        """Line `index` as `visible` text, at most `limit` characters."""
        return _printable(self.raw(index)[:limit])

    def _remember(self, index: int, spans: Spans) -> None:
        if len(self._spans) >= _CACHED_LINES:
            for oldest in list(self._spans)[: _CACHED_LINES // 4]:
                del self._spans[oldest]
        self._spans[index] = spans


def _printable(line: str) -> str:
    """One line made safe; tabs stay, and the carriage return of a CRLF is not a mark."""
    return visible(line.removesuffix("\r"), lines=True)
