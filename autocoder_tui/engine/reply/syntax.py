"""Whether a file's text is well-formed, where the language has a parser at hand."""

from __future__ import annotations

import json
import tomllib
import warnings

LARGEST_PARSED = 300_000
"""Characters. A parser takes several hundred times the memory of its text."""
_LANGUAGES = {
    "py": "py", "pyi": "py", "python": "py", "python3": "py",
    "json": "json", "toml": "toml",
}  # fmt: skip


def language_of(path: str, info: str = "") -> str:
    """The language of a file, "" where no parser is at hand. `info` is what its fence says."""
    suffix = path.rsplit(".", 1)[-1].lower() if "." in path else ""
    word = info.split()[0].lower() if info.split() else ""
    return _LANGUAGES.get(suffix, "") if suffix else _LANGUAGES.get(word, "")


def parses(path: str, text: str) -> bool | None:
    """Whether a file's text is well-formed, None where no parser is at hand or the text
    is too large for one."""
    return is_well_formed(language_of(path), text)


def is_well_formed(language: str, text: str) -> bool | None:
    """As `parses`, for a `language` from `language_of`. Python is compiled, nothing is run."""
    if not language or len(text) > LARGEST_PARSED:
        return None
    try:
        if language == "py":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text, "text", "exec", dont_inherit=True)
        elif language == "json":
            json.loads(text)
        else:
            tomllib.loads(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        return False
    return True
