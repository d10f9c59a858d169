"""How much of a conversation is sent."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.metering.tokens import load_counter
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.request import InputFile, RunRequest, Turn
from autocoder_tui.runs.fitting_turns import left_out_in_words, with_fitting_turns

HERE = Endpoint(Provider("here", "http://127.0.0.1:1/v1"))


def asking(window: int | None, lengths: list[int], files: int = 10) -> RunRequest:
    turns = tuple(Turn(f"Question {n}?", "word " * length) for n, length in enumerate(lengths))
    given = (InputFile("a.py", "x = 1\n" * files),)
    model = Model("m", "here", context_length=window)
    return RunRequest("And now?", model, HERE, files=given, purpose="query", turns=turns)


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), max_size=8), st.integers(600, 4000))
def test_the_newest_turns_are_sent_as_far_as_they_fit(lengths: list[int], window: int) -> None:
    request = asking(window, lengths)
    fitting = with_fitting_turns(request)
    assert request.turns[fitting.left_out :] == fitting.turns
    assert fitting.files == request.files
    size = load_counter(request.model).count_messages(first_messages(fitting))
    if fitting.turns:
        assert size <= window * 3 // 4
    again = with_fitting_turns(fitting)
    assert (again.turns, again.left_out) == (fitting.turns, fitting.left_out)


def test_files_that_fill_the_window_leave_no_turn() -> None:
    fitting = with_fitting_turns(asking(2000, [10, 10], files=800))
    assert (fitting.turns, fitting.left_out) == ((), 2)
    assert len(fitting.files[0].text) == 4800


def test_without_a_window_all_is_sent() -> None:
    request = asking(None, [4000] * 3)
    assert with_fitting_turns(request) is request


def test_what_is_left_out_is_said() -> None:
    assert left_out_in_words(0) == ""
    assert left_out_in_words(1).startswith("The oldest question and its answer do not fit")
    assert left_out_in_words(1200).startswith("The oldest 1,200 questions and their answers")
