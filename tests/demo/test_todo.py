"""The recorded replies of the project demo: a program that works, and its tests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.demo.replies import recorded_answer
from autocoder_tui.demo.script import Received
from autocoder_tui.demo.todo import is_of_todo
from autocoder_tui.engine.question_reply import questions_in
from autocoder_tui.engine.reply.parse import parse_reply
from autocoder_tui.steps.examples import named_example

PROMPT = named_example("todo").prompt


def answer(*messages: tuple[str, str], limit: int = 100_000) -> str:
    body = {
        "messages": [{"role": role, "content": text} for role, text in messages],
        "max_tokens": limit,
    }
    return recorded_answer(Received("POST", "/", {}, body)).text


def files(reply: str) -> dict[str, str]:
    return dict(re.findall(r'<file path="(.*?)">\n(.*?)</file>', reply, re.DOTALL))


def test_its_prompt_is_the_examples() -> None:
    assert is_of_todo(PROMPT)


def test_two_questions_and_no_more() -> None:
    system = ("system", "QUESTION: your question?")
    said: list[tuple[str, str]] = [system, ("user", PROMPT)]
    asked = []
    for _ in range(3):
        reply = answer(*said)
        found = questions_in(reply)
        asked += [question.text for question in found]
        assert all(question.suggestions and question.assumption for question in found)
        said += [("assistant", reply), ("user", "yes")]
    assert len(asked) == 2


def test_the_program_passes_its_tests_and_runs(tmp_path: Path) -> None:
    program = files(answer(("user", PROMPT)))
    script = files(answer(("user", f"{PROMPT}\nWrite this one file, complete: run.sh")))
    assert set(script) == {"run.sh"}
    for path, text in (program | script).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    command = [sys.executable, "-B", "-m", "unittest", "discover", "-s", "tests"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    ran = [
        subprocess.run(["sh", "run.sh", *words], cwd=tmp_path, capture_output=True, text=True)
        for words in ([], ["add", "Buy", "milk"], ["done", "1"], ["remove", "9"], ["remove", "1"])
    ]
    assert [one.stdout for one in ran] == [
        "Nothing to do.\n",
        "  1 [ ] Buy milk\n",
        "  1 [x] Buy milk\n",
        "",
        "Nothing to do.\n",
    ]
    assert "There is no task 9" in ran[3].stderr


@pytest.mark.parametrize("limit", [1, 300, 1000])
def test_a_reply_that_is_cut_off_goes_on_where_it_was(limit: int) -> None:
    whole = answer(("user", PROMPT))
    begun = answer(("user", PROMPT), limit=limit)
    assert whole.startswith(begun)
    rest = answer(("user", PROMPT), ("assistant", begun), ("user", "Go on."))
    assert begun + rest == whole


def test_it_reads_as_files() -> None:
    assert {file.path for file in parse_reply(answer(("user", PROMPT))).files} == {
        "todo.py",
        "tests/test_todo.py",
        "README.md",
    }
