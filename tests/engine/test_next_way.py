"""On no progress something changes: the ways of asking, walked against a real server."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from autocoder_tui.demo.script import Received, Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.events import (
    ContinuationStarted,
    Event,
    FileProposed,
    PartJoined,
    RunFailed,
)
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.run import run
from autocoder_tui.engine.seam import plan_continuation
from autocoder_tui.engine.seam.ways import WAYS, ways_for
from tests.engine.test_run import CODE, FRAMED, end_of, joined, of, request_to

CUT = FRAMED.index("function_20") + 9
PART = FRAMED[:CUT]
OTHER = '<file path="b.py">\nx = 1\n</file>\n'
NOTHING = Reply("", "length")


def is_first(received: Received) -> bool:
    return len(received.messages) == 2 and "are written" not in received.messages[-1]["content"]


def is_prefill(received: Received) -> bool:
    return bool(received.messages[-1]["role"] == "assistant")


def rest_of(received: Received) -> Reply:
    """What comes after the text that is shown, whichever message shows it."""
    if is_prefill(received):
        return Reply(FRAMED[len(received.messages[-1]["content"]) :])
    return Reply(FRAMED[len(received.messages[-2]["content"]) :])


async def play(
    answer: Callable[[Received], Reply], known: Capabilities | None = None
) -> tuple[list[Event], list[Received]]:
    async with DemoServer(answer) as server:
        request = request_to(server)
        events = [event async for event in run(request, capabilities=known or Capabilities())]
        return events, server.requests


def only(wanted: Callable[[Received], bool], **first: object) -> Callable[[Received], Reply]:
    """A server that is cut once and then says something only where `wanted`."""

    def answer(received: Received) -> Reply:
        if is_first(received):
            return Reply(PART, "length", **first)  # type: ignore[arg-type]
        return rest_of(received) if wanted(received) else NOTHING

    return answer


def ways_of(events: list[Event]) -> list[str]:
    return [event.way for event in of(ContinuationStarted, events)]


async def test_nothing_is_asked_twice_and_all_that_came_is_kept_and_offered() -> None:
    events, requests = await play(lambda got: Reply(PART if is_first(got) else "hm", "length"))
    bodies = [json.dumps(received.body, sort_keys=True) for received in requests]
    assert len(set(bodies)) == len(bodies)
    assert isinstance(events[-1], RunFailed)
    assert joined(events).startswith(PART[:-20])
    (file,) = of(FileProposed, events)
    assert (file.path, file.complete) == ("src/code.py", False)
    assert CODE.startswith(file.after[:300])


async def test_silence_to_every_way_ends_the_run_with_what_is_there() -> None:
    events, requests = await play(lambda got: Reply(PART if is_first(got) else "", "length"))
    bodies = [json.dumps(received.body, sort_keys=True) for received in requests]
    assert len(set(bodies)) == len(bodies) == 5
    assert end_of(RunFailed, events).error.kind == "no_progress"
    assert end_of(RunFailed, events).resumable
    assert joined(events) == PART
    assert [file.complete for file in of(FileProposed, events)] == [False]


async def test_prefill_is_tried_before_an_echo_is_repeated_and_remembered() -> None:
    known = Capabilities()
    events, requests = await play(only(is_prefill), known)
    assert joined(events) == FRAMED
    assert [is_prefill(received) for received in requests] == [False, False, True]
    assert (known.prefill, known.prefill_works, known.server) == ("trailing", True, "")
    events, requests = await play(only(is_prefill), known)
    assert [is_prefill(received) for received in requests] == [False, True]


async def test_a_server_that_names_itself_is_asked_by_prefill_on_any_port() -> None:
    known = Capabilities()
    events, requests = await play(only(is_prefill, headers={"server": "llama.cpp"}), known)
    assert joined(events) == FRAMED
    assert ways_of(events) == ["prefill"]
    assert (known.server, known.prefill) == ("llama.cpp", "trailing")
    assert of(PartJoined, events)[0].proof == "prefill"


async def test_a_cut_line_worded_otherwise_is_finished_where_nothing_is_withheld() -> None:
    """The server goes on from our message, but its model writes the cut line another way."""
    known = Capabilities()

    def answer(received: Received) -> Reply:
        head = {"server": "llama.cpp"}
        if is_first(received):
            return Reply(PART, "length", headers=head)
        if received.messages[-1]["content"] == PART:
            return rest_of(received)
        return Reply("def gunction_x(x):\n    return x\n\n\nprint(1)\n</file>\n", headers=head)

    events, requests = await play(answer, known)
    assert ways_of(events) == ["prefill", "prefill, all of it"]
    assert joined(events) == FRAMED
    assert [part.proof for part in of(PartJoined, events)] == ["prefill"]
    assert known.prefill == "trailing"


@pytest.mark.parametrize("anew", [FRAMED, CODE, "```python\n" + CODE, "Sure, here is the rest:\n"])
async def test_a_reply_that_begins_anew_is_not_appended_where_nothing_was_withheld(
    anew: str,
) -> None:
    def answer(received: Received) -> Reply:
        head = {"server": "llama.cpp"}
        if is_first(received):
            return Reply(PART, "length", headers=head)
        if received.messages[-1]["content"] == PART:
            return Reply(anew, headers=head)
        return Reply("def gunction_x(x):\n    return x\n\n\nprint(1)\n", "length", headers=head)

    events, _ = await play(answer)
    assert joined(events).count("def function_3(") == 1
    assert "Sure" not in joined(events)


async def test_a_server_that_begins_anew_is_not_asked_by_prefill_again() -> None:
    """It ignores the open message; what it sends is lined up all the same."""
    known = Capabilities()

    def answer(received: Received) -> Reply:
        head = {"server": "llama.cpp"}
        if is_first(received):
            return Reply(PART, "length", headers=head)
        if is_prefill(received):
            return Reply(FRAMED[: CUT + 200], "length", headers=head)
        return rest_of(received)

    events, requests = await play(answer, known)
    assert joined(events) == FRAMED
    assert [is_prefill(received) for received in requests] == [False, True, False]
    assert (known.prefill, known.prefill_works) == ("none", False)


@pytest.mark.parametrize("greeting", ["Sure, here is the rest of the code:\n\n", FRAMED[:400]])
async def test_a_greeting_or_a_restart_where_nothing_is_known_is_a_no(greeting: str) -> None:
    known = Capabilities()

    def answer(received: Received) -> Reply:
        if is_first(received):
            return Reply(PART, "length")
        if is_prefill(received):
            return Reply(greeting, "length")
        return NOTHING if len(asked(received)) < 4 else rest_of(received)

    seen: list[Received] = []

    def asked(received: Received) -> list[Received]:
        seen.append(received)
        return seen

    await play(answer, known)
    assert known.prefill == "none"


@pytest.mark.parametrize("status", [400, 422, 500])
async def test_an_error_to_a_prefill_that_is_only_tried_is_a_no(status: int) -> None:
    known = Capabilities()
    asked: list[Received] = []

    def answer(received: Received) -> Reply:
        asked.append(received)
        if is_first(received):
            return Reply(PART, "length")
        if is_prefill(received):
            return error_reply(status, "last message must be from the user")
        return NOTHING if len(asked) == 2 else rest_of(received)

    events, requests = await play(answer, known)
    assert joined(events) == FRAMED
    assert sum(map(is_prefill, requests)) == 1
    assert known.prefill == "none"


async def test_a_model_that_only_completes_what_it_sees_is_shown_all() -> None:
    def shows_all(received: Received) -> bool:
        return len(received.messages) == 4 and received.messages[-2]["content"] == PART

    events, _ = await play(only(shows_all))
    assert joined(events) == FRAMED
    assert "whole end shown" in ways_of(events)


async def test_where_the_connection_broke_the_first_request_may_bring_it_whole() -> None:
    first: list[Received] = []

    def answer(received: Received) -> Reply:
        if not is_first(received):
            return Reply("The file is already complete.", "length")
        first.append(received)
        return Reply(FRAMED) if len(first) > 1 else Reply(FRAMED, cut="close", cut_after=CUT)

    known = Capabilities(prefill="none", server="")
    events, _ = await play(answer, known)
    assert ways_of(events)[-1] == "from the start"
    assert joined(events) == FRAMED


def test_the_order_of_the_ways() -> None:
    def names(**known: bool | None) -> list[str]:
        return [way.name for way in ways_for(**{"cut_at_limit": True, **known})]  # type: ignore[arg-type]

    first = ["prefill", "prefill, all of it", "last lines, numbered"]
    assert names(prefill=True, echo=None)[:3] == first
    assert names(prefill=None, echo=None)[:2] == ["last lines, numbered", "prefill"]
    assert names(prefill=None, echo=True).index("prefill") == 2
    assert "prefill" not in names(prefill=False, echo=None)
    assert "from the start" not in names(prefill=True, echo=None)
    assert all(way.why for way in WAYS)


@pytest.mark.parametrize("cut", range(40, len(FRAMED) - 10, 97))
def test_what_is_kept_is_shown_or_withheld_in_every_way(cut: int) -> None:
    for way in WAYS:
        plan = plan_continuation(FRAMED[:cut], finish_reason="length", way=way.name)
        assert plan.shown + plan.witness == FRAMED[: plan.keep] == FRAMED[:cut]
        assert plan.shown.endswith(plan.anchor)
        assert plan.anchor.rstrip("\n") in plan.instruction
        # A connection that broke, or a false stop, is no limit of output.
        assert "limit" not in plan.instruction


def test_the_line_is_that_of_the_file() -> None:
    text = f"Here it is.\n\n{OTHER}{PART}"
    plan = plan_continuation(text, finish_reason="length")
    line = plan.shown[len("Here it is.\n\n" + OTHER) :].count("\n") - 1
    assert f"after line {line} of src/code.py" in plan.instruction
    assert f"then go on with line {line + 1}" in plan.instruction
