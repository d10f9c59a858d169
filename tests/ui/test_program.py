"""Controllers know a Program, so they are tried here without any App."""

from __future__ import annotations

from typing import Any, cast, get_args

from textual.app import App

from autocoder_tui.review.acknowledged import Acknowledged
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.runs.review_session import ReviewSession, Written
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.ui.controllers.concerns import accept_anyway
from autocoder_tui.ui.controllers.quit import Interrupt
from autocoder_tui.ui.controllers.review import write_accepted
from autocoder_tui.ui.controllers.review_actions import _DEEDS, accept_everything
from autocoder_tui.ui.controllers.send import may_replace_review
from autocoder_tui.ui.key_words import key_of, with_keys
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.review.keys import Deed
from autocoder_tui.ui.widgets.review.pane import ReviewPane


class Fake:
    """Notes what it is told and asked, and answers with `answer`."""

    def __init__(self, answer: str = "", *, running: bool = False) -> None:
        self.answer, self.running = answer, running
        self.said: list[str] = []
        self.asked: list[Any] = []
        self.stopped = 0
        self.review_session: ReviewSession | None = None
        self.shown_again = 0

    @property
    def main(self) -> Fake:
        return self

    def query_one(self, _: object) -> Fake:
        return self

    def show_again(self) -> None:
        self.shown_again += 1

    def tell(self, text: str, **_: object) -> None:
        self.said.append(text)

    def key(self, id: str) -> str:
        return key_of(App(), id)

    def with_keys(self, text: str) -> str:
        return with_keys(App(), text)

    @property
    def runner(self) -> Fake:
        return self

    def stop(self) -> None:
        self.stopped += 1

    async def shown(self, _: float) -> bool:
        return True

    def notify(self, message: str, **_: object) -> None:
        self.said.append(message)

    async def push_screen_wait(self, screen: Any) -> str:
        self.asked.append(screen)
        return self.answer

    @property
    def proposal_check(self) -> Fake:
        return self

    async def may_write(self, _: ReviewSession) -> bool:
        return True

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


def deciding(verdict: Verdict) -> ReviewSession:
    review = Review((FileReview.of("a.py", "1\n", "2\n"),))
    concerns: dict[str, Any] = {}
    session = ReviewSession(Reviewable(review, {"a.py": None}, concerns, (("b.py", "outside"),)))
    session.decide(review.all_verdict(verdict))
    return session


async def test_a_run_asks_before_it_takes_the_place_of_what_is_not_written() -> None:
    fake = Fake("stay")
    assert await may_replace_review(fake.program), "there is no review"
    fake.review_session = deciding(Verdict.REJECTED)
    assert await may_replace_review(fake.program)
    fake.review_session = deciding(Verdict.UNDECIDED)
    assert await may_replace_review(fake.program, undecided=False)
    assert not fake.asked
    assert not await may_replace_review(fake.program)
    fake.review_session = session = deciding(Verdict.ACCEPTED)
    assert not await may_replace_review(fake.program, undecided=False)
    assert len(fake.asked) == 2
    session.wrote("r", Written(session.review, "a.py"))
    assert await may_replace_review(fake.program)


async def test_what_is_written_or_not_accepted_is_not_written() -> None:
    fake = Fake()
    await write_accepted(fake.program)
    assert fake.said == [], "there is no review"
    fake.review_session = deciding(Verdict.REJECTED)
    await write_accepted(fake.program)
    fake.review_session = session = deciding(Verdict.ACCEPTED)
    session.wrote("r", Written(session.review, "a.py"))
    await write_accepted(fake.program)
    assert fake.said == [
        "Nothing is accepted yet: a accepts a hunk, A the whole file.",
        "These hunks are written already.",
    ]


class Pane:
    """Takes the place of the review pane: notes what is decided."""

    decided: Verdict | None = None

    def decide_everything(self, verdict: Verdict, _but: object) -> None:
        self.decided = verdict


async def test_everything_is_accepted_once_its_warnings_are_gone_on_from() -> None:
    fake, pane = Fake("look"), Pane()
    fake.review_session = session = deciding(Verdict.UNDECIDED)
    session.edit(session.review.files[0].edited("3\n"), ("it shrinks",))
    await accept_everything(fake.program, cast(ReviewPane, pane))
    assert pane.decided is None
    fake.answer = "accept"
    await accept_everything(fake.program, cast(ReviewPane, pane))
    assert pane.decided is Verdict.ACCEPTED
    assert not session.acknowledged.fresh({"a.py": ["it shrinks"]})
