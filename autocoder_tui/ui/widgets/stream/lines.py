"""The streamed text as lines: where each begins, what it is part of, how it is coloured.

Knows nothing of widgets. Appending costs what is appended and retracting what is taken back,
however long the text is. Complete lines are lexed once, in order, when `lex` is called; the
colours of lines that have gone out of the cache are made again from the state kept for each
line.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from autocoder_tui.edits.shapes.search import closes_block, divides_block, opens_block
from autocoder_tui.engine.reply.blocks import normal_path
from autocoder_tui.engine.reply.edit_frames import Action, closes_action, read_action
from autocoder_tui.engine.reply.fences import file_of_fence
from autocoder_tui.engine.reply.framing import Fence, read_closing, read_fence, read_opening
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.stream.colours import (
    MAX_LEXED,
    LineLexer,
    Spans,
    lex_line,
    lexer_for_language,
    lexer_for_path,
)
from autocoder_tui.ui.widgets.stream.file_spans import FileSpans
from autocoder_tui.ui.widgets.stream.packed_lines import KeptLines
from autocoder_tui.values import dataclass

Kind: TypeAlias = Literal["prose", "code", "heading", "end", "fence"]
"""What a line is: text outside files, a file's or fence's line, a frame's or fence's mark."""

_CACHED_LINES = 500


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
    number: int | None = 1
    """For code: the number of its first line, None as long as that is not known."""
    change: Literal["", "between", "old", "new"] = ""
    """Within a frame of changes: the lines between blocks, those looked for, those put there."""
    path: str = ""
    """The file of those changes, or of a fence's lines, as the reply names it."""


class StreamLines:
    """A growing text, split into complete lines and one open tail."""

    def __init__(self, files: Mapping[str, str] | None = None, target: str | None = None) -> None:
        self._target = target
        self._files = {normal_path(path): text for path, text in (files or {}).items()}
        self.clear()

    def clear(self) -> None:
        """Forget all text."""
        self._opening = Section("prose", 0)
        self._changed = 0
        self._texts = KeptLines()
        self._sections: list[Section] = []
        self._states: list[Any] = []
        self._state: Any = None
        self._tail: list[str] = []
        self._tail_length = 0
        self._spans: dict[int, Spans] = {}
        self.files = FileSpans()

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

    def append(self, text: str) -> int:
        """Add `text` at the end. Returns the first line that looks different for it: the one that
        was open, or one before that has its number now."""
        self._changed = self.complete
        self._append(text)
        return self._changed

    def _append(self, text: str) -> None:
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
            self.files.cut(keep)
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
        if section.kind != "code" or section.number is None:
            return None
        return index - section.first + section.number

    def _current(self) -> Section:
        """The section in force after the last complete line."""
        if not self._sections:
            return self._opening
        return self._sections[-1].then or self._sections[-1]

    def _complete_line(self, line: str) -> None:
        section = self._current()
        # Nearly all lines are of the section they are in; marks begin with one of these.
        if section.change:
            section = self._change_mark(line, section) or section
        elif line.lstrip(" ")[:1] in ("<", "`", "~"):
            section = self._mark(line, section) or section
        self._texts.append(line)
        self._sections.append(section)

    def _mark(self, line: str, current: Section) -> Section | None:
        """The one-line section of a frame's or fence's mark, or None if `line` is neither."""
        index = len(self._texts)
        after = index + 1
        if current.frame is not None and read_closing(line) == current.frame:
            self.files.close(index)
            return Section("end", index, current.label, then=Section("prose", after))
        if not current.frame and (opening := read_opening(line)):
            path = visible(opening.path)
            body = Section("code", after, path, lexer_for_path(path), frame=opening.frame_id)
            wrapped = current.fence is not None and bool(current.path) and current.first == index
            self.files.open(path, path, index, wrapped=wrapped)
            return Section("heading", index, path, then=body)
        if current.frame is None and current.fence is None and (action := read_action(line)):
            return self._action_mark(action)
        fence = read_fence(line) if current.frame is None else None
        if fence is None:
            return None
        if current.fence is None:
            language = fence.info.partition(" ")[0]
            body = Section("code", after, language, lexer_for_language(language), fence)
            above = [self._texts[at] for at in range(max(0, index - 2), index)]
            target = None if self.files.spans else self._target
            path = file_of_fence(fence, above, self._files, target)
            if path:
                body.path = visible(path)
                body.lexer = lexer_for_path(path) or body.lexer
                self.files.open(body.path, body.path, index)
            return Section("fence", index, visible(language), then=body)
        if fence.closes(current.fence):
            if current.path:
                self.files.close(index)
            return Section("fence", index, then=Section("prose", after))
        return None

    def _action_mark(self, action: Action) -> Section:
        """The line that opens a frame of changes, or says that a file goes or is renamed."""
        index = len(self._texts)
        path = visible(action.path)
        label = {"edit": path, "delete": f"deletes {path}"}.get(action.kind)
        label = label or f"renames {visible(action.source)} → {path}"
        is_alone = action.alone or action.kind == "delete"
        self.files.open(path, label, index, alone=is_alone)
        if is_alone:
            return Section("heading", index, label, then=Section("prose", index + 1))
        source = action.source or action.path
        body = Section("prose", index + 1, path, change="between", path=source)
        return Section("heading", index, label, then=body)

    def _change_mark(self, line: str, current: Section) -> Section | None:
        """A mark within a frame of changes, or None if `line` is none."""
        index = len(self._texts)
        between = replace(current, kind="prose", lexer=None, change="between", then=None)
        if current.change == "between":
            if closes_action(line, "edit") or closes_action(line, "rename"):
                self.files.close(index)
                return Section("end", index, then=Section("prose", index + 1))
            if not opens_block(line):
                return None
            lexer = lexer_for_path(current.label)
            body = Section("code", index + 1, current.label, lexer, number=None)
            body.change, body.path = "old", current.path
            return Section("fence", index, "looks for", then=body)
        mark = self._texts[current.first - 1] if current.first else ""
        if current.change == "old" and divides_block(line, mark):
            body = replace(current, first=index + 1, change="new", then=None)
            current.number = body.number = self._place(current)
            where = "" if current.number is None else f" at line {current.number}"
            return Section("fence", index, f"puts there{where}", then=body)
        if current.change == "new" and closes_block(line, mark):
            self.files.changes += 1
            between.first = index + 1
            return Section("fence", index, then=between)
        return None

    def _place(self, section: Section) -> int | None:
        """The number of the line where what `section` looks for stands in its file, if that is
        one place."""
        text = self._files.get(normal_path(section.path))
        old = "\n".join(self._texts[n] for n in range(section.first, len(self._texts)))
        if not text or not old.strip():
            return None
        held, wanted = f"\n{text}", f"\n{old}\n"
        at = held.find(wanted)
        if at < 0 or held.find(wanted, at + 1) >= 0:
            return None
        self._changed = min(self._changed, section.first)
        return held.count("\n", 0, at + 1)

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
