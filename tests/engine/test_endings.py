"""How a reply ends, from the wire to the end of the run: against a real loopback server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from autocoder_tui.demo.script import Received, Reply, Script, chunk
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.events import (
    ContinuationStarted,
    Event,
    FileProposed,
    PartFinished,
    RetryScheduled,
    RunFailed,
    RunFinished,
)
from tests.engine.test_run import (
    CODE,
    FRAMED,
    QUICK,
    echoing,
    end_of,
    events_of,
    joined,
    of,
    request_to,
)

ONE_TRY = replace(QUICK, max_attempts=1)
SECOND = '<file path="src/second.py">\nx = 1\n</file>\n'
WHOLE = [chunk({"content": FRAMED})]


async def played(script: Script, **more: Any) -> tuple[list[Event], int]:
    async with DemoServer(script) as server:
        events = await events_of(request_to(server, **more))
        return events, len(server.requests)


def failure(events: list[Event]) -> str:
    assert isinstance(events[-1], RunFailed), events[-1]
    return end_of(RunFailed, events).error.message


def causes(events: list[Event]) -> list[str]:
    return [event.cause for event in of(ContinuationStarted, events)]


@pytest.mark.parametrize("word", ["MAX_TOKENS", "FinishReason.MAX_TOKENS", "ERROR_LIMIT"])
async def test_a_limit_in_any_words_is_continued(word: str) -> None:
    whole = FRAMED + SECOND
    events, _ = await played(
        echoing([len(FRAMED)], finish=word, whole=whole), target=None, files=()
    )
    assert isinstance(events[-1], RunFinished)
    assert [file.path for file in of(FileProposed, events)] == ["src/code.py", "src/second.py"]
    assert causes(events) == ["length"]


@pytest.mark.parametrize("word", ["SAFETY", "RECITATION", "content-filter", "ERROR_TOXIC"])
async def test_a_filter_in_any_words_fails_and_is_named(word: str) -> None:
    events, requests = await played([Reply(FRAMED[:500], word)])
    assert word in failure(events)
    assert end_of(RunFailed, events).error.kind == "content_filtered"
    assert requests == 1


@pytest.mark.parametrize("word", ["abort", "error", "insufficient_system_resource"])
async def test_a_broken_end_is_waited_out_and_never_done(word: str) -> None:
    limits = ONE_TRY
    events, _ = await played([Reply(FRAMED, word)], limits=limits, target=None)
    assert word in failure(events)
    events, _ = await played(echoing([900], finish=word))
    assert joined(events) == FRAMED
    assert isinstance(events[-1], RunFinished)
    assert causes(events) == ["error"]
    assert word in of(RetryScheduled, events)[0].reason
    assert of(PartFinished, events)[0].finish_reason == word


ERROR = {"code": 502, "message": "Provider disconnected"}
BESIDE = [
    {"error": ERROR, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    {"error": ERROR, "choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]},
    {"error": ERROR, "choices": [{"index": 0, "delta": {}, "finish_reason": "error"}]},
    {"error": [ERROR], "choices": []},
    {"type": "error", **ERROR, "choices": []},
    {"choices": [{"index": 0, "delta": {}, "error": ERROR, "finish_reason": "stop"}]},
    {"choices": [{"index": 0, "delta": {"error": ERROR}, "finish_reason": "stop"}]},
    {"choices": [{"index": 0, "message": {"error": ERROR}, "finish_reason": "stop"}]},
    {
        "base_resp": {"status_code": 1002, "status_msg": ERROR["message"]},
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
    },
]


@pytest.mark.parametrize("frame", BESIDE)
@pytest.mark.parametrize("text", [FRAMED, FRAMED[:900]])
async def test_an_error_wins_over_the_end_beside_it(frame: dict[str, object], text: str) -> None:
    frames = [chunk({"content": text}), json.dumps(frame), "[DONE]"]
    limits = ONE_TRY
    events, requests = await played([Reply(frames=frames)] * 9, limits=limits, target=None)
    assert "Provider disconnected" in failure(events)
    assert requests == 1
    assert "length" not in causes(events)


@pytest.mark.parametrize("finish", ["stop", "length", "error"])
async def test_an_error_after_the_end_wins_as_well(finish: str) -> None:
    frames = [*WHOLE, chunk({}, finish), json.dumps({"error": ERROR}), "[DONE]"]
    limits = ONE_TRY
    events, _ = await played([Reply(frames=frames)], limits=limits)
    assert "Provider disconnected" in failure(events)


async def test_what_an_error_cut_off_is_asked_for_and_the_error_is_told() -> None:
    broken = {"error": ERROR, "choices": [{"index": 0, "delta": {}, "finish_reason": "error"}]}
    first = Reply(frames=[*WHOLE, json.dumps(broken)])
    rest = echoing([0], whole=FRAMED + SECOND)
    rest(Received("POST", "/", {}, {"messages": []}))
    events, requests = await played(
        lambda got: first if len(got.messages) == 2 else rest(got), target=None
    )
    assert joined(events) == FRAMED + SECOND
    assert isinstance(events[-1], RunFinished)
    assert (requests, causes(events)) == (2, ["error"])
    assert "Provider disconnected" in of(RetryScheduled, events)[0].reason


async def test_the_mark_of_the_end_is_one() -> None:
    events, requests = await played([Reply(FRAMED, finish_reason=None)])
    assert isinstance(events[-1], RunFinished)
    assert requests == 1
    assert joined(events) == FRAMED


async def test_the_mark_of_the_end_inside_a_file_is_a_false_stop() -> None:
    events, requests = await played(echoing([900], finish=None, done=True))
    assert joined(events) == FRAMED
    assert (requests, causes(events)) == (2, ["false stop"])


@pytest.mark.parametrize("again", ["rest", "whole", "nothing", "said"])
async def test_an_end_nothing_speaks_of_is_confirmed_by_one_more_request(again: str) -> None:
    def answer(received: Received) -> Reply:
        text = FRAMED
        if len(received.messages) > 2 and again != "whole":
            shown = received.messages[-2]["content"]
            tail = "".join(shown.splitlines(keepends=True)[-2:])
            text = {"nothing": "\n", "said": "The file is complete."}.get(
                again, tail + FRAMED[len(shown) :]
            )
        return Reply(text, finish_reason=None, done=False)

    events, requests = await played(answer)
    assert isinstance(events[-1], RunFinished), events[-1]
    assert requests == 2
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (CODE, True)
    assert causes(events) == ["unsaid end"]


async def test_a_refusal_beside_a_whole_file_is_in_the_notes_and_in_no_file() -> None:
    frames = [
        *WHOLE,
        chunk({"content": None, "refusal": "I will not"}),
        chunk({"refusal": " do b."}),
    ]
    events, _ = await played([Reply(frames=[*frames, chunk({}, "stop")])])
    assert "I will not do b." in end_of(RunFinished, events).notes
    assert [file.after for file in of(FileProposed, events)] == [CODE]
    assert joined(events) == FRAMED


@pytest.mark.parametrize("before", ["", FRAMED[:900], "Let me see.\n"])
async def test_a_refusal_without_a_whole_file_ends_the_run(before: str) -> None:
    frames = [chunk({"content": before}), chunk({"refusal": "I will not."}), chunk({}, "stop")]
    events, requests = await played([Reply(frames=frames)])
    assert "I will not." in failure(events)
    assert (end_of(RunFailed, events).error.kind, requests) == ("refused", 1)
    assert joined(events) == before


CALL = {"tool_calls": [{"index": 0, "function": {"name": "write_file", "arguments": "{"}}]}


@pytest.mark.parametrize("call", [CALL, {"function_call": {"name": "write_file"}}])
async def test_a_reply_that_is_a_tool_call_is_named_after_its_first_frame(
    call: dict[str, object],
) -> None:
    thought = chunk({"reasoning": "I write it."})
    frames = [thought, chunk({"content": "\n"}), chunk(call), chunk({"content": FRAMED}, "stop")]
    events, requests = await played([Reply(frames=frames)])
    assert "write_file" in failure(events)
    assert "tool" in failure(events)
    assert requests == 1
    assert joined(events).strip() == ""


@pytest.mark.parametrize("word", ["tool_calls", "stop", "MALFORMED_FUNCTION_CALL"])
async def test_a_tool_call_after_words_is_named_at_the_end(word: str) -> None:
    frames = [chunk({"content": "I write the file.\n"}), chunk(CALL), chunk({}, word)]
    events, requests = await played([Reply(frames=frames)])
    assert (end_of(RunFailed, events).error.kind, requests) == ("tools_called", 1)
    frames = [*WHOLE, chunk(CALL), chunk({}, word)]
    events, _ = await played([Reply(frames=frames)])
    assert "tool" in end_of(RunFinished, events).notes
    assert of(FileProposed, events)[0].after == CODE


async def test_an_unknown_word_is_said_and_trusted_only_where_all_is_closed() -> None:
    events, requests = await played([Reply(FRAMED, "purple\x1b[2J")])
    assert "“purple" in end_of(RunFinished, events).notes
    assert "\x1b" not in end_of(RunFinished, events).notes
    assert requests == 1
    events, requests = await played(echoing([900], finish="purple"))
    assert joined(events) == FRAMED
    assert (requests, causes(events)) == (2, ["false stop"])
    assert end_of(RunFinished, events).notes == ""


@pytest.mark.parametrize("text", [FRAMED[:60], FRAMED[: len(FRAMED) // 2], ""])
@pytest.mark.parametrize(
    "error",
    [
        {"message": "Stopped by policy.", "type": "content_filter", "code": 400},
        {"message": "Stopped by policy.", "code": "content_filter"},
        {"message": "Stopped by policy.", "code": "ContentFilter", "type": "invalid_request_error"},
        {"message": "Stopped by policy.", "code": "content_policy_violation", "status": 500},
        {"message": "Stopped by policy.", "type": "SAFETY"},
    ],
)
async def test_a_filter_told_as_an_error_ends_the_run_and_is_named(
    error: dict[str, object], text: str
) -> None:
    begun = [chunk({"content": text})] if text else []
    frames = [*begun, json.dumps({"error": error}), "[DONE]"]
    events, requests = await played([Reply(frames=frames)] * 3)
    assert requests == 1
    assert "content filter" in failure(events)
    assert "Stopped by policy" in failure(events)
    assert isinstance(events[-1], RunFailed)
    assert events[-1].error.kind == "content_filtered"
    assert "".join(joined(events)) == text
    assert not of(RetryScheduled, events)
