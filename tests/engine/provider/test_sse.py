"""Server-sent events, whatever way the bytes are split."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.engine.provider.sse import EventReader, FrameTooLarge


def read(body: bytes, cuts: list[int] | None = None) -> list[str]:
    reader, payloads, start = EventReader(), [], 0
    for cut in [*sorted(cuts or []), len(body)]:
        payloads += reader.feed(body[start:cut])
        start = max(start, cut)
    return payloads + reader.close()


@pytest.mark.parametrize(
    ("body", "payloads"),
    [
        (b"", []),
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  two blanks\n\n", [" two blanks"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data: a\n\r\ndata: b\r\n\n", ["a", "b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data: a\ndata\ndata:\n\n", ["a\n\n"]),
        (b": a comment\n\ndata: a\n: another\n\n:\n\n", ["a"]),
        (b"event: x\nid: 1\nretry: 5\ndata: a\n\n", ["a"]),
        (b"event: only\n\n", []),
        (b'data: a\n{"b": 1}\ndata: c\n\n', ["a", '{"b": 1}', "c"]),
        (b'data: {"a": 1} \ndata:  {"b": 2}\n\n', ['{"a": 1} ', ' {"b": 2}']),
        (b"database: no\n\n", []),
        (b"data: no blank line", ["no blank line"]),
        (b"data: a\n\ndata: no blank line\n", ["a", "no blank line"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: \xff\xfe!\n\n", ["\ufffd\ufffd!"]),
        (b"data: \xe2\x82", ["\ufffd"]),
        ("data: a\u2028b\u2029c\x85d\x0be\x0cf\n\n".encode(), ["a\u2028b\u2029c\x85d\x0be\x0cf"]),
        (b"data: \x00\n\n", ["\x00"]),
        (b"\n\n\ndata: a\n\n\n\n", ["a"]),
    ],
)
def test_an_event_stream_read_at_once_or_byte_by_byte(body: bytes, payloads: list[str]) -> None:
    assert read(body) == payloads
    assert read(body, list(range(len(body)))) == payloads


_WORDS = [b"data: ", b"data:", b"data", b"event: e", b": c", b'{"a":1}', b"x", b" "]
_ENDS = [b"\n", b"\r", b"\r\n", "\u2028".encode()]
_ODD = ["é€😀".encode(), b"\xf0\x9f", b"\xef\xbb\xbf", b"\x00", b"\xff"]
_PARTS = st.sampled_from([*_WORDS, *_ENDS, *_ODD])


@settings(deadline=None)
@given(st.lists(_PARTS, max_size=40).map(b"".join), st.data())
def test_how_the_bytes_are_split_does_not_matter(body: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=12))
    assert read(body, cuts) == read(body)


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))),
        max_size=8,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_every_payload_comes_back(events: list[list[str]], newline: str) -> None:
    events = [lines for lines in events if lines]
    body = "".join(
        "".join(f"data: {line}{newline}" for line in lines) + newline for lines in events
    )
    assert read(body.encode()) == ["\n".join(lines) for lines in events]


@pytest.mark.parametrize(
    "body", [b"data: " + b"x" * 200, b"x" * 200, b"data: xxxxxxxxxx\n" * 20, b"data: x" * 20]
)
def test_one_event_cannot_grow_past_the_cap(body: bytes) -> None:
    reader = EventReader(max_frame_chars=100)
    pieces = (body[start : start + 7] for start in range(0, len(body), 7))
    with pytest.raises(FrameTooLarge):
        list(map(reader.feed, pieces))


def test_many_events_are_not_capped_together() -> None:
    reader = EventReader(max_frame_chars=100)
    assert reader.feed(b"data: xxxxxxxxxx\n\n" * 50) == ["xxxxxxxxxx"] * 50


def test_an_event_is_given_as_soon_as_its_blank_line_is_there() -> None:
    reader = EventReader()
    assert reader.feed(b"data: a\r") == []
    assert reader.feed(b"\n") == []
    assert reader.feed(b"\n") == ["a"]
    assert reader.feed(b"data: b\r") == []
    assert reader.feed(b"\r") == ["b"]
