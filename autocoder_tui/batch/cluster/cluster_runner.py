"""A `JobRunner` whose runs are done by a Dask cluster, one task each."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any, Final

from autocoder_tui.batch.cluster.remote_job import do_job
from autocoder_tui.batch.job import JobProgress, JobResult
from autocoder_tui.batch.local_runner import LocalRunner
from autocoder_tui.batch.provider.frozen_job import FrozenJob
from autocoder_tui.batch.runner import JobOrder
from autocoder_tui.engine.catalog import Endpoint, Secret
from autocoder_tui.engine.events import Event, Failure, RunCancelled, RunFailed, RunFinished
from autocoder_tui.engine.events_json import read_event
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.request import Limits
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.setup import ChosenModel, obstacle
from autocoder_tui.runs.supervision import Engine
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.version import __version__

_LOST: Final = "worker_lost"
_ENDS: Final = (RunFinished, RunFailed, RunCancelled)
_MOST_WORKERS: Final = 5
"""How many workers may die over one job."""
_CONNECT_SECONDS: Final = 30.0
_LAST_MESSAGES: Final = 10.0
"""Seconds that messages may be on their way when the task they belong to is done."""


class NoCluster(AutocoderError):
    kind = "no_cluster"


class ClusterRunner(LocalRunner):
    """`connect` comes before the first job, `close` after the last.

    The files are read here and the requests made here; a worker needs the package and, in its own
    environment, the key.
    """

    _client: Any = None

    async def connect(self, address: str, at_once: int) -> None:
        """Raises NoCluster, saying what to do."""
        try:
            from distributed import Client
        except ImportError:
            raise NoCluster(
                'For --dask install the extra: pip install "autocoder-tui[cluster]".'
            ) from None
        self._at_once = at_once
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                self._client = await Client(address, asynchronous=True, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise NoCluster(
                f"There is no Dask scheduler at {visible(address)} ({type(error).__name__}). "
                "Give the address it prints when it starts, such as tcp://host:8786."
            ) from error

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    def obstacle(self, chosen: ChosenModel, limits: Limits) -> str | None:
        # The key is the workers' own: as if there were one here.
        endpoint = Endpoint(chosen.endpoint.provider, Secret("of-the-worker"), "the worker")
        return obstacle(replace(chosen, endpoint=endpoint), limits)

    def engine(self, order: JobOrder) -> Engine:
        def events(prepared: Prepared, known: Capabilities) -> AsyncIterator[Event]:
            job = FrozenJob.of(order.job.number, order.job.name, prepared, known.to_dict())
            return self._events(job.line(), known)

        return events

    async def run(self, order: JobOrder, hear: Callable[[JobProgress], object]) -> JobResult:
        result = await super().run(order, hear)
        for _ in range(_MOST_WORKERS - 1):
            if result.kind != _LOST:
                break
            hear(JobProgress(waits="another worker"))
            # What the dead one sent is kept: the next goes on behind it.
            order = replace(order, begun=True)
            result = await super().run(order, hear)
        return result

    async def _events(self, line: str, known: Capabilities) -> AsyncIterator[Event]:
        """The events of one task as they come from its worker."""
        topic = f"autocoder-tui {uuid.uuid4().hex}"
        came: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

        async def heard(event: tuple[float, dict[str, Any]]) -> None:
            came.put_nowait(event[1])

        self._client.subscribe_topic(topic, heard)
        task = self._client.submit(
            do_job, line, topic, self._at_once, __version__, key=topic, pure=False, retries=0
        )
        over = asyncio.ensure_future(self._over(task))
        over.add_done_callback(lambda _: came.put_nowait(None))
        received, ended = 0, False
        try:
            while True:
                message = await self._next(came, over, received)
                if message is None or message["number"] > received:
                    break  # behind a message that is missing the text would have a hole
                if message["number"] < received:
                    continue
                received += 1
                for data in json.loads(message["events"]):
                    event = read_event(data)
                    if event is not None:
                        ended = ended or isinstance(event, _ENDS)
                        yield event
            answer = over.result() if over.done() else {}
            for name, value in Capabilities.from_dict(answer.get("known", {})).to_dict().items():
                setattr(known, name, value)
            if not ended:
                yield RunFailed(
                    Failure(_LOST, f"The worker that had it is gone. {answer.get('why', '')}"),
                    resumable=True,
                )
        finally:
            over.cancel()
            await task.cancel(force=True)
            self._client.unsubscribe_topic(topic)

    async def _next(
        self,
        came: asyncio.Queue[dict[str, Any] | None],
        over: asyncio.Future[dict[str, Any]],
        received: int,
    ) -> dict[str, Any] | None:
        """The next message, None when there is none to come any more."""
        while True:
            if not over.done():
                message = await came.get()
            else:
                if received >= over.result().get("sent", 0):
                    return None
                try:
                    async with asyncio.timeout(_LAST_MESSAGES):
                        message = await came.get()
                except TimeoutError:
                    return None
            if message is not None:
                return message

    async def _over(self, task: Any) -> dict[str, Any]:
        """What the task returned; where it died, that it is lost."""
        try:
            answer: dict[str, Any] = await task
        except asyncio.CancelledError:
            if task.cancelled() or task.status == "lost":
                return {"lost": True, "sent": 0, "why": "The cluster gave the task up."}
            raise
        except Exception as error:  # whatever distributed raises for a worker that died
            return {"lost": True, "sent": 0, "why": f"({type(error).__name__})"}
        return answer
