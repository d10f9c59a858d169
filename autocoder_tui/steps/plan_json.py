"""A plan that a model wrote as JSON: a list of files, an object of them, or a tree of folders."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from autocoder_tui.engine.reply.fences import is_path
from autocoder_tui.steps.plan import NO_SUFFIX, PlannedFile

_PATHS: Final = ("path", "file_path", "filepath", "file", "filename", "file_name", "name")
_PURPOSES: Final = (
    "purpose",
    "description",
    "summary",
    "role",
    "content",
    "responsibility",
    "does",
)
_NEEDS: Final = (
    "needs", "dependencies", "depends_on", "dependsOn", "depends", "imports", "requires", "uses",
)  # fmt: skip
_CHILDREN: Final = ("files", "children", "contents", "items", "entries", "plan", "structure")
_FENCE: Final = re.compile(r"^ {0,3}```(?:json5?|jsonc)?[ \t]*$\n(.*?)^ {0,3}```", re.M | re.S)
_DEEPEST: Final = 24


def files_in_json(text: str) -> list[PlannedFile]:
    """The files of a plan in JSON, bare or in a fence; none where `text` is no such thing."""
    fenced = _FENCE.search(text)
    source = fenced[1] if fenced and fenced[1].lstrip()[:1] in ("{", "[") else text
    if source is text and text.lstrip()[:1] not in ("{", "["):
        return []
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(source.lstrip())
    except (ValueError, RecursionError):
        return []
    return list(_files(value, "", 0))


def _files(value: Any, above: str, depth: int) -> Iterator[PlannedFile]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            if isinstance(item, str) and is_name(item):
                yield PlannedFile(above + item)
            else:
                yield from _files(item, above, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(value, above, depth)


def _of_object(value: Mapping[Any, Any], above: str, depth: int) -> Iterator[PlannedFile]:
    path = _first(value, _PATHS, str)
    children = _first(value, _CHILDREN, list | dict)
    if path is not None and children is not None and not is_name(path):
        folder = "" if path in (".", "/", "") else path.strip("/") + "/"
        yield from _files(children, above + folder, depth + 1)
    elif path is not None and is_name(path):
        yield PlannedFile(above + path, _first(value, _PURPOSES, str) or "", _needs(value))
    elif children is not None:
        yield from _files(children, above, depth + 1)
    else:
        for name, item in value.items():
            yield from _by_name(str(name), item, above, depth)


def _by_name(name: str, item: Any, above: str, depth: int) -> Iterator[PlannedFile]:
    """One of an object of files by their names, or of the folders of a tree."""
    if isinstance(item, dict) and not is_name(name):
        folder = "" if name in (".", "/") else name.rstrip("/") + "/"
        yield from _files(item, above + folder, depth + 1)
    elif isinstance(item, list) and not is_name(name):
        folder = "" if name in _CHILDREN or name in (".", "/") else name.rstrip("/") + "/"
        yield from _files(item, above + folder, depth + 1)
    elif is_name(name) and isinstance(item, str | None):
        yield PlannedFile(above + name, item or "")
    elif is_name(name) and isinstance(item, dict):
        yield PlannedFile(above + name, _first(item, _PURPOSES, str) or "", _needs(item))
    elif is_name(name) and isinstance(item, list):
        yield PlannedFile(above + name, "", tuple(str(each) for each in item))


def _needs(value: Mapping[Any, Any]) -> tuple[str, ...]:
    listed = _first(value, _NEEDS, list | str)
    if isinstance(listed, str):
        return tuple(listed.replace(",", " ").split())
    return tuple(str(each) for each in listed or ())


def _first(value: Mapping[Any, Any], names: tuple[str, ...], kind: Any) -> Any:
    return next((value[name] for name in names if isinstance(value.get(name), kind)), None)


def is_name(text: str) -> bool:
    """Whether a text is the name of a file, also of one that may not be written."""
    plain = re.sub(r"\A(?:[A-Za-z]:[\\/]|[\\/~]|\.\.?[\\/])+", "", text.strip())
    return "\n" not in text and (is_path(plain) or plain in NO_SUFFIX)
