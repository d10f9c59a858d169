"""Files that come as JSON: `{"path": "a.py", "content": "..."}`, one, a list, or as a tool call;
or `{"a.py": "..."}`, an object of contents by path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from autocoder_tui.edits.shapes.file_edit import said
from autocoder_tui.edits.shapes.json_edits import read_json_edits
from autocoder_tui.engine.reply.blocks import Block, normal_path
from autocoder_tui.engine.reply.fences import is_path, read_fenced_blocks

_PATHS = ("path", "file_path", "filepath", "filename", "file_name", "file", "target_file", "name")
_CONTENTS = ("content", "contents", "file_content", "new_content", "code", "text")
_LISTS = ("files", "changes", "edits", "output", "result")
_CALLS = ("arguments", "parameters", "input", "function", "file")
EDITS = "Its changes came as JSON."
_REMARK = "It came as a JSON object and not in a frame."
_DEEPEST = 4


def read_json_files(
    text: str, target: str | None, given: Mapping[str, str] | None = None
) -> tuple[list[Block], str]:
    """The files of a reply that is JSON, bare or in one fence, and the notes around it.

    Edits of files, too; `given` are the texts that were sent, by path.
    None where JSON itself may be what was asked for: of a target that is a JSON file only an
    object with its name says that it is no content.
    """
    start = text.lstrip()[:1]
    if start in ("{", "["):
        begin = len(text) - len(text.lstrip())
        value, end = _decoded(text, begin)
        # More code behind it: the whole is no JSON.
        rest = text[end:].strip()
        if value is None or rest[:1] in ("{", "["):
            return [], text
        return _blocks(value, text, target, given or {}), rest
    if "```" not in text or '"' not in text:
        return [], text
    fences, notes = read_fenced_blocks(text, known=())
    if len(fences) != 1 or fences[0].path or fences[0].text.lstrip()[:1] not in ("{", "["):
        return [], text
    value, end = _decoded(fences[0].text, 0)
    if value is None or fences[0].text[end:].strip():
        return [], text
    return _blocks(value, text, target, given or {}), notes


def json_edits_in(block: Block, target: str | None, given: Mapping[str, str]) -> list[Block]:
    """The edits that a code block which names no file holds as JSON."""
    if block.text.lstrip()[:1] not in ("{", "["):
        return []
    value, end = _decoded(block.text, 0)
    if value is None or block.text[end:].strip():
        return []
    found = _edit_blocks(value, block.source, target, given)
    return [replace(edit, end=block.end, text_end=block.text_end) for edit in found]


def _decoded(text: str, begin: int) -> tuple[Any, int]:
    try:
        decoder = json.JSONDecoder(strict=False)
        stripped = begin + len(text[begin:]) - len(text[begin:].lstrip())
        return decoder.raw_decode(text, stripped)
    except (ValueError, RecursionError):
        return None, 0


def _blocks(value: Any, source: str, target: str | None, given: Mapping[str, str]) -> list[Block]:
    edits = _edit_blocks(value, source, target, given)
    if edits:
        return edits
    pairs = list(_pairs(value, 0))
    if target is not None and target.lower().endswith((".json", ".jsonl", ".ipynb")):
        if not any(normal_path(path) == normal_path(target) for path, _ in pairs):
            return []
    end = len(source)
    return [Block(path, content, True, source, _REMARK, end, end) for path, content in pairs]


def _edit_blocks(
    value: Any, source: str, target: str | None, given: Mapping[str, str]
) -> list[Block]:
    """The edits that the JSON holds; none where a file of JSON was asked for, or none is named."""
    json_target = target is not None and target.lower().endswith((".json", ".jsonl", ".ipynb"))
    named = {**given, "": given.get(normal_path(target), "")} if target else given
    found = read_json_edits(value, named)
    if json_target and not all(normal_path(edit.path) == target for edit in found):
        return []
    if any(not edit.path for edit in found) and target is None:
        return []
    end = len(source)
    return [
        Block(
            edit.path or target or "", edit.text or "", True, edit.source,
            said(EDITS, edit.remark), end, end,
            edits=edit.blocks, renamed_from=edit.renamed_from, deletes=edit.deletes,
        )
        for edit in found
    ]  # fmt: skip


def _pairs(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _pairs(item, depth + 1)
    elif isinstance(value, dict):
        key = next((key for key in _PATHS if isinstance(value.get(key), str)), "")
        path = value.get(key, "")
        content = next((value[key] for key in _CONTENTS if isinstance(value.get(key), str)), None)
        if content is not None and (is_path(path) or (key not in ("name", "file", "") and path)):
            yield path, content
            return
        if value and all(is_path(key) and isinstance(value[key], str) for key in value):
            yield from value.items()
            return
        for inner in (*_LISTS, *_CALLS):
            if isinstance(value.get(inner), list | dict):
                yield from _pairs(value[inner], depth + 1)
