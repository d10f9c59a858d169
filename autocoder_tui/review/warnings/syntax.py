"""Whether a text is of the language its name says, for the languages we have a parser of."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
import warnings as python_warnings
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

_LARGEST_PARSED = 300_000
"""Characters. A parser takes several hundred times the memory of its text."""

_WITH_COMMENTS = re.compile(
    r"(?:tsconfig|jsconfig)[^/]*\.json\Z|(?:^|/)(?:\.vscode|\.devcontainer)/|devcontainer\.json\Z"
    r"|(?:^|/)\.[^/]*rc\.json\Z"
)
"""Files that are called JSON and may hold comments."""


class Language(NamedTuple):
    name: str
    parse: Callable[[str], object]


def _parse_python(text: str) -> None:
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")
        ast.parse(text)


# A file may be of a later version than the one that runs this program.
_PYTHON = Language(f"Python {sys.version_info.major}.{sys.version_info.minor}", _parse_python)
_JSON = Language("JSON", json.loads)
_TOML = Language("TOML", tomllib.loads)

_LANGUAGES = {
    ".py": _PYTHON,
    ".pyi": _PYTHON,
    ".pyw": _PYTHON,
    ".json": _JSON,
    ".geojson": _JSON,
    ".ipynb": _JSON,
    ".webmanifest": _JSON,
    ".toml": _TOML,
}


def language_of(path: str, text: str) -> Language | None:
    """The language `text` has to be of at `path`; None where there is no parser, or too much."""
    language = _LANGUAGES.get(PurePosixPath(path).suffix.lower())
    if len(text) > _LARGEST_PARSED or (language is _JSON and _WITH_COMMENTS.search(path)):
        return None
    return language


def parse_error(language: Language, text: str) -> str | None:
    """Why `text` is not of `language`, in the parser's words; None where it is."""
    nul = text.find("\0")
    if nul >= 0:
        # Parsers say it in words of their own, without a line.
        return f"line {text.count(chr(10), 0, nul) + 1} holds a NUL character (U+0000)"
    try:
        language.parse(text)
    except SyntaxError as error:
        return error.msg if error.lineno is None else f"{error.msg}, line {error.lineno}"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return None
