"""Joins for which nothing in the reply speaks: what stands on both sides of the cut decides."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.seam.candidates import Candidate
from autocoder_tui.engine.seam.guess import guesses
from autocoder_tui.engine.seam.likeness import likeness
from autocoder_tui.engine.seam.text_index import History
from autocoder_tui.engine.seam.ways import plan_continuation

FRAME = '<file path="a.py">\n'


def likeliest(text: str, reply: str) -> Candidate:
    known = History(text, plan_continuation(text, finish_reason="length"))
    return guesses(known, reply, 0, "", resamples=False)[0]


@pytest.mark.parametrize(
    ("reply", "proof"),
    [
        ("+ second\n    return total\n", "remainder"),
        (" + second\n    return total\n", "remainder"),
        ("second\n    return total\n", "guess"),
    ],
)
def test_what_hardly_begins_a_line_is_the_rest_of_one(reply: str, proof: str) -> None:
    text = f"{FRAME}def alpha(first, second):\n    other = first.value\n    total = first"
    found = likeliest(text, reply)
    assert (found.offset, found.glue, found.proof) == (len(text), "", proof)


@pytest.mark.parametrize(("elsewhere", "proof"), [("items", "remainder"), ("things", "guess")])
def test_a_word_cut_in_two_is_known_from_elsewhere(elsewhere: str, proof: str) -> None:
    text = (
        f"{FRAME}class Stack:\n    {elsewhere} = []\n\n    def pop(self):\n        last = self.ite"
    )
    found = likeliest(text, "ms.pop()\n        return last\n")
    assert (found.offset, found.proof) == (len(text), proof)


def test_the_rest_of_an_indentation_is_no_guess_where_the_lines_above_have_it() -> None:
    lines = "".join(f"        self.value_{n} = compute_{n}(self)\n" for n in range(14))
    found = likeliest(f"{FRAME}{lines}        ", "self.other = 5\n")
    assert found.proof == "remainder"
    found = likeliest(f"{FRAME}{lines}    ", "self.other = 5\n")
    assert found.proof == "guess"


@pytest.mark.parametrize("blank", ["", " ", "\t "])
def test_an_empty_line_is_like_no_other(blank: str) -> None:
    assert likeness(blank, "x = 1") == likeness("x = 1", blank) == likeness(blank, blank) == 0
