"""Edits as JSON: old and new texts, or lines "10 to 20" and what replaces them; also as the calls
of editing tools."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autocoder_tui.edits.edit import EditBlock, EditLine, split_lines
from autocoder_tui.edits.shapes.file_edit import FileEdit

_PATHS = ("path", "file_path", "filepath", "filePath", "filename", "file_name", "file",
          "target_file", "relative_path")  # fmt: skip
_OLD = ("search", "find", "old", "old_str", "old_string", "oldString", "old_text", "oldText",
        "old_code", "original", "before", "search_text", "target_content")  # fmt: skip
_NEW = ("replace", "replacement", "new", "new_str", "new_string", "newString", "new_text",
        "newText", "new_code", "updated", "after", "replace_text", "content", "new_content",
        "text", "code", "insert_text", "lines", "value")  # fmt: skip
_FIRST = ("start_line", "startLine", "line_start", "from_line", "start", "first_line", "from",
          "insert_line", "line", "line_number", "lineno")  # fmt: skip
_LAST = ("end_line", "endLine", "line_end", "to_line", "end", "last_line", "to")
_RANGES = ("range", "line_range", "lines_range", "lines")
_KINDS = ("op", "action", "type", "command", "operation", "kind", "name", "mode")
_INNER = ("edits", "changes", "files", "modifications", "operations", "patches", "replacements",
          "arguments", "parameters", "input", "function",
          "tool_calls", "output", "result")  # fmt: skip
_WHOLE = ("content", "contents", "file_text", "new_content", "text", "code")
_DEEPEST = 6


def read_json_edits(value: Any, given: Mapping[str, str] | None = None) -> list[FileEdit]:
    """The edits that a JSON value holds, in their order; none where it holds anything else.

    `given` are texts of files by path: a pair that names a part of a line is made one of whole
    lines by them.
    """
    found: list[FileEdit] = []
    complete = _collect(value, "", found, 0)
    if not complete or not any(edit.blocks or edit.deletes or edit.renamed_from for edit in found):
        return []
    return [_in_whole_lines(edit, (given or {}).get(edit.path)) for edit in found]


def _in_whole_lines(edit: FileEdit, given: str | None) -> FileEdit:
    if given is None:
        return edit
    return replace(edit, blocks=tuple(_widened(block, given) for block in edit.blocks))


def _widened(block: EditBlock, given: str) -> EditBlock:
    """The block with the rest of the lines of which its texts are a part."""
    old, new = "".join(block.old).removesuffix("\n"), "".join(block.new)
    at = given.find(old) if old else -1
    if at < 0 or given.find(old, at + 1) >= 0:
        return block
    begin = given.rfind("\n", 0, at) + 1
    stop = at + len(old)
    end = given.find("\n", stop)
    head, tail = given[begin:at], given[stop : end if end >= 0 else len(given)]
    if not head and not tail:
        return block
    new = new.removesuffix("\n") if tail or new.endswith("\n") else new
    ending = "\n" if end >= 0 else ""
    widened = EditBlock.of(head + old + tail + ending, head + new + tail + ending)
    return replace(block, lines=widened.lines)


def _collect(value: Any, path: str, found: list[FileEdit], depth: int) -> bool:
    """Add what is in `value`; whether all of it could be read. `path` is what names it from
    outside."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, str):
        return _collect_text(value, path, found, depth)
    if isinstance(value, list):
        return bool(value) and all(_collect(item, path, found, depth + 1) for item in value)
    if not isinstance(value, dict):
        return False
    path = _text(value, _PATHS) or path
    edit = _edit(value, path)
    if edit is not None:
        found.append(edit)
        return True
    inner = [value[key] for key in _INNER if isinstance(value.get(key), dict | list | str)]
    return bool(inner) and all(_collect(item, path, found, depth + 1) for item in inner)


def _collect_text(value: str, path: str, found: list[FileEdit], depth: int) -> bool:
    """The arguments of a call come as JSON within JSON."""
    if value.lstrip()[:1] not in ("{", "["):
        return False
    try:
        return _collect(json.loads(value, strict=False), path, found, depth + 1)
    except (ValueError, RecursionError):
        return False


def _edit(value: Mapping[str, Any], path: str) -> FileEdit | None:
    kind = (_text(value, _KINDS) or "").lower()
    old, new = _lines(value, _OLD), _lines(value, _NEW)
    first, last = _number(value, _FIRST), _number(value, _LAST)
    source = json.dumps(value, ensure_ascii=False, indent=1)
    if kind in ("delete_file", "remove_file", "deletefile") or (
        kind in ("delete", "remove") and path and old is None and first is None
    ):
        return FileEdit(path, deletes=True, source=source)
    if kind in ("rename", "move", "rename_file", "move_file"):
        return _rename(value, path, source)
    if old is not None and new is not None:
        if kind in ("create", "create_file") and not old:
            return FileEdit(path, text=new, source=source)
        return _one(path, EditBlock.of(old, new), first, last, source)
    if old is not None and kind in ("delete", "remove"):
        return _one(path, EditBlock.of(old, ""), first, last, source)
    if first is not None and (new is not None or kind in ("delete", "remove", "delete_lines")):
        return _by_number(path, kind, new or "", first, last, source)
    whole = _lines(value, _WHOLE)
    if whole is not None and path and kind in ("create", "create_file", "add", "write", "new", ""):
        return FileEdit(path, text=whole, source=source)
    return None


def _rename(value: Mapping[str, Any], path: str, source: str) -> FileEdit | None:
    before = _text(value, ("from", "old_path", "source", "oldPath")) or path
    after = _text(value, ("to", "new_path", "destination", "newPath", "new_name"))
    if not before or not after:
        return None
    return FileEdit(after, renamed_from=before, source=source)


def _by_number(
    path: str, kind: str, new: str, first: int, last: int | None, source: str
) -> FileEdit:
    """A change that names lines and does not show them: no place can be confirmed for it."""
    if "insert" in kind and last is None:
        last = first - 1
    marked = tuple(EditLine("+", line) for line in split_lines(_ended(new)))
    block = EditBlock(marked, line=first, last=first if last is None else last, source=source)
    return FileEdit(path, (block,), source=source)


def _one(path: str, block: EditBlock, first: int | None, last: int | None, source: str) -> FileEdit:
    old, new = "".join(block.old), "".join(block.new)
    if old and not old.endswith("\n"):
        # The texts of a pair mostly come without the end of their last line.
        new = new + "\n" if new and not new.endswith("\n") else new
        old += "\n"
    made = EditBlock.of(old, new)
    numbered = EditBlock(made.lines, line=first, last=last, source=source)
    return FileEdit(path, (numbered,), source=source)


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _text(value: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((value[key] for key in keys if isinstance(value.get(key), str)), None)


def _lines(value: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        found = value.get(key)
        if isinstance(found, str):
            return found
        if isinstance(found, list) and all(isinstance(line, str) for line in found):
            return "".join(_ended(line) for line in found)
    return None


def _number(value: Mapping[str, Any], keys: tuple[str, ...]) -> int | None:
    found = next((value[key] for key in keys if key in value), None)
    if found is None:
        both = next((value[key] for key in _RANGES if key in value), None)
        if isinstance(both, str):
            both = re.findall(r"\d{1,9}", both)
        if not isinstance(both, list) or len(both) != 2:
            return None
        found = both[0 if keys is _FIRST else 1]
    if isinstance(found, str) and found.isdecimal() and len(found) < 9:
        return int(found)
    whole = isinstance(found, int) and not isinstance(found, bool)
    return found if whole and 0 <= found < 10**9 else None
