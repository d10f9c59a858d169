"""Counting: equal to tiktoken where exact, and a growing text equal to a whole one."""

from __future__ import annotations

import hashlib
import inspect
import random
import threading
from pathlib import Path

import pytest
import tiktoken_ext.openai_public
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.metering import pieces, tokens, vocabulary
from autocoder_tui.engine.metering.tokens import (
    TailCounter,
    TokenCounter,
    load_counter,
)
from tests.effort import examples

MINI = load_counter(Model("gpt-4o-mini", "OpenAI"))
TURBO = load_counter(Model("gpt-4-turbo", "OpenAI"))

CORPUS = {
    "code": inspect.getsource(tokens) * 3,
    "prose": "The quick brown fox jumps over the lazy dog, and then it sleeps.\n" * 300,
    "chinese": "今天天气很好,我们去公园吧。代码写完了吗?\n" * 200,
    "japanese": "日本語のテキストはこのように書かれています。\n" * 200,
    "russian": "Сегодня хорошая погода для прогулки по городу.\n" * 200,
    "data": '{"id": 12345, "name": "a b", "tags": ["x", "y"], "price": 19.99},\n' * 300,
    "windows": "def f():\r\n    return 1\r\n\r\n\r\n" * 300,
    "emoji": "🎉🚀 done ✅\n" * 200,
}

# What the cutting of text into pieces turns on: white space, slashes, case, numbers, marks.
AWKWARD = st.text(st.sampled_from(list("ab Zé0'/\\;})\n\n\r\t  \u00a0\u2028\x1c\x85中🎉\u0301s")))


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_vocabulary_is_the_one_tiktoken_names(name: str) -> None:
    assert hashlib.sha256(vocabulary.unpacked(name)).hexdigest() == vocabulary.SHA256[name]
    source = inspect.getsource(getattr(tiktoken_ext.openai_public, name))
    assert vocabulary.SHA256[name] in source


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_encoding_is_built_as_tiktoken_builds_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks: dict[bytes, int] = {}
    monkeypatch.setattr(tiktoken_ext.openai_public, "load_tiktoken_bpe", lambda *_, **__: ranks)
    theirs = getattr(tiktoken_ext.openai_public, name)()
    ours = vocabulary.load_encoding(name)
    assert ours._pat_str == theirs["pat_str"]
    assert ours._special_tokens == theirs["special_tokens"]
    assert ours.max_token_value == max(theirs["special_tokens"].values())


def test_known_counts() -> None:
    assert MINI.count("") == 0
    assert MINI.count("hello world") == 2
    assert vocabulary.load_encoding("o200k_base").encode_ordinary("hello world") == [24912, 2375]
    assert TURBO.count("hello world") == 2
    assert vocabulary.load_encoding("cl100k_base").encode_ordinary("hello world") == [15339, 1917]
    # A special token's name in a text is text, and lone surrogates are no reason to stop.
    assert MINI.count("<|endoftext|>") > 1
    assert MINI.count("a\ud800b") >= 2


def test_which_models_are_exact() -> None:
    for name in ("gpt-4o-mini", "gpt-4.1-mini", "gpt-5", "o3-mini", "gpt-4", "gpt-3.5-turbo"):
        counter = load_counter(Model(name, "OpenAI"))
        assert counter.exact, name
    for model in (Model("Qwen/QwQ-32B-Preview", "Hyperbolic"), Model("new", "OpenAI")):
        counter = load_counter(model)
        assert not counter.exact
    # The same name elsewhere may be another model.
    assert not load_counter(Model("gpt-4o-mini", "localhost")).exact


def test_rare_words_are_told_apart_from_common_ones_and_digits() -> None:
    counter = load_counter(Model("other", "here"))
    common = counter.weigh_text("and the words of it are in the text\n" * 20)
    rare = counter.weigh_text("mnemonic idiosyncratic parallelogram quaternion\n" * 20)
    digits = counter.weigh_text("017 342 958 771 604\n" * 20)
    assert common.rare == 0
    assert rare.rare >= 60
    assert (digits.rare, digits.digits) == (0, 100)
    assert common.total == counter.count("and the words of it are in the text\n" * 20)


def test_chat_overhead() -> None:
    messages = [{"role": "system", "content": "hello world"}, {"role": "user", "content": "hi"}]
    assert MINI.count_messages(messages) == 3 + (3 + 1 + 2) + (3 + 1 + 1)
    assert MINI.count_messages([]) == 3
    named = [{"role": "user", "content": "hi", "name": "bob"}]
    assert MINI.count_messages(named) == 3 + (3 + 1 + 1 + MINI.count("bob") + 1)


def test_loading_from_many_threads_builds_one_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_vocabularies", {})
    found: list[vocabulary.Vocabulary] = []
    threads = [
        threading.Thread(target=lambda: found.append(vocabulary.load_vocabulary("o200k_base")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({id(encoding) for encoding in found}) == 1


def test_never_the_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(vocabulary, "_vocabularies", {})
    assert load_counter(Model("gpt-4o-mini", "OpenAI")).count("hello world") == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", CORPUS)
@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_long_texts_count_as_in_one_piece(
    kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = vocabulary.load_encoding(name).encode_ordinary(CORPUS[kind])
    monkeypatch.setattr(pieces, "_SLICE", 1000)
    ours = vocabulary.load_vocabulary(name)
    assert ours.count(CORPUS[kind]) == len(whole)
    assert ours.encode(CORPUS[kind]) == whole


@examples(300)
@given(AWKWARD | st.text(), st.sampled_from(["o200k_base", "cl100k_base"]), st.integers(1, 60))
def test_tokens_are_those_of_tiktoken(text: str, name: str, size: int) -> None:
    theirs = vocabulary.load_encoding(name).encode_ordinary(text)
    ours = vocabulary.load_vocabulary(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_SLICE", size)
        assert ours.encode(text) == theirs
        assert ours.measure(text)[0] == len(theirs)


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_every_kind_of_character_is_cut_as_tiktoken_cuts_it(name: str) -> None:
    theirs, ours = vocabulary.load_encoding(name), vocabulary.load_vocabulary(name)
    # All of the first planes' scripts, and samples of the others, which are one kind for long.
    for number in [*range(0x3000), *range(0x3000, 0x110000, 61)]:
        if not 0xD800 <= number < 0xE000:
            one = chr(number)
            text = f"a{one}b '{one}{one} B1{one}\n{one}"
            assert ours.encode(text) == theirs.encode_ordinary(text), hex(number)


@pytest.mark.parametrize("kind", ["ab", "=", "0123456789abcdef", " \n", "éü中🎉a"])
def test_long_pieces_are_merged_as_short_ones_are(kind: str) -> None:
    theirs = vocabulary.load_encoding("o200k_base")._core_bpe
    ours = vocabulary.load_vocabulary("o200k_base")._pairs
    choose = random.Random(kind)
    for size in (2, 3, 17, 64, 65, 300, 5000):
        piece = "".join(choose.choice(kind) for _ in range(size)).encode()
        assert ours.encode(piece) == theirs.encode_single_piece(piece)
        assert ours.rank(piece) is not None or ours._merged_long(piece) == ours._merged(piece)


def test_what_is_remembered_of_pieces_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_MOST_KNOWN", 50)
    ours = vocabulary.Vocabulary("o200k_base", vocabulary.load_vocabulary("o200k_base")._pairs)
    theirs = vocabulary.load_encoding("o200k_base")
    for number in range(40):
        text = "".join(f" word{number}x{other}" for other in range(8)) + " the same\n"
        assert ours.count(text) == len(theirs.encode_ordinary(text))
        assert len(ours._known) + len(ours._known._before) <= 50 + 2 * 40


@pytest.mark.parametrize("run", [" ", "a", "\n", "!", "中", "\u00a0"])
def test_endless_runs_do_not_break_the_counting(run: str) -> None:
    # So many in one piece make tiktoken's engine give up, or take the square of the time.
    assert 0 < MINI.count(run * 300_000) <= 300_000


@examples(300)
@given(
    st.lists(AWKWARD, max_size=30),
    st.sampled_from([MINI, TURBO]),
)
def test_a_growing_text_counts_as_a_whole_one(pieces: list[str], counter: TokenCounter) -> None:
    tail = TailCounter(counter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "_UNSETTLED", 4)
        for number, piece in enumerate(pieces, 1):
            tail.append(piece)
            assert tail.tokens == counter.count("".join(pieces[:number]))


@pytest.mark.parametrize("kind", CORPUS)
def test_a_stream_of_the_corpus(kind: str) -> None:
    text = CORPUS[kind]
    tail = TailCounter(MINI)
    for start in range(0, len(text), 7):
        tail.append(text[start : start + 7])
        if start % 5 == 0:
            assert tail.tokens > 0
    whole = MINI.count(text)
    assert tail.tokens == whole


def test_each_character_is_counted_a_few_times_at_most() -> None:
    counted = 0

    def count(text: str) -> int:
        nonlocal counted
        counted += len(text)
        return MINI.count(text)

    tail = TailCounter(TokenCounter(count, exact=True))
    text = CORPUS["code"] * 5
    for start in range(0, len(text), 400):
        tail.append(text[start : start + 400])
        assert tail.tokens
    assert counted < 4 * len(text)


def test_a_line_without_end_costs_a_token_per_cut_at_most() -> None:
    text = "a1b2c3d4" * 10_000
    tail = TailCounter(MINI)
    for start in range(0, len(text), 500):
        tail.append(text[start : start + 500])
        assert tail.tokens
    assert abs(tail.tokens - MINI.count(text)) <= 2 * (len(text) // 8192)
