"""What holds for a run whatever the server does, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autocoder_tui.demo.script import Received, Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.events import (
    Event,
    FileProposed,
    RunCancelled,
    RunFailed,
    RunFinished,
    TextDelta,
)
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.run import run
from tests.engine.test_run import FRAMED, joined, of, request_to

LIMITS = Limits(max_parts=4, max_attempts=3, total_timeout=20, idle_timeout=5, first_byte_timeout=5)
MOST_REQUESTS = LIMITS.max_parts * (LIMITS.max_attempts + 1) + 1
"""Each part is tried so often, and asked for once more if it was a guess or refused a prefill."""

texts = st.one_of(
    st.sampled_from(["", "\n", "The code is already complete.", "</file>\n", "Sure!\n```python\n"]),
    st.integers(0, len(FRAMED)).map(lambda at: FRAMED[at:]),
    st.integers(0, len(FRAMED)).map(lambda at: FRAMED[:at]),
    st.text(max_size=60),
)
replies = st.one_of(
    st.builds(
        Reply,
        text=texts,
        finish_reason=st.sampled_from(["stop", "length", "content_filter", "odd", None]),
        chunk_size=st.sampled_from([7, 400]),
        cut=st.sampled_from([None, None, None, "reset", "close"]),
        reasoning=st.sampled_from(["", "hm"]),
    ),
    st.sampled_from([400, 401, 404, 408, 429, 500, 503]).map(lambda code: error_reply(code, "no")),
    st.just(Reply(body="<html>", headers={"content-type": "text/html"})),
)
quick = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autocoder_tui.engine.retry.FIRST_DELAY", 0.001)


def events_against(
    script: Sequence[Reply], prefill: str | None = None
) -> tuple[list[Event], list[Received]]:
    """A run against a server that repeats the last reply of its script for ever."""
    left = list(script)

    async def go() -> tuple[list[Event], list[Received]]:
        def answer(_: Received) -> Reply:
            return left.pop(0) if len(left) > 1 else left[0]

        async with DemoServer(answer) as server:
            request = request_to(server, LIMITS)
            capabilities = Capabilities(prefill=prefill)
            return [
                event async for event in run(request, capabilities=capabilities)
            ], server.requests

    return asyncio.run(go())


@quick
@given(st.lists(replies, min_size=1, max_size=6), st.sampled_from([None, "vllm"]))
def test_calls_are_bounded_and_there_is_one_end(script: list[Reply], prefill: str | None) -> None:
    events, requests = events_against(script, prefill)
    assert len(requests) <= MOST_REQUESTS
    ends = of(RunFinished, events) + of(RunFailed, events) + of(RunCancelled, events)
    assert ends == [events[-1]]


@quick
@given(
    st.lists(st.integers(0, len(FRAMED) - 9), min_size=1, max_size=5),
    st.sampled_from(["stop", "length", None]),
)
def test_an_open_frame_is_never_a_success(cuts: list[int], reason: str | None) -> None:
    """However often it is asked, this server never sends the closing line."""
    opened = FRAMED.index("\n") + 1
    events, _ = events_against([Reply(FRAMED[: max(opened, cut)], reason) for cut in cuts])
    assert isinstance(events[-1], RunFailed)
    assert all(not file.complete for file in of(FileProposed, events))


@quick
@given(st.lists(replies, min_size=1, max_size=4))
def test_a_failure_leaves_a_partial_to_go_on_from(script: list[Reply]) -> None:
    events, _ = events_against(script)
    if isinstance(events[-1], RunFailed):
        assert events[-1].resumable == bool(joined(events))
        assert events[-1].error.message
    if of(TextDelta, events) and joined(events):
        assert "<think>" not in joined(events)
