"""JSON as people write it: comments, trailing commas, and texts that run over several lines.

What is no JSON even so is named with its line, and reading goes on behind it, so that all
mistakes of a file are known at once. Every key, and every item of a list, has its line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from autocoder_tui.config.toml_file import KeyPath, TomlFile
from autocoder_tui.problems import Problem, shortened

UNREADABLE: Final = object()
"""In the place of a value that could not be read; what is wrong with it has been said."""

_MOST_DEPTH: Final = 20
_MOST_PROBLEMS: Final = 200
"""A file with more mistakes is something else."""
_SHOWN: Final = 80
"""Characters that are looked at to show what was found."""
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"[^\s,:{}\[\]\"']+")
_BARE_KEY = re.compile(r"[^\s,:={}\[\]\"']+")
_MEMBER = re.compile(r'"[^"\n]*"\s*:')
_CURLED = re.compile(r"`([^`]*)`|[“”„«‘’]([^“”»‘’\n\"]*)[“”»‘’\"]?")
"""A text in quotes that no JSON has, as a word processor or a chat page makes them."""
_WRONG_END = re.compile(r"\}\s*(?:,\s*)?(?:\"[^\"\n]*\"\s*:|\})")
"""A brace behind which the object around goes on: it was meant to end a list."""
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?![<=>|])")
_REST = re.compile(r"[^\n,}\]]*")
_LITERALS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}
_ESCAPES: Final = {
    '"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"
}  # fmt: skip
_MEANT: Final = {
    "True": "true", "yes": "true", "Yes": "true", "on": "true", "TRUE": "true",
    "False": "false", "no": "false", "No": "false", "off": "false", "FALSE": "false",
    "None": "null", "nil": "null", "undefined": "null", "NULL": "null",
}  # fmt: skip


class _GivenUp(Exception):
    """Nothing behind this place could be read."""


def parse_lenient_json(
    path: Path, text: str, first_line: int = 1
) -> tuple[TomlFile, tuple[Problem, ...]]:
    """Read `text`, one JSON object whose first line is `first_line` of `path`.

    What could be read of it comes with all that is wrong with it, in the order of the lines.
    Numbers with a fraction are Decimals, exact as written.
    """
    reader = _Reader(path, text, first_line)
    data = reader.document()
    return TomlFile(path, text, data, reader.lines), tuple(reader.problems)


class _Reader:
    def __init__(self, path: Path, text: str, first_line: int) -> None:
        self._path = path
        self._text = text
        self._at = 0
        self._first_line = first_line
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self._open: list[str] = []
        self._swallowed = False
        """Whether a comment that is not closed took the rest of the text."""
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []

    def document(self) -> dict[str, Any]:
        self._skip()
        if self._next != "{":
            found = "" if self._next else ", found an empty file"
            if re.compile(r"[\w-]+[ \t]*=|\[[\w.-]+\]").match(self._text, self._at):
                found = "; where this is TOML, the name of the file has to end in .toml"
            self._say(self._at, f"expected a JSON object, {{ ... }}{found}")
            return {}
        try:
            data = self._object(())
            self._skip()
            if self._next:
                self._say(self._at, "expected nothing after the last }")
        except _GivenUp:
            return {}
        return data

    # ------------------------------------------------------------------ places and problems

    @property
    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _line(self, at: int) -> int:
        return self._first_line + bisect_right(self._line_ends, at - 1)

    def _say(self, at: int, message: str) -> None:
        self.problems.append(Problem(self._path, self._line(at), message))
        if len(self.problems) >= _MOST_PROBLEMS:
            raise _GivenUp

    def _skip(self) -> None:
        """Go on to what is neither blank nor comment."""
        while self._next:
            if self._next.isspace() or self._next == "\ufeff":
                self._at += 1
            elif self._next == "#" or self._text.startswith("//", self._at):
                self._at = self._end_of_line(self._at)
            elif self._text.startswith("/*", self._at):
                end = self._text.find("*/", self._at + 2)
                if end < 0:
                    self._swallowed = True
                    self._say(self._at, "the comment that begins with /* has no */")
                self._at = len(self._text) if end < 0 else end + 2
            elif self._begins_line() and _CONFLICT.match(self._text, self._at):
                self._say(self._at, "a conflict of git is left here; keep one of its sides")
                self._at = self._end_of_line(self._at)
            else:
                return

    def _begins_line(self) -> bool:
        return self._text[max(0, self._at - 1) : self._at] in ("", "\n")

    def _end_of_line(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    # ------------------------------------------------------------------ objects and lists

    def _object(self, path: KeyPath) -> dict[str, Any]:
        data: dict[str, Any] = {}

        def member() -> None:
            at = self._at
            key = self._key()
            if not key:
                return
            where = (*path, key)
            if where in self.lines:
                first = self.lines[where]
                self._say(at, f'"{shortened(key)}" is given twice; the first is in line {first}')
            else:
                self.lines[where] = self._line(at)
            data[key] = self._value_after_colon(key, where)

        self._items(path, "}", member)
        return data

    def _list(self, path: KeyPath) -> list[Any]:
        items: list[Any] = []

        def item() -> None:
            where = (*path, len(items))
            self.lines[where] = self._line(self._at)
            items.append(self._value(where))

        self._items(path, "]", item)
        return items

    def _items(self, path: KeyPath, closing: str, read: Callable[[], None]) -> None:
        """What stands between an opening bracket, which is next, and `closing`."""
        begin, opening = self._at, self._next
        if len(path) > _MOST_DEPTH:
            self._say(begin, "expected fewer braces and brackets in each other")
            raise _GivenUp
        self._at += 1
        self._open.append(opening)
        try:
            self._between(begin, closing, read)
        finally:
            self._open.pop()

    def _between(self, begin: int, closing: str, read: Callable[[], None]) -> None:
        opening = self._open[-1]
        comma_due, end = False, begin
        while True:
            self._skip()
            if self._next == closing or self._is_wrong_end():
                if self._next != closing:
                    self._say(self._at, f"expected {closing} to end what {opening} begins")
                self._at += 1
                return
            if not self._next or self._next in "}]" or (opening == "[" and self._is_member()):
                if not self._swallowed:
                    self._say(begin, f"the {opening} has no {closing}")
                self._back_to_comma()
                return
            if self._next in (",", ";"):
                if self._next == ";":
                    self._say(self._at, "expected a comma, found ;")
                elif not comma_due:
                    self._say(self._at, "found a comma with nothing before it")
                comma_due = False
                self._at += 1
                continue
            if comma_due:
                self._say(end, f"expected a comma or {closing} before {self._found()}")
            before = self._at
            read()
            if self._at == before:  # nothing that could be read: not to be met again
                self._say(before, f"expected a value, found {self._found()}")
                self._at += 1
            comma_due, end = True, self._at - 1

    def _is_wrong_end(self) -> bool:
        """Whether what comes next is the bracket of the other kind, by mistake for this one."""
        if self._open[-1] == "{":
            return self._next == "]" and "[" not in self._open
        return _WRONG_END.match(self._text, self._at) is not None

    def _is_member(self) -> bool:
        """Whether a name and a colon come next, which no list has."""
        return _MEMBER.match(self._text, self._at) is not None

    def _back_to_comma(self) -> None:
        """Leave a comma before this place to the object around."""
        before = self._text[: self._at].rstrip()
        if self._next and before.endswith(","):
            self._at = len(before) - 1

    def _found(self) -> str:
        return shortened(self._text[self._at : self._at + _SHOWN].split("\n")[0].strip(), 30)

    # ------------------------------------------------------------------ keys and values

    def _key(self) -> str | None:
        at = self._at
        if self._next in "\"'":
            return self._string(is_key=True)
        if (curled := self._curled()) is not None:
            return curled
        bare = _BARE_KEY.match(self._text, at)
        if bare is None:
            return None
        self._at = bare.end()
        word = bare.group()
        self._say(at, f"expected double quotes around the name {shortened(word[:_SHOWN])}")
        return word

    def _value_after_colon(self, key: str, path: KeyPath) -> Any:
        at = self._at - 1
        self._skip()
        if self._next and self._next in ":=":
            if self._next == "=":
                self._say(self._at, f'expected a colon after "{shortened(key)}", found =')
            self._at += 1
            self._skip()
        elif self._next and self._next not in ",}]":
            self._say(at, f'expected a colon after "{shortened(key)}"')
        if not self._next or self._next in ",}]":
            self._say(at, f'expected a value for "{shortened(key)}"')
            return UNREADABLE
        return self._value(path)

    def _value(self, path: KeyPath) -> Any:
        if self._next in "\"'":
            return self._string()
        if self._next == "{":
            return self._object(path)
        if self._next == "[":
            return self._list(path)
        if (curled := self._curled()) is not None:
            return curled
        word = _WORD.match(self._text, self._at)
        if word is None:
            return UNREADABLE
        at, self._at = self._at, word.end()
        text = word.group()
        for mark in ("//", "/*", "#", ";"):
            if text.find(mark) > 0:
                text = text[: text.index(mark)]
                self._at = at + len(text)
        if text in _LITERALS:
            return _LITERALS[text]
        if _NUMBER.fullmatch(text) or text.lstrip("-") in ("NaN", "Infinity"):
            return self._number(at, text)
        return self._bare(at, text)

    def _number(self, at: int, text: str) -> Any:
        try:
            return int(text) if text.lstrip("-").isdigit() else Decimal(text)
        except (ValueError, ArithmeticError):
            self._say(at, "expected JSON, found a number too long")
            return UNREADABLE

    def _bare(self, at: int, text: str) -> Any:
        """A value that is no JSON: said with what was probably meant."""
        if text in _MEANT:
            self._say(at, f"expected JSON, found {text}; write {_MEANT[text]}")
        elif re.fullmatch(r"[+-]?[\d._]+(?:[eE][+-]?\d+)?|0[xob][0-9a-fA-F]+", text):
            self._say(at, f"expected a number as JSON has it, such as 0.5, found {shortened(text)}")
        else:
            rest = _REST.match(self._text, at)
            self._at = max(self._at, rest.end() if rest is not None else 0)
            found = shortened(self._text[at : self._at][:_SHOWN].strip(), 30)
            self._say(at, f"expected double quotes around the text {found}")
        return UNREADABLE

    # ------------------------------------------------------------------ texts

    def _string(self, *, is_key: bool = False) -> str:
        at, quote = self._at, self._next
        if self._text.startswith(quote * 3, at):
            tripled = self._text.find(quote * 3, at + 3)
            if tripled >= 0:
                self._say(
                    at, "three quotes are of TOML; in JSON one is enough, also for many lines"
                )
                self._at = tripled + 3
                return self._text[at + 3 : tripled]
        end = self._closing(at + 1, quote)
        if end is None or ("\n" in self._text[at:end] and not self._goes_on(end + 1, is_key)):
            return self._unclosed(at)
        if quote == "'":
            self._say(
                at,
                f"expected double quotes around {shortened(self._text[at : end + 1][:_SHOWN], 30)}",
            )
        self._at = end + 1
        text = self._unescaped(at + 1, end)
        if not is_key and quote == '"' and not self._goes_on(self._at, is_key):
            self._inner_quote(at)
        return text

    def _curled(self) -> str | None:
        found = _CURLED.match(self._text, self._at)
        if found is None:
            return None
        shown = shortened(found.group()[:_SHOWN], 30)
        self._say(self._at, f'expected straight double quotes (") around {shown}')
        self._at = found.end()
        return found.group(1) or found.group(2) or ""

    def _closing(self, at: int, quote: str) -> int | None:
        """Where the text that begins at `at` has its closing quote."""
        found = re.compile(rf"(?:\\.|[^\\{quote}])*+{quote}", re.S).match(self._text, at)
        return None if found is None else found.end() - 1

    def _goes_on(self, at: int, is_key: bool) -> bool:
        """Whether what stands at `at` may follow a text that is over."""
        pattern = r"[ \t\r]*(?:\Z|\n|[,;}\]]|#|//|/\*|\"[^\"\n]*\"[ \t]*:)"
        if is_key:
            pattern = r"\s*(?:\Z|[:=,}]|#|//|/\*)"
        return re.compile(pattern).match(self._text, at) is not None

    def _unclosed(self, at: int) -> str:
        """A text whose closing quote was forgotten: it is taken to end with its line."""
        line = self._text[at + 1 : self._end_of_line(at)].rstrip().rstrip(",")
        self._at = at + 1 + len(line)
        begun = shortened((self._text[at] + line)[:_SHOWN], 30)
        self._say(at, f"the text that begins with {begun} is not closed")
        return line

    def _inner_quote(self, at: int) -> None:
        self._say(at, 'expected a comma after the text; a quotation mark in a text is written \\"')
        closing = re.compile(r'"\s*(?=[,}\]]|\Z)').search(self._text, self._at)
        if closing is not None:
            self._at = closing.end()

    def _unescaped(self, begin: int, end: int) -> str:
        def character(found: re.Match[str]) -> str:
            code = found.group(1)
            if code[0] == "u":
                return chr(int(code[1:], 16))
            if code in _ESCAPES:
                return _ESCAPES[code]
            at = begin + found.start()
            self._say(
                at, f"a backslash in a text is written \\\\, found {shortened(found.group())}"
            )
            return found.group()

        raw = self._text[begin:end].replace("\r\n", "\n")
        text = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", character, raw, flags=re.S)
        # Two halves of one character come as two escapes.
        paired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if "\ufffd" in paired and "\ufffd" not in text:
            self._say(begin, "found half of a character, such as \\ud83d without its other half")
        return paired
