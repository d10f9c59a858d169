"""The body of a reply, fuzzed without a network: no crash, no false end, no matter the cuts."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.demo.script import chunk, completion
from autocoder_tui.engine.address import Address
from autocoder_tui.engine.frames import Finish, Piece, Reasoning, Text, Usage
from autocoder_tui.engine.incoming import IncomingReply
from tests.engine.conversation import MODEL, endpoint_at

ADDRESS = Address(endpoint_at("http://127.0.0.1:1/v1"), MODEL)

NAMES = ["choices", "delta", "content", "error", "message", "usage", "finish_reason", "code"]
NAMES += ["type", "detail", "loc", "index", "reasoning", "prompt_tokens", "text", "thinking"]

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


def joined(pieces: list[Piece], kind: type[Text] | type[Reasoning]) -> str:
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
