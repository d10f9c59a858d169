"""The page in the browser: its files as they lie in the package, and nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import FastAPI, HTTPException, Request, Response

_FOLDER: Final = Path(__file__).with_name("page")
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_INDEX: Final = "index.html"
_NO_MARKUP_FROM_TEXT: Final = "require-trusted-types-for 'script'; trusted-types 'none'"
"""A browser that knows it lets no script of the page make elements or scripts of a text."""


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    media_type: str
    tag: str


def add_page_routes(app: FastAPI) -> None:
    """Add `/` and the files it needs, below `/page/`."""
    files = {path.name: _read(path) for path in _FOLDER.iterdir() if path.suffix in _TYPES}

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(request: Request) -> Response:
        answer = _answer(files[_INDEX], request)
        answer.headers["content-security-policy"] = _NO_MARKUP_FROM_TEXT
        return answer

    @app.api_route("/page/{name}", methods=["GET", "HEAD"], include_in_schema=False)
    async def page_file(name: str, request: Request) -> Response:
        file = files.get(name)
        if file is None or name == _INDEX:
            raise HTTPException(404, "The page has no such file.")
        return _answer(file, request)


def _read(path: Path) -> _File:
    data = path.read_bytes()
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    return _File(data, _TYPES[path.suffix], tag)


def _answer(file: _File, request: Request) -> Response:
    """The file, or that the browser has it already. It is asked each time: its address stays the
    same when the program is upgraded."""
    headers = {"etag": file.tag, "cache-control": "no-cache"}
    known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if file.tag in known or f"W/{file.tag}" in known:
        return Response(status_code=304, headers=headers)
    return Response(file.data, headers=headers, media_type=file.media_type)
