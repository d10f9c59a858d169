"""The routes below `/app`: the page with the terminal, its files, and the socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

from fastapi import FastAPI, HTTPException, Query, Request, Response, WebSocket, WebSocketDisconnect
from starlette.requests import HTTPConnection

from autocoder_tui.serve.exchange import exchange_of
from autocoder_tui.serve.files import NO_MARKUP_FROM_TEXT, answer_with, read_files
from autocoder_tui.serve.protection import refusal_page
from autocoder_tui.serve.settings import TerminalSettings
from autocoder_tui.serve.statuses import UNAUTHORIZED
from autocoder_tui.serve.terminal.admission import Admission, TooManySessions
from autocoder_tui.serve.terminal.program import TerminalProgram, TerminalSize
from autocoder_tui.serve.terminal.session import TerminalSession

_HERE: Final = Path(__file__).parent
_PAGE: Final = "index.html"
_SHARED: Final = ("element.js", "icon.svg")
"""What the page has in common with the one at `/`."""
_USED: Final = (
    "This link has been used, or is of an earlier start: each works once. The server has printed "
    "a new one, where it was started."
)
_NONE: Final = (
    "The full-screen program is opened by the link that the server printed, where it was started."
)


def add_terminal_routes(
    app: FastAPI,
    settings: TerminalSettings,
    admission: Admission,
    say: Callable[[str], object],
) -> None:
    """Add `/app` and what it needs."""
    files = {
        **read_files(_HERE / "page"),
        **read_files(_HERE / "xterm"),
        **{k: v for k, v in read_files(_HERE.parent / "page").items() if k in _SHARED},
    }

    @app.api_route("/app", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(request: Request) -> Response:
        token = request.query_params.get("token")
        known = _is_known(admission, request)
        if token is not None and request.method == "GET":
            cookie = None if known else admission.redeem(token)
            if known or cookie is not None:
                return _entered(request, cookie)
        if not known:
            body = refusal_page(_NONE if token is None else _USED)
            return Response(body, UNAUTHORIZED, media_type="text/html; charset=utf-8")
        answer = answer_with(files[_PAGE], request)
        answer.headers["content-security-policy"] = NO_MARKUP_FROM_TEXT
        return answer

    @app.api_route("/app/files/{name}", methods=["GET", "HEAD"], include_in_schema=False)
    async def page_file(name: str, request: Request) -> Response:
        if not _is_known(admission, request):
            raise HTTPException(UNAUTHORIZED, _NONE)
        if name not in files or name == _PAGE:
            raise HTTPException(404, "The page has no such file.")
        return answer_with(files[name], request)

    @app.websocket("/app/socket")
    async def terminal(
        socket: WebSocket,
        columns: Annotated[int, Query()] = 80,
        rows: Annotated[int, Query()] = 24,
    ) -> None:
        if not _is_known(admission, socket):
            await socket.close(1008, "token")
            return
        await socket.accept()
        size = TerminalSize.within_reason(columns, rows)
        try:
            with admission.place():
                await _run_program(socket, settings, size)
        except TooManySessions as error:
            exchange_of(socket.scope).error = error.kind
            await _refuse(socket, error.message)
        except OSError as error:
            say(f"The program can't be started: {error.strerror}.")
            await _refuse(socket, "The program can't be started on the server.")


async def _run_program(socket: WebSocket, settings: TerminalSettings, size: TerminalSize) -> None:
    program = await TerminalProgram.start(settings.command, settings.environ, size)
    try:
        ending = await TerminalSession(socket, program, settings.idle_seconds).serve()
        exchange_of(socket.scope).error = ending if ending in ("idle", "misuse") else None
    finally:
        # Whoever waits here may be cancelled as well: ending the program goes on.
        await asyncio.shield(program.close())


async def _refuse(socket: WebSocket, message: str) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_text(json.dumps({"type": "refused", "message": message}))
        await socket.close(1013)


def _cookie_name(connection: HTTPConnection) -> str:
    """A browser sends cookies to every port of a machine: each server has its own."""
    _, port = connection.scope.get("server") or ("", 0)
    return f"autocoder_app_{port}"


def _is_known(admission: Admission, connection: HTTPConnection) -> bool:
    return admission.knows(connection.cookies.get(_cookie_name(connection), ""))


def _entered(request: Request, cookie: str | None) -> Response:
    """On to the page, with the token out of the address."""
    answer = Response(status_code=303, headers={"location": "/app", "cache-control": "no-store"})
    if cookie is not None:
        answer.set_cookie(
            _cookie_name(request), cookie, path="/app", httponly=True, samesite="strict"
        )
    return answer
