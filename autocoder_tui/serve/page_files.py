"""The page in the browser: its files as they lie in the package, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI, HTTPException, Request, Response

from autocoder_tui.serve.files import NO_MARKUP_FROM_TEXT, answer_with, read_files

_FOLDER: Final = Path(__file__).with_name("page")
_INDEX: Final = "index.html"


def add_page_routes(app: FastAPI) -> None:
    """Add `/` and the files it needs, below `/page/`."""
    files = read_files(_FOLDER)

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(request: Request) -> Response:
        answer = answer_with(files[_INDEX], request)
        answer.headers["content-security-policy"] = NO_MARKUP_FROM_TEXT
        return answer

    @app.api_route("/page/{name}", methods=["GET", "HEAD"], include_in_schema=False)
    async def page_file(name: str, request: Request) -> Response:
        if name not in files or name == _INDEX:
            raise HTTPException(404, "The page has no such file.")
        return answer_with(files[name], request)
