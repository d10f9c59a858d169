"""Which repetitions in a held reply speak for a place to join at, and how much."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.seam.candidates import Candidate
from autocoder_tui.engine.seam.ranks import Rank
from tests.seam.test_ranks import FUNCTION, LONGER, SHOWN, held, history

NOT_AS_SENT = "nu_xi =  omicron(5)\n"
"""The withheld line with another blank, so that only what is compared by words finds it."""


@pytest.mark.parametrize(
    ("before", "lowered"), [("", 0), ("delta_epsilon = zeta(2)\n", 4), ("Here is the rest:\n", 0)]
)
def test_the_withheld_line_is_a_proof_also_after_a_line_that_was_seen(
    before: str, lowered: int
) -> None:
    text = SHOWN + "bda = mu(4)\nnu_xi = omicron(5)\n"
    first, *_ = held(text, before + NOT_AS_SENT + "rho_sigma = tau(6)\n")
    assert (first.rank, first.proof) == (Rank.WITNESS - lowered, "witness")
    assert (first.offset, first.drop) == (len(text), len(before + NOT_AS_SENT))


TWICE = (
    '<file path="a.py">\nfirst_of_all = 0\nsecond_of_all = read()\n'
    "alpha_and_omega = one(1)\nbeta_and_psi = two(22)\n"
    "gamma_delta = three(3)\nalpha_and_omega = one(1)\nbeta_and_psi = two(2"
)
"""Two lines of what is withheld begin like those that are to be repeated before it."""


@pytest.mark.parametrize(
    ("before", "lowered"),
    [("", 0), ("first_of_all = 0\n", 4), ("Here is the rest:\nfirst_of_all = 0\n", 4)],
)
def test_lines_asked_for_are_believed_where_some_withheld_ones_read_like_them(
    before: str, lowered: int
) -> None:
    plan = history(TWICE).plan
    anchor = plan.anchor.replace("one(1)", "one(1) ")
    assert anchor != plan.anchor
    known = before + anchor + plan.witness
    first, *_ = held(TWICE, known + "3)\nomega = 4\nend = 5\n")
    assert (first.rank, first.proof) == (Rank.REQUESTED_ECHO - lowered, "echo")
    assert (first.offset, first.drop) == (len(TWICE), len(known))


def after_talk(before: str) -> Candidate:
    """The likeliest join of the lines asked for, after talk and `before`."""
    plan = history(LONGER).plan
    talk = (
        "Sure, continuing from where I left off:\n\n"
        "Here is the rest of the file as you asked for it.\n"
        "I have kept everything else as it was before.\n"
    )
    anchor = plan.anchor.replace("  ", " ")
    rest = LONGER[len(plan.shown) :] + "width * 8\n\n\n" + FUNCTION.format(9)
    return held(LONGER, talk + before + anchor + rest)[0]


def test_one_new_line_among_much_talk_makes_the_lines_asked_for_dubious() -> None:
    assert after_talk("").rank == Rank.REQUESTED_ECHO - 4
    assert after_talk("unheard_of = 17\n").rank == Rank.REQUESTED_ECHO - 9
    assert after_talk("unheard_of = 17\n").proof == "echo"


def test_lines_asked_for_that_come_twice_are_believed_where_they_go_on() -> None:
    anchor = history(LONGER).plan.anchor
    talk = (
        "Sorry, that was wrong.\nHere is the rest of the file as you asked for it.\n"
        "I have kept everything else as it was before.\n"
        "It begins with the lines that you asked for.\nPlease look at all of it with care.\n"
    )
    before = f"unheard_of = 17\n{anchor}{talk}"
    anew = anchor.replace("  ", " ") + LONGER[len(history(LONGER).plan.shown) :]
    first, *_ = held(LONGER, f"{before}{anew}width * 8\n\n\n{FUNCTION.format(9)}")
    assert (first.proof, first.begin) == ("echo", len(before))
    assert (first.offset, first.drop) == (len(LONGER), len(before + anew))
