"""Killed between questions, and while one is on its way: all answers are there again, and nothing
is asked twice."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from tests.terminal.program import serving, terminal

Q1 = "QUESTION: Which format?\n- JSON\n- CSV\nASSUME: JSON"
Q2 = "QUESTION: Which time zone?\nASSUME: UTC"
FILE = '<file path="a.py">\nx = 1\n</file>\n'


@pytest.mark.parametrize("moment", ["streaming", "typing"])
def test_a_kill_loses_no_answer_and_asks_nothing_twice(tmp_path: Path, moment: str) -> None:
    second = Reply(Q2, stall="middle", cut_after=12) if moment == "streaming" else Reply(Q2)
    script = [Reply(Q1), second, *([Reply(Q2)] if moment == "streaming" else []), Reply("DONE")]
    with serving([*script, Reply(FILE)]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model", "--mode", "clarify")
        with terminal(tmp_path, *at, "-r", "Write the log.") as screen:
            screen.until_shows("Write the log.", "[Clarify]", "test-model")
            screen.press("ctrl+r")
            screen.until_shows("Which format?")
            screen.press("2")
            screen.until(lambda: len(server.requests) == 2)
            if moment == "typing":
                screen.until_shows("Which time zone?")
                screen.press(*"Berl")
                screen.until_shows("Berl")
                # What is typed is written down a moment later.
                screen.until(lambda: "Berl" in _left(tmp_path))
            screen.signal(signal.SIGKILL)
            screen.ended()
        assert "CSV" in _left(tmp_path)
        count = len(server.requests)
        with terminal(tmp_path, *at) as screen:
            screen.until_shows("Write the log.", "[Clarify]", "test-model")
            screen.press("ctrl+r")
            screen.until_shows("Which format?", "CSV", "Which time zone?")
            assert len(server.requests) == count + (moment == "streaming")
            if moment == "typing":
                screen.until_shows("Berl")
                screen.press(*"in")
            else:
                screen.press(*"Berlin")
            screen.press("enter")
            screen.until_shows("nothing left to ask")
            screen.press("enter")
            screen.until_shows("Requirements with your answers")
            screen.press("ctrl+s")
            screen.until(lambda: len(server.requests) == count + 2 + (moment == "streaming"))
            sent = server.requests[-1].messages[-1]["content"]
            screen.until_shows("a.py")
            screen.signal(signal.SIGKILL)
            screen.ended()
    assert "1. Which format?\n   CSV\n\n2. Which time zone?\n   Berlin" in sent


def _left(folder: Path) -> str:
    files = list((folder / "state" / "sessions").glob("*/slot-1.json"))
    return files[0].read_text() if files else ""
