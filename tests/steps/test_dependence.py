"""What a file needs is written before it."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.steps.dependence import generation_order, needed_by
from autocoder_tui.steps.plan import PlannedFile


def files(**needs: str) -> list[PlannedFile]:
    return [PlannedFile(name, "", tuple(needed.split())) for name, needed in needs.items()]


def order(**needs: str) -> str:
    return " ".join(file.path for file in generation_order(files(**needs)))


def test_without_needs_the_plan_decides() -> None:
    assert order(c="", a="", b="") == "c a b"


def test_needs_come_first_and_the_rest_stays_where_it_was() -> None:
    assert order(main="store cli", cli="store", store="", readme="") == "store cli main readme"


def test_a_circle_begins_with_what_waits_for_the_fewest() -> None:
    assert order(a="b c", b="a", c="") == "c a b"
    assert order(x="y", y="x") == "x y"


def test_unknown_needs_and_the_file_itself_count_for_nothing() -> None:
    assert order(a="nowhere a", b="") == "a b"


def test_a_chain_of_thousands_is_no_recursion() -> None:
    chain = [PlannedFile(str(at), "", (str(at + 1),)) for at in range(5000)]
    chain.append(PlannedFile("5000"))
    assert [file.path for file in generation_order(chain)][:2] == ["5000", "4999"]


GRAPHS = st.dictionaries(
    st.integers(0, 12).map(str), st.lists(st.integers(0, 14).map(str), max_size=5), max_size=12
)


@given(GRAPHS)
def test_every_file_once_and_needs_first_unless_in_a_circle(graph: dict[str, list[str]]) -> None:
    plan = [PlannedFile(path, "", tuple(needs)) for path, needs in graph.items()]
    ordered = [file.path for file in generation_order(plan)]
    assert sorted(ordered) == sorted(graph)
    place = {path: at for at, path in enumerate(ordered)}
    reach = _reachable(graph)
    for path, needs in graph.items():
        for need in needs:
            if need in graph and path not in reach[need]:
                assert place[need] < place[path]


@given(GRAPHS, st.randoms(use_true_random=False))
def test_the_order_of_the_needs_makes_no_difference(
    graph: dict[str, list[str]], dice: random.Random
) -> None:
    one = [PlannedFile(path, "", tuple(needs)) for path, needs in graph.items()]
    other = [
        PlannedFile(file.path, "", tuple(dice.sample(file.needs, len(file.needs)))) for file in one
    ]
    assert [f.path for f in generation_order(one)] == [f.path for f in generation_order(other)]


def test_needs_of_needs_by_nearness() -> None:
    plan = files(a="b c", b="d", c="d e", d="f a", e="", f="")
    assert needed_by("a", plan) == (("b", "c"), ("d", "e", "f"))
    assert needed_by("e", plan) == ((), ())


def _reachable(graph: dict[str, list[str]]) -> dict[str, set[str]]:
    reach = {path: {need for need in needs if need in graph} for path, needs in graph.items()}
    for middle in graph:
        for path in graph:
            if middle in reach[path]:
                reach[path] |= reach[middle]
    return reach
