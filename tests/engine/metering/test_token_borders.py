"""Where sentences of wide scripts are cut before they are merged: never within what may be one
token, and in words."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.metering import vocabulary
from autocoder_tui.engine.metering.token_borders import TokenBorders, is_wide

NAMES = ("o200k_base", "cl100k_base")
SENTENCE = "今天天气很好我们去公园散步这个函数返回两个参数的和"


def tokens_of(name: str) -> list[bytes]:
    return [token for block in vocabulary._blocks(name) for token in block]


def borders_of(name: str) -> TokenBorders:
    return vocabulary.load_vocabulary(name)._pairs.borders


def completed(token: bytes, dice: random.Random) -> str | None:
    """A text in which the broken `token` stands, None where no character has its bytes."""
    begin = next((at for at, byte in enumerate(token) if byte & 0xC0 != 0x80), None)
    if begin is None:
        return None
    for _ in range(2_000):
        before = chr(dice.randrange(0x800, 0xD7FF)).encode() if begin else b""
        text = before[: len(before) - begin] + token
        text += bytes(dice.randrange(0x80, 0xC0) for _ in range(dice.randrange(3)))
        try:
            return text.decode()
        except UnicodeDecodeError:
            continue
    return None


@pytest.mark.parametrize("name", NAMES)
def test_no_token_is_cut(name: str) -> None:
    borders, dice, whole, broken = borders_of(name), random.Random(1), 0, 0
    for token in tokens_of(name):
        if token.isascii():
            continue
        try:
            text: str | None = token.decode()
            whole += 1
        except UnicodeDecodeError:
            text = completed(token, dice)
            broken += text is not None
        if text:
            assert [*borders.cut(text)] == [text], token
    assert whole > 2_000
    assert broken > 300


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_what_is_cut_has_the_tokens_of_the_whole(name: str, data: st.DataObject) -> None:
    borders, encoding = borders_of(name), vocabulary.load_encoding(name)
    held = sorted({*borders._holds_next, *borders._holds_last})
    wide = st.sampled_from(
        SENTENCE + "テキストのをน้ำที่ក្មេងකෙසේ여러분กำ👍🏽ｮｲ彩翠"
    ) | st.sampled_from(held)
    text = data.draw(st.text(wide | st.characters(min_codepoint=0xE00), max_size=40))
    parts = [*borders.cut(text)] if text else []
    assert "".join(parts) == text
    theirs = encoding.encode_ordinary(text)
    # Each part by itself, as the tokens of a piece are merged: not cut by a pattern first.
    merge = encoding._core_bpe.encode_single_piece
    if text:
        assert [token for part in parts for token in merge(part.encode())] == merge(text.encode())
    ours = vocabulary.Vocabulary(name, vocabulary.load_vocabulary(name)._pairs)
    assert ours.count(text) == len(theirs)
    assert ours.measure(text) == ours.measure(text)


def test_a_sentence_is_cut_in_words() -> None:
    parts = [*borders_of("o200k_base").cut(SENTENCE)]
    assert len(parts) >= 8
    assert max(map(len, parts)) <= 6


def test_parts_of_characters_hold_their_neighbours() -> None:
    whole, first, last = "天地".encode(), "人"[:1].encode(), "山".encode()
    tokens = [whole, first + last[:2], b"\x97" + "京".encode(), b"\x80" + "海".encode()[:1]]
    borders = TokenBorders(tokens)
    assert [*borders.cut("天地天")] == ["天地", "天"]
    assert [*borders.cut("人水")] == ["人水"]
    assert [*borders.cut("水京")] == ["水京"]
    assert [*borders.cut("水海")] == ["水海"]
    assert [*borders.cut("天字")] == ["天", "字"]
    assert [*borders.cut("ab天")] == ["ab天"]
    assert [*borders.cut("天👍")] == ["天👍"]


def test_narrow_scripts_are_left_alone() -> None:
    assert not is_wide("привет")
    assert not is_wide("word")
    assert not is_wide("天")
    assert is_wide("天地")
