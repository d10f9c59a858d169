"""Steps told from the answer, whole and while they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.reasoning import is_reasoning
from autocoder_tui.engine.reply_kind import open_fence
from autocoder_tui.engine.steps import answer_of, read_steps

FORMS = {
    "Steps:\n- one\n- two\n\nAnswer:\nYes.\n": ("- one\n- two", "Yes.\n"),
    "**Steps:**\n- one\n\n**Answer:** Yes.": ("- one", "Yes."),
    "## Steps\n\n1. one\n\n## Answer\n\nYes.": ("1. one", "Yes."),
    "Steps: one\nAnswer: Yes.\nNo.": ("one", "Yes.\nNo."),
    "Answer:\n\nYes.": ("", "Yes."),
    "Yes.\nSteps:\n- one\nAnswer:\nNo.": ("", "Yes.\nSteps:\n- one\nAnswer:\nNo."),
    "Steps:\n- only these": ("", "Steps:\n- only these"),
    "Steps:\n```\nAnswer:\n```\nAnswer:\nYes.": ("```\nAnswer:\n```", "Yes."),
    "Stepping stones are stones.": ("", "Stepping stones are stones."),
    "Steps to take: none.": ("", "Steps to take: none."),
    "": ("", ""),
    "\n\nSteps:\n- a\nAnswer:": ("- a", ""),
}


@pytest.mark.parametrize("text", FORMS)
def test_steps_are_told_from_the_answer(text: str) -> None:
    steps, begin = read_steps(text, finished=True)
    assert begin is not None
    assert (steps, text[begin:]) == FORMS[text]
    assert answer_of(text) == FORMS[text][1]


@pytest.mark.parametrize("text", FORMS)
def test_what_is_known_while_it_comes_stays_so(text: str) -> None:
    whole = read_steps(text, finished=True).begin
    begins = [read_steps(text[:at], finished=False).begin for at in range(len(text) + 1)]
    known = [begin for begin in begins if begin is not None]
    assert all(begin == whole for begin in known) or (
        # Blank lines before the answer are no part of it yet while they come.
        all(not text[begin:whole].strip() for begin in known)
    )


@given(st.text(alphabet="-* \n#:`Answerstp", max_size=60))
def test_every_text_has_an_answer(text: str) -> None:
    steps, begin = read_steps(text, finished=True)
    assert begin is not None
    assert 0 <= begin <= len(text)
    assert answer_of(text) == text[begin:]
    if not steps and not text.lstrip().lower().startswith(("step", "answer", "*", "#")):
        assert begin == 0


def test_long_steps_without_an_answer_are_the_answer() -> None:
    text = "Steps:\n" + "- and on\n" * 5000
    assert read_steps(text, finished=False).begin == 0


@pytest.mark.parametrize(
    ("text", "fence"),
    [
        ("```python\na", "```"),
        ("```python\na\n```", ""),
        ("- ```python\ndef f():\n    pass\n```", ""),
        ("1. Do:\n   ```\n   a\n   ```\n", ""),
        ("> ```\n> a\n> ```", ""),
        ("- ~~~~\n  a\n  ~~~", "~~~~"),
        ("    ```\nno fence", ""),
        ("```\na\n    ```\n", "```"),
        ("`` ` ``", ""),
    ],
)
def test_a_block_that_is_open_is_known(text: str, fence: str) -> None:
    assert open_fence(text) == fence


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("o3-mini", True),
        ("openai/o1", True),
        ("gpt-5", True),
        ("gpt-5-chat-latest", False),
        ("gpt-4o-mini", False),
        ("Qwen/QwQ-32B-Preview", True),
        ("deepseek-ai/DeepSeek-R1", True),
        ("deepseek-r1:14b", True),
        ("Qwen/Qwen3-30B-A3B-Thinking-2507", True),
        ("Qwen/Qwen2.5-Coder-32B-Instruct", False),
        ("mistral-7b", False),
    ],
)
def test_reasoning_models_are_known_by_name(name: str, reasons: bool) -> None:
    assert is_reasoning(Model(name, "p"), Capabilities()) is reasons


def test_what_a_model_sent_says_more_than_its_name() -> None:
    assert is_reasoning(Model("mistral-7b", "p"), Capabilities(reasons=True))
    assert is_reasoning(Model("m", "p", reasoning_effort="low"), Capabilities())
