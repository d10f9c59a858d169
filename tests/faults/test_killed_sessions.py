"""kill -9 on a real terminal: the next start offers the run, the verdicts and the draft.

How much of a stream a kill costs is measured in test_kills. AUTOCODER_TUI_KILLS=200 makes
these some more rounds, too.
"""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.store.history.history import History
from tests.terminal.program import Pseudoterminal, serving, terminal

ROUNDS = max(1, int(os.environ.get("AUTOCODER_TUI_KILLS", "6")) // 40)

OLD = "".join(f"price_{number} = {number}\n" for number in range(400))
NEW = OLD.replace("price_3 = 3\n", "price_3 = 33\n").replace("price_390 = 390", "price_390 = 0")
WHOLE = f'<file path="prices.py">\n{NEW}</file>\n'

OFFER = ("Not finished last time", "Esc asks later")
"""The second comes once the offer takes keys."""


def slow_then_the_rest(received: Received) -> Reply:
    """The whole reply, slowly; asked to go on, what is missing after an echo of the last lines."""
    if len(received.messages) == 2:
        return Reply(WHOLE, delay=0.004)
    tail = received.messages[-2]["content"].splitlines(keepends=True)
    instruction = received.messages[-1]["content"]
    # Lines of the kept text that the program wants repeated, and where they end in the whole.
    count = max((n for n in range(1, 13) if "".join(tail[-n:]) in instruction), default=0)
    return Reply(
        WHOLE[WHOLE.index("".join(tail)) + len("".join(tail)) - len("".join(tail[-count:])) :]
    )


def project(folder: Path) -> tuple[str, ...]:
    (folder / "project").mkdir(parents=True)
    (folder / "project" / "prices.py").write_text(OLD)
    return ("-i", "prices.py", "-m", "slow-model", "--base-url")


def kill(screen: Pseudoterminal) -> None:
    screen.signal(signal.SIGKILL)
    assert screen.ended() == -signal.SIGKILL


def run(screen: Pseudoterminal) -> None:
    """Type the wish and run it."""
    screen.until_shows("✓ prices.py", "slow-model")
    screen.press("Round the prices")
    screen.until_shows("Round the prices")
    screen.press("ctrl+r")


def killed_in_mid_stream(folder: Path, base_url: str, chance: random.Random) -> int:
    """Returns a number of bytes that were surely journalled when it was killed."""
    state = folder / "state"
    least = chance.randrange(2_000, 20_000)
    with terminal(folder, *project(folder), base_url) as screen:
        run(screen)
        screen.until(lambda: _journalled(state) > least)
        kill(screen)
    return least


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_run_killed_in_mid_stream_is_offered_shown_and_completed(
    tmp_path: Path, number: int
) -> None:
    history = History(tmp_path / "state")
    with serving(slow_then_the_rest) as server:
        least = killed_in_mid_stream(tmp_path, server.base_url, random.Random(number))
        # No flags now: everything has to come back by itself.
        with terminal(tmp_path) as screen:
            screen.until_shows(
                "Not finished last time", "Esc asks later", "Round the prices", "interrupted after"
            )
            screen.press("r")
            screen.until_shows("The reply ended inside")
            kept = history.get("last").reply
            assert WHOLE.startswith(kept)
            assert len(kept) * 20 > least, "most of what was journalled is text"
            screen.until(lambda: not history.list(offered=True))
            screen.press("f4")
            screen.until_shows(kept.splitlines()[-2])
            kill(screen)
        with terminal(tmp_path) as screen:
            # It was seen to, and the review was open: so it is again, and it goes on.
            screen.until_shows("is open again")
            screen.press("ctrl+g")
            screen.until(lambda: history.list()[0].status == "finished")
            screen.until_shows("2 undecided")
            assert history.get("last").reply == WHOLE
            assert len(history.list()) == 1
            assert len(server.requests) == 2


@pytest.mark.parametrize("number", range(ROUNDS))
def test_continue_goes_on_from_the_offer(tmp_path: Path, number: int) -> None:
    history = History(tmp_path / "state")
    with serving(slow_then_the_rest) as server:
        killed_in_mid_stream(tmp_path, server.base_url, random.Random(number + 1000))
        with terminal(tmp_path, size=(80, 24)) as screen:
            screen.until_shows(*OFFER)
            screen.press("c")
            screen.until(lambda: history.list()[0].status == "finished")
            screen.until_shows("2 undecided")
            assert history.get("last").reply == WHOLE


def test_verdicts_given_before_a_kill_are_back_and_are_what_is_written(tmp_path: Path) -> None:
    with serving([Reply(WHOLE)]) as server:
        with terminal(tmp_path, *project(tmp_path), server.base_url) as screen:
            run(screen)
            screen.until_shows("2 undecided", "a Accept")
            screen.press("a")
            screen.until_shows("1 of 2 accepted")
            screen.press("r")
            screen.until_shows("1 of 2 accepted, 1 rejected")
            kill(screen)
        with terminal(tmp_path) as screen:
            screen.until_shows(
                "Not finished last time", "Esc asks later", "1 of 2 accepted, 1 rejected"
            )
            screen.press("r")
            screen.until_shows("writes prices.py (+1 −1)", "Enter Write")
            screen.press("enter")
            screen.until_shows("✓ written")
            screen.press("ctrl+q")
            assert screen.ended() == 0
    written = (tmp_path / "project" / "prices.py").read_text()
    assert written == OLD.replace("price_3 = 3\n", "price_3 = 33\n")


def test_a_draft_is_back_after_a_kill(tmp_path: Path) -> None:
    flags = project(tmp_path)
    with terminal(tmp_path, *flags, "http://127.0.0.1:9/v1") as screen:
        screen.until_shows("✓ prices.py")
        screen.press("Half a thought")
        sessions = (tmp_path / "state").glob
        screen.until(
            lambda: any("Half a thought" in f.read_text() for f in sessions("sessions/*/*.json"))
        )
        kill(screen)
    with terminal(tmp_path) as screen:
        screen.until_shows("Half a thought", "Back as you left it", "✓ prices.py")


def test_a_draft_is_back_after_a_signal(tmp_path: Path) -> None:
    flags = project(tmp_path)
    with terminal(tmp_path, *flags, "http://127.0.0.1:9/v1") as screen:
        screen.until_shows("✓ prices.py", "slow-model")
        screen.press("Half a thought")
        screen.until_shows("Half a thought")
        screen.signal(signal.SIGTERM)
        assert screen.ended() == 128 + signal.SIGTERM
    with terminal(tmp_path) as screen:
        screen.until_shows("Half a thought", "Back as you left it", "✓ prices.py")


def _journalled(state: Path) -> int:
    """Bytes beyond the first line, which holds the input."""
    return sum(file.stat().st_size for file in (state / "journals").glob("*.jsonl")) - 2 * len(OLD)
