"""One streamed reply over real HTTP: what is sent, what is read, what is remembered."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import replace

import pytest

from autocoder_tui.demo.script import Reply, chunk, completion, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.catalog import Endpoint, Provider, Secret
from autocoder_tui.engine.errors import BadRequest, ContextExceeded, PrefillRefused, RequestError
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.chat import HttpSession, stream_reply
from autocoder_tui.engine.provider.chunks import Finish, Text, Usage
from autocoder_tui.engine.provider.local_servers import probe_local
from tests.engine.conversation import CANARY, MESSAGES, MODEL, QUICK, ask, converse, endpoint_at
from tests.watched_server import WatchedServer

SHORT = 'def f():\n    return "é€😀\u2028"  # \x00\n'


async def test_text_reasoning_finish_and_usage_arrive() -> None:
    outcome = await converse([Reply(SHORT, reasoning="Let me see.")])
    assert outcome.error is None
    assert (outcome.text, outcome.reasoning) == (SHORT, "Let me see.")
    assert outcome.finishes == ["stop"]
    (usage,) = outcome.usages
    assert usage.prompt_tokens
    assert usage.completion_tokens
    assert usage.reasoning_tokens == 4


async def test_what_is_sent() -> None:
    outcome = await converse([Reply("x")], temperature=0.2, max_output_tokens=77)
    assert outcome.server is not None
    (request,) = outcome.server.requests
    assert request.path == "/v1/chat/completions"
    assert request.body == {
        "model": "some-model",
        "messages": MESSAGES,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.2,
        "max_tokens": 77,
    }
    assert request.headers["authorization"] == f"Bearer {CANARY}"
    assert request.headers["accept-encoding"] == "identity"


async def test_third_parties_get_nothing_meant_for_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "not-for-you")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: not-for-you\nAuthorization: not-for-you")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with DemoServer([Reply("x"), Reply("y")]) as server:
        assert (await ask(endpoint_at(server.base_url))).text == "x"
        without_key = Endpoint(Provider("local", server.base_url))
        assert (await ask(without_key)).text == "y"
    with_key, without = (request.headers for request in server.requests)
    assert with_key["authorization"] == f"Bearer {CANARY}"
    assert "authorization" not in without
    assert "not-for-you" not in str([with_key, without])
    assert not [name for name in with_key if "openai" in name or "stainless" in name]


async def test_parts_of_a_run_share_one_connection() -> None:
    async with WatchedServer([Reply("a"), Reply("b"), Reply("c")]) as server:
        endpoint = endpoint_at(server.base_url)
        async with HttpSession(endpoint, QUICK) as session:
            texts = [(await ask(endpoint, session=session)).text for _ in "abc"]
        assert (texts, server.connections) == (["a", "b", "c"], 1)


@pytest.mark.parametrize("way", ["close", "cancel"])
async def test_leaving_in_mid_reply_closes_the_connection(way: str) -> None:
    async with WatchedServer([Reply(SHORT, stall="middle", cut_after=5)]) as server:
        endpoint, begun = endpoint_at(server.base_url), asyncio.Event()

        async def consume() -> None:
            pieces = stream_reply(endpoint, MODEL, MESSAGES, limits=QUICK, capabilities=caps)
            async with aclosing(pieces):
                async for _ in pieces:
                    begun.set()
                    if way == "close":
                        break

        caps = Capabilities()
        task = asyncio.create_task(consume())
        await begun.wait()
        if way == "cancel":
            task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() is (way == "cancel")
        async with asyncio.timeout(2):
            await server.wait_for_drop()


async def test_a_slow_reader_is_not_an_idle_server() -> None:
    limits = replace(QUICK, idle_timeout=0.02)
    async with DemoServer([Reply("one two", chunk_size=1)]) as server:
        pieces = stream_reply(
            endpoint_at(server.base_url),
            MODEL,
            MESSAGES,
            limits=limits,
            capabilities=Capabilities(),
        )
        text = ""
        async with aclosing(pieces):
            async for piece in pieces:
                if not text:
                    # Longer than the idle time-out, which is about the server's silence.
                    await asyncio.sleep(0.05)
                text += piece.text if isinstance(piece, Text) else ""
    assert text == "one two"


@pytest.mark.parametrize(
    ("reply", "text", "finishes"),
    [
        (Reply(SHORT, write_size=1), SHORT, ["stop"]),
        (Reply(SHORT, chunk_size=1, newline="\r\n", write_size=3), SHORT, ["stop"]),
        (Reply(SHORT, newline="\r"), SHORT, ["stop"]),
        (Reply(SHORT, done=False), SHORT, ["stop"]),
        (Reply(SHORT, finish_reason=None), SHORT, ["[DONE]"]),
        (Reply(SHORT, finish_reason=None, done=False), SHORT, [None]),
        (Reply(SHORT, finish_reason="because"), SHORT, ["because"]),
        (Reply(SHORT, stall="finish"), SHORT, ["stop"]),
        (Reply(body=json.dumps(completion("whole"))), "whole", ["stop"]),
        (Reply(body="\n" + json.dumps(completion("whole"), indent=2)), "whole", ["stop"]),
        (
            Reply(
                body=json.dumps(completion("whole")), headers={"content-type": "text/event-stream"}
            ),
            "whole",
            ["stop"],
        ),
        (Reply(frames=[json.dumps(completion("in a frame")), "[DONE]"]), "in a frame", ["stop"]),
        (Reply(frames=[chunk({"content": "last"}, "stop")]), "last", ["stop"]),
        (
            Reply(frames=[chunk({"content": "a"}, "stop"), chunk({"content": "b"}, "stop")]),
            "ab",
            ["stop"],
        ),
        (Reply(frames=[json.dumps(json.loads(chunk({"content": "a"})), indent=1)]), "a", [None]),
    ],
)
async def test_every_way_of_sending_a_good_reply(
    reply: Reply, text: str, finishes: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autocoder_tui.engine.provider.chat._AFTER_FINISH_SECONDS", 0.05)
    outcome = await converse([reply])
    assert (outcome.error, outcome.text, outcome.finishes) == (None, text, finishes)


ODD_FRAMES = [
    "",
    "null",
    "42",
    '"text"',
    "[]",
    "{",
    "{}",
    "[" * 100_000,
    "9" * 5_000,
    '{"choices": null}',
    '{"choices": []}',
    '{"choices": {}}',
    '{"choices": [null]}',
    '{"choices": [{}]}',
    '{"choices": [{"delta": null}]}',
    '{"choices": [{"delta": []}]}',
    '{"choices": [{"delta": {"content": null}}]}',
    '{"choices": [{"delta": {"content": 7}}]}',
    '{"choices": [{"delta": {"content": {"a": 1}}}]}',
    '{"choices": [{"delta": {"content": [null, {"text": 1}]}}]}',
    '{"choices": [{"delta": {"reasoning_content": 7}, "finish_reason": 7}]}',
    '{"choices": [{"delta": {}, "finish_reason": ""}]}',
    '{"choices": [{"index": 1, "delta": {"content": "another choice"}}]}',
    '{"choices": [], "usage": 5}',
    '{"error": null}',
]


@pytest.mark.parametrize("frame", ODD_FRAMES)
async def test_an_odd_frame_is_passed_over(frame: str) -> None:
    frames = [frame, chunk({"content": "good"}), frame, chunk({}, "stop"), frame, "[DONE]"]
    outcome = await converse([Reply(frames=frames)])
    assert (outcome.error, outcome.text, outcome.finishes) == (None, "good", ["stop"])


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 2}, [Usage(5, 2)]),
        ({"prompt_tokens": 0, "completion_tokens": 0}, []),
        ({"prompt_tokens": -5, "completion_tokens": 2}, [Usage(None, 2, dubious=True)]),
        ({"prompt_tokens": "5", "completion_tokens": 2**70}, [Usage(None, None, dubious=True)]),
        ({"prompt_tokens": True, "completion_tokens": 2.5}, [Usage(None, None, dubious=True)]),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 4,
                "prompt_tokens_details": {"cached_tokens": 3},
                "completion_tokens_details": {"reasoning_tokens": 99},
            },
            [Usage(5, 4, 3, 0)],
        ),
        (
            {"prompt_tokens": 5, "completion_tokens": 4, "prompt_cache_hit_tokens": 2},
            [Usage(5, 4, 2)],
        ),
    ],
)
async def test_only_credible_usage_is_passed_on(usage: dict[str, object], expected: object) -> None:
    outcome = await converse([Reply("x", usage=usage)])
    assert outcome.usages == expected


async def test_usage_in_every_chunk_is_passed_on_each_time() -> None:
    each = [
        chunk({"content": "x"}, usage={"prompt_tokens": 5, "completion_tokens": n})
        for n in (1, 2, 3)
    ]
    outcome = await converse([Reply(frames=[*each, chunk({}, "stop")])])
    assert [usage.completion_tokens for usage in outcome.usages] == [1, 2, 3]
    assert outcome.text == "xxx"


UNSUPPORTED = "Unsupported parameter: '{0}' is not supported with this model."
REFUSALS = {
    "max_tokens": error_reply(
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. "
        "Use 'max_completion_tokens' instead.",
        code="unsupported_parameter",
        param="max_tokens",
    ),
    "stream_options": Reply(
        status=422,
        body=json.dumps(
            {
                "detail": [
                    {
                        "type": "extra_forbidden",
                        "loc": ["body", "stream_options"],
                        "msg": "Extra inputs are not permitted",
                        "input": {"include_usage": True},
                    }
                ]
            }
        ),
    ),
    "temperature": error_reply(
        400,
        "Unsupported value: 'temperature' does not support 0.2 with this model.",
        param="temperature",
    ),
    "system_role": error_reply(
        400,
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        param="messages[0].role",
    ),
}


async def test_each_refused_parameter_costs_one_repeat_and_is_remembered() -> None:
    capabilities = Capabilities()
    options = {"temperature": 0.2, "max_output_tokens": 9, "capabilities": capabilities}
    async with DemoServer([*REFUSALS.values(), Reply("at last"), Reply("at once")]) as server:
        endpoint = endpoint_at(server.base_url)
        assert (await ask(endpoint, **options)).text == "at last"
        assert (await ask(endpoint, **options)).text == "at once"
    assert len(server.requests) == 6
    assert server.requests[-1].body == {
        "model": "some-model",
        "messages": [{"role": "user", "content": "Be brief.\n\nHello"}],
        "stream": True,
        "max_completion_tokens": 9,
    }
    assert capabilities.max_tokens_parameter == "max_completion_tokens"
    assert capabilities.stream_options is False
    assert capabilities.temperature is False
    assert capabilities.system_role is False


async def test_a_parameter_refused_under_both_names_is_left_out() -> None:
    script = [
        error_reply(400, UNSUPPORTED.format("max_tokens")),
        error_reply(400, UNSUPPORTED.format("max_completion_tokens")),
        Reply("x"),
    ]
    outcome = await converse(script, max_output_tokens=9)
    assert outcome.text == "x"
    assert outcome.server is not None
    assert not {"max_tokens", "max_completion_tokens"} & set(outcome.server.requests[-1].body)


async def test_a_refusal_that_goes_on_is_asked_about_only_once() -> None:
    outcome = await converse([REFUSALS["temperature"]] * 9, temperature=0.2)
    assert isinstance(outcome.error, BadRequest)
    assert outcome.server is not None
    assert len(outcome.server.requests) == 2


async def test_a_value_that_is_too_large_is_not_repeated() -> None:
    reply = error_reply(400, "max_tokens must be at most 4096", param="max_tokens")
    outcome = await converse([reply] * 3, max_output_tokens=99_999)
    assert isinstance(outcome.error, BadRequest)
    assert "at most 4096" in outcome.error.message
    assert outcome.server is not None
    assert len(outcome.server.requests) == 1


TRAILING = [*MESSAGES, {"role": "assistant", "content": "def f("}]


@pytest.mark.parametrize(
    ("prefill", "body", "last"),
    [
        ("vllm", {"continue_final_message": True, "add_generation_prompt": False}, {}),
        ("deepseek", {}, {"prefix": True}),
        ("mistral", {}, {"prefix": True}),
        ("partial", {}, {"partial": True}),
        ("trailing", {}, {}),
    ],
)
async def test_ways_of_continuing_an_assistant_message(
    prefill: str, body: dict[str, object], last: dict[str, object]
) -> None:
    outcome = await converse([Reply("):")], messages=TRAILING, prefill=prefill)
    assert outcome.text == "):"
    assert outcome.server is not None
    sent = outcome.server.requests[0].body
    assert sent["messages"][-1] == {**TRAILING[-1], **last}
    extra = ("continue_final_message", "add_generation_prompt")
    assert {name: sent[name] for name in extra if name in sent} == body
    assert "prefix" not in TRAILING[-1]


async def test_a_refused_prefill_is_told_apart_from_other_refusals() -> None:
    refused = error_reply(400, "Cannot set add_generation_prompt")
    outcome = await converse([refused], messages=TRAILING, prefill="vllm")
    assert isinstance(outcome.error, PrefillRefused)
    too_long = error_reply(400, "too long", code="context_length_exceeded")
    outcome = await converse([too_long], messages=TRAILING, prefill="vllm")
    assert isinstance(outcome.error, ContextExceeded)


@pytest.mark.parametrize("key", ["", "  \n", "sk-ä", "sk-a b", "sk-a\nb", "sk-a\x00"])
async def test_a_key_that_cannot_be_sent_is_refused_before_anything_is(key: str) -> None:
    async with DemoServer([Reply("x")]) as server:
        provider = Provider("test", server.base_url)
        outcome = await ask(Endpoint(provider, Secret(key), "TEST_API_KEY"))
        assert isinstance(outcome.error, RequestError)
        assert "TEST_API_KEY" in outcome.error.message
        assert server.requests == []
        outcome = await ask(Endpoint(provider, Secret("sk-a\n"), "TEST_API_KEY"))
        assert outcome.text == "x"


async def test_local_servers_are_found_without_sending_a_key() -> None:
    async with DemoServer(models=("m1", "m2")) as server, DemoServer() as other:
        refused = "http://127.0.0.1:1/v1"
        servers = [("one", server.base_url), ("none", refused), ("two", other.base_url)]
        found = await probe_local(5, [*servers, ("odd", other.base_url + "/nothing")])
    assert [(entry.name, entry.models) for entry in found if entry.name != "odd"] == [
        ("one", ("m1", "m2")),
        ("two", ("demo",)),
    ]


async def test_finish_comes_exactly_once_and_after_the_text() -> None:
    outcome = await converse([Reply("x y z", usage=False)])
    assert outcome.pieces[-1] == Finish("stop")
