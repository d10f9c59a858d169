"""kill -9 in a round of feedback: nothing typed or made is lost, and nothing is asked for twice."""

from __future__ import annotations

import signal
from pathlib import Path

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.store.history.history import History
from tests.faults.test_killed_sessions import OFFER, WHOLE, kill, project, run
from tests.terminal.program import serving, terminal

SAID = "the last one must not be free"
MADE = "In prices.py, leave price_390 as it was."
BETTER = WHOLE.replace("price_390 = 0", "price_390 = 389")


class Server:
    """Answers the first instruction not to its end, the runs of feedback slowly."""

    def __init__(self) -> None:
        self.asides = 0

    def __call__(self, received: Received) -> Reply:
        asked = received.messages[1]["content"]
        if asked.endswith("Instruction:\n"):
            self.asides += 1
            if self.asides == 1:
                return Reply(MADE, stall="middle", cut_after=10)
            return Reply(MADE)
        if "Feedback on your previous proposal" not in asked:
            return Reply(WHOLE)
        if len(received.messages) == 2:
            return Reply(BETTER, delay=0.004)
        tail = received.messages[-2]["content"].splitlines(keepends=True)
        instruction = received.messages[-1]["content"]
        count = max((n for n in range(1, 13) if "".join(tail[-n:]) in instruction), default=0)
        text, echo = "".join(tail), "".join(tail[-count:])
        return Reply(BETTER[BETTER.index(text) + len(text) - len(echo) :])


def test_a_round_of_feedback_is_killed_three_times(tmp_path: Path) -> None:
    history, script = History(tmp_path / "state"), Server()
    with serving(script) as server:
        with terminal(tmp_path, *project(tmp_path), server.base_url) as screen:
            run(screen)
            screen.until_shows("2 undecided", "a Accept")
            screen.press("a")
            screen.until_shows("1 of 2 accepted")
            screen.press("f3")
            screen.press("\x0e", "\x0e")
            screen.until_shows("[Feedback]", "about all of it")
            screen.press(SAID)
            screen.until_shows(SAID)
            screen.press("ctrl+r")
            screen.until(lambda: script.asides == 1)
            kill(screen)
        with terminal(tmp_path) as screen:
            # Only the run is offered; the short request is in history and asks nobody anything.
            screen.until_shows(*OFFER, "1 of 2 accepted")
            assert len(history.list(offered=True)) == 1
            assert [line.purpose for line in history.list()] == ["feedback", "generate"]
            screen.press("r")
            screen.until_shows("Enter Write")
            screen.press("f3")
            screen.until_shows(SAID, "[Feedback]")
            screen.press("ctrl+r")
            screen.until_shows("What the model is told", MADE)
            kill(screen)
        with terminal(tmp_path) as screen:
            # It was seen to, so it is open again.
            screen.until_shows("Enter Write", "1 of 2 accepted")
            screen.press("f3")
            screen.until_shows(SAID)
            screen.press("ctrl+r")
            screen.until_shows("of the same feedback before", MADE)
            assert script.asides == 2
            screen.press("enter")
            screen.until(lambda: any("Feedback" in str(r.body) for r in server.requests))
            screen.until_shows("price_20 ")
            screen.signal(signal.SIGKILL)
            assert screen.ended() == -signal.SIGKILL
        with terminal(tmp_path) as screen:
            screen.until_shows(*OFFER)
            screen.press("c")
            screen.until(lambda: history.get("last").status == "finished")
            # What was accepted before the complaint is accepted in what came of it.
            screen.until_shows("1 of 2 accepted, 0 rejected, 1 undecided", "price_390 = 389")
    last = history.get("last")
    assert last.reply == BETTER
    assert last.snapshot.feedback is not None
    assert last.snapshot.feedback.rounds[-1].complaint == SAID
    assert last.snapshot.feedback.rounds[-1].instruction == MADE
    assert script.asides == 2
