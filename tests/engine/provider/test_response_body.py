"""The body of a reply, fuzzed without a network: no crash, no false end, no matter the cuts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.demo.script import chunk, completion
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.chunks import Finish, Piece, Reasoning, Refusal, Text, Usage
from autocoder_tui.engine.provider.response_body import IncomingReply
from tests.engine.conversation import MODEL, endpoint_at

ADDRESS = Address(endpoint_at("http://127.0.0.1:1/v1"), MODEL)

NAMES = ["choices", "delta", "content", "error", "message", "usage", "finish_reason", "code"]
NAMES += [
    "refusal",
    "tool_calls",
    "reasoning_details",
    "native_finish_reason",
    "type",
    "detail",
    "loc",
    "index",
    "reasoning",
    "prompt_tokens",
    "text",
    "thinking",
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
good_frames = st.builds(
    lambda text, reason: chunk({"content": text}, reason),
    st.text(max_size=12),
    st.sampled_from([None, None, None, "stop", "length"]),
)
frames = good_frames | json_values.map(json.dumps) | st.text(max_size=20) | st.just("[DONE]")
bodies = st.lists(frames, max_size=10).map(
    lambda all: "".join(f"data: {frame}\n\n" for frame in all).encode("utf-8", "surrogatepass")
)
odd_bodies = bodies | st.binary(max_size=200) | json_values.map(json.dumps).map(str.encode)


def read(body: bytes, cuts: list[int], cap: int = 1_000_000) -> tuple[list[Piece], str | None]:
    incoming, pieces, start = IncomingReply(ADDRESS, cap), [], 0
    for cut in [*sorted(cuts), len(body)]:
        pieces += incoming.feed(body[start:cut])
        start = max(start, cut)
    pieces += incoming.close()
    return pieces, incoming.failure.kind if incoming.failure else None


def joined(pieces: list[Piece], kind: type[Text] | type[Reasoning] | type[Refusal]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, kind))


def others(pieces: list[Piece]) -> list[Piece]:
    return [piece for piece in pieces if isinstance(piece, (Finish, Usage))]


@settings(deadline=None)
@given(odd_bodies, st.data())
def test_any_body_ends_in_one_finish_or_one_error_whatever_the_cuts(
    body: bytes, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=8))
    pieces, failure = read(body, cuts)
    whole, same_failure = read(body, [])
    assert failure == same_failure
    assert others(pieces) == others(whole)
    assert joined(pieces, Text) == joined(whole, Text)
    assert joined(pieces, Reasoning) == joined(whole, Reasoning)
    finishes = [piece for piece in pieces if isinstance(piece, Finish)]
    assert len(finishes) == 1 or (failure is not None and not finishes)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=20), st.data())
def test_the_text_of_a_good_stream_is_what_was_sent(texts: list[str], data: st.DataObject) -> None:
    payloads = [*(chunk({"content": text}) for text in texts), chunk({}, "stop"), "[DONE]"]
    body = "".join(f"data: {payload}\r\n\r\n" for payload in payloads).encode()
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=8))
    pieces, failure = read(body, cuts)
    assert failure is None
    assert joined(pieces, Text) == "".join(texts)
    assert [piece for piece in pieces if isinstance(piece, Finish)] == [Finish("stop")]


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.data())
def test_a_whole_completion_is_a_reply(text: str, data: st.DataObject) -> None:
    body = json.dumps(completion(text, "length"), indent=1).encode()
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=8))
    pieces, failure = read(body, cuts)
    assert (failure, joined(pieces, Text)) == (None, text)
    assert Finish("length") in pieces


@settings(deadline=None)
@given(st.lists(st.text("aé€😀", min_size=1, max_size=30), max_size=12), st.integers(1, 60))
def test_text_never_exceeds_the_cap_and_is_never_split_inside_a_character(
    texts: list[str], cap: int
) -> None:
    body = "".join(f"data: {chunk({'content': text})}\n\n" for text in texts).encode()
    pieces, failure = read(body, [], cap)
    text, sent = joined(pieces, Text), "".join(texts)
    assert len(text.encode()) <= cap
    assert sent.startswith(text)
    assert (failure == "output_too_large") is (len(sent.encode()) > cap)


def test_half_a_surrogate_pair_becomes_a_mark_that_can_be_written() -> None:
    body = rb'data: {"choices": [{"delta": {"content": "a\ud83d"}}]}' + b"\n\n"
    pieces, _ = read(body, [])
    assert joined(pieces, Text) == "a\ufffd"


@pytest.mark.parametrize(
    "body",
    [
        b'event: error\ndata: {"message": "engine died"}\n\n',
        b"event: error\ndata: engine died\n\n",
        b'event: Error\ndata: {"object": "x", "message": "engine died"}',
        b'data: {"errors": [{"message": "engine died"}]}\n\n',
        b'data: {"errors": ["engine died"]}\n\n',
        b'{"error": {"message": "engine died"}}\n',
    ],
)
def test_an_error_in_the_stream_is_found_wherever_a_server_puts_it(body: bytes) -> None:
    incoming = IncomingReply(ADDRESS, 1_000_000)
    begun = f"data: {chunk({'content': 'half'})}\n\n".encode()
    pieces = [*incoming.feed(begun + body), *incoming.close()]
    assert joined(pieces, Text) == "half"
    assert incoming.failure is not None
    assert "engine died" in incoming.failure.message


def test_an_event_of_another_name_after_an_error_name_alone_is_text() -> None:
    body = f"event: error\n\ndata: {chunk({'content': 'all'}, 'stop')}\n\n".encode()
    assert read(body, []) == ([Text("all"), Finish("stop")], None)


def units(text: str) -> str:
    """`text` with a surrogate pair for each character beyond U+FFFF, as JSON escapes have it."""
    found = text.encode("utf-16-le", "surrogatepass")
    return "".join(
        chr(int.from_bytes(found[at : at + 2], "little")) for at in range(0, len(found), 2)
    )


@settings(deadline=None)
@given(st.text("aé€😀\U0010ffff", max_size=20), st.lists(st.integers(0, 40), max_size=6))
def test_a_pair_split_over_frames_is_one_character(text: str, cuts: list[int]) -> None:
    sent, start, frames = units(text), 0, []
    for cut in [*sorted(cuts), len(sent)]:
        some = sent[start:cut]
        for kind in ("content", "reasoning", "refusal"):
            frames.append(json.dumps({"choices": [{"delta": {kind: some}}]}))
        start = max(start, cut)
    body = "".join(f"data: {frame}\n\n" for frame in [*frames, "[DONE]"]).encode()
    pieces, failure = read(body, cuts)
    for sort in (Text, Reasoning, Refusal):
        assert joined(pieces, sort) == text
    assert failure is None


def test_halves_without_their_other_half_become_marks() -> None:
    texts = [r"a\ude00", r"b\ud83d", r"\ud83d", r"c"]
    frames = [f'{{"choices": [{{"delta": {{"content": "{text}"}}}}]}}' for text in texts]
    pieces, _ = read("".join(f"data: {frame}\n\n" for frame in frames).encode(), [])
    assert joined(pieces, Text) == "a\ufffdb\ufffd\ufffdc"


HELLO = [chunk({"content": text}) for text in ("He", "l", "lo }\n{")] + [chunk({}, "stop")]


@given(st.lists(st.integers(0, 900), max_size=5))
@pytest.mark.parametrize(
    "body",
    [
        "".join(f"data: {frame}\n" for frame in HELLO) + "data: [DONE]\n",
        "".join(f"data:{frame}\r\n" for frame in HELLO),
        "data: " + "".join(HELLO) + "\n\n",
        "data: " + "  ".join(HELLO) + " [DONE]\n\n",
        "".join(f"data: data: {frame}\n\n" for frame in HELLO),
        "".join(f"{frame}\n" for frame in HELLO),
        "".join(f"{frame}\n" for frame in HELLO) + "data: [DONE]\n",
    ],
)
def test_frames_without_a_blank_line_between_them_are_read_one_by_one(
    body: str, cuts: list[int]
) -> None:
    pieces, failure = read(body.encode(), cuts)
    assert (joined(pieces, Text), failure) == ("Hello }\n{", None)
    assert others(pieces) == [Finish("stop")]


def test_a_frame_is_not_kept_until_the_blank_line_that_never_comes() -> None:
    incoming = IncomingReply(ADDRESS, 1_000_000)
    sent = [incoming.feed(f"data: {frame}\n".encode()) for frame in HELLO]
    assert [joined(pieces, Text) for pieces in sent] == ["", "He", "l", "lo }\n{"]


@pytest.mark.parametrize("again", ['{"choices": []}', "{}", "{} ", "[1] ", "[{}", "{"])
def test_what_follows_an_object_in_its_line_takes_nothing_from_it(again: str) -> None:
    pieces, _ = read(f"data: {HELLO[0]}{again * 2_000}\n\n".encode(), [], 10_000_000)
    assert joined(pieces, Text) == "He"


@pytest.mark.parametrize(
    ("delta", "thoughts"),
    [
        ({"reasoning_details": [{"type": "reasoning.text", "text": "so"}]}, "so"),
        ({"reasoning_details": [{"type": "reasoning.summary", "summary": "so"}]}, "so"),
        ({"reasoning": "so", "reasoning_details": [{"text": "so"}]}, "so"),
        ({"reasoning_details": [{"type": "reasoning.encrypted", "data": "eA=="}, None, 7]}, ""),
    ],
)
def test_details_of_the_reasoning_are_reasoning(delta: dict[str, object], thoughts: str) -> None:
    pieces, _ = read(f"data: {chunk({**delta, 'content': 'x'})}\n\n".encode(), [])
    assert (joined(pieces, Reasoning), joined(pieces, Text)) == (thoughts, "x")


@pytest.mark.parametrize(
    ("finish", "native", "word"),
    [
        ("stop", "MAX_TOKENS", "MAX_TOKENS"),
        ("stop", "SAFETY", "SAFETY"),
        ("stop", "STOP", "stop"),
        ("length", "stop", "length"),
        ("stop", "purple", "stop"),
    ],
)
def test_the_word_of_the_api_behind_is_looked_at(finish: str, native: str, word: str) -> None:
    choice = {"delta": {"content": "x"}, "finish_reason": finish, "native_finish_reason": native}
    pieces, _ = read(f"data: {json.dumps({'choices': [choice]})}\n\n".encode(), [])
    assert others(pieces) == [Finish(word)]


def test_a_refusal_sent_as_text_too_is_no_text() -> None:
    pieces, _ = read(f"data: {chunk({'content': 'No.', 'refusal': 'No.'})}\n\n".encode(), [])
    assert (joined(pieces, Text), joined(pieces, Refusal)) == ("", "No.")
