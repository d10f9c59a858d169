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
from multiprocessing.process import BaseProcess, parent_process
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn

from autocoder_tui.engine.metering.tokens import load_counter
from autocoder_tui.engine.provider.chat import preload
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import choose_model
from autocoder_tui.serve.access_log import AccessLog
from autocoder_tui.serve.app import create_app
from autocoder_tui.serve.settings import SHARED_FOLDER, ServeSettings
from autocoder_tui.serve.terminal.admission import Admission
from autocoder_tui.store.history.history import History
from autocoder_tui.system.descriptors import allow_many

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""What a browser on this machine calls a server that listens at every address."""


class NotListening(AutocoderError):
    kind = "not_listening"


def serve(settings: ServeSettings, workers: int, say: Callable[[str], object]) -> None:
    """Serve until told to end (SIGINT, SIGTERM). Raises NotListening, BadLimits, BadAccessLog."""
    if settings.metrics and workers > 1:
        with TemporaryDirectory(prefix="autocoder-figures-") as folder:
            os.environ[SHARED_FOLDER] = folder
            _serve(settings, workers, say)
    else:
        _serve(settings, workers, say)


def _serve(settings: ServeSettings, workers: int, say: Callable[[str], object]) -> None:
    create_app(settings, say)  # what is wrong with the settings is said before anything listens
    log = None if settings.access_log is None else AccessLog(settings.access_log)
    listening = listen(settings)
    host, port = listening.getsockname()[:2]
    host = _ANYWHERE.get(host, host)
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    say(f"Serving at {address}/ (its description: /docs). Ctrl+C ends it.")
    # The one place where tokens are shown: whoever starts the server has to know them.
    if settings.token is not None:
        print(f"{address}/?token={settings.token}", flush=True)
    admission = None
    if settings.terminal is not None:
        admission = Admission(
            settings.terminal.sessions,
            lambda token: print(f"{address}/app?token={token} (works once)", flush=True),
        )
        admission.show()
    if workers == 1:
        _work(settings, listening, say, admission, log)
        return
    if not hasattr(os, "fork"):
        raise NotListening("Several workers need a POSIX system: leave out --workers.")
    from multiprocessing.context import ForkProcess

    arguments = (settings, listening, say, admission, log)
    _watch([ForkProcess(target=_work_for_parent, args=arguments) for _ in range(workers)])


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


def _work_for_parent(*arguments: Any) -> None:
    """Work until the process that began the workers is gone, however it ended."""
    parent = parent_process()
    assert parent is not None

    def end_after_it() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end_after_it, name="parent", daemon=True).start()
    _work(*arguments)


def _work(
    settings: ServeSettings,
    listening: socket.socket,
    say: Callable[[str], object],
    admission: Admission | None,
    log: AccessLog | None,
) -> None:
    # What a thread has to do for a run that begins is short, and others stream meanwhile.
    sys.setswitchinterval(0.001)
    allow_many()  # a connection, one to the model and a journal for each stream
    # What the first request needs takes most of a second: while nobody asks yet.
    threading.Thread(target=_prepare, args=(settings,), daemon=True).start()
    config = uvicorn.Config(
        create_app(settings, say, admission, log),
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        ws_max_size=settings.most_body_bytes,
        lifespan="off",
    )
    # uvicorn sends itself the signal once more when it has ended: this is left in good order.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with History(settings.setup.places.state).held():
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        if log is not None:
            log.close()


def _prepare(settings: ServeSettings) -> None:
    preload()
    with contextlib.suppress(AutocoderError):  # said to whoever asks
        load_counter(choose_model(settings.setup).model)


def listen(settings: ServeSettings) -> socket.socket:
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
