"""What a reader should know of a proposed file before accepting it with one key."""

from __future__ import annotations

import ast
import json
import re
import tomllib
import warnings as python_warnings
from collections.abc import Callable
from pathlib import PurePosixPath

from ..display import has_hidden, visible
from ..errors import sentence
from ..secrets.names import looks_secret
from .proposal import FileReview

_LARGEST_PARSED = 300_000
"""Characters. A parser takes several hundred times the memory of its text."""

_LINES_NAMED = 3

_COMMENT = r"^\s*(?:\#+|//+|--|/\*+|<!--|\*|;+|%+|\"\"\"|')?\s*[\[({<]?\s*"
_PLACEHOLDER = re.compile(
    _COMMENT + r"(?:\.{3}|…)?\s*\(?(?:"
    r"(?:the\s+|your\s+)?rest\s+(?:of\s+(?:the|your|this)\s+\w+|unchanged|is\s+unchanged|remains?)"
    r"|(?:the\s+|your\s+)?(?:existing|remaining|other|previous|original)\s+"
    r"(?:code|content|methods?|functions?|lines?|imports?|tests?|classes|logic|implementation)\b"
    r"[^;={}()]{0,40}[)\]}>*/ -]*$"
    r"|(?:code\s+|everything\s+else\s+|the\s+rest\s+)?(?:unchanged|omitted|same\s+as\s+before)\b"
    r"[^;={}()]{0,40}[)\]}>*/ -]*$"
    r")",
    re.IGNORECASE,
)
_DOTS = re.compile(_COMMENT + r"(?:\.{3}|…)\s*(?:\*/|-->|[\])}>])?\s*$")

_RUNS_CODE = re.compile(
    r"(?:^|/)(?:\.git/|\.github/workflows/|\.github/actions/|\.gitlab-ci\.yml$|\.circleci/"
    r"|\.husky/|\.envrc$|[^/]+\.pth$|sitecustomize\.py$|usercustomize\.py$|conftest\.py$"
    r"|\.pre-commit-config\.yaml$|\.vscode/(?:tasks|launch|settings)\.json$|\.git(?:modules|config)$"
    r"|\.(?:bash|zsh)(?:rc|_profile|env)$|\.profile$|\.npmrc$|setup\.py$|Jenkinsfile$)",
    re.IGNORECASE,
)


def warnings(file: FileReview, text: str | None = None) -> tuple[str, ...]:
    """One sentence for each thing amiss with the proposed text, or with `text` in its place.

    Give `text` to look at a result of some hunks only. Parsing large files takes a while:
    call it off the event loop.
    """
    after = file.after if text is None else text
    found = (
        _incomplete(file),
        _shrunk(file, after),
        _placeholder(file, after),
        _no_longer_parses(file, after),
        _hidden(file, after),
        _path(file.path),
    )
    return tuple(sentence for sentence in found if sentence)


def leaves_code_out(file: FileReview) -> bool:
    """Whether a phrase in the proposed text stands for code that was there."""
    return bool(_placeholder(file, file.after))


def _incomplete(file: FileReview) -> str:
    remark = visible(file.remark)
    if file.complete:
        return sentence(remark) if remark else ""
    reason = f": {remark}" if remark else ", so its end may be missing"
    return sentence(f"The reply was not complete{reason}")


def _shrunk(file: FileReview, after: str) -> str:
    before = file.before or ""
    lines_before, lines_after = before.count("\n"), after.count("\n")
    if lines_before < 10 or lines_after >= lines_before * 2 / 3:
        return ""
    return f"The file shrinks by more than a third, from {lines_before} to {lines_after} lines."


def _placeholder(file: FileReview, after: str) -> str:
    """A phrase that stands for code anywhere new; bare dots only where code was taken away."""
    stands = _standing_in(after)
    for hunk in file.hunks:
        took_code = hunk.removed > max(2, hunk.added)
        for place in range(hunk.new_start, hunk.new_end):
            line = file.diff.new_lines[place]
            if len(line) > 300:
                continue
            phrase = _PLACEHOLDER.search(line) or (took_code and _DOTS.search(line))
            if phrase and stands(line):
                shown = visible(line.strip())[:60]
                return f"A placeholder seems to stand for code on line {place + 1}: {shown}"
    return ""


def _standing_in(text: str) -> Callable[[str], bool]:
    """Whether a line is one of `text`'s. They are looked up only when first asked for: few lines
    are ever asked about, and searching `text` for each would take minutes in a long file."""
    lines: frozenset[str] | None = None

    def stands(line: str) -> bool:
        nonlocal lines
        if lines is None:
            lines = frozenset(text.split("\n"))
        return line.removesuffix("\n") in lines

    return stands


def _parse_python(text: str) -> None:
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")
        ast.parse(text)


_PARSERS: dict[str, tuple[str, Callable[[str], object]]] = {
    ".py": ("Python", _parse_python),
    ".pyi": ("Python", _parse_python),
    ".json": ("JSON", json.loads),
    ".toml": ("TOML", tomllib.loads),
}


def _no_longer_parses(file: FileReview, after: str) -> str:
    language, parse = _PARSERS.get(PurePosixPath(file.path).suffix.lower(), ("", None))
    if parse is None or len(after) > _LARGEST_PARSED:
        return ""
    error = _parse_error(parse, after)
    if error is None or (file.before is not None and _parse_error(parse, file.before) is not None):
        return ""
    was = "" if file.before is None else ", though the file did before"
    return sentence(f"The text is not valid {language}{was}: {visible(error)}")


def _parse_error(parse: Callable[[str], object], text: str) -> str | None:
    nul = text.find("\0")
    if nul >= 0:
        # Parsers say it in words of their own, without a line.
        return f"line {text.count(chr(10), 0, nul) + 1} holds a NUL character (U+0000)"
    try:
        parse(text)
    except SyntaxError as error:
        return error.msg if error.lineno is None else f"{error.msg}, line {error.lineno}"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return None


def _hidden(file: FileReview, after: str) -> str:
    found: list[int] = []
    stands = _standing_in(after)
    for hunk in file.hunks:
        for place in range(hunk.new_start, hunk.new_end):
            line = file.diff.new_lines[place]
            body = line.removesuffix("\n").removesuffix("\r")
            if has_hidden(body) and stands(line):
                found.append(place + 1)
    if not found:
        return ""
    return (
        f"{_lines_named(found)} hidden or text-direction characters, "
        "which can make code read other than it runs."
    )


def _lines_named(numbers: list[int]) -> str:
    """The first few of `numbers`, how many more there are, and the verb."""
    if len(numbers) == 1:
        return f"Line {numbers[0]} holds"
    named, more = numbers[:_LINES_NAMED], len(numbers) - _LINES_NAMED
    if more > 0:
        return f"Lines {', '.join(map(str, named))} and {more:,} more hold"
    return f"Lines {', '.join(map(str, named[:-1]))} and {named[-1]} hold"


def _path(path: str) -> str:
    if _RUNS_CODE.search(path):
        return f"{visible(path)} is a file that other programs run by themselves."
    if looks_secret(path):
        return f"{visible(path)} is a file that usually holds secrets."
    return ""
