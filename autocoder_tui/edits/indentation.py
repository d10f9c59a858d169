"""How the indentation of a block stands to that of the file, taken from the lines that match.

The lines that come are shifted as those were: by white space added or taken away in front, or
by tabs for blanks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from math import gcd
from typing import Literal

from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Shift:
    """What is done to the indentation of a line that comes.

    `known` are indentations of the block whose counterparts in the file were seen. For "width",
    `size` is the number of columns of a tab, `columns` what is added, and `tabs` whether the
    file indents by tabs; for "scale", the columns are multiplied by `times` first.
    """

    kind: Literal["none", "add", "remove", "width", "scale"] = "none"
    prefix: str = ""
    size: int = 4
    columns: int = 0
    tabs: bool = False
    times: float = 1.0
    known: tuple[tuple[str, str], ...] = ()

    @property
    def converts(self) -> bool:
        """Whether it puts blanks for tabs or tabs for blanks, so in lines without text, too."""
        return self.kind == "width"

    def of(self, indent: str) -> str:
        """The file's counterpart of an indentation of the block."""
        for mine, theirs in self.known:
            if mine == indent:
                return theirs
        if self.kind == "add":
            return self.prefix + indent
        if self.kind == "remove":
            return indent.removeprefix(self.prefix) if len(indent) >= len(self.prefix) else ""
        if self.kind in ("width", "scale"):
            width = max(0, round(_width(indent, self.size) * self.times) + self.columns)
            if self.tabs:
                return "\t" * (width // self.size) + " " * (width % self.size)
            return " " * width
        return indent


UNSHIFTED = Shift()


def find_shift(
    pairs: Sequence[tuple[str, str]], others: Iterable[str], uses_tabs: bool | None
) -> Shift | None:
    """The one shift that makes the first of each pair (block) the second (file), or None.

    `others` are the indentations of the lines that come.
    """
    pairs = list(dict.fromkeys(pairs))
    if all(mine == theirs for mine, theirs in pairs):
        return UNSHIFTED
    known = dict(pairs)
    if len(known) < len(pairs):
        return None  # the same indentation here stands for two there
    kept = tuple(pairs)
    mine, theirs = pairs[0]
    if theirs.endswith(mine):
        prefix = theirs[: len(theirs) - len(mine)]
        if all(there == prefix + here for here, there in pairs):
            return Shift("add", prefix, known=kept)
    if mine.endswith(theirs):
        prefix = mine[: len(mine) - len(theirs)]
        if all(here == prefix + there for here, there in pairs):
            return Shift("remove", prefix, known=kept)
    return _width_shift(pairs, others, uses_tabs) or _scale(pairs)


def _width_shift(
    pairs: Sequence[tuple[str, str]], others: Iterable[str], uses_tabs: bool | None
) -> Shift | None:
    """A shift between tabs and blanks: the columns differ by one number."""
    others = list(others)
    everything = [*(text for pair in pairs for text in pair), *others]
    if not any("\t" in text for text in everything):
        return None
    tabs = any("\t" in theirs for _, theirs in pairs) or (
        uses_tabs is True and all(not theirs for _, theirs in pairs)
    )
    blanks = [len(text) for text in everything if text and "\t" not in text]
    likely = reduce(gcd, blanks, 0)
    sizes = dict.fromkeys([*([likely] if likely in (2, 3, 4, 8) else []), 4, 2, 8, 3])
    for plain in (True, False):
        for size in sizes:
            differences = {_width(theirs, size) - _width(mine, size) for mine, theirs in pairs}
            if len(differences) == 1 and (not plain or differences == {0}):
                if _mixes(dict(pairs), others, size):
                    return None  # what stood there before tabs and blanks were mixed is lost
                return Shift("width", "", size, differences.pop(), tabs, known=tuple(pairs))
    return None


def _mixes(known: Mapping[str, str], others: Iterable[str], size: int) -> bool:
    """Whether lines that come are indented by tabs where those found have blanks in the block, or
    the other way round: then nothing says what they would have in the file."""
    tabs = any("\t" in mine for mine in known)
    blanks = any(" " * size in mine for mine in known)
    return any(
        ("\t" in indent and blanks and not tabs) or (" " * size in indent and tabs and not blanks)
        for indent in others
        if indent not in known
    )


def _scale(pairs: Sequence[tuple[str, str]]) -> Shift | None:
    """Steps of another width: two blanks a level for four, and the like."""
    if any("\t" in text for pair in pairs for text in pair) or len(pairs) < 2:
        return None
    for times in (2.0, 0.5, 4.0, 0.25):
        differences = {len(theirs) - len(mine) * times for mine, theirs in pairs}
        if len(differences) == 1 and (columns := differences.pop()) == int(columns):
            return Shift("scale", "", 4, int(columns), False, times, tuple(pairs))
    return None


def _width(indent: str, size: int) -> int:
    return len(indent.expandtabs(size))
