"""A GPT Engineer folder opened and improved by keys in a terminal; nothing else in it changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.demo.script import Received, Reply
from tests.steps.test_gpt_engineer import digests, old_project
from tests.terminal.program import serving, terminal

_READY = "asked again later"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_one_is_opened_and_improved(tmp_path: Path, size: tuple[int, int]) -> None:
    folder = old_project(tmp_path / "old")
    before = digests(folder)
    asked: list[str] = []

    def model(received: Received) -> Reply:
        asked.append(str(received.messages[-1]["content"]))
        return Reply('<file path="main.py">\nprint(2)\n</file>\n')

    with serving(model, models=["m"]) as server:
        at = ["--base-url", server.base_url, "-m", "m", "--steps", "use_feedback"]
        with terminal(tmp_path, "project", "old", *at, project=tmp_path, size=size) as screen:
            screen.until_shows("use_feedback · 0/5")
            screen.press("r")
            screen.until_shows("What is to be different", _READY)
            screen.press("print two", "enter")
            screen.until_shows("Run these commands?", "py_compile main.py", "y Yes")
            screen.press("y")
            screen.until_shows("0 of 1 accepted", "- print(1)", "+ print(2)")
            screen.press("A")
            screen.until_shows("1 of 1 accepted")
            screen.press("enter")
            for question in ("Did the program run", "Did it do what", "Is it of use"):
                screen.until_shows(question, _READY)
                screen.press("1")
            screen.until_shows("What is worth a note?", _READY)
            screen.press("good", "enter")
            screen.until_shows("5/5 · all done")
            screen.press("ctrl+q")
            assert screen.ended() == 0
    assert len(asked) == 1
    assert "A program that prints one." in asked[0]
    assert "print two" in asked[0]
    after = digests(folder)
    assert {name for name in after if after[name] != before.get(name)} == {"workspace/main.py"}
    assert (folder / "workspace" / "main.py").read_text() == "print(2)\n"
    assert not (folder / ".autocoder").exists()
