"""A server in the event loop of a test, in front of a scripted model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from autocoder_tui.cli.serve import serve_settings
from autocoder_tui.cli.serve_arguments import serve_parser
from autocoder_tui.demo.script import Script
from autocoder_tui.serve.access_log import AccessLog
from autocoder_tui.serve.app import create_app
from autocoder_tui.serve.settings import ServeSettings
from autocoder_tui.serve.start import listen
from autocoder_tui.serve.terminal.admission import Admission
from tests.watched_server import WatchedServer

JSON = {"content-type": "application/json"}
EVENTS = {"accept": "text/event-stream"}


@dataclass
class Served:
    """`client` asks it, `model` is the server behind it, `said` what its owner is told, `links`
    the tokens of the links to `/app` that were shown."""

    url: str
    client: httpx2.AsyncClient
    model: WatchedServer
    settings: ServeSettings
    said: list[str]
    state: Path
    links: list[str]


@asynccontextmanager
async def serving(
    script: Script, tmp_path: Path, *flags: str, environ: dict[str, str] | None = None, **more: Any
) -> AsyncIterator[Served]:
    """Serve with the flags of the command line, `more` of `ServeSettings` over them."""
    project = tmp_path / "project"
    project.mkdir(exist_ok=True)
    places = {
        "AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(tmp_path / "state"),
    }
    said: list[str] = []
    links: list[str] = []
    async with WatchedServer(script) as model:
        arguments = [str(project), "-m", "some-model", "--base-url", model.base_url, *flags]
        options = serve_parser().parse_args(arguments)
        settings = replace(serve_settings(options, {**places, **(environ or {})}), **more)
        admission = None
        if settings.terminal is not None:
            admission = Admission(settings.terminal.sessions, links.append)
            admission.show()
        log = None if settings.access_log is None else AccessLog(settings.access_log)
        app = create_app(settings, said.append, admission, log)
        config = uvicorn.Config(app, log_level="error", lifespan="off", access_log=False)
        server = uvicorn.Server(config)
        listening = listen(replace(settings, port=0))
        port = listening.getsockname()[1]
        task = asyncio.create_task(server._serve([listening]))
        url = f"http://127.0.0.1:{port}"
        try:
            async with httpx2.AsyncClient(base_url=url, timeout=20, trust_env=False) as client:
                yield Served(url, client, model, settings, said, tmp_path / "state", links)
        finally:
            server.should_exit = True
            await task
            if log is not None:
                log.close()


def events_of(body: str) -> list[tuple[str, str]]:
    """The events of a stream as names with their data."""
    found = []
    for block in body.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        if lines:
            values = dict(line.split(": ", 1) for line in lines)
            found.append((values["event"], values["data"]))
    return found
