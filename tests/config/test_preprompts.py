"""Preprompts of one's own: which is in force, what is wrong with others, what none can break."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.config.preprompts import (
    OverrideExists,
    export_preprompt,
    load_preprompts,
    override_file,
    preprompt_problems,
)
from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.preprompt import shipped_instructions
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.purpose import PURPOSES, Purpose
from autocoder_tui.engine.reply.parse import FRAMING_RULES
from autocoder_tui.engine.request import InputFile, RunRequest
from autocoder_tui.engine.system_message import EDIT_FORM, system_message

FORMS: dict[Purpose, str] = {
    "generate": FRAMING_RULES,
    "query": "Write your answer in Markdown, in the language of the question.",
    "feedback": "Write nothing but the instruction",
    "clarify": "QUESTION: your question?\n- a likely answer",
}
MODEL = Model("m", "p", Decimal(0), Decimal(0))
ENDPOINT = Endpoint(Provider("p", "http://127.0.0.1:9/v1"))


def request(purpose: Purpose, instructions: str, **more: object) -> RunRequest:
    return RunRequest("x", MODEL, ENDPOINT, purpose=purpose, instructions=instructions, **more)  # type: ignore[arg-type]


def written(root: Path, purpose: str, text: str) -> Path:
    file = root / f"{purpose}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_the_project_wins_over_the_user_and_both_over_what_is_shipped(tmp_path: Path) -> None:
    root, config = tmp_path / "project", tmp_path / "config"
    found, problems = load_preprompts(root, config)
    assert {one.source for one in found.values()} == {"shipped"}
    assert problems == ()
    written(config / "preprompts", "query", "Mine.\n")
    assert load_preprompts(root, config)[0]["query"].text == "Mine.\n"
    own = written(root / ".autocoder" / "preprompts", "query", "Ours.\n")
    found, _ = load_preprompts(root, config)
    assert (found["query"].text, found["query"].source, found["query"].file) == (
        "Ours.\n",
        "project",
        own,
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [None]),
        (" \n\n", [None]),
        ('Good.\n<file path="a">\n\n<edit path="b">\n', [2, 4]),
        ("a\n<<<<<<< SEARCH\nb\n>>>>>>> REPLACE\n", [2, 4]),
        ("a\x01\n\nb\u202e\n", [1, 3]),
    ],
)
def test_everything_wrong_is_named_and_the_one_below_is_used(
    tmp_path: Path, text: str, lines: list[int | None]
) -> None:
    root, config = tmp_path / "project", tmp_path / "config"
    written(config / "preprompts", "generate", "Mine.\n")
    file = written(root / ".autocoder" / "preprompts", "generate", text)
    problems = preprompt_problems(root, config)
    assert [(problem.file, problem.line) for problem in problems] == [(file, n) for n in lines]
    found, (told,) = load_preprompts(root, config)
    assert found["generate"].text == "Mine.\n"
    assert told == problems[0]
    assert str(file) in told.in_full


def test_bytes_that_are_no_text_and_names_that_override_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "preprompts"
    written(folder, "qurey", "x")
    (folder / "query.txt").write_bytes(b"ok\n\xff\n")
    problems = preprompt_problems(tmp_path / "project", tmp_path / "config")
    assert [(problem.file.name, problem.line) for problem in problems] == [
        ("qurey.txt", None),
        ("query.txt", 2),
    ]
    assert 'nearest is "query.txt"' in problems[0].message


def test_what_is_exported_changes_nothing_until_it_is_edited(tmp_path: Path) -> None:
    file = override_file("clarify", "user", tmp_path, tmp_path / "config")
    export_preprompt(file, shipped_instructions("clarify"))
    assert preprompt_problems(tmp_path, tmp_path / "config") == []
    with pytest.raises(OverrideExists):
        export_preprompt(file, "other")
    assert file.read_text() == shipped_instructions("clarify")
    export_preprompt(file, "other", force=True)
    assert file.read_text() == "other"


@pytest.mark.parametrize("purpose", PURPOSES)
@given(
    text=st.text(max_size=200) | st.sampled_from([FRAMING_RULES, "```", "</file>", "DONE", "%s{}"])
)
def test_no_override_takes_the_form_of_replies_away(purpose: Purpose, text: str) -> None:
    """The program reads replies by the form, which stands whole behind whatever is written."""
    told = system_message(request(purpose, text))
    form = FORMS[purpose]
    assert form in told
    assert told.rindex(form) >= len(text.strip()) or not text.strip()
    files = (InputFile("a.py", "x = 1\n"),)
    if purpose == "generate":
        edited = system_message(request(purpose, text, edits=("a.py",), files=files))
        assert EDIT_FORM in edited
    messages = first_messages(request(purpose, text, files=files))
    assert [message["role"] for message in messages] == ["system", "user"]
    plain = first_messages(request(purpose, "", files=files))
    assert messages[1] == plain[1]
