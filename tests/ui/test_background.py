"""The terminal's answer about its background is no key, in however many pieces it comes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.ui.terminal.background import (
    PATIENCE,
    BackgroundAnswer,
    guessed_light,
    is_light,
)

ANSWERS = {
    "\x1b]11;rgb:ffff/ffff/ffff\x1b\\": True,
    "\x1b]11;rgb:fd/f6/e3\x07": True,
    "\x1b]11;rgb:0000/2b2b/3636\x07": False,
    "\x1b]11;#1d2021\x1b\\": False,
    "\x1b]11;rgba:eeee/eeee/eeee/ffff\x1b\\": True,
}
keys = st.text(alphabet="ab]1;r/\x1b[", max_size=12)


class Sieve:
    def __init__(self) -> None:
        self.now = 0.0
        self.heard: list[bool] = []
        self.answer = BackgroundAnswer(self.heard.append, lambda: self.now)
        self.answer.asked()

    def read(self, *pieces: str) -> str:
        return "".join(self.answer.take(piece) for piece in (*pieces, ""))


@given(st.sampled_from(sorted(ANSWERS)), st.sets(st.integers(0, 40)), keys, keys)
def test_an_answer_in_pieces_is_taken_out_and_the_keys_around_it_stay(
    answer: str, cuts: set[int], before: str, after: str
) -> None:
    # A key in the middle of a piece of the answer, or an ESC before it, is not told from it.
    before = before.rstrip("\x1b]1;")
    places = sorted(cut for cut in cuts if 1 < cut < len(answer))
    edges = [0, *places, len(answer)]
    pieces = [answer[a:b] for a, b in pairwise(edges)]
    pieces[0] = before + pieces[0]
    pieces[-1] += after
    sieve = Sieve()
    assert sieve.read(*pieces) == before + after
    assert sieve.heard == [ANSWERS[answer]]


@given(st.lists(keys, max_size=6))
def test_keys_come_through_as_they_are(pieces: list[str]) -> None:
    sieve = Sieve()
    assert sieve.read(*pieces) == "".join(pieces)
    assert sieve.heard == []


def test_a_late_answer_is_no_key_either_and_changes_nothing() -> None:
    sieve = Sieve()
    sieve.now = PATIENCE + 1
    assert sieve.read("a\x1b]11;rgb:ffff/ffff/ffff\x1b\\b") == "ab"
    assert sieve.heard == []


def test_what_was_never_asked_is_left_alone() -> None:
    answer = BackgroundAnswer(lambda light: None)
    assert answer.take("\x1b]11;rgb:ff/ff/ff\x07") == "\x1b]11;rgb:ff/ff/ff\x07"
    assert answer.take("\x1b]") == "\x1b]"


@pytest.mark.parametrize(
    ("value", "light"), [("15;0", False), ("0;15", True), ("0;default;15", True), ("", False)]
)
def test_the_environment_is_a_guess(value: str, light: bool) -> None:
    assert guessed_light({"COLORFGBG": value} if value else {}) is light


def test_the_middle_is_where_it_looks_so() -> None:
    assert is_light(0.5, 0.5, 0.5)
    assert not is_light(0.4, 0.4, 0.4)
