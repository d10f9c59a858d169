"""How alike two lines are, and whether a line may be a whole one."""

from __future__ import annotations

import re
from itertools import takewhile

from autocoder_tui.engine.seam.plan import WITNESS_WORD_CHARACTERS, word_characters

ALIKE = 0.6
"""Likeness from which one line is another wording of the other."""
_REACH = 48
"""Characters of a line that are compared: longer lines of one language are all alike."""
_TOKEN = re.compile(r"\w+|[^\w\s]+")
_PAIRS = {")": "(", "]": "[", "}": "{"}


def likeness(one: str, other: str) -> float:
    """How alike two lines are, 0 to 1, when the first may be cut: pairs of characters shared."""
    one, other = "".join(one.split()), "".join(other.split())
    if not one or not other:
        return 0.0
    one, other = one[:_REACH], other[: min(len(one), _REACH) + 8]
    pairs = {one[index : index + 2] for index in range(len(one) - 1)} or {one}
    others = {other[index : index + 2] for index in range(len(other) - 1)} or {other}
    return len(pairs & others) / max(len(pairs), len(others) - 8, 4)


def is_balanced(line: str) -> bool:
    """Whether the brackets and quotes that a line opens are closed in it again."""
    opened: list[str] = []
    quote = ""
    previous = ""
    for character in line:
        if quote:
            if character == quote and previous != "\\":
                quote = ""
        elif character in "\"'`":
            quote = character
        elif character in "([{":
            opened.append(character)
        elif character in _PAIRS:
            if not opened or opened.pop() != _PAIRS[character]:
                return False
        previous = character
    return not opened and not quote


def looks_whole(line: str) -> bool:
    """Whether a cut line may have been cut at its very end."""
    if word_characters(line) < WITNESS_WORD_CHARACTERS or line[-1:] in (" ", "\t"):
        return False
    return line.rstrip()[-1:] in ",([{:;\\" or is_balanced(line)


def begins_alike(one: str, other: str) -> bool:
    """Whether two lines begin with the same word or mark, or with two forms of one word."""
    first, second = _first_token(one), _first_token(other)
    if first in second or second in first:
        return True
    pairs = zip(first, second, strict=False)
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return common * 3 >= 2 * min(len(first), len(second))


def _first_token(line: str) -> str:
    found = _TOKEN.match(line.lstrip().replace("'", '"'))
    return found.group() if found is not None else ""
