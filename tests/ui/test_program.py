"""Controllers know a Program, so they are tried here without any App."""

from __future__ import annotations

from typing import Any, cast, get_args

from autocoder_tui.review.acknowledged import Acknowledged
from autocoder_tui.ui.controllers.concerns import accept_anyway
from autocoder_tui.ui.controllers.quit import Interrupt
from autocoder_tui.ui.controllers.review_actions import _DEEDS
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.review.pane import Deed


class Fake:
    """Notes what it is told and asked, and answers with `answer`."""

    def __init__(self, answer: str = "", *, running: bool = False) -> None:
        self.answer, self.running = answer, running
        self.said: list[str] = []
        self.asked: list[Any] = []
        self.stopped = 0

    @property
    def runner(self) -> Fake:
        return self

    def stop(self) -> None:
        self.stopped += 1

    def notify(self, message: str, **_: object) -> None:
        self.said.append(message)

    async def push_screen_wait(self, screen: Any) -> str:
        self.asked.append(screen)
        return self.answer

    @property
    def program(self) -> Program:
        return cast(Program, self)


def test_one_ctrl_c_stops_no_run_and_the_second_does() -> None:
    fake = Fake(running=True)
    interrupt = Interrupt(fake.program)
    interrupt.pressed()
    assert fake.stopped == 0
    assert fake.said[0].startswith("Ctrl+C again stops the run")
    interrupt.pressed()
    assert fake.stopped == 1


def test_ctrl_c_without_a_run_says_how_to_quit() -> None:
    fake = Fake()
    interrupt = Interrupt(fake.program)
    interrupt.pressed()
    interrupt.pressed()
    assert fake.said == ["Ctrl+Q quits.", "Ctrl+Q quits."]
    assert fake.stopped == 0


async def test_a_warning_that_was_accepted_is_not_asked_about_again() -> None:
    fake, seen = Fake("accept"), Acknowledged()
    concerns = {"a.py": ["it is cut off"]}
    assert await accept_anyway(fake.program, seen, concerns)
    assert await accept_anyway(fake.program, seen, concerns)
    assert len(fake.asked) == 1
    assert await accept_anyway(fake.program, seen, {"b.py": ["it is cut off"]})
    assert len(fake.asked) == 2


async def test_a_warning_that_was_looked_at_only_is_asked_about_again() -> None:
    fake, seen = Fake("look"), Acknowledged()
    concerns = {"a.py": ["it is cut off"]}
    assert not await accept_anyway(fake.program, seen, concerns)
    assert not await accept_anyway(fake.program, seen, concerns)
    assert len(fake.asked) == 2


def test_all_that_the_review_pane_may_ask_for_can_be_done() -> None:
    assert set(_DEEDS) == set(get_args(Deed))
