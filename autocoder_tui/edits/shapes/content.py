"""Whether what is given as the text of a file is a change to it, written down."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from autocoder_tui.edits.edit import EditBlock, split_lines
from autocoder_tui.edits.shapes.conflict import without_conflicts
from autocoder_tui.edits.shapes.file_edit import FileEdit, Reading, is_blank, next_filled
from autocoder_tui.edits.shapes.json_edits import read_json_edits
from autocoder_tui.edits.shapes.patch import opens_patch, read_patch
from autocoder_tui.edits.shapes.search import opens_block, read_block
from autocoder_tui.edits.shapes.unified import opens_diff, read_diff, read_signed

DIFF_FILES = (".diff", ".patch", ".rej", ".udiff")
_PROSE = ("", ".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc", ".tex", ".log", ".csv", ".tsv")
_JSON = (".json", ".jsonl", ".ipynb", ".json5", ".jsonc")
_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})[^`\n]*\n?")
_DECORATION = " \t\r\n`*:#/\"'"
_LARGEST_JSON = 2_000_000


def read_content(
    path: str, text: str, given: str | None = None, known: Collection[str] = ()
) -> list[FileEdit]:
    """The edits that `text`, given as the text of the file at `path`, is; none if it is a text.

    `given` is the text that was sent, None if none was: what was such a text before is one now.
    A document, or a text of which a part is no edit, is none.
    """
    suffix = _suffix(path)
    lines = split_lines(text)
    first = _first_line(lines, path)
    if first >= len(lines) or suffix in DIFF_FILES:
        return []
    if given is not None and _opens_any(split_lines(given)):
        return []
    found = _read_all(lines, first, path, given, known)
    if not found and suffix not in _JSON:
        found = _read_json(text, path, given)
    if not found and given is not None and suffix not in _PROSE:
        found = _read_signed(lines, first, given)
    if not found and given is not None:
        whole = without_conflicts(text, given)
        return [] if whole is None else [FileEdit(path, text=whole)]
    if suffix in _PROSE and not _are_for(found, given):
        return []
    return found


def read_blocks(
    lines: Sequence[str], at: int, given: str | None, frame_end: str = ""
) -> tuple[list[EditBlock], int]:
    """The blocks of searches and replacements from line `at` on, with nothing but blank lines
    between them, and the line after them."""
    blocks: list[EditBlock] = []
    after = at
    while at < len(lines) and opens_block(lines[at]):
        read = read_block(lines, at, given, frame_end)
        blocks.append(read.block)
        after = read.after
        at = next_filled(lines, after)
    return blocks, after


def _first_line(lines: Sequence[str], path: str) -> int:
    """The first line that says something, the name of the file and a fence apart."""
    at = next_filled(lines, 0)
    while at < len(lines) and (
        (path and lines[at].strip(_DECORATION) == path) or _FENCE.fullmatch(lines[at])
    ):
        at = next_filled(lines, at + 1)
    return at


def _opens_any(lines: Sequence[str]) -> bool:
    at = next_filled(lines, 0)
    return at < len(lines) and (
        opens_patch(lines, at) or opens_diff(lines, at) or opens_block(lines[at])
    )


def _read_all(
    lines: Sequence[str], first: int, path: str, given: str | None, known: Collection[str]
) -> list[FileEdit]:
    readers: tuple[tuple[Callable[[], bool], Callable[[], Reading]], ...] = (
        (lambda: opens_patch(lines, first), lambda: read_patch(lines, first)),
        (lambda: opens_diff(lines, first), lambda: read_diff(lines, first, known)),
        (lambda: opens_block(lines[first]), lambda: _searches(lines, first, path, given)),
    )
    for opens, read in readers:
        if opens():
            reading = read()
            rest = lines[reading.after :]
            whole = all(is_blank(line) or _FENCE.fullmatch(line) for line in rest)
            return list(reading.files) if whole else []
    return []


def _searches(lines: Sequence[str], first: int, path: str, given: str | None) -> Reading:
    blocks, after = read_blocks(lines, first, given)
    closed = bool(blocks) and blocks[-1].closed
    return Reading((FileEdit(path, tuple(blocks), closed=closed),), after, closed)


def _read_json(text: str, path: str, given: str | None) -> list[FileEdit]:
    if text.lstrip()[:1] not in ("[", "{") or len(text) > _LARGEST_JSON:
        return []
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return []
    named = {"": given, path: given} if given is not None else {}
    found = read_json_edits(value, {name: old for name, old in named.items() if old is not None})
    return [replace(edit, path=edit.path or path) for edit in found]


def _read_signed(lines: Sequence[str], first: int, given: str) -> list[FileEdit]:
    """The text as one change, if nearly each line has a sign before it, and those that stay or go
    are mostly lines of the file without it."""
    filled = [line for line in lines[first:] if not is_blank(line)]
    if len(filled) < 2 or any(line[0] not in " +-" for line in filled):
        return []
    if not any(line[0] in "+-" for line in filled):
        return []
    own = {line.rstrip() for line in given.split("\n")}
    old = [line.rstrip() for line in filled if line[0] in " -" and line[1:].strip()]
    matching = sum(line[1:] in own and line not in own for line in old)
    return list(read_signed(lines, first).files) if matching * 2 > len(old) else []


def _are_for(found: Sequence[FileEdit], given: str | None) -> bool:
    """Whether a block searches for what the file holds: a document may be made of such texts."""
    if given is None:
        return False
    own = {line.rstrip() for line in given.split("\n")}
    for edit in found:
        for block in edit.blocks:
            old = [line.rstrip() for line in block.old if line.strip()]
            if old and sum(line in own for line in old) * 2 > len(old):
                return True
    return False


def given_for(path: str, given: Mapping[str, str]) -> str | None:
    """The text of the file at `path`, whose name may lack folders or have more of them."""
    if path in given:
        return given[path]
    ending = [old for name, old in given.items() if name.endswith("/" + path)]
    return ending[0] if len(ending) == 1 else None


def _suffix(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return "." + name.rsplit(".", 1)[-1].lower() if "." in name[1:] else ""
