"""A conversation in a real terminal: killed while an answer comes, and hostile answers."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from autocoder_tui.demo.script import Reply
from autocoder_tui.store.history.history import History
from tests.terminal.program import serving, terminal
from tests.terminal.test_hostile_text import EVIL, is_clean, says_it

FIRST = "The first answer.\n"
POINTS = "".join(f"- point {number}\n" for number in range(1, 21))
SECOND = f"Steps:\n- think\n\nAnswer:\n{POINTS}\nThe end.\n"
CUT = SECOND.index("point 9")


def test_an_answer_under_way_when_the_program_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    script = [
        Reply(FIRST),
        Reply(SECOND, stall="middle", cut_after=CUT),
        Reply(SECOND[CUT:]),
    ]
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.py").write_text("A = 1\n")
    with serving(script) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        with terminal(tmp_path, *at, "--mode", "query", "-i", "a.py") as screen:
            screen.until_shows("✓ a.py", "ready")
            screen.press("first?")
            screen.until_shows("first?")
            screen.press("ctrl+r")
            screen.until_shows("The first answer.", "done")
            screen.until(lambda: asked_last(tmp_path))
            first_asked = asked_last(tmp_path)
            screen.press("f3", "second?")
            screen.until_shows("second?")
            screen.press("ctrl+r")
            screen.until_shows("point 8")
            screen.until(lambda: asked_last(tmp_path) not in ("", first_asked))
            screen.signal(signal.SIGKILL)
            screen.ended()
        with terminal(tmp_path, *at) as screen:
            screen.until_shows("first?", "The first answer.", "second?", "point 8")
            screen.until_shows("Go on")
            assert len(server.requests) == 2
            screen.press("f4", "ctrl+g")
            screen.until_shows("The end.", "✓ done")
            assert screen.picture.text.count("point 8") == 1
            screen.press("ctrl+q")
            screen.ended()
        # The question was sent once; what came after it asks to go on with the answer.
        questions = [request.messages[3]["content"] for request in server.requests[1:]]
        assert questions == ["Question:\n\nsecond?\n"] * len(questions)
        assert all(len(request.messages) > 4 for request in server.requests[2:])
    second, first = History(tmp_path / "state").list()
    assert (first.status, second.status) == ("finished", "finished")
    assert (second.parent, second.thread) == (first.run_id, first.run_id)
    assert History(tmp_path / "state").get("last").reply == SECOND


def asked_last(folder: Path) -> str:
    """The run at the end of the conversation, as the session has it."""
    slots = list((folder / "state").rglob("slot-1.json"))
    return str(json.loads(slots[0].read_text())["asked_last"]) if slots else ""


def test_a_hostile_answer_does_nothing(tmp_path: Path) -> None:
    table = f"| a | b |\n|---|---|\n| {EVIL} | x |"
    text = f"# {EVIL}\n\n- {EVIL}\n\n{table}\n\n```{EVIL}\n{EVIL}\n```\n"
    (tmp_path / "project").mkdir()
    with serving([Reply(f"Steps:\n- {EVIL}\n\nAnswer:\n{text}")]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        with terminal(tmp_path, *at, "--mode", "query") as screen:
            screen.until_shows("F9", "ready")
            screen.press("well?")
            screen.until_shows("well?")
            screen.press("ctrl+r")
            screen.until_shows("done")
            screen.until(lambda: says_it(screen))
            screen.press("o", "f6")
            screen.until_shows("well?", "History")
            screen.press("escape", "ctrl+q")
            screen.ended()
            is_clean(list(screen.tokens))
