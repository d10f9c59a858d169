"""Whether a text is of the language its name says, for the languages we have a parser of."""

from __future__ import annotations

import json
import re
import sys
import tomllib
import warnings
from collections.abc import Callable
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Final, NamedTuple

LARGEST_PARSED: Final = 300_000
"""Characters. A parser takes several hundred times the memory of its text."""

_WITH_COMMENTS = re.compile(
    r"(?:tsconfig|jsconfig)[^/]*\.json\Z|(?:^|/)(?:\.vscode|\.devcontainer)/|devcontainer\.json\Z"
    r"|(?:^|/)\.[^/]*rc\.json\Z"
)
"""Files that are called JSON and may hold comments."""


_REMEMBERED: Final = 512
_said: dict[tuple[str, bytes], str] = {}
"""What parsers said, by the language and what is all but certainly the text's own number."""


class Language(NamedTuple):
    """`parse` raises SyntaxError or ValueError for a text of another."""

    name: str
    parse: Callable[[str], object]


def _parse_python(text: str) -> None:
    """Compiled, for there is more than grammar to it; nothing is run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(text, "text", "exec", dont_inherit=True)


# A file may be of a later version than the one that runs this program.
_PYTHON = Language(f"Python {sys.version_info.major}.{sys.version_info.minor}", _parse_python)
_JSON = Language("JSON", json.loads)
_TOML = Language("TOML", tomllib.loads)

_BY_SUFFIX = {
    "py": _PYTHON, "pyi": _PYTHON, "pyw": _PYTHON,
    "json": _JSON, "geojson": _JSON, "ipynb": _JSON, "webmanifest": _JSON,
    "toml": _TOML,
}  # fmt: skip
_BY_WORD = {
    "py": _PYTHON, "pyi": _PYTHON, "python": _PYTHON, "python3": _PYTHON,
    "json": _JSON, "toml": _TOML,
}  # fmt: skip


def language_of(path: str, info: str = "") -> Language | None:
    """The language of the file at `path`, None where we have no parser of it. For a name that
    says nothing `info` counts: what stands beside the fence of a block."""
    _, dot, suffix = PurePosixPath(path).name.rpartition(".")
    if dot:
        language = _BY_SUFFIX.get(suffix.lower())
        return None if language is _JSON and _WITH_COMMENTS.search(path) else language
    return _BY_WORD.get(info.split()[0].lower()) if info.split() else None


def parse_error(language: Language, text: str) -> str | None:
    """Why `text` is not of `language`, in the parser's words; None where it is.

    Not for a text of more than `LARGEST_PARSED` characters. What was said of the last texts is
    remembered: the files of a reply are asked about whenever it is read.
    """
    nul = text.find("\0")
    if nul >= 0:
        # Parsers say it in words of their own, without a line.
        return f"line {text.count(chr(10), 0, nul) + 1} holds a NUL character (U+0000)"
    name = language.name, sha256(text.encode("utf-8", "surrogatepass")).digest()
    said = _said.get(name)
    if said is None:
        said = _parsed(language, text)
        if len(_said) >= _REMEMBERED:
            _said.clear()
        _said[name] = said
    return said or None


def _parsed(language: Language, text: str) -> str:
    """Why not, "" where it is."""
    try:
        language.parse(text)
    except SyntaxError as error:
        said = error.msg or type(error).__name__
        return said if error.lineno is None else f"{said}, line {error.lineno}"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return str(error) or type(error).__name__
    return ""


def is_well_formed(language: Language | None, text: str) -> bool | None:
    """Whether `text` is of `language`, None without one, and for a text too large to parse."""
    if language is None or len(text) > LARGEST_PARSED:
        return None
    return parse_error(language, text) is None


def parses(path: str, text: str) -> bool | None:
    """Whether the text of the file at `path` is of its language; None as `is_well_formed`."""
    return is_well_formed(language_of(path), text)
