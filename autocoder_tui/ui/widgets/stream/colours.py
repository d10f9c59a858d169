"""Syntax colours of a text that is still being written: one line at a time, each only once.

Pygments lexes whole texts. Its lexers are stacks of states, so a line can be lexed alone if it
starts from the stack the line before it ended with: this module carries that stack. It lexes
a growing text for the price of one pass. What Pygments matches with one expression over several
lines (block comments, mostly) is carried here as an open block.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias

from pygments.lexer import ExtendedRegexLexer, Lexer, LexerContext, RegexLexer
from pygments.lexers import find_lexer_class, find_lexer_class_by_name, get_all_lexers
from pygments.lexers.data import JsonLexer, YamlLexer, YamlLexerContext
from pygments.style import Style as PygmentsStyle
from pygments.styles import get_style_by_name
from pygments.token import (
    STANDARD_TYPES,
    Comment,
    Error,
    Token,
    _TokenType,
)
from pygments.util import ClassNotFound
from rich.color import Color
from rich.style import Style

from autocoder_tui.config.theme_files import TERMINAL_STYLES
from autocoder_tui.ui.contrast import LEAST, legible
from autocoder_tui.ui.widgets.stream.terminal_style import LightTerminalStyle, TerminalStyle
from autocoder_tui.values import dataclass

Spans: TypeAlias = list[tuple[_TokenType, str]]
"""A line as pieces with their token types; joined, the pieces are the line."""

MAX_LEXED = 2_000
"""Characters of the longest line that is coloured. Longer ones are data, and slow to lex."""

_MOST_IDLE = 100
"""State changes at one place of a line, after which the lexer is held to be caught in a loop."""

_BLOCKS = {"/*": "*/", "<!--": "-->", "`": "`", "{-": "-}", "(*": "*)", "--[[": "]]"}
_BLOCKS |= {'"""': '"""', "'''": "'''"}
_BLOCK_START = re.compile("|".join(map(re.escape, sorted(_BLOCKS, key=len, reverse=True))))


@dataclass(frozen=True, slots=True)
class LexState:
    """Where a lexer stands between two lines: its states, and a block left open."""

    stack: tuple[str, ...]
    block_end: str = ""
    block_type: _TokenType = Comment.Multiline


class LineLexer:
    """Colours of one language, line by line. This base lexes every line by itself."""

    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer

    def start(self) -> Any:
        """The state before the first line of a text."""
        return None

    def lex(self, state: Any, line: str) -> tuple[Spans, Any]:
        """The pieces of `line` (without its newline), and the state after it."""
        tokens = self.lexer.get_tokens_unprocessed(line + "\n")
        return _spans(line, tokens), state


class _ContextLexer(LineLexer):
    """Lexers that keep more than a stack, in a context object that can be carried."""

    def start(self) -> LexerContext:
        if isinstance(self.lexer, YamlLexer):
            return YamlLexerContext("", 0)  # type: ignore[no-untyped-call]
        return LexerContext("", 0)

    def lex(self, state: LexerContext, line: str) -> tuple[Spans, LexerContext]:
        context = copy.copy(state)
        for name, value in vars(context).items():
            if isinstance(value, list):
                setattr(context, name, value.copy())
        context.text, context.pos, context.end = line + "\n", 0, len(line) + 1
        return _spans(line, self._run(context)), context

    def _run(self, context: LexerContext) -> Iterator[tuple[int, _TokenType, str]]:
        """Lex the context's text. It stops at the end, where rules for a new line would match."""
        rules_of: dict[str, list[Any]] = self.lexer._tokens  # type: ignore[attr-defined]
        text, idle = context.text, 0
        while (position := context.pos) < context.end:
            for match_rule, action, new_state in rules_of[context.stack[-1]]:
                match = match_rule(text, position, context.end)
                if not match:
                    continue
                if type(action) is _TokenType:
                    yield position, action, match.group()
                    context.pos = match.end()
                elif action is None:
                    context.pos = match.end()
                else:
                    # Such an action moves the context itself, and may change its stack.
                    yield from action(self.lexer, match, context)
                if new_state is not None:
                    _move(context.stack, new_state)
                break
            else:
                if text[position] == "\n":
                    context.stack = ["root"]
                context.pos += 1
            idle = idle + 1 if context.pos == position else 0
            _stop_if_caught(idle)


class _StackLexer(LineLexer):
    """RegexLexer's state machine, with a stack that outlives the line."""

    def __init__(self, lexer: RegexLexer) -> None:
        super().__init__(lexer)
        self._rules: dict[str, list[Any]] = lexer._tokens  # type: ignore[attr-defined]
        self._block_types: dict[tuple[str, str, bool], _TokenType | None] = {}

    def start(self) -> LexState:
        return LexState(("root",))

    def lex(self, state: LexState, line: str) -> tuple[Spans, LexState]:
        text = line + "\n"
        stack = list(state.stack)
        tokens: list[tuple[int, _TokenType, str]] = []
        position = 0
        if state.block_end:
            end = text.find(state.block_end)
            if end < 0:
                return [(state.block_type, line)] if line else [], state
            position = end + len(state.block_end)
            tokens.append((0, state.block_type, text[:position]))
        after = self._run(text, position, stack, tokens)
        if after is None:
            names = tuple(stack)
            after = state if names == state.stack and not state.block_end else LexState(names)
        return _spans(line, iter(tokens)), after

    def _run(
        self, text: str, position: int, stack: list[str], tokens: list[tuple[int, _TokenType, str]]
    ) -> LexState | None:
        """Lex `text` from `position`, changing `stack`. The state, if a block stays open."""
        rules = self._rules[stack[-1]]
        block = _BLOCK_START.search(text, position)
        idle = 0
        while position < len(text):
            while block is not None and block.start() < position:
                block = _BLOCK_START.search(text, position)
            if block is not None and block.start() == position:
                opened = self._block_left_open(text, block, stack)
                if opened is not None:
                    tokens.append((position, opened.block_type, text[position:]))
                    return opened
            for match_rule, action, new_state in rules:
                match = match_rule(text, position)
                if not match:
                    continue
                if action is not None:
                    if type(action) is _TokenType:
                        tokens.append((position, action, match.group()))
                    else:
                        tokens.extend(action(self.lexer, match))
                idle = idle + 1 if match.end() == position else 0
                _stop_if_caught(idle)
                position = match.end()
                if new_state is not None:
                    _move(stack, new_state)
                    rules = self._rules[stack[-1]]
                break
            else:
                if text[position] == "\n":
                    stack[:] = ["root"]
                    rules = self._rules["root"]
                else:
                    tokens.append((position, Error, text[position]))
                position += 1
        return None

    def _block_left_open(
        self, text: str, block: re.Match[str], stack: list[str]
    ) -> LexState | None:
        """Whether `block` starts something this lexer would only match with its end in sight."""
        start = block.group()
        end = _BLOCKS[start]
        if text.find(end, block.end()) >= 0:
            return None
        # At the start of a line it may be something else (a docstring, say) than within one.
        key = stack[-1], start, not text[: block.start()].strip()
        if key not in self._block_types:
            self._block_types[key] = self._block_type(*key)
        kind = self._block_types[key]
        return None if kind is None else LexState(tuple(stack), end, kind)

    def _block_type(self, state: str, start: str, at_line_start: bool) -> _TokenType | None:
        """How the lexer, in `state`, sees a closed block: its type if one rule takes it whole."""
        head = "" if at_line_start else "x"
        probe = f"{head}{start} x\nx {_BLOCKS[start]}"
        for match_rule, action, _new_state in self._rules[state]:
            match = match_rule(probe, len(head))
            if not match:
                continue
            if match.end() < len(probe) or action is None:
                return None
            if type(action) is _TokenType:
                kinds = [action]
            else:
                kinds = [kind for _, kind, value in action(self.lexer, match) if value]
            if len(kinds) != 1 or kinds[0].split()[1:2] not in ([Comment], [Token.Literal]):
                return None
            return kinds[0]
        return None


def _stop_if_caught(idle: int) -> None:
    if idle > _MOST_IDLE:
        raise RecursionError("the lexer changes states without end")


def _move(stack: list[str], new_state: Any) -> None:
    """Apply one state transition as Pygments writes them: names, pops, pushes."""
    if isinstance(new_state, int):
        keep = len(stack) - abs(new_state)
        del stack[max(1, keep) :]
    elif isinstance(new_state, tuple):
        for state in new_state:
            _move(stack, -1 if state == "#pop" else state)
    elif new_state == "#push":
        stack.append(stack[-1])
    else:
        stack.append(new_state)


def _spans(line: str, tokens: Iterator[tuple[int, _TokenType, str]]) -> Spans:
    """The tokens as pieces that make up exactly `line`, whatever the lexer left out."""
    spans: Spans = []
    position = 0
    for start, kind, value in tokens:
        if start < position:
            value, start = value[position - start :], position
        value = value[: len(line) - start] if start + len(value) > len(line) else value
        if not value or start > len(line):
            continue
        if start > position:
            spans.append((Token, line[position:start]))
        spans.append((kind, value))
        position = start + len(value)
    if position < len(line):
        spans.append((Token, line[position:]))
    return spans


def lex_line(lexer: LineLexer, state: Any, line: str) -> tuple[Spans, Any]:
    """`lexer.lex`, but never failing: a line it cannot take stays plain."""
    try:
        return lexer.lex(state, line)
    except Exception:
        # Lexers are written for valid programs and this text comes from a model: one that
        # trips over it costs the line its colours, never the run.
        return [(Token, line)], lexer.start()


def _line_lexer(lexer: Lexer | None) -> LineLexer | None:
    if isinstance(lexer, ExtendedRegexLexer):
        return _ContextLexer(lexer)
    if isinstance(lexer, RegexLexer):
        return _StackLexer(lexer)
    if isinstance(lexer, JsonLexer):
        return LineLexer(lexer)  # nothing in JSON spans lines
    return None


@lru_cache(1)
def _lexer_names() -> dict[str, list[str]]:
    """Lexer names by file name or suffix ("*.py"); without plug-ins, whose search is slow."""
    names: dict[str, list[str]] = {}
    for name, _, patterns, _ in get_all_lexers(plugins=False):
        for pattern in patterns:
            names.setdefault(pattern, []).append(name)
    return names


@lru_cache(256)
def lexer_for_path(path: str) -> LineLexer | None:
    """The lexer for a file of that name, or None where only plain text will do.

    Pygments' own search compiles every pattern it knows, a noticeable stop at the first file.
    """
    name = path.rpartition("/")[2]
    suffixes = ["*" + name[index:] for index, char in enumerate(name) if char == "."]
    found: list[tuple[float, str]] = []
    for pattern in (name, *suffixes):
        for lexer_name in _lexer_names().get(pattern, ()):
            kind = find_lexer_class(lexer_name)
            if kind is not None:
                found.append((kind.priority + (pattern == name) / 2, lexer_name))
    if not found:
        return None
    best = max(rating for rating, _ in found)
    kind = find_lexer_class([name for rating, name in found if rating == best][-1])
    return None if kind is None else _line_lexer(kind(stripnl=False, ensurenl=False))


@lru_cache(64)
def lexer_for_language(name: str) -> LineLexer | None:
    """The lexer for a fence's info word ("python", "js"), or None."""
    try:
        kind = find_lexer_class_by_name(name)
    except ClassNotFound:
        return None
    return _line_lexer(kind(stripnl=False, ensurenl=False))


class Palette:
    """Token types as styles of one Pygments style over one background."""

    def __init__(self, name: str, base: Style, least: float = LEAST) -> None:
        """`base` is the widget's own style: its colours where the Pygments style has none, or has
        some whose contrast to its ground is not the `least` one."""
        self._pygments: type[PygmentsStyle] = _pygments_style(name)
        self._base = base
        self._least = least
        self._styles: dict[_TokenType, Style] = {}

    def __getitem__(self, kind: _TokenType) -> Style:
        style = self._styles.get(kind)
        if style is None:
            style = self._styles[kind] = self._build(kind)
        return style

    def _build(self, kind: _TokenType) -> Style:
        if kind is Error or kind is Token:
            return self._base
        if kind not in STANDARD_TYPES and kind.parent is not None:
            # A type of that lexer's own, as YAML has: a style knows only what it comes under.
            return self[kind.parent]
        rule = self._pygments.style_for_token(kind)
        style = self._base + Style(
            color=_colour(rule.get("ansicolor"), rule["color"]),
            bold=rule["bold"] or None,
            italic=rule["italic"] or None,
            underline=rule["underline"] or None,
        )
        return legible(style, self._base, self._least)


def _colour(ansi: str | None, hexadecimal: str | None) -> Color | None:
    if ansi:
        # Pygments calls the terminal's colour 7 "gray" and 15 "white".
        name = {"ansigray": "ansiwhite", "ansiwhite": "ansibrightwhite"}.get(ansi, ansi)
        return Color.parse(name.removeprefix("ansi").replace("bright", "bright_"))
    return Color.parse(f"#{hexadecimal}") if hexadecimal else None


def _pygments_style(name: str) -> type[PygmentsStyle]:
    if name in TERMINAL_STYLES:
        return TerminalStyle if name == TERMINAL_STYLES[0] else LightTerminalStyle
    try:
        return get_style_by_name(name)
    except ClassNotFound:
        return get_style_by_name("monokai")
