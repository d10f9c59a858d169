"""What a worker does of a job: the run itself. Nothing of it is kept there but its own key.

Runs in a thread of a Dask worker, where this package is installed too.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from autocoder_tui.batch.cluster.worker_pace import WorkerPace
from autocoder_tui.batch.provider.frozen_job import FrozenJob
from autocoder_tui.config.api_keys import find_key, missing_key_message
from autocoder_tui.engine.catalog import Endpoint
from autocoder_tui.engine.events import Event, Failure, RunFailed
from autocoder_tui.engine.events_json import event_data
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.run import run
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.event_batches import merge
from autocoder_tui.system.version import __version__

_SEND_EVERY: Final = 0.2
"""Seconds between two messages to the coordinator."""


def do_job(line: str, topic: str, at_once: int, version: str) -> dict[str, Any]:
    """Do the frozen job on `line`; its events go to `topic` as they come, in numbered messages.

    Returns {"sent": how many messages, "known": what was learnt of the endpoint}, or {"lost":
    True} where another worker had begun with it: what that one received is for the coordinator
    to go on from, and not to be asked for again.
    """
    from distributed import Variable, get_worker

    worker, begun = get_worker(), Variable(topic)
    if _is_set(begun):
        return {"lost": True}
    begun.set(worker.address)
    sender = _Sender(worker, topic)
    if version != __version__:
        sender.fail(
            f"The worker {worker.name} has version {__version__} of autocoder-tui, and this is "
            f"{version}. Install the same on both."
        )
        return {"sent": sender.sent}
    job = FrozenJob.read(line)
    known = Capabilities.from_dict(job.capabilities)
    try:
        asyncio.run(_do(job, known, sender, at_once))
    except AutocoderError as error:
        sender.fail(error.message, error.kind)
    return {"sent": sender.sent, "known": known.to_dict()}


async def _do(job: FrozenJob, known: Capabilities, sender: _Sender, at_once: int) -> None:
    prepared = await asyncio.to_thread(job.prepared)
    pace = await asyncio.to_thread(WorkerPace, job.provider.base_url, at_once)
    request = with_own_key(prepared.request)
    task = asyncio.current_task()
    assert task is not None
    watch = asyncio.create_task(sender.watch(task))
    try:
        async with aclosing(run(request, capabilities=known, pace=pace)) as events:  # type: ignore[type-var]
            async for event in events:
                await sender.add(event)
        await sender.flush()
    except asyncio.CancelledError:
        await sender.flush()
    finally:
        watch.cancel()


def with_own_key(request: RunRequest) -> RunRequest:
    """The request with the key of this machine. Raises AutocoderError where there is none."""
    provider = request.endpoint.provider
    found = find_key(provider, Path.cwd(), os.environ)
    if found.secret is None and not provider.needs_no_key:
        raise AutocoderError(f"On the worker: {missing_key_message(provider)}")
    return replace(request, endpoint=Endpoint(provider, found.secret, found.source))


def _is_set(variable: Any) -> bool:
    try:
        variable.get(timeout=0.2)
    except Exception:  # distributed's own TimeoutError: nobody has set it
        return False
    return True


class _Sender:
    """Sends events to the coordinator, a few at a time."""

    def __init__(self, worker: Any, topic: str) -> None:
        self._worker = worker
        self._topic = topic
        self._key = worker.get_current_task()
        self._pending: list[Event] = []
        self._last = 0.0
        self.sent = 0

    async def add(self, event: Event) -> None:
        self._pending.append(event)
        if time.monotonic() - self._last >= _SEND_EVERY:
            await self.flush()

    async def flush(self) -> None:
        if self._pending:
            events, self._pending = merge(self._pending), []
            await asyncio.to_thread(self._send, events)

    def fail(self, message: str, kind: str = "cluster") -> None:
        """End the run where it could not begin."""
        self._send([RunFailed(Failure(kind, message))])

    def _send(self, events: list[Event]) -> None:
        # As text: on its way a list would become a tuple, and no event be read of it.
        text = json.dumps([event_data(event) for event in events], ensure_ascii=True)
        self._worker.log_event(self._topic, {"number": self.sent, "events": text})
        self.sent += 1
        self._last = time.monotonic()

    async def watch(self, task: asyncio.Task[Any]) -> None:
        """Stop the run when nobody wants it any more: the coordinator gave it up, or is gone."""
        while True:
            await asyncio.sleep(1.0)
            if self._pending and time.monotonic() - self._last >= _SEND_EVERY:
                await self.flush()
            state = self._worker.state.tasks.get(self._key)
            if state is None or state.state != "executing":
                task.cancel()
                return
