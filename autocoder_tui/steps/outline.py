"""The declarations of a file in a language that we have no parser of, line by line.

Strings and comments are blanked first, as the language's lexer sees them. In languages with
braces the lines outside of all bodies are looked at, and those right inside of what holds
declarations itself, such as a class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from autocoder_tui.values import dataclass

_MOST_LINES: Final = 400
_LONGEST_SIGNATURE: Final = 12
"""Lines that one declaration may take up."""

_SHORT_BODY: Final = 100
"""Characters of a line that may hold all of a body."""


@dataclass(frozen=True, slots=True)
class _Language:
    """`top` matches what begins a declaration outside of everything, `holds` what is in the line
    that opens a body of more of them; `braces`: whether braces say where one ends."""

    top: re.Pattern[str]
    holds: re.Pattern[str] | None = None
    braces: bool = True


def _language(top: str, holds: str = "", *, braces: bool = True) -> _Language:
    return _Language(re.compile(rf"\s*(?:{top})"), re.compile(holds) if holds else None, braces)


_JS = _language(
    r"(?:export|async|function|class|abstract|interface|type|enum|namespace|declare|const|let|var)"
    r"\b|module\.exports|exports\.",
    r"\b(?:class|interface|enum|namespace)\b|\btype\b.*=\s*\{"
    r"|module\.exports\s*=|export default \{",
)
_GO = _language(r"(?:func|type|const|var|package)\b", r"\b(?:struct|interface)\s*\{")
_RUST = _language(
    r"(?:pub|fn|struct|enum|union|trait|impl|type|const|static|mod|unsafe|async|extern)\b"
    r"|macro_rules!|#\[derive",
    r"\b(?:struct|enum|union|trait|impl|mod)\b",
)
_JAVA = _language(
    r"@\w+|(?:public|private|protected|internal|static|abstract|final|sealed|open|data|partial|"
    r"class|interface|enum|record|struct|object|trait|namespace|protocol|extension|fun|func|"
    r"function|def|val|var|let|const|typealias|type|suspend|override|async|delegate|mixin|void|"
    r"package|case)\b|[A-Z][\w<>?]*\s+\w+\s*\(",
    r"\b(?:class|interface|enum|record|struct|object|trait|namespace|protocol|extension|mixin)\b",
)
_C = _language(
    r"#\s*define\b|(?:struct|union|enum|class|typedef|namespace|template|extern|static|inline|"
    r"constexpr|const)\b|[A-Za-z_][\w:<>,*&\s]*[\s*&][\w:~]+\s*\(",
    r"\b(?:struct|class|union|enum|namespace|extern)\b",
)
_CSS = _language(r"[.#@:\w\[*&>][^;]*(?:\{|,\s*\Z)|--[\w-]+\s*:|\$[\w-]+\s*:", r"@(?:media|layer)")
_RUBY = _language(r"(?:def|class|module|attr_\w+|include|extend)\b|[A-Z]\w*\s*=", braces=False)
_LUA = _language(r"(?:local\s+)?function\b|[\w.]+\s*=\s*function\b|return\b", braces=False)
_SHELL = _language(
    r"function\s+[\w-]+|[\w-]+\s*\(\s*\)|(?:export|readonly)\s+\w+|[A-Z_][A-Z0-9_]*=", braces=False
)
_ELIXIR = _language(r"(?:def|defp|defmodule|defstruct|defmacro|defprotocol)\b", braces=False)
_R = _language(r"[\w.]+\s*(?:<-|=)\s*function\b|library\(", braces=False)
_PERL = _language(r"(?:sub|package)\b", braces=False)
_PYTHON = _language(r"(?:class|async\s+def|def)\b|[A-Z][A-Z0-9_]*\s*(?::[^=]*)?=", braces=False)
_SQL = _language(r"(?i:create|alter)\b", braces=False)
_HTML = _language(
    r"<(?:title|script|link|form|main|section|template|canvas)\b"
    r"|<[\w-]+[^<>]*\s(?:id|name|data-[\w-]+)\s*=", braces=False,
)  # fmt: skip
_MAKE = _language(r"[\w.%/$()-]+\s*:(?!=)|[A-Za-z_]\w*\s*[:?+]?=", braces=False)
_PROTO = _language(r"(?:message|service|enum|rpc|package)\b", r"\b(?:message|service|enum)\b")
_GRAPHQL = _language(
    r"(?:type|input|enum|interface|union|scalar|schema|directive|extend)\b",
    r"\b(?:type|input|enum|interface|schema)\b",
)

_BY_SUFFIX: Final[dict[str, _Language]] = {
    suffix: language
    for language, suffixes in (
        (_JS, "js jsx mjs cjs ts tsx mts cts vue svelte"),
        (_GO, "go"),
        (_RUST, "rs"),
        (_JAVA, "java kt kts cs scala swift dart php groovy"),
        (_C, "c h cc cpp cxx hpp hh hxx ino m mm"),
        (_CSS, "css scss less"),
        (_RUBY, "rb rake"),
        (_LUA, "lua"),
        (_SHELL, "sh bash zsh"),
        (_ELIXIR, "ex exs"),
        (_R, "r"),
        (_PERL, "pl pm"),
        (_PYTHON, "py pyi"),
        (_SQL, "sql"),
        (_HTML, "html htm"),
        (_MAKE, "mk"),
        (_PROTO, "proto"),
        (_GRAPHQL, "graphql gql"),
    )
    for suffix in suffixes.split()
}
_WITH_TEXT = frozenset({"html", "htm", "vue", "svelte", "css", "scss", "less", "mk", ""})
"""Suffixes of languages whose strings are part of what they declare."""


def outline(path: str, text: str) -> str:
    """The declarations in `text`, a line each as they stand; "" where none are known of."""
    name = PurePosixPath(path).name
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    language = _BY_SUFFIX.get(suffix)
    if name in ("Makefile", "makefile", "GNUmakefile"):
        language = _MAKE
    if language is None:
        return ""
    masked = text if suffix in _WITH_TEXT else _masked(path, text)
    reader = _Reader(text.split("\n"), masked.split("\n"), language)
    lines = list(reader.read())
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"… ({len(lines) - _MOST_LINES:,} more lines)"]
    return "".join(f"{line}\n" for line in lines)


class _Reader:
    """Reads one file. `masked` has its lines with strings and comments blanked."""

    def __init__(self, lines: list[str], masked: list[str], language: _Language) -> None:
        self._lines, self._masked, self._language = lines, masked, language
        self._open: list[bool] = []
        """Of each brace that is open, whether it holds declarations."""

    def read(self) -> Iterator[str]:
        at = 0
        while at < len(self._masked):
            end = at + 1
            masked = self._masked[at]
            if masked.strip() and self._is_declaration(masked):
                end = self._signature_end(at)
                signature = "\n".join(self._masked[at:end])
                yield from self._shown(at, end)
                self._count(signature, holds=self._holds(signature))
            else:
                if self._closes_what_holds(masked):
                    yield self._lines[at].rstrip()
                self._count(masked, holds=False)
            at = end

    def _closes_what_holds(self, masked: str) -> bool:
        return bool(self._open) and all(self._open) and masked.lstrip().startswith("}")

    def _is_declaration(self, masked: str) -> bool:
        if not self._language.braces:
            return self._language.top.match(masked) is not None
        if not all(self._open):
            return False
        if self._open:
            # A member: anything but what closes.
            return re.search(r"[^\s{}();,]", masked) is not None
        return self._language.top.match(masked) is not None

    def _holds(self, signature: str) -> bool:
        holds = self._language.holds
        return holds is not None and holds.search(signature) is not None

    def _signature_end(self, at: int) -> int:
        """The line after a declaration: its brackets are closed, or its body opens."""
        depth = 0
        for end in range(at, min(at + _LONGEST_SIGNATURE, len(self._masked))):
            line = self._masked[end]
            depth += sum(line.count(c) for c in "([") - sum(line.count(c) for c in ")]")
            if depth <= 0:
                return end + 1
        return at + 1

    def _shown(self, at: int, end: int) -> Iterator[str]:
        for number in range(at, end):
            line, masked = self._lines[number], self._masked[number]
            if self._language.braces and number == end - 1:
                line = self._without_body(line, masked)
            if line.strip():
                yield line.rstrip()

    def _without_body(self, line: str, masked: str) -> str:
        """Without what follows the brace that opens a body; one that holds declarations stays."""
        brace = masked.find("{")
        short = masked.count("{") == masked.count("}") and len(line) < _SHORT_BODY
        if brace < 0 or short or len(line) != len(masked) or self._holds(masked):
            return line
        return line[:brace]

    def _count(self, masked: str, *, holds: bool) -> None:
        if not self._language.braces:
            return
        for character in masked:
            if character == "{":
                self._open.append(holds)
                holds = False
            elif character == "}" and self._open:
                self._open.pop()


def _masked(path: str, text: str) -> str:
    """`text` with its strings and comments blanked; as it is where no lexer is known."""
    from pygments.lexers import get_lexer_for_filename
    from pygments.token import Comment, String
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_for_filename(path, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return text
    parts: list[str] = []
    for _, kind, value in lexer.get_tokens_unprocessed(text):
        blank = kind[:2] == String[:2] or (kind[:1] == Comment[:1] and kind[1:2] != ("Preproc",))
        parts.append(re.sub(r"[^\n]", " ", value) if blank else value)
    masked = "".join(parts)
    return masked if len(masked) == len(text) else text
