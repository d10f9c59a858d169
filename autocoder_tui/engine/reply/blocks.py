"""A block of a reply, and what frames and fences have in common when they are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.engine.reply.end_tokens import ends_with_token, without_end_tokens
from autocoder_tui.text.lines import split_lines
from autocoder_tui.text.syntax import LARGEST_PARSED, Language, is_well_formed, parses
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `source` is all of it as it stood; `path` is "" when it has no name.

    `text_end` and `end` are characters of the reply: where what closes the block begins, and
    where the reply goes on after it.
    """

    path: str
    text: str
    closed: bool
    source: str
    remark: str = ""
    text_end: int = 0
    end: int = 0
    verbatim: bool = False
    """Whether the frame says that nothing in it is interpreted."""
    edits: tuple[EditBlock, ...] = ()
    """Changes to the file, where the block gives those and no text."""
    renamed_from: str = ""
    deletes: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether the block gives the text of its file."""
        return not (self.edits or self.renamed_from or self.deletes)


def lines_of(text: str) -> list[str]:
    """Lines with their "\\n"; no other character ends a line of a file."""
    return split_lines(text)


def normal_path(path: str) -> str:
    """The path as far as two names of one file are compared, "./a" being "a"."""
    return re.sub(r"^(\./)+", "", path.replace("\\", "/"))


_EXAMPLE = re.compile(r"(?:\./)?relative/path/(?:(?:of|to)/)?(?:the/)?(?=[^/])")


def without_example(path: str) -> str:
    """The path without the folders that stand in the form a model is shown: small models copy
    them in front of the names of new files."""
    return _EXAMPLE.sub("", path, count=1) if path.startswith(("relative/", "./rel")) else path


class Offsets:
    """Where lines begin, in characters. Asked for in ascending order, that takes no list."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._index = self._offset = 0

    def of(self, index: int) -> int:
        """Of line `index`, or of the end if there are no more lines."""
        self._offset += sum(map(len, self._lines[self._index : index]))
        self._index = index
        return self._offset


@dataclass(slots=True)
class Trials:
    """How much text may still be parsed to find out where blocks end.

    Blocks that end at one of many places would else take time by the square.
    """

    left: int = field(default=0)

    @classmethod
    def for_text(cls, text: str) -> Trials:
        return cls(4 * min(len(text), LARGEST_PARSED) + 10_000)

    def well_formed(self, language: Language | None, text: str) -> bool | None:
        """As `is_well_formed`; None, too, when nothing may be parsed any more."""
        if len(text) > self.left or language is None:
            return None
        self.left -= len(text)
        return is_well_formed(language, text)


def without_tokens(path: str, body: str, given: str | None, *, closed: bool) -> tuple[str, str]:
    """The body of a block without end-of-turn tokens at its end, and a remark, "" without need.

    Where the reply broke off there they are none of the file, unless its given text has that
    line; before a line that closes the block they may be the file's, if it does not parse better
    without.
    """
    if not ends_with_token(body):
        return body, ""
    last = body.rstrip().rpartition("\n")[2]
    if given is not None and last in given.split("\n"):
        return body, ""
    kept = without_end_tokens(body)
    if not closed:
        return kept, ""
    kept += "" if kept.endswith("\n") or not kept else "\n"
    if parses(path, body) is False and parses(path, kept):
        return kept, "An end-of-turn token at its end was taken off."
    return body, f"It ends with what may be an end-of-turn token: {last[-60:]}"
