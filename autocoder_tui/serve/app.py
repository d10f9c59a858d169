"""The application that is served: its routes, and what stands before them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated, Any, Final

from fastapi import Body, FastAPI, Header, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import choose_model
from autocoder_tui.serve.access_log import AccessLog
from autocoder_tui.serve.answer import RunAnswer, form_of
from autocoder_tui.serve.docs_page import docs_page
from autocoder_tui.serve.exchange import Listener, Watch, exchange_of
from autocoder_tui.serve.page_files import add_page_routes
from autocoder_tui.serve.payloads import ErrorAnswer, GenerateCode
from autocoder_tui.serve.protection import Protection
from autocoder_tui.serve.rates import ClientRates, TooManyRequests
from autocoder_tui.serve.requests import code_request
from autocoder_tui.serve.served_run import RunsTogether, ServedRun
from autocoder_tui.serve.settings import ServeSettings
from autocoder_tui.serve.snippets import add_snippet_routes
from autocoder_tui.serve.socket import Conversation, why_invalid
from autocoder_tui.serve.statuses import BAD_REQUEST, DOCUMENTED, FAILED, TOO_MANY, error_body
from autocoder_tui.serve.terminal.admission import Admission
from autocoder_tui.serve.threads import Threads
from autocoder_tui.store.history.history import History
from autocoder_tui.system.version import __version__

_FAILURES: Final[dict[int | str, dict[str, Any]]] = {
    status: {**said, "model": ErrorAnswer} for status, said in DOCUMENTED.items()
}
_STREAMED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The model's words as they come; with `Accept: text/event-stream` typed "
        "events, with `Accept: application/json` the whole at once.",
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            "text/event-stream": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}


def create_app(
    settings: ServeSettings,
    say: Callable[[str], object] = print,
    admission: Admission | None = None,
    access_log: AccessLog | None = None,
) -> FastAPI:
    """The application. `say` hears what its owner should know; `admission` lets people in to the
    terminals of `settings.terminal`. Raises BadLimits."""
    app = FastAPI(
        title="autocoder-tui",
        version=__version__,
        description="Code from a model, streamed, continued where it was cut off.",
        docs_url=None,
        redoc_url=None,
    )
    rates = ClientRates(settings.rate, settings.at_once, settings.limit_store)
    history = History(settings.setup.places.state)
    threads, together = Threads(), RunsTogether(settings.setup)
    _add_errors(app, say)

    @app.get("/health", tags=["server"], responses={403: _FAILURES[403]})
    async def health() -> dict[str, Any]:
        """Whether the server is up."""
        return {"status": "ok", "version": __version__}

    @app.get("/models", tags=["server"], responses={401: _FAILURES[401], 403: _FAILURES[403]})
    async def models() -> dict[str, Any]:
        """The models there are, and which one answers where none is named."""
        return await asyncio.to_thread(_models, settings)

    @app.post(
        "/generate-code/",
        tags=["generate"],
        response_class=Response,
        responses={**_STREAMED, **_FAILURES},
    )
    async def generate_code(
        request: Request,
        asked: Annotated[GenerateCode, Body()],
        accept: Annotated[str, Header(include_in_schema=False)] = "text/plain",
    ) -> Response:
        """Generate code with an explanation, streamed as it comes."""
        client = request.client.host if request.client else "?"
        await rates.count(client)
        slot = ExitStack()
        slot.enter_context(rates.under_way(client))
        served = ServedRun(settings.setup, code_request(settings, asked), say, together)
        return RunAnswer(served, form_of(accept), slot)

    @app.websocket("/ws")
    async def converse(socket: WebSocket) -> None:
        await Conversation(socket, settings, rates, threads, together, say).serve()

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return Response(docs_page(app.openapi()), media_type="text/html; charset=utf-8")

    add_snippet_routes(app, history)
    add_page_routes(app)
    if settings.terminal is not None and admission is not None:
        from autocoder_tui.serve.terminal.routes import add_terminal_routes

        add_terminal_routes(app, settings.terminal, admission, say)
    app.add_middleware(Protection, settings=settings)
    listeners: list[Listener] = [] if access_log is None else [access_log]
    if settings.metrics:
        from autocoder_tui.serve.metrics import Metrics, add_metrics_route

        metrics = Metrics([model.name for model in settings.setup.catalog.models])
        add_metrics_route(app, metrics)
        listeners.append(metrics)
    if listeners:
        app.add_middleware(Watch, routes=app.routes, listeners=listeners)
    app.openapi = lambda: _description(app)  # type: ignore[method-assign]
    return app


def _add_errors(app: FastAPI, say: Callable[[str], object]) -> None:
    """Every answer that is no success has the same form."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        exchange_of(request.scope).error = "payload"
        return _error(BAD_REQUEST, "payload", why_invalid(error.errors()))

    @app.exception_handler(TooManyRequests)
    async def too_many(request: Request, error: TooManyRequests) -> Response:
        exchange_of(request.scope).error = error.kind
        return _error(TOO_MANY, error.kind, error.message, {"retry-after": str(error.retry_after)})

    @app.exception_handler(AutocoderError)
    async def failed(request: Request, error: AutocoderError) -> Response:
        exchange_of(request.scope).error = error.kind
        say(error.message)
        return _error(FAILED, error.kind, error.message)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers.pop("Allow", None)
            headers["allow"] = ", ".join(sorted(_methods(app, request)))
        return _error(error.status_code, "http", str(error.detail), headers)


def _methods(app: FastAPI, request: Request) -> set[str]:
    """What may be done at this path, by all routes that lead there."""
    found: set[str] = set()
    for route in app.routes:
        if route.matches(request.scope)[0] != Match.NONE:
            found |= set(getattr(route, "methods", None) or ())
    return found


def _error(status: int, kind: str, message: str, headers: Any = None) -> Response:
    return Response(error_body(kind, message), status, headers, "application/json")


def _models(settings: ServeSettings) -> dict[str, Any]:
    setup = settings.setup
    try:
        default: str | None = choose_model(setup).model.name
    except AutocoderError:
        default = None
    return {
        "default": default,
        "models": [
            {
                "name": model.name,
                "provider": model.provider,
                "context_length": model.context_length,
                "max_tokens": model.max_tokens,
                "input_price": None if model.input_price is None else float(model.input_price),
                "output_price": None if model.output_price is None else float(model.output_price),
            }
            for model in setup.catalog.models
        ],
        "custom_urls": list(settings.allowed_urls),
    }


def _description(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description; an invalid payload is answered with 400 here and never with 422."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        for path in found["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        for unused in ("HTTPValidationError", "ValidationError"):
            found.get("components", {}).get("schemas", {}).pop(unused, None)
        app.openapi_schema = found
    return app.openapi_schema
