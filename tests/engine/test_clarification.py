"""What was asked and answered: kept as plain data, and told to the model that writes."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.clarification import Clarification, Round, as_plain, from_plain
from autocoder_tui.engine.events import RunFinished, TextDelta, UsageUpdated
from autocoder_tui.engine.question_reply import ModelQuestion, questions_in
from autocoder_tui.engine.run_state import RunState

_TEXT = st.text(max_size=30)
_ROUNDS = st.builds(
    Round,
    question=_TEXT,
    suggestions=st.lists(_TEXT, max_size=3).map(tuple),
    assumption=_TEXT,
    answer=_TEXT,
    state=st.sampled_from(["open", "answered", "assumed"]),
)
_CLARIFICATIONS = st.builds(
    Clarification,
    requirements=_TEXT,
    rounds=st.lists(_ROUNDS, max_size=4).map(tuple),
    ended=st.sampled_from(["", "settled", "limit", "stopped"]),
    thread=_TEXT,
    parent=_TEXT,
    calls=st.integers(0, 9),
    tokens=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    cost_usd=st.none() | st.decimals(0, 9, places=6),
    sent=st.booleans(),
    spare=st.lists(st.builds(ModelQuestion, text=_TEXT), max_size=2).map(tuple),
)


def replied(text: str) -> RunState:
    state = RunState()
    state.apply(TextDelta(text), 0.0)
    state.apply(RunFinished(), 1.0)
    return state


@given(_CLARIFICATIONS)
def test_it_comes_back_as_it_was_kept(made: Clarification) -> None:
    assert from_plain(json.loads(json.dumps(as_plain(made)))) == made


@given(_CLARIFICATIONS, st.data())
def test_what_is_damaged_is_refused_in_one_way(made: Clarification, data: st.DataObject) -> None:
    plain = as_plain(made)
    name = data.draw(st.sampled_from(sorted(plain)))
    plain[name] = data.draw(st.sampled_from([{}, [1], "?", -1.5]))
    try:
        from_plain(plain)
    except (ValueError, KeyError, TypeError, AttributeError):
        return


@given(st.lists(st.sampled_from(["a?", "b?", "c?", "DONE", "", "a? b?"]), max_size=12))
def test_rounds_only_grow_and_none_is_asked_twice(replies: list[str]) -> None:
    made = Clarification("x")
    for text in replies:
        asked = made.asked
        made = made.after_call(replied(f"QUESTION: {text}"))
        assert made.asked[: len(asked)] == asked
        assert len(set(made.asked)) == len(made.asked)
        assert bool(made.ended) is (made.asked == asked)


def test_what_is_told_is_readable_and_numbered_as_it_was_asked() -> None:
    made = Clarification(
        " Do it.\n",
        (Round("One?"), Round("Two?", ("yes", "no")), Round("Three?", assumption="UTC")),
    )
    assert made.text() == "Do it."
    made = made.answered(0, " first\nsecond ").stopped()
    assert made.text() == (
        "Do it.\n\nQuestions and answers:\n\n1. One?\n   first\n   second\n\n"
        "Not answered, and taken for granted:\n\n2. Two?\n   yes\n\n3. Three?\n   UTC"
    )
    assert made.ended == "stopped"
    assert made.answered(1, "no").rounds[1].outcome == "no"
    assert made.answered(0, "  ").rounds[0].state == "assumed"


@pytest.mark.parametrize("suggestions", [(), ("a b", "c d", "e f", "g h", "i j")])
def test_a_question_told_again_is_in_the_form_that_is_asked_for(
    suggestions: tuple[str, ...],
) -> None:
    asked = Round("Which one?", suggestions, "", "", "assumed")
    (read,) = questions_in(asked.as_asked)
    assert (read.text, read.suggestions) == ("Which one?", suggestions[:3])
    assert read.assumption == asked.taken


def test_the_cost_is_known_only_where_that_of_every_request_is() -> None:
    def used(cost: Decimal | None) -> RunState:
        state = RunState()
        state.apply(UsageUpdated(10, 2, 0, cost, estimated=False), 0.0)
        return state

    made = Clarification("x").paid(RunState()).paid(used(Decimal("0.5"))).paid(used(Decimal(1)))
    assert (made.calls, made.cost_usd, made.tokens) == (3, Decimal("1.5"), (20, 4))
    assert made.paid(used(None)).paid(used(Decimal(1))).cost_usd is None
