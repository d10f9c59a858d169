"""Files as they lie in the package, for a browser."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from fastapi import Request, Response

from autocoder_tui.values import dataclass

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
NO_MARKUP_FROM_TEXT: Final = "require-trusted-types-for 'script'; trusted-types 'none'"
"""A browser that knows it lets no script of a page make elements or scripts of a text."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file, and the tag by which a browser knows whether it has it."""

    data: bytes
    media_type: str
    tag: str


def read_files(folder: Path) -> dict[str, PageFile]:
    """The files of a folder that a page may need, by their names."""
    return {path.name: _read(path) for path in folder.iterdir() if path.suffix in _TYPES}


def _read(path: Path) -> PageFile:
    data = path.read_bytes()
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    return PageFile(data, _TYPES[path.suffix], tag)


def answer_with(file: PageFile, request: Request) -> Response:
    """The file, or that the browser has it already. It is asked each time: its address stays the
    same when the program is upgraded."""
    headers = {"etag": file.tag, "cache-control": "no-cache"}
    known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if file.tag in known or f"W/{file.tag}" in known:
        return Response(status_code=304, headers=headers)
    return Response(file.data, headers=headers, media_type=file.media_type)
