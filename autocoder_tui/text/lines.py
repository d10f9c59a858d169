"""A text as lines. Only "\\n" ends one; "\\r", form feed and U+2028 are characters like others."""

from __future__ import annotations

from collections.abc import Iterator

_MANY, _SHORT = 100_000, 16
"""In a flood of lines that have some sixteen characters at most, most are equal."""

_OTHER_ENDS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""What Python's own way of splitting, the quicker one, takes for the end of a line too."""


def split_lines(text: str) -> list[str]:
    """Lines with their "\\n"; the last may lack one. Of very many short ones equal ones are kept
    once."""
    count = text.count("\n")
    if count > _MANY and len(text) < _SHORT * count:
        return list(_each_kept_once(text))
    if not any(sign in text for sign in _OTHER_ENDS):
        return text.splitlines(keepends=True)
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def _each_kept_once(text: str) -> Iterator[str]:
    known: dict[str, str] = {}
    start = 0
    while (end := text.find("\n", start) + 1) > 0:
        line = text[start:end]
        yield known.setdefault(line, line)
        start = end
    if start < len(text):
        yield text[start:]
