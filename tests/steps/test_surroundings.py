"""A request for one file says of the others what fits, the nearest first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.steps.plan import PlannedFile, make_plan
from autocoder_tui.steps.surroundings import Surroundings, fitting, plan_for


def count(text: str) -> int:
    """Tokens of a model whose words are four characters each."""
    return -(-len(text) // 4)


PLAN = make_plan(
    [
        PlannedFile("main.py", "the command", ("cli.py",)),
        PlannedFile("cli.py", "the arguments", ("store.py",)),
        PlannedFile("store.py", "keeps items", ("money.py",)),
        PlannedFile("money.py", "prices"),
        PlannedFile("report.py", "prints", ("store.py",)),
        PlannedFile("README.md", "how to"),
    ]
)


def body(name: str, functions: int) -> str:
    return "".join(
        f"def {name}_{number}(value: int) -> int:\n    secret_of_{name} = value\n    return 1\n\n\n"
        for number in range(functions)
    )


def around(**functions: int) -> Surroundings:
    made = Surroundings(PLAN, count)
    for name, number in functions.items():
        made.add(f"{name}.py", body(name, number))
    return made


def test_needs_come_first_then_users_then_needs_of_needs() -> None:
    told = around(main=1, money=1, cli=1, store=1, report=1).for_file("store.py", None)
    assert told.shown == ("money.py", "cli.py", "report.py")
    assert around(main=1, money=1, cli=1, store=1).for_file("main.py", None).shown == (
        "cli.py",
        "store.py",
        "money.py",
    )


def test_what_is_said_is_what_is_declared() -> None:
    told = around(store=2, money=1).for_file("store.py", None)
    assert told.text == "money.py: prices\n    def money_0(value: int) -> int: ...\n"
    assert told.tokens == count(told.text)


def test_what_is_not_there_yet_is_not_told_of() -> None:
    assert around(main=1).for_file("cli.py", None).shown == ("main.py",)
    assert around().for_file("cli.py", None).text == ""


def test_what_has_no_room_is_shortened_or_left_out_and_said() -> None:
    made = around(cli=100, store=2, money=200)
    told = made.for_file("main.py", 500)
    assert told.tokens <= 500
    assert told.shown[0] == "cli.py"
    assert "cli.py" in told.shortened
    assert "more lines" in told.text
    assert "money.py" in told.beyond
    assert told.in_words() == "shortened cli.py"
    full = around(cli=100, store=100, report=100, money=300).for_file("store.py", 350)
    assert full.shortened == ("money.py",)
    assert full.left_out == ("cli.py", "report.py")
    assert full.in_words() == "shortened money.py and left out cli.py, report.py"


def test_a_file_without_needs_gets_a_share_of_the_rest() -> None:
    made = around(cli=5, store=5, money=5, main=5, report=5)
    told = made.for_file("README.md", 1000)
    assert told.shown
    assert told.tokens <= 250 + 10
    assert set(told.shown) | set(told.beyond) == {
        "cli.py", "store.py", "money.py", "main.py", "report.py",
    }  # fmt: skip
    assert made.for_file("README.md", None).beyond == ()


def test_what_is_further_away_gets_a_share_of_the_room() -> None:
    told = around(cli=60, store=30, money=30).for_file("main.py", 2000)
    assert told.shown == ("cli.py", "store.py")
    assert told.beyond == ("money.py",)


@given(
    st.integers(0, 3000),
    st.dictionaries(st.sampled_from([file.path for file in PLAN.files]), st.integers(0, 60)),
    st.sampled_from([file.path for file in PLAN.files]),
)
def test_it_always_fits_and_nothing_is_lost_in_silence(
    room: int, sizes: dict[str, int], path: str
) -> None:
    made = Surroundings(PLAN, count)
    for name, size in sizes.items():
        made.add(name, body("f", size))
    free, bound = made.for_file(path, None), made.for_file(path, room)
    assert bound.tokens <= room + len(bound.shown)
    assert path not in bound.shown
    if PLAN.files[PLAN.paths.index(path)].needs:
        parts = [bound.shown, bound.left_out, bound.beyond]
        assert sorted(free.shown) == sorted(path for part in parts for path in part)


@pytest.mark.parametrize("room", [10_000, 60, 25, 8, 1])
def test_the_plan_is_cut_to_the_room(room: int) -> None:
    text = plan_for(PLAN, "cli.py", room, count)
    assert "cli.py" in text
    if room >= 25:
        assert count(text) <= room + 8
    if room == 10_000:
        assert text == PLAN.tree()


def test_of_files_given_whole_the_largest_go_first() -> None:
    texts = {"a": "x" * 400, "b": "x" * 40, "c": "x" * 80}
    assert fitting(texts, None, count) == (("a", "b", "c"), ())
    assert fitting(texts, 60, count) == (("b", "c"), ("a",))
    assert fitting(texts, 0, count) == ((), ("a", "b", "c"))
