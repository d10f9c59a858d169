"""The network misbehaves: what becomes of a whole run, against real loopback servers.

What one request makes of each fault is in tests/engine/provider/; here is how often a
run asks, what it says, what it keeps and how soon it lets go.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from dataclasses import replace
from email.utils import formatdate

import pytest

from autocoder_tui.demo.script import Received, Reply, chunk, completion, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.events import (
    Event,
    FileProposed,
    RequestStarted,
    RetryScheduled,
    RunCancelled,
    RunFailed,
    RunFinished,
    TextDelta,
)
from autocoder_tui.engine.request import Limits, RunRequest
from autocoder_tui.engine.retry import AskWait, WaitQuestion
from autocoder_tui.engine.run import run
from tests.engine.conversation import CANARY, endpoint_at
from tests.engine.provider.test_failures import STREAM_START, without_tls
from tests.engine.test_run import CODE, FRAMED, echoing, end_of, joined, of

LIMITS = Limits(connect_timeout=5, first_byte_timeout=5, idle_timeout=5, total_timeout=30)
SOON = 0.2
"""Seconds until a run has let go when it is told to."""


def request_to(
    base_url: str, limits: Limits = LIMITS, target: str | None = "src/code.py"
) -> RunRequest:
    model = Model("test-model", "test", context_length=32_768, max_tokens=8_192)
    return RunRequest("Write it.", model, endpoint_at(base_url), target=target, limits=limits)


async def against(
    script: object, limits: Limits = LIMITS, ask_wait: AskWait | None = None
) -> tuple[list[Event], list[Received]]:
    """The events of a whole run, and what the server received."""
    async with DemoServer(script) as server:  # type: ignore[arg-type]
        request = request_to(server.base_url, limits)
        return [event async for event in run(request, ask_wait=ask_wait)], server.requests


def failure(events: list[Event], kind: str) -> RunFailed:
    """The run failed in this way, with a sentence that shows no key, and proposed nothing whole."""
    end = events[-1]
    assert isinstance(end, RunFailed)
    assert end.error.kind == kind, end.error
    assert CANARY not in end.error.message
    assert len(end.error.message) < 700
    assert "127.0.0.1" in end.error.message
    assert not any(file.complete for file in of(FileProposed, events))
    return end


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autocoder_tui.engine.retry.FIRST_DELAY", 0.001)


# ---------------------------------------------------------------- how often a run asks

INCURABLE = [
    (400, "bad_request"),
    (401, "key_rejected"),
    (402, "payment_required"),
    (403, "key_rejected"),
    (404, "model_not_found"),
    (413, "bad_request"),
    (422, "bad_request"),
    (451, "bad_request"),
]


@pytest.mark.parametrize(("status", "kind"), INCURABLE)
async def test_a_status_no_retry_can_cure_is_asked_once(status: int, kind: str) -> None:
    reply = error_reply(status, f"no, not with {CANARY}")
    events, received = await against([reply] * 9)
    message = failure(events, kind).error.message
    assert len(received) == 1
    assert "TEST_API_KEY" in message
    assert "test-model" in message


async def test_used_up_credit_is_asked_once_and_called_billing() -> None:
    reply = error_reply(429, "You exceeded your current quota", code="insufficient_quota")
    events, received = await against([reply] * 9)
    assert "billing" in failure(events, "payment_required").error.message
    assert len(received) == 1


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 520, 529])
async def test_a_status_that_may_pass_is_asked_five_times_at_most(status: int) -> None:
    events, received = await against([error_reply(status, "later")] * 9)
    failure(events, "rate_limited" if status == 429 else "server_failed")
    assert len(received) == 5
    waits = of(RetryScheduled, events)
    assert [wait.attempt for wait in waits] == [2, 3, 4, 5]
    assert all(str(status) in wait.reason for wait in waits)


NO_REPLY = [
    (Reply(cut="reset"), "connection_lost", 5),
    (Reply(cut="close"), "connection_lost", 5),
    (Reply(raw=STREAM_START), "connection_lost", 5),
    (Reply(raw=b"garbage that is no HTTP\r\n\r\n"), "not_a_reply", 1),
    (Reply(raw=b"HTTP/1.1 200 OK\r\nx: " + b"y" * 2_000_000), "not_a_reply", 1),
    (Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 400_000), "not_a_reply", 1),
    (Reply(body="<!doctype html><title>Log in</title>"), "not_a_reply", 1),
    (Reply(body=json.dumps({"error": {"message": "broken"}})), "stream_error", 5),
    (Reply(body=json.dumps({"error": {"message": "who", "code": 401}})), "key_rejected", 1),
    (Reply(body=""), "not_a_reply", 1),
    (Reply(frames=[]), "not_a_reply", 1),
    (Reply(frames=["[DONE]"]), "not_a_reply", 1),
    (Reply(status=307, headers={"location": "http://127.0.0.1:9/v1"}, body=""), "status", 1),
    (Reply(status=302, headers={"location": "https://elsewhere.invalid/"}, body=""), "status", 1),
]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("reply", "kind", "most"), NO_REPLY)
async def test_what_is_no_reply_is_asked_for_as_often_as_it_may_help(
    reply: Reply, kind: str, most: int
) -> None:
    events, received = await against([reply] * 9)
    failure(events, kind)
    assert len(received) == most
    assert not of(FileProposed, events)


@pytest.mark.usefixtures("quick")
async def test_a_refused_connection_is_tried_five_times_and_waits_are_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    events = [event async for event in run(request_to(f"http://127.0.0.1:{port}/v1"))]
    failure(events, "connect_failed")
    assert len(of(RequestStarted, events)) == 5
    assert len(of(RetryScheduled, events)) == 4


async def test_no_name_and_no_tls_are_tried_once() -> None:
    async with without_tls() as plain:
        for url, kind, word in (
            ("https://no-such-host.invalid/v1", "name_not_found", "DNS"),
            (plain, "tls_failed", "TLS"),
        ):
            events = [event async for event in run(request_to(url))]
            assert end_of(RunFailed, events).error.kind == kind
            assert word in end_of(RunFailed, events).error.message
            assert url in end_of(RunFailed, events).error.message
            assert len(of(RequestStarted, events)) == 1
            assert not of(RetryScheduled, events)


CONTEXT = [
    error_reply(
        400,
        "This model's maximum context length is 8192 tokens. However, your messages resulted in "
        "10000 tokens.",
        code="context_length_exceeded",
        type="invalid_request_error",
    ),
    Reply(
        status=400,
        body=json.dumps(
            {
                "object": "error",
                "message": "This model's maximum context length is 8192 tokens. However, you "
                "requested 10000 tokens (9000 in the messages, 1000 in the completion).",
                "type": "BadRequestError",
                "code": 400,
            }
        ),
    ),
]


@pytest.mark.parametrize("reply", CONTEXT)
async def test_a_full_context_window_says_how_far_over_and_what_to_drop(reply: Reply) -> None:
    events, received = await against([reply] * 9)
    message = failure(events, "context_exceeded").error.message
    assert "1,808 too many" in message
    assert "Drop input files" in message
    assert len(received) == 1


# ---------------------------------------------------------------- waits

LONG = [
    ({"retry-after": "86400"}, "24 h"),
    ({"retry-after": "61"}, "61 s"),
    ({"retry-after": "1e308"}, "more than 1,000 years"),
    ({"retry-after-ms": "86400000"}, "24 h"),
    ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, "years"),
    ({"retry-after": formatdate(time.time() + 86_400 * 30, usegmt=True)}, "30 days"),
]


@pytest.mark.parametrize(("headers", "words"), LONG)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_long_wait_is_told_and_never_slept(
    headers: dict[str, str], words: str, status: int
) -> None:
    events, received = await against([error_reply(status, "later", headers=headers)] * 9)
    end = failure(events, "rate_limited" if status == 429 else "server_failed")
    assert f"asks to wait {words}" in end.error.message or words in end.error.message
    assert len(received) == 1
    assert not of(RetryScheduled, events)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("value", ["-5", "abc", "nan", "inf", "1e999", "٣", "0x10", "\x1b[2J"])
async def test_what_is_no_time_is_told_and_the_own_pace_kept(value: str) -> None:
    headers = {"retry-after": value.encode("ascii", "replace").decode()}
    events, _ = await against([error_reply(429, "later", headers=headers), Reply(FRAMED)])
    assert isinstance(events[-1], RunFinished)
    (wait,) = of(RetryScheduled, events)
    assert "which is no time" in wait.reason
    assert "\x1b" not in wait.reason
    assert 0 < wait.delay_seconds < 0.01


@pytest.mark.usefixtures("quick")
async def test_a_date_that_is_past_is_no_reason_to_hurry() -> None:
    headers = {"retry-after": formatdate(0, usegmt=True)}
    events, _ = await against([error_reply(429, "later", headers=headers), Reply(FRAMED)])
    assert isinstance(events[-1], RunFinished)
    assert of(RetryScheduled, events)[0].delay_seconds > 0


@pytest.mark.parametrize(("answer", "requests"), [(0.0, 2), (0.02, 2), (None, 1)])
async def test_a_person_decides_about_a_long_wait(answer: float | None, requests: int) -> None:
    asked: list[WaitQuestion] = []

    async def ask(question: WaitQuestion) -> float | None:
        asked.append(question)
        return answer

    later = error_reply(429, "later", headers={"retry-after": "86400"})
    events, received = await against([later, Reply(FRAMED)], ask_wait=ask)
    assert [question.seconds for question in asked] == [86_400]
    assert "24 h" in asked[0].reason
    assert len(received) == requests
    if answer is None:
        failure(events, "rate_limited")
    else:
        assert isinstance(events[-1], RunFinished)
        assert of(RetryScheduled, events)[0].delay_seconds == answer


async def test_thinking_about_a_wait_takes_no_time_from_the_run() -> None:
    async def ask(_: WaitQuestion) -> float | None:
        await asyncio.sleep(0.6)
        return 0.1

    later = error_reply(429, "later", headers={"retry-after": "86400"})
    limits = Limits(total_timeout=0.6)
    events, _ = await against([later, Reply(FRAMED)], limits, ask_wait=ask)
    assert isinstance(events[-1], RunFinished)


async def test_time_as_a_stopped_job_is_not_time_of_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl+Z in mid-reply, for longer than the run may take: it goes on where it was."""
    loop = asyncio.get_running_loop()
    stopped_for = 0.0
    monkeypatch.setattr(loop, "time", lambda: time.monotonic() + stopped_for)
    reply = Reply(FRAMED, chunk_size=80, delay=0.01)
    async with DemoServer([reply, reply]) as server:
        # The first loads what a run needs, which may take its time.
        _ = [event async for event in run(request_to(server.base_url))]
        limits = replace(LIMITS, total_timeout=2.5)
        events: list[Event] = []
        async for event in run(request_to(server.base_url, limits)):
            if isinstance(event, TextDelta) and not of(TextDelta, events):
                stopped_for += 3  # all a stopped process sees of it
            events.append(event)
    assert isinstance(events[-1], RunFinished)


STALLS = {
    "in a wait": (Reply(status=503, body="busy", headers={"retry-after": "50"}), RetryScheduled),
    "before the reply": (Reply(stall="accept"), RequestStarted),
    "after the headers": (Reply(stall="headers"), RequestStarted),
    "in mid-stream": (Reply(FRAMED, stall="middle", cut_after=300), RequestStarted),
}


@pytest.mark.parametrize("where", STALLS)
async def test_a_run_lets_go_at_once(where: str) -> None:
    """The best of three tries: what is measured is the program and not this machine's load."""
    reply, sign = STALLS[where]
    took = [await _seconds_to_cancel(reply, sign) for _ in range(3)]
    assert min(took) < SOON, took


async def _seconds_to_cancel(reply: Reply, sign: type[Event]) -> float:
    events: list[Event] = []
    reached = asyncio.Event()

    async def consume(base_url: str) -> None:
        async for event in run(request_to(base_url)):
            events.append(event)
            if isinstance(event, sign):
                reached.set()

    async with DemoServer([reply] * 2) as server:
        task = asyncio.create_task(consume(server.base_url))
        await asyncio.wait_for(reached.wait(), 10)
        async with asyncio.timeout(10):
            while not server.requests or (reply.cut_after and not joined(events)):
                await asyncio.sleep(0.01)
        begun = time.monotonic()
        task.cancel()
        await asyncio.wait([task])
        took = time.monotonic() - begun
    assert isinstance(events[-1], RunCancelled)
    assert FRAMED[: reply.cut_after or 0].startswith(joined(events))
    assert bool(joined(events)) is bool(reply.cut_after)
    return took


# ---------------------------------------------------------------- what is kept

BROKEN: dict[str, dict[str, object]] = {
    "reset": {"cut": "reset"},
    "close": {"cut": "close"},
    "short length": {"cut": "short"},
    "no finish reason, no DONE": {"finish_reason": None, "done": False},
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("way", BROKEN)
async def test_a_break_in_mid_reply_keeps_the_text_and_is_tried_five_times(way: str) -> None:
    last = 900
    more = {**BROKEN[way], "cut_after": last} if "cut" in BROKEN[way] else BROKEN[way]
    broken = Reply(FRAMED[:last], **more)  # type: ignore[arg-type]
    events, received = await against([broken, *[error_reply(503, "down")] * 9])
    end = failure(events, "server_failed")
    assert end.resumable
    assert len(received) <= 5
    # A reset may overtake what was sent just before it.
    kept = joined(events)
    assert FRAMED[:last].startswith(kept)
    assert kept == FRAMED[:last] or way == "reset"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ('{"error": {"message": "overloaded", "code": 529}}', "server_failed"),
        ('{"error": {"message": "no credit", "code": "insufficient_quota"}}', "server_failed"),
    ],
)
async def test_an_error_object_in_mid_stream_keeps_the_text(frame: str, kind: str) -> None:
    broken = Reply(frames=[chunk({"content": FRAMED[:900]}), frame])
    events, received = await against([broken, *[error_reply(503, "down")] * 9])
    assert failure(events, kind).resumable
    assert len(received) <= 5
    assert joined(events) == FRAMED[:900]


async def test_a_clean_end_in_mid_text_is_continued_and_never_taken_for_whole() -> None:
    async with DemoServer(echoing([900], "stop")) as server:
        events = [event async for event in run(request_to(server.base_url))]
    assert joined(events) == FRAMED
    assert [file.after for file in of(FileProposed, events)] == [CODE]


async def test_json_in_place_of_a_stream_is_used() -> None:
    events, received = await against([Reply(body=json.dumps(completion(FRAMED)))])
    assert isinstance(events[-1], RunFinished)
    assert [(file.after, file.complete) for file in of(FileProposed, events)] == [(CODE, True)]
    assert len(received) == 1


async def test_an_unknown_finish_reason_ends_a_whole_file_and_no_open_one() -> None:
    events, _ = await against([Reply(FRAMED, "because")])
    assert isinstance(events[-1], RunFinished)
    events, _ = await against([Reply(FRAMED[:900], "because"), *[Reply("", "because")] * 5])
    assert isinstance(events[-1], RunFailed)
    assert not any(file.complete for file in of(FileProposed, events))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
async def test_every_way_to_cut_a_stream_gives_the_same_file(newline: str) -> None:
    odd = 'x = "é€😀\u2028\u2029\x85\\u0000 \x00"\n'
    whole = f'<file path="src/code.py">\n{odd}</file>\n'
    for size in (1, 3):
        reply = Reply(whole, chunk_size=1, newline=newline, write_size=size)
        events, _ = await against([reply])
        assert [(file.after, file.complete) for file in of(FileProposed, events)] == [(odd, True)]


async def test_multi_line_data_and_invalid_utf_8_lose_nothing_around_them() -> None:
    two_lines = json.dumps(json.loads(chunk({"content": "a = 1\n"})), indent=1)
    start, end = chunk({"content": '<file path="src/code.py">\n'}), chunk({"content": "</file>\n"})
    events, _ = await against([Reply(frames=[start, two_lines, end, chunk({}, "stop")])])
    assert [file.after for file in of(FileProposed, events)] == ["a = 1\n"]
    payloads = [start, chunk({"content": "b = '@'\n"}), end, chunk({}, "stop"), "[DONE]"]
    body = "".join(f"data: {payload}\n\n" for payload in payloads).encode().replace(b"@", b"\xff")
    events, _ = await against([Reply(raw=STREAM_START + b"connection: close\r\n\r\n" + body)])
    assert [file.after for file in of(FileProposed, events)] == ["b = '\ufffd'\n"]
