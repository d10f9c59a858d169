"""What finish reasons mean, in whatever words and spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.end_words import _WORDS, End, read_end, was_cut


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("ordinary", "stop STOP eos_token stop_sequence end_turn COMPLETE FINISH_REASON_STOP"),
        ("length", "length MAX_TOKENS max-tokens maxTokens ERROR_LIMIT FinishReason.MAX_TOKENS"),
        ("length", "model_length model_context_window_exceeded spending_cap incomplete"),
        ("filter", "content_filter content-filter SAFETY RECITATION PROHIBITED_CONTENT SPII"),
        ("filter", "BLOCKLIST LANGUAGE ERROR_TOXIC guardrail_intervened sensitive refusal"),
        ("broken", "error ERROR abort cancelled ABORT load unload"),
        ("broken", "insufficient_system_resource network_error FinishReason.ERROR"),
        ("tools", "tool_calls tool_use function_call MALFORMED_FUNCTION_CALL"),
        ("unsaid", "null None FINISH_REASON_NONE"),
        ("unknown", "OTHER FINISH_REASON_UNSPECIFIED purple 7 FINISH_REASON_PURPLE 停止"),
    ],
)
def test_the_words_of_servers(end: End, words: str) -> None:
    assert {word: read_end(word) for word in words.split()} == dict.fromkeys(words.split(), end)


@given(st.sampled_from(sorted(_WORDS)), st.data())
def test_spelling_does_not_matter(end: End, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(_WORDS[end].split()))
    sign = data.draw(st.sampled_from(["-", "_", " ", ""]))
    fold = data.draw(st.sampled_from([str.upper, str.lower, str.title, str.casefold]))
    assert read_end(f" {fold(word.replace('_', sign))}\n") == end


@given(st.text())
def test_any_word_has_one_meaning_and_a_cut_is_one_of_three(word: str) -> None:
    assert was_cut(word) == (read_end(word) in ("length", "broken", "unsaid"))


def test_no_word_stands_twice() -> None:
    words = [word for some in _WORDS.values() for word in some.split()]
    assert len(words) == len(set(words))


def test_nothing_said_is_a_cut() -> None:
    assert read_end(None) == "unsaid"
    assert was_cut(None)
