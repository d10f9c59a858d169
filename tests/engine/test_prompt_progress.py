"""How far llama.cpp has read the prompt: asked of it alone, shown, and a sign of life."""

from __future__ import annotations

import io
import sys
from decimal import Decimal
from typing import Any

import pytest

from autocoder_tui.demo.script import Reply, chunk, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.errors import NoText
from autocoder_tui.engine.events import (
    CostEstimate,
    Event,
    PromptRead,
    RequestStarted,
    RunCancelled,
    RunStarted,
    TextDelta,
)
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.chunks import PromptProgress, read_frame
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.run import run
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.headless.progress import Progress
from autocoder_tui.ui.widgets.meters.line import meter_line
from autocoder_tui.ui.widgets.meters.meters import run_view
from tests.engine.conversation import MODEL, QUICK, ask, converse, endpoint_at

LLAMA = {"server": "llama.cpp"}


def reading(processed: object, total: object = 1000) -> str:
    said = {"total": total, "cache": 0, "processed": processed, "time_ms": 5}
    return chunk({"role": "assistant", "content": None}, prompt_progress=said)


def bodies(server: DemoServer) -> list[dict[str, Any]]:
    return [request.body or {} for request in server.requests]


async def test_only_a_server_known_to_be_llama_cpp_is_asked() -> None:
    capabilities = Capabilities()
    async with DemoServer([Reply("a", headers=LLAMA), Reply("b")]) as server:
        for text in "ab":
            outcome = await ask(endpoint_at(server.base_url), capabilities=capabilities)
            assert outcome.text == text
    assert [body.get("return_progress") for body in bodies(server)] == [None, True]
    outcome = await converse([Reply("x")], capabilities=Capabilities(server="vLLM"))
    assert outcome.server is not None
    assert "return_progress" not in bodies(outcome.server)[0]


async def test_a_refusal_costs_one_repeat_and_is_remembered() -> None:
    capabilities = Capabilities(server="llama.cpp")
    script = [error_reply(400, "Unknown parameter: return_progress"), Reply("a"), Reply("b")]
    async with DemoServer(script) as server:
        for text in "ab":
            outcome = await ask(endpoint_at(server.base_url), capabilities=capabilities)
            assert outcome.text == text
    assert ["return_progress" in body for body in bodies(server)] == [True, False, False]
    assert Capabilities.from_dict(capabilities.to_dict()).prompt_progress is False


@pytest.mark.parametrize(
    ("processed", "total"),
    [(0, 1000), (1001, 1000), (-5, 10), ("5", 10), (True, 1), (None, 5), (5, None), (5, 1e9)],
)
def test_what_cannot_be_is_no_progress(processed: object, total: object) -> None:
    frame = read_frame(reading(processed, total))
    assert frame is not None
    assert frame.pieces == ()


async def test_progress_counts_as_life_and_the_same_figure_again_does_not() -> None:
    seconds = {"first_byte_timeout": 0.5, "idle_timeout": 0.5, "keepalive_timeout": 0.5}
    frames = [*(reading(50 * step) for step in range(1, 16)), chunk({"content": "x"}, "stop")]
    outcome = await converse([Reply(frames=frames, delay=0.05)], limits=seconds)
    assert (outcome.text, outcome.error) == ("x", None)
    assert outcome.pieces[0] == PromptProgress(50, 1000)
    stuck = Reply(frames=[reading(50)] * 60, delay=0.05)
    outcome = await converse([stuck], limits=seconds)
    assert type(outcome.error) is NoText
    assert outcome.pieces == [PromptProgress(50, 1000)]


async def test_a_run_tells_it_before_the_text() -> None:
    text = '<file path="a.py">\nx\n</file>\n'
    frames = [reading(450), reading(1000), chunk({"content": text}), chunk({}, "stop"), "[DONE]"]
    async with DemoServer([Reply(frames=frames)]) as server:
        request = RunRequest("x", MODEL, endpoint_at(server.base_url), limits=QUICK)
        events: list[Event] = [event async for event in run(request)]
    told = [event for event in events if isinstance(event, PromptRead | TextDelta)]
    assert told[:2] == [PromptRead(450, 1000), PromptRead(1000, 1000)]
    assert "".join(event.text for event in told if isinstance(event, TextDelta)) == text


def read_so_far() -> RunState:
    state = RunState()
    estimate = CostEstimate(1000, 8000, True, Decimal(0), Decimal(0))
    state.apply(RunStarted("r", "m", estimate), 0.0)
    state.apply(RequestStarted(1), 0.0)
    assert "◌ waiting" in meter_line(run_view(state, 1.0), 80).plain
    state.apply(PromptRead(459, 1000), 1.0)
    return state


def test_the_meters_say_it_instead_of_waiting() -> None:
    state = read_so_far()
    line = meter_line(run_view(state, 1.0), 80).plain
    assert line.endswith("0:01  ◌ reading the prompt 45 %")
    for width in range(20, 140):
        assert len(meter_line(run_view(state, 1.0), width).plain) <= width
    state.apply(TextDelta("x"), 2.0)
    assert "▶ running" in meter_line(run_view(state, 2.0), 80).plain


@pytest.mark.parametrize("end", [RequestStarted(2), RunCancelled()])
def test_it_ends_with_its_request(end: Event) -> None:
    state = read_so_far()
    state.apply(end, 2.0)
    assert state.prompt_percent is None


def test_the_line_without_the_screen_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    Progress(enabled=True).show(read_so_far())
    assert said.getvalue().endswith("… part 1, reading the prompt 45 %")
