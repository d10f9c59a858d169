"""A block of code as rows: a line of a label, then its lines in their colours."""

from __future__ import annotations

import time
from typing import Any

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.markdown import looks
from autocoder_tui.ui.widgets.markdown.layouts import cut_to
from autocoder_tui.ui.widgets.markdown.leaves import Leaf
from autocoder_tui.ui.widgets.markdown.looks import Span, add_span
from autocoder_tui.ui.widgets.stream.colours import (
    MAX_LEXED,
    lex_line,
    lexer_for_language,
    lexer_for_path,
)
from autocoder_tui.ui.widgets.stream.rows import expand_tabs

_AT_ONCE = 0.012
"""Seconds that may go into colours before rows are shown without them for now."""
_SHOWN = 4_000
"""Characters of a line that are looked at: more than any window has cells."""


def language_of(leaf: Leaf) -> str:
    """The language that a fence names: its first word, without what a renderer is told."""
    words = leaf.info.split(None, 1)
    word = words[0].strip("{}").lstrip(".") if words else ""
    return word.partition(":")[0].partition("{")[0].partition(",")[0]


class CodeLayout:
    """A block of code that may grow. A line is lexed once, when it is first to be shown."""

    def __init__(self, leaf: Leaf, width: int) -> None:
        self._width = width
        self._leaf = leaf
        lexer = lexer_for_language(language_of(leaf)) if leaf.info else None
        if lexer is None and leaf.path:
            lexer = lexer_for_path(leaf.path)
        self._lexer = lexer
        self._states: list[Any] = [] if lexer is None else [lexer.start()]
        """The state before each line, as far as they are known."""
        self._count = 0
        self.is_behind = False
        """Whether rows were handed out that will have colours when asked for again."""

    @property
    def height(self) -> int:
        return 1 + max(1, len(self._leaf.lines))

    def update(self, leaf: Leaf) -> int:
        # All lines but the last stay, so the states up to before the last do.
        self._leaf = leaf
        first = max(0, min(self._count, len(leaf.lines)) - 1)
        self._count = len(leaf.lines)
        del self._states[first + 1 :]
        return 1 + first if first else 0

    def rows(self, start: int, stop: int) -> list[list[Span]]:
        rows: list[list[Span]] = []
        if start == 0 < stop:
            rows.append(self._label())
        lines = self._leaf.lines
        first, end = max(0, start - 1), min(stop - 1, len(lines))
        # Once behind, it is so until there is time again: each row would take its own.
        lexed = not self.is_behind and self._lex_to(first)
        for index in range(first, end):
            rows.append(self._line(index) if lexed else self._plain(index))
        if not lines and start <= 1 < stop:
            rows.append([])
        return rows

    def _label(self) -> list[Span]:
        leaf = self._leaf
        label = visible(language_of(leaf) or ("text" if leaf.fence else "code"))
        if leaf.path:
            label = f"{label} · {visible(leaf.path)}"
        return [(cut_to(label, self._width), looks.LABEL)]

    def _lex_to(self, line: int) -> bool:
        """Know the state before `line`, if that takes no longer than a frame."""
        lexer = self._lexer
        if lexer is None:
            return True
        until = time.perf_counter() + _AT_ONCE
        while (index := len(self._states) - 1) < line:
            if index % 16 == 15 and time.perf_counter() > until:
                self.is_behind = True
                return False
            self._lex(index)
        return True

    def _lex(self, index: int) -> list[tuple[Any, str]] | None:
        line = self._leaf.lines[index]
        lexer, state = self._lexer, self._states[index]
        if len(line) > MAX_LEXED:
            spans, after = None, state
        else:
            spans, after = lex_line(lexer, state, visible(line, lines=True))  # type: ignore[arg-type]
        if len(self._states) == index + 1:
            self._states.append(after)
        return spans

    def _line(self, index: int) -> list[Span]:
        spans = None if self._lexer is None else self._lex(index)
        if spans is None:
            return self._plain(index)
        row: list[Span] = []
        column = 0
        for kind, piece in spans:
            text = expand_tabs(piece, column)
            column += len(text)
            add_span(row, text, row[-1][1] if row and text.isspace() else kind)
        return row

    def _plain(self, index: int) -> list[Span]:
        text = expand_tabs(visible(self._leaf.lines[index][:_SHOWN], lines=True))
        return [(text, looks.CODE | looks.PLAIN)] if text else []
