"""Starts the server, in this process or in several workers that share its socket."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

import uvicorn

from autocoder_tui.engine.metering.tokens import load_counter
from autocoder_tui.engine.provider.chat import preload
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import choose_model
from autocoder_tui.serve.app import create_app
from autocoder_tui.serve.settings import ServeSettings
from autocoder_tui.store.history.history import History
from autocoder_tui.system.descriptors import allow_many


class NotListening(AutocoderError):
    kind = "not_listening"


def serve(settings: ServeSettings, workers: int, say: Callable[[str], object]) -> None:
    """Serve until told to end (SIGINT, SIGTERM). Raises NotListening, BadLimits."""
    create_app(settings, say)  # what is wrong with the settings is said before anything listens
    listening = _listen(settings)
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    say(f"Serving at http://{shown}:{port}/ (its description: /docs). Ctrl+C ends it.")
    if settings.token is not None:
        # The one place where it is shown: whoever starts the server has to know it.
        print(f"http://{shown}:{port}/?token={settings.token}", flush=True)
    if workers == 1:
        _work(settings, listening, say)
        return
    if not hasattr(os, "fork"):
        raise NotListening("Several workers need a POSIX system: leave out --workers.")
    from multiprocessing.context import ForkProcess

    _watch([ForkProcess(target=_work, args=(settings, listening, say)) for _ in range(workers)])


def _watch(workers: Sequence[BaseProcess]) -> None:
    """Until all workers have ended: they are told to where this process is, or where one of them
    ended by itself."""

    def end(*_: object) -> None:
        for worker in workers:
            if worker.is_alive():
                worker.terminate()

    for worker in workers:
        worker.start()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    wait([worker.sentinel for worker in workers])
    end()
    for worker in workers:
        worker.join()


def _work(settings: ServeSettings, listening: socket.socket, say: Callable[[str], object]) -> None:
    # What a thread has to do for a run that begins is short, and others stream meanwhile.
    sys.setswitchinterval(0.001)
    allow_many()  # a connection, one to the model and a journal for each stream
    # What the first request needs takes most of a second: while nobody asks yet.
    threading.Thread(target=_prepare, args=(settings,), daemon=True).start()
    config = uvicorn.Config(
        create_app(settings, say),
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        ws_max_size=settings.most_body_bytes,
        lifespan="off",
    )
    with History(settings.setup.places.state).held():
        uvicorn.Server(config).run(sockets=[listening])


def _prepare(settings: ServeSettings) -> None:
    preload()
    with contextlib.suppress(AutocoderError):  # said to whoever asks
        load_counter(choose_model(settings.setup).model)


def _listen(settings: ServeSettings) -> socket.socket:
    """The socket. Raises NotListening."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio lets small pieces go at once (TCP_NODELAY) only where TCP is named.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        reason = (error.strerror or "unknown reason").lower()
        raise NotListening(
            f"Nothing can listen at {settings.host}, port {settings.port}: {reason}. Take another "
            "with --port, or end what listens there."
        ) from error
    return listening
