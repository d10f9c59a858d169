"""Every pattern that is run over text from outside takes time by its length, whatever it holds.

Found by itself: each compiled pattern of the modules below. Searched for are repetitions that
make a pattern try again from every place: deep indentation, long lines, near misses over and over.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import pytest

import autocoder_tui
from autocoder_tui.engine.reply.parse import parse_reply
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.warnings import concerns
from autocoder_tui.safety.key_patterns import find_keys
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.text.late_pattern import LatePattern

SIZE = 500
"""Characters of the shorter line; the longer one is four times as long."""
MOST_GROWTH = 8
"""For four times the text. Twice what a steady pace makes, for machines are noisy; what grows by
the square makes 16."""
UNNOTICED = 0.01
"""Seconds. Less is no wait and too little to compare."""

UNITS = (
    *(" ", "\t", "a", "_", "#", "-", "*", "/", "<", ">", '"', "'", "`", "=", ".", "(", "[", "{"),
    *(":", "\\", "~", "+", "0", "é", "\u200b", "中", "\r", "\n", "\n\n", "- ", "# ", "// ", "a "),
    *(
        "a.",
        ".a",
        "a=",
        "a-",
        "a/",
        "1,",
        "a: ",
        '"a" ',
        "'a' ",
        "`a` ",
        "<!--",
        "<a ",
        "a@",
        "@@ ",
    ),
    *("<file ", "<file path=", "</file ", "```", "sk-", "sk_a", "-----BEGIN ", "model ", "bearer "),
    *("://a:", "http://", "KEY=", "password: ", "num_ctx ", "<title>", "the rest of the ", "rest "),
    *("existing code ", "... ", "&lt;", "you requested ", "content-length:", "Note ", "I cannot "),
    *("=======\n", "    \n", " \n", "a\n", "[a", "[[", "a.b.", "if you want ", "let me know "),
)
BEGINNINGS = ("    ", "<file ")
ENDINGS = ("", "!", "x\n")


def lines(unit: str, size: int) -> Iterator[str]:
    body = unit * (size // len(unit))
    for ending in ENDINGS:
        yield body + ending
    for beginning in BEGINNINGS:
        yield f"{beginning}{body}!"


def modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(autocoder_tui.__path__, "autocoder_tui."):
        if not module.name.startswith(("autocoder_tui.ui", "autocoder_tui.__main__")):
            yield module.name


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for name in modules():
        for attribute, value in vars(importlib.import_module(name)).items():
            if isinstance(value, re.Pattern | LatePattern) and isinstance(value.pattern, str):
                yield f"{name.removeprefix('autocoder_tui.')}.{attribute}", cast(Any, value)


PATTERNS = dict(patterns())
WAYS = ("search", "finditer", "findall", "sub", "subn", "split", "match", "fullmatch")


def ways(name: str) -> list[str]:
    """The methods by which the pattern's own module uses it; searching, where it uses none."""
    module, _, attribute = f"autocoder_tui.{name}".rpartition(".")
    source = inspect.getsource(importlib.import_module(module))
    used = set(re.findall(rf"\b{attribute}\.(\w+)", source)) & set(WAYS)
    if used <= {"match", "fullmatch"} and used:
        return sorted(used)
    return ["search"]


GUARDED = {
    "review.warnings.placeholders._CLOSERS": 300,
}
"""Characters beyond which the module does not run this pattern over a line: where even the longest
line takes no time, how it grows does not matter."""


def seconds(work: Callable[[str], object], text: str) -> float:
    begun = time.process_time()
    work(text)
    return time.process_time() - begun


def assert_steady(
    work: Callable[[str], object],
    texts: Callable[[str, int], Iterator[str]] = lines,
    size: int = SIZE,
) -> None:
    for unit in UNITS:
        for short, long in zip(texts(unit, size), texts(unit, size * 4), strict=True):
            if seconds(work, long) < UNNOTICED:
                continue
            slow = min(seconds(work, long) for _ in range(3))
            fast = min(seconds(work, short) for _ in range(3))
            message = f"{unit!r} over and over: {fast * 1e3:.2f} ms, then {slow * 1e3:.2f} ms"
            assert slow < max(UNNOTICED, fast * MOST_GROWTH), message


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_time_by_the_length_of_the_line(name: str) -> None:
    size = GUARDED[name] // 4 if name in GUARDED else SIZE
    for way in ways(name):
        assert_steady(getattr(PATTERNS[name], way), size=size)


def texts(unit: str, size: int) -> Iterator[str]:
    """As many lines as a fifth of `size`: short ones, long ones, and deeply indented ones."""
    yield (unit * (40 // len(unit)) + "\n") * (size // 5)
    yield (" " * 40 + unit * 3 + "\n") * (size // 5)


def parsed(text: str) -> object:
    return parse_reply(text, target="a.txt")


def keys_in_text(text: str) -> object:
    return list(find_keys(text))


def looked_at(text: str) -> object:
    return concerns(FileReview.of("a.txt", "x\n" * 20, text))


@pytest.mark.parametrize(
    "work",
    [looked_at, parsed, keys_in_text, safe_line, partial(visible, lines=True)],
    ids=["warnings", "reply", "keys", "log", "display"],
)
def test_a_text_is_looked_through_in_time_by_its_length(work: Callable[[str], object]) -> None:
    assert_steady(work, texts, 100)


@pytest.mark.parametrize(
    "line",
    [
        "some ordinary line of text number {} (with things)\n",
        " " * 40 + "<div class='a{}'>other thing & more</div>\n",
        "\t" * 12 + "existing_{}.rest();\n",
    ],
)
@pytest.mark.parametrize("path", ["a.txt", "a.html"])
def test_a_proposal_of_20000_lines_is_looked_through_at_once(line: str, path: str) -> None:
    after = "".join(line.format(number) for number in range(20_000))
    file = FileReview.of(path, after.replace("other", "another").replace("text", "words"), after)
    assert min(seconds(lambda _: concerns(file), "") for _ in range(3)) < 0.2
