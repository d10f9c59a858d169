"""A block of code out of an answer as the proposal of a file."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Final, Literal, TypeAlias

from autocoder_tui.edits.fragment import is_all_of, with_addition, with_fragment
from autocoder_tui.edits.shapes.content import read_content
from autocoder_tui.engine.reply.framing import render_file
from autocoder_tui.runs.preparation import read_existing
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.paths import relative_name, resolve_target

_MOST_READ: Final = 40
"""Picks that are looked into for the place of a block."""

Manner: TypeAlias = Literal["whole", "place", "end"]
"""The block is the file; it goes where what it is a new version of stands; it goes to the end."""


@dataclass(frozen=True, slots=True)
class FileForBlock:
    """The file a block is to be for. `text` is None where there is none yet. `is_change`: the
    block says by itself what is to be changed. `placed` is the file with the block in its place,
    None where no place is surely it."""

    path: str
    block: str
    text: str | None
    is_change: bool = False
    looks_whole: bool = True
    placed: str | None = None

    def reply(self, manner: Manner) -> str:
        """What a model would have answered that proposes this."""
        text = self.block
        if self.text is not None and manner == "place":
            text = self.placed or self.text
        elif self.text is not None and manner == "end":
            text = with_addition(self.text, self.block)
        return render_file(self.path, text)


def file_for_block(root: Path, name: str, block: str) -> FileForBlock:
    """What is known of the file `name` and of what the block would be in it. Blocking; raises
    WorkspaceError."""
    path = relative_name(root, resolve_target(root, name))
    existing = read_existing(root, path)
    if existing is None or not existing.text.strip():
        return FileForBlock(path, block, None)
    text = existing.text
    if read_content(path, block, text):
        return FileForBlock(path, block, text, is_change=True)
    looks_whole = is_all_of(text, block)
    placed = None if looks_whole and len(block) >= len(text) else with_fragment(text, block)
    return FileForBlock(path, block, text, looks_whole=looks_whole, placed=placed)


def proposed_path(
    root: Path, picks: Sequence[str], block: str, *, named: str = "", language: str = ""
) -> str:
    """The file that a block is most likely for: the one the answer names, or the only pick of its
    language, or the only one that has what the block is a new version of; "" where nothing tells.
    Blocking: reads files."""
    if named:
        beside = [pick for pick in picks if pick == named or pick.endswith("/" + named)]
        return beside[0] if len(beside) == 1 else named
    names = _names_of(language)
    fitting = [
        pick for pick in picks if any(fnmatch(PurePosixPath(pick).name, name) for name in names)
    ]
    if len(fitting) > 1:
        fitting = [pick for pick in fitting[:_MOST_READ] if _has_place(root, pick, block)]
    return fitting[0] if len(fitting) == 1 else ""


def _has_place(root: Path, pick: str, block: str) -> bool:
    try:
        existing = read_existing(root, pick)
    except WorkspaceError:
        return False
    return existing is not None and with_fragment(existing.text, block) is not None


def _names_of(language: str) -> Sequence[str]:
    """How files of a language are called, as patterns; any name where none is known."""
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    try:
        return find_lexer_class_by_name(language).filenames if language else ("*",)
    except ClassNotFound:
        return ("*",)
