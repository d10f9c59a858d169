"""What the messages of a worker come to when some are missing, come twice, or come after all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from autocoder_tui.batch.cluster.cluster_runner import ClusterRunner
from autocoder_tui.engine.events import Event, RunFailed, RunFinished, TextDelta
from autocoder_tui.engine.events_json import event_data
from autocoder_tui.engine.provider.capabilities import Capabilities


class _Task:
    status = "finished"

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self._answer = answer

    def __await__(self) -> Any:
        async def wait() -> dict[str, Any]:
            await asyncio.sleep(0.01)
            if isinstance(self._answer, Exception):
                raise self._answer
            return self._answer

        return wait().__await__()

    async def cancel(self, *, force: bool) -> None: ...


class _Client:
    """A cluster whose one worker sends `messages`, numbered as given, and then `answer`."""

    def __init__(
        self, messages: list[tuple[int, list[Event]]], answer: dict[str, Any] | Exception
    ) -> None:
        self._messages, self._answer = messages, answer
        self._on_their_way: list[asyncio.Future[None]] = []
        self._heard: Callable[[tuple[float, dict[str, Any]]], Awaitable[None]] | None = None

    def subscribe_topic(self, topic: str, heard: Any) -> None:
        self._heard = heard

    def unsubscribe_topic(self, topic: str) -> None: ...

    def submit(self, *given: Any, **named: Any) -> _Task:
        assert self._heard is not None
        for number, events in self._messages:
            text = json.dumps([event_data(event) for event in events])
            heard = self._heard((0.0, {"number": number, "events": text}))
            self._on_their_way.append(asyncio.ensure_future(heard))
        return _Task(self._answer)


async def _came(client: _Client) -> tuple[str, str]:
    """The text that arrived, and the kind of the failure."""
    runner = object.__new__(ClusterRunner)
    runner._client, runner._at_once = client, 1
    events = [event async for event in runner._events("{}", Capabilities())]
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    ends = [event for event in events if isinstance(event, RunFinished | RunFailed)]
    assert len(ends) == 1
    return text, ends[0].error.kind if isinstance(ends[0], RunFailed) else ""


@pytest.mark.parametrize("missing", [0, 1, 2])
async def test_behind_a_message_that_is_missing_nothing_is_taken(
    missing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autocoder_tui.batch.cluster.cluster_runner._LAST_MESSAGES", 0.05)
    sent: list[tuple[int, list[Event]]] = [
        (0, [TextDelta("a")]),
        (1, [TextDelta("b")]),
        (2, [TextDelta("c"), RunFinished("")]),
    ]
    del sent[missing]
    assert await _came(_Client(sent, {"sent": 3})) == ("ab"[:missing], "worker_lost")


async def test_a_message_that_comes_twice_counts_once() -> None:
    one: list[Event] = [TextDelta("a")]
    end: list[Event] = [TextDelta("b"), RunFinished("")]
    assert await _came(_Client([(0, one), (0, one), (1, end)], {"sent": 2})) == ("ab", "")


async def test_a_worker_that_dies_after_the_end_of_its_run_loses_nothing() -> None:
    end: list[Event] = [TextDelta("a"), RunFinished("")]
    assert await _came(_Client([(0, end)], ValueError("gone"))) == ("a", "")


async def test_a_task_without_an_end_is_not_done() -> None:
    assert await _came(_Client([(0, [TextDelta("a")])], {"sent": 1})) == ("a", "worker_lost")
