"""A block that differs from the file by one word of one line: a line that is out of date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from autocoder_tui.edits.file_lines import FileLines, squeeze, strip
from autocoder_tui.text.common_prefix import common_length

TOKEN = re.compile(r"\w+|[^\w\s]")
"""A word, or a sign that is none."""
_DEFINES = re.compile(
    r"\b(def|class|function|func|fn|struct|enum|trait|interface|module)\s+(\w{4,})"
)
_WITNESSES = 2
"""So many other lines with some text must be equal for a word to be quite another one."""
_LETTERS = 6
"""Letters and digits of a line with some text."""
_SHORTEST = 3
"""A word that begins another is the same one, changed, if it has so many letters."""
_LOOKED_AT = 50_000
"""Lines of a file that are searched for another place."""


class WordDifference(NamedTuple):
    """Old line `number` of a block has the word `mine` where the file has `theirs`; either may be
    empty."""

    number: int
    mine: str
    theirs: str


def word_difference(
    file: FileLines, old: Sequence[str], lines: Sequence[int | None]
) -> WordDifference | None:
    """The one word by which a block differs from the lines it is laid beside, if that is all."""
    found: WordDifference | None = None
    for index, (text, number) in enumerate(zip(old, lines, strict=True)):
        key = squeeze(text)
        if not key or (number is not None and file.squeezed.keys[number] == key):
            continue
        if number is None or found is not None:
            return None
        words = differing_words(text, file.bodies[number])
        if words is None:
            return None
        found = WordDifference(index, *words)
    return found


def only_by_a_word(
    file: FileLines,
    old: Sequence[str],
    lines: Sequence[int | None],
    others: Sequence[Sequence[int | None]],
) -> bool:
    """Whether a place differs from a block by one word of one line, and none else does.

    The word must be left out, or go on where the other ends; it may be another one only if enough
    lines beside it are equal, since it may be just what tells two places apart. `others` are the
    other places that are like the block.
    """
    found = word_difference(file, old, lines)
    if found is None or len(file) > _LOOKED_AT:
        return False
    full = [k for k, text in enumerate(old) if strip(text) and k != found.number]
    witnesses = sum(sum(map(str.isalnum, old[k])) >= _LETTERS for k in full)
    if not akin(found.mine, found.theirs) and witnesses < _WITNESSES:
        number = lines[found.number]
        if number is None or not _names_one_definition(file, old[found.number], number):
            return False
    rivals = (word_difference(file, old, other) for other in others)
    if any(rival and _rivals(found, rival) for rival in rivals):
        return False
    return not _again(file, old, lines, found)


def _again(
    file: FileLines, old: Sequence[str], lines: Sequence[int | None], found: WordDifference
) -> bool:
    """Whether lines elsewhere differ as much by a word of the same line of the block."""
    index = found.number
    here = lines[index]
    assert here is not None
    beside = {
        number - here: squeeze(text)
        for k, (text, number) in enumerate(zip(old, lines, strict=True))
        if number is not None and k != index and strip(text)
    }
    keys = file.squeezed.keys
    key = squeeze(old[index])
    for number, there in enumerate(keys):
        if number == here or not (there[:1] == key[:1] or there[-1:] == key[-1:]):
            continue
        if not all(
            0 <= number + step < len(keys) and keys[number + step] == wanted
            for step, wanted in beside.items()
        ):
            continue
        words = differing_words(old[index], file.bodies[number])
        if words and _rivals(found, WordDifference(index, *words)):
            return True
    return False


def _rivals(found: WordDifference, other: WordDifference) -> bool:
    """Whether another place is as likely meant: not where the word of the one found goes on as
    the block's does, and that of the other is not even begun alike."""
    mine, theirs = found.mine, found.theirs
    if not mine or not theirs or not akin(mine, theirs) or other.number != found.number:
        return True
    if mine.startswith(theirs):
        return common_length(other.theirs, mine) >= len(theirs) or not other.theirs
    return other.theirs[:_SHORTEST] == mine[:_SHORTEST] or not other.theirs


def _names_one_definition(file: FileLines, text: str, number: int) -> bool:
    """Whether a line of the block has the name that a line of the file defines, and that no other
    line does."""
    found = _DEFINES.search(file.bodies[number][:2_000])
    if found is None or found[2] not in TOKEN.findall(text):
        return False
    same = re.compile(rf"\b{found[1]}\s+{re.escape(found[2])}\b")
    return sum(same.search(line[:2_000]) is not None for line in file.bodies) == 1


def defines(text: str, word: str) -> bool:
    """Whether a line gives something this name."""
    found = _DEFINES.search(text)
    return found is not None and found[2] == word


def akin(one: str, other: str) -> bool:
    """Whether one word is left out, or goes on where the other ends."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < _SHORTEST and shorter:
        return longer.startswith(shorter + "_")
    return longer.startswith(shorter)


def differing_words(mine: str, theirs: str) -> tuple[str, str] | None:
    """The one word of each line that the other has not; None where they differ by more."""
    one, other = TOKEN.findall(mine), TOKEN.findall(theirs)
    if abs(len(one) - len(other)) > 1:
        return None
    head = 0
    least = min(len(one), len(other))
    while head < least and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < least - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    left, right = one[head : len(one) - tail], other[head : len(other) - tail]
    if max(len(left), len(right)) != 1:
        return None
    first, second = "".join(left), "".join(right)
    return (first, second) if (first + second).replace("_", "a").isalnum() else None
