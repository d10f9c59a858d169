"""A question is read out of whatever a model replies, and none is read where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.question_reply import (
    MOST_SUGGESTIONS,
    ModelQuestion,
    fresh,
    questions_in,
    same_question,
)


def next_question(reply: str, asked: Iterable[str]) -> ModelQuestion | None:
    return next(iter(fresh(questions_in(reply), asked)), None)


ASKED = "QUESTION: Which format?\n- JSON\n- CSV\nASSUME: JSON\n"
READ = ModelQuestion("Which format?", ("JSON", "CSV"), "JSON")


@pytest.mark.parametrize(
    "reply",
    [
        ASKED,
        ASKED.replace("\n", "\r\n"),
        f"```\n{ASKED}```\n",
        f"```text\n{ASKED}```",
        f"Sure, I have a question.\n\n{ASKED}\nLet me know!",
        f"<think>Should I ask? Which database?\nQUESTION: no</think>\n{ASKED}",
        "**QUESTION:** Which format?\n\n* JSON\n* CSV\n\n**ASSUME:** JSON",
        "### Question 1: Which format?\n1. JSON\n2. CSV\n\nAssumption: JSON",
        "QUESTION:\nWhich format?\nOptions:\n- JSON\n- CSV\nASSUME:\nJSON",
        "question: Which format?\na) JSON\nb) CSV\nc) Other (please specify)\nassume: JSON\nDONE",
        "1. Which format?\n   - JSON\n   - CSV\n   ASSUME: JSON\n2. Which encoding?\n",
        "- QUESTION: Which format?\n- JSON\n- CSV\n- JSON\n- ASSUME: JSON",
        'Here:\n```json\n{"question": "Which format?", "options": ["JSON", "CSV"], '
        '"assumption": "JSON"}\n```',
        json.dumps(
            [
                {"text": "Which format?", "choices": [{"label": "JSON"}, "CSV"], "default": "JSON"},
                {"question": "Another?"},
            ]
        ),
        f"{ASKED}\nQUESTION: Which encoding?\n- UTF-8\nASSUME: UTF-8",
        "QUESTION: Which format?\n- A likely answer: JSON\n- Another likely answer: CSV\n"
        "- another likely answer\n- For example, you would write:\n- ASSUME: JSON",
        f"{ASKED}\n```python\nprint('Done?')\n```\n<file path='a.py'>\nQUESTION: x?\n</file>",
    ],
)
def test_the_question_is_found_in_many_forms(reply: str) -> None:
    assert next_question(reply, ()) == READ


@pytest.mark.parametrize(
    "reply",
    [
        "",
        " \n",
        "DONE",
        "DONE.",
        "**DONE**",
        "No further questions.",
        "There are no more questions to ask.",
        "I have no questions left.",
        "Nothing left to ask.",
        "QUESTION: none\nASSUME: nothing",
        "QUESTION: No further questions",
        "<think>What could I ask? Which format?</think>DONE",
        "<think>Which format?",
        '<file path="a.py">\nprint("Which one?")\n# Which?\n</file>\n',
        "Here is the program:\n\n```python\nx = input('Which format?')\n```\nEnjoy!",
        "```\nif a: # why?\n    pass\n",
        "- - - - - - - - -\n- - -\n",
        "[]",
        "{}",
        "Everything is clear.",
        "QUESTION: your question?\n- a likely answer\nASSUME: x",
    ],
)
def test_nothing_is_left_to_ask(reply: str) -> None:
    assert next_question(reply, ()) is None


def test_chatter_and_several_bare_questions() -> None:
    reply = "I have a few questions:\n\n1. Which format?\n2. Which encoding should it have?\n"
    assert [one.text for one in questions_in(reply)] == [
        "Which format?",
        "Which encoding should it have?",
    ]
    assert next_question(reply, ["Which format?"]) == ModelQuestion(
        "Which encoding should it have?"
    )


def test_answers_may_be_questions_themselves() -> None:
    reply = "QUESTION: What is to happen with old ones?\n- Delete them?\n- Keep them?\nASSUME: keep"
    assert next_question(reply, ()) == ModelQuestion(
        "What is to happen with old ones?", ("Delete them?", "Keep them?"), "keep"
    )


def test_the_words_of_the_form_are_no_assumption() -> None:
    reply = "QUESTION: Which?\nASSUME: The answer you take for granted if nobody answers."
    assert next_question(reply, ()) == ModelQuestion("Which?")


def test_what_was_asked_before_is_not_asked_again() -> None:
    assert next_question(ASKED, ["Which format should it be?"]) is None
    assert next_question(ASKED.replace("Which format?", "WHICH  format"), ["Which format?"]) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Which format do you want?", "What format would you like?", True),
        ("How do you add a due date to a task?", "How can we add due dates to a task", False),
        ("Sort the list by name?", "Sort the list by date?", False),
        ("Which format has the input file?", "Which format has the output file?", False),
        ("日付の形式は何ですか", "日付の形式は何ですか?", True),
        ("日付の形式は何ですか", "出力ファイルはどこに置きますか", False),
        ("?", "!", True),
    ],
)
def test_likeness_of_questions(one: str, other: str, same: bool) -> None:
    assert same_question(one, other) is same


_LINES = st.sampled_from(
    ["QUESTION: Which?", "QUESTION:", "- one", "- one?", "1. Two?", "* x", "ASSUME: y", "ASSUME:",
     "DONE", "```", "~~~", "<think>", "</think>", "<file path='a'>", "{", '{"question": "Q?"}', "[",
     "text", "Why?", "**", "# h", "> q?", "- - -", "", "Options:", "￿", "\x1b[31m"]
)  # fmt: skip
_REPLIES = st.one_of(st.text(max_size=300), st.lists(_LINES, max_size=14).map("\n".join))


@given(_REPLIES)
def test_whatever_comes_is_read_without_fail_and_within_bounds(reply: str) -> None:
    for question in questions_in(reply):
        assert question.text.strip() == question.text != ""
        assert "\n" not in question.text
        assert len(question.text) <= 2000
        assert len(question.suggestions) <= MOST_SUGGESTIONS
        assert len(set(question.suggestions)) == len(question.suggestions)
        assert all(one.strip() and "\n" not in one for one in question.suggestions)


@given(st.lists(_REPLIES, max_size=8))
def test_no_question_is_ever_asked_twice(replies: list[str]) -> None:
    asked: list[str] = []
    for reply in [*replies, *replies]:
        question = next_question(reply, asked)
        if question is not None:
            assert not any(same_question(question.text, other) for other in asked)
            asked.append(question.text)


_PLAIN = st.text(
    st.characters(categories=["Ll", "Lu"], max_codepoint=0x24F), min_size=3, max_size=20
)


@given(_PLAIN, st.lists(_PLAIN, max_size=5, unique_by=str.casefold), _PLAIN)
def test_the_form_asked_for_is_read_as_it_was_written(
    question: str, suggestions: list[str], assumed: str
) -> None:
    words = {"done", "none", "nothing", "other", "others"}
    if words & {text.casefold() for text in (question, assumed, *suggestions)}:
        return
    lines = [f"QUESTION: {question}?", *(f"- {text}" for text in suggestions), f"ASSUME: {assumed}"]
    assert questions_in("\n".join(lines)) == [
        ModelQuestion(f"{question}?", tuple(suggestions), assumed)
    ]
