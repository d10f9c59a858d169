"""The table of ranks, and the rules by which joins are weighed against each other."""

from __future__ import annotations

from itertools import pairwise

import pytest

from autocoder_tui.engine.seam.candidates import Candidate, best, exact_remainder, from_replay
from autocoder_tui.engine.seam.hold import Hold
from autocoder_tui.engine.seam.ranks import CERTAIN, Rank
from autocoder_tui.engine.seam.replay import Replay
from autocoder_tui.engine.seam.text_index import History, filled_lines
from autocoder_tui.engine.seam.ways import FURTHER_UP, plan_continuation


def candidate(rank: float, drop: int = 0, **more: object) -> Candidate:
    values = {"offset": 10, "proof": "witness", **more}
    return Candidate(drop=drop, rank=rank, **values)  # type: ignore[arg-type]


def test_the_table_is_in_order_and_gives_its_reasons() -> None:
    ranks = list(Rank)
    assert len(ranks) == len(Rank.__members__)
    assert all(one > two for one, two in pairwise(ranks))
    assert all(rank.why.endswith(".") for rank in ranks)
    assert Rank.LOOSE_ARRIVAL > CERTAIN > Rank.UNREACHED


def test_the_highest_rank_wins_and_of_equal_ones_the_shorter_overlap() -> None:
    low, long, short = candidate(5, 1), candidate(70, 2, overlap=9), candidate(70, 3, overlap=2)
    assert best([low, long, short]) == [short, long, low]


def test_a_longer_overlap_wins_where_it_says_much_more() -> None:
    short = candidate(70, 1, overlap=2, words=10)
    assert best([short, candidate(70, 2, overlap=9, words=29)])[0] == short
    much = candidate(70, 2, overlap=9, words=30)
    assert best([short, much])[0] == much
    guess = candidate(70, 1, overlap=2, words=10, proof="guess")
    assert best([guess, much])[0] == guess
    assert best([short, candidate(69, 2, overlap=9, words=99)])[0] == short


def test_one_place_is_named_once_by_its_likeliest_reason() -> None:
    assert best([candidate(3, 1), candidate(8, 1), candidate(5, 1, glue="\n")]) == [
        candidate(8, 1),
        candidate(5, 1, glue="\n"),
    ]


@pytest.mark.parametrize(("lead", "believed"), [(3.5, True), (3.6, False)])
def test_the_remainder_is_believed_if_it_does_not_lag_far_behind(
    lead: float, believed: bool
) -> None:
    plain = candidate(1.0, 0)
    found = [candidate(1.0 + lead, 0, offset=4), plain]
    assert exact_remainder(found, 10) == (plain if believed else None)


@pytest.mark.parametrize(("lead", "believed"), [(1.0, True), (1.1, False)])
def test_the_remainder_is_not_believed_where_a_line_was_left_out(
    lead: float, believed: bool
) -> None:
    plain = candidate(1.0, 0)
    found = [candidate(1.0 + lead, 0, glue="\n"), plain]
    assert exact_remainder(found, 10) == (plain if believed else None)


def test_the_remainder_is_all_of_the_reply() -> None:
    found = [candidate(3.0, 7), candidate(1.0, 2), candidate(0.5, 2, offset=9)]
    assert exact_remainder(found, 10) == found[1]
    assert exact_remainder([candidate(3.0, 0, offset=9)], 10) is None


SOURCE = "alpha_beta = gamma(1)\ndelta_epsilon = zeta(2)\neta_theta = iota(3)\nkappa_lam"
SHOWN = f'<file path="a.py">\n{SOURCE}'


def history(text: str = SHOWN) -> History:
    return History(text, plan_continuation(text, finish_reason="length"))


@pytest.mark.parametrize("skipped", [0, 4, 9])
def test_what_stands_before_the_repeated_lines_lowers_the_rank(skipped: int) -> None:
    known = history()
    reply = SHOWN[SHOWN.index("delta") :] + "bda = mu(4)\n"
    lines = filled_lines(reply)
    place = known.positions(lines[0].key)[0]
    replay = Replay(0, place, place + 3, 2, True, lines[2].start + len("kappa_lam"))
    (found,) = from_replay(replay, known, reply, lines, skipped)
    whole = Rank.REQUESTED_ECHO if place == known.anchor_line else Rank.LONG_ECHO
    assert found.rank == whole - skipped
    assert (found.offset, reply[found.drop :]) == (len(SHOWN), "bda = mu(4)\n")


def held(text: str, reply: str) -> list[Candidate]:
    hold = Hold(history(text), resamples=False, closing="")
    for line in reply.splitlines(keepends=True):
        found = hold.add(line)
        if found:
            return found
    return hold.finish()


FUNCTION = (
    "def area_{0}(width):\n    if width < {0}:\n        raise ValueError('negative')\n"
    "    return width * {0}\n\n\n"
)
FUNCTIONS = '<file path="a.py">\n' + "".join(FUNCTION.format(number) for number in range(9))


def test_lines_that_stand_there_often_do_not_speak_against_the_remainder() -> None:
    cut = FUNCTIONS.rindex("width * 8")
    rest = FUNCTIONS[cut:] + "".join(FUNCTION.format(number) for number in range(9, 19))
    found = held(FUNCTIONS[:cut], rest)[0]
    assert (found.offset, found.drop, found.proof) == (cut, 0, "remainder")


def test_lines_that_stand_there_once_do() -> None:
    cut = FUNCTIONS.rindex("width * 8")
    again = FUNCTION.format(3) + FUNCTION.format(4)
    found = held(FUNCTIONS[:cut], FUNCTIONS[cut:] + again + FUNCTION.format(10) * 4)[0]
    assert found.proof == "guess"


@pytest.mark.parametrize(
    ("before", "lowered"),
    [("", 0), ("Sure, continuing from where I left off:\n\n", 0), ("delta_epsilon = zeta(2)\n", 4)],
)
def test_lines_seen_before_the_withheld_one_lower_its_rank(before: str, lowered: int) -> None:
    text = SHOWN + "bda = mu(4)\nnu_xi = omicron(5)\n"
    found = held(text, before + "nu_xi = omicron(5)\nrho_sigma = tau(6)\n")
    (fragment,) = [one for one in found if one.begin == len(before) and one.proof == "witness"]
    assert fragment.rank == Rank.WITNESS_FRAGMENT - lowered


@pytest.mark.parametrize("skipped", [0, 4, 9])
def test_it_lowers_the_rank_of_a_line_worded_otherwise_too(skipped: int) -> None:
    known = history()
    reply = SHOWN[SHOWN.index("delta") :].replace("kappa_lam", "kappa = mu(4)\n")
    lines = filled_lines(reply)
    place = known.positions(lines[0].key)[0]
    replay = Replay(0, place, place + 2, 2, False, None)
    plain = from_replay(replay, known, reply, lines, 0)
    lowered = from_replay(replay, known, reply, lines, skipped)
    assert [one.rank for one in lowered] == [one.rank - skipped for one in plain]


LONGER = FUNCTIONS[: FUNCTIONS.rindex("width * 8")]


@pytest.mark.parametrize(
    ("before", "believed"),
    [
        ("", True),
        ("Here is the rest of the file:\n", True),
        ("unheard_of = 17\n", False),
        # Lines that stand in the text make a new one among them no likelier.
        ("unheard_of = 17\n" + "".join(FUNCTION.format(1).splitlines(keepends=True)[:3]), False),
    ],
)
def test_a_new_line_before_the_lines_asked_for_speaks_against_them(
    before: str, believed: bool
) -> None:
    plan = plan_continuation(LONGER, finish_reason="length")
    whole = LONGER + "width * 8\n\n\n" + FUNCTION.format(9)
    found = held(LONGER, before + plan.anchor + whole[len(plan.shown) :])
    assert any(one.begin == len(before) and one.proof == "echo" for one in found) is believed


NAMES = [
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"),
    *("iota", "kappa", "lambda", "mu", "nu", "xi", "omicron"),
]
ODD = [f"{name}_{other} = read_{other}({name})\n" for name, other in pairwise(NAMES)]
ALIKE = [f"{name}_of_all = read_{name}(line, column)\n" for name in NAMES]


def asked_further_up(lines: list[str], before: str, further: int) -> tuple[list[Candidate], int]:
    """The joins of a reply that begins `further` lines below what was withheld of `lines`, after
    `before`; and where in it what is new begins."""
    text = "".join(['<file path="a.py">\n', *lines, "last_of_al"])
    known = History(text, plan_continuation(text, finish_reason="length", way=FURTHER_UP.name))
    assert known.sent_line + further < known.whole
    rest = before + text[known.lines[known.sent_line + further].start :]
    hold = Hold(known, resamples=False, closing="")
    for line in f"{rest}l = 1\nmore = 2\n".splitlines(keepends=True):
        if found := hold.add(line):
            return found, len(rest)
    return hold.finish(), len(rest)


@pytest.mark.parametrize("further", [1, 2, 3])
def test_a_part_of_what_was_withheld_is_believed_where_it_is_like_nothing_else(
    further: int,
) -> None:
    (first, *_), drop = asked_further_up(ODD, "", further)
    assert (first.rank, first.proof, first.drop) == (Rank.LONG_PART, "witness", drop)
    (first, *_), drop = asked_further_up(ODD, ODD[1], further)
    assert (first.rank, first.drop) == (Rank.ARRIVAL, drop)
    (first, *_), _ = asked_further_up(ALIKE, "", further)
    assert first.proof == "guess"
    assert first.rank < CERTAIN


@pytest.mark.parametrize(
    ("cut", "line", "proof"),
    [
        ("abcdef", "abcdefgh = 1", "echo"),
        ("abcdef", "abcdxy", "echo"),
        ("abcdef", "abcxyz", "guess"),
    ],
)
def test_a_line_just_like_the_cut_one_is_another_wording_of_it(
    cut: str, line: str, proof: str
) -> None:
    text = SHOWN.replace("kappa_lam", cut)
    known = history(text)
    reply = SHOWN[SHOWN.index("delta") :].replace("kappa_lam", f"{line}\n")
    lines = filled_lines(reply)
    place = known.positions(lines[0].key)[0]
    replay = Replay(0, place, place + 2, 2, False, None)
    assert from_replay(replay, known, reply, lines, 0)[0].proof == proof


@pytest.mark.parametrize(
    ("above", "rank"),
    [
        (("something_else = 0\n", "row(1, 'one', first)\n"), Rank.PATTERN),
        (("row(1, 'one', first)\n", "something_else = 0\n"), Rank.LONG_DIVERGED),
    ],
)
def test_lines_after_one_like_the_cut_one_may_be_the_next_of_a_list(
    above: tuple[str, str], rank: Rank
) -> None:
    repeated = SHOWN[SHOWN.index("alpha") : SHOWN.index("kappa")]
    known = history('<file path="a.py">\n' + "".join(above) + repeated + "row(2, 'one', fir")
    reply = repeated + "other = 5\n"
    replay = Replay(0, 3, 6, 3, False, None)
    assert from_replay(replay, known, reply, filled_lines(reply), 0)[0].rank == rank


@pytest.mark.parametrize(
    ("cut_line", "rank"), [("    re", Rank.REPEATED_CUT_LINE), ("    ](", Rank.CUT_BLANKS)]
)
def test_the_cut_line_again_with_its_indentation(cut_line: str, rank: Rank) -> None:
    text = f"{SHOWN}bda = mu(4)\n{cut_line}"
    first = held(text, f"{cut_line}turn None\n\n\nnu_xi = omicron(5)\n")[0]
    assert (first.rank, first.offset, first.drop) == (rank, len(text), len(cut_line))
