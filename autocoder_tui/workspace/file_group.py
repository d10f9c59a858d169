"""Several files under one name, to be picked at once: what a glob matches, what has changed."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from autocoder_tui.values import dataclass
from autocoder_tui.workspace.entry import Entry, read_entry, why_not_with_others
from autocoder_tui.workspace.file_index import FileIndex
from autocoder_tui.workspace.listing import glob_regex
from autocoder_tui.workspace.textfile import MAX_INPUT_BYTES


@dataclass(frozen=True, slots=True)
class FileGroup:
    """`label` is not safe to show. `passed_over` are files of it that a pick leaves out, by their
    names and sizes. `saved`: a set of picks a person saved, which can be deleted."""

    label: str
    paths: tuple[str, ...]
    passed_over: int = 0
    saved: bool = False


def is_glob(query: str) -> bool:
    """Whether what is typed stands for all files whose names are like it."""
    return re.search(r"[*?\[]", query) is not None


def glob_group(root: Path, index: FileIndex, pattern: str) -> FileGroup:
    """What a glob matches; one without a folder does in every folder. Blocking."""
    pattern = pattern.strip().removeprefix("./").lstrip("/")
    if "/" not in pattern:
        pattern = f"**/{pattern}"
    matches = glob_regex(pattern).fullmatch
    return group_of(root, pattern, [path for path in index.paths if matches(path)])


def group_of(root: Path, label: str, paths: Iterable[str], *, saved: bool = False) -> FileGroup:
    """The group of those of `paths` that are there and may be picked with others. Blocking."""
    real = Path(os.path.realpath(root))
    entries = [entry for path in paths if (entry := read_entry(real, path)) is not None]
    pickable = tuple(entry.path for entry in entries if _seems_pickable(entry))
    return FileGroup(label, pickable, len(entries) - len(pickable), saved)


def pickable_of(root: Path, paths: Sequence[str]) -> tuple[list[str], Counter[str]]:
    """Those of `paths` that may be picked together, and why not the others. Blocking: looks into
    each of them."""
    real = Path(os.path.realpath(root))
    pickable: list[str] = []
    passed_over: Counter[str] = Counter()
    for path in paths:
        entry = read_entry(real, path)
        reason = "gone" if entry is None else _why_not(real, entry)
        if reason is None:
            pickable.append(path)
        else:
            passed_over[reason] += 1
    return pickable, passed_over


def _why_not(real: Path, entry: Entry) -> str | None:
    return "a folder" if entry.is_dir else why_not_with_others(real, entry)


def _seems_pickable(entry: Entry) -> bool:
    """As far as can be said without a look into the file."""
    never = entry.is_dir or entry.special or entry.outside or entry.secret or entry.binary
    return not never and entry.size <= MAX_INPUT_BYTES
