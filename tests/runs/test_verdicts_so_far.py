"""Verdicts on a reply that still comes, at any time and whatever comes after them: each stands on
the very hunk it was given to, or it is said that it was dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.proposed_files import proposed_files
from autocoder_tui.engine.request import Limits
from autocoder_tui.review import FileReview, Review, Verdict
from autocoder_tui.runs.files_so_far import FilesSoFar
from autocoder_tui.runs.preparation import Job, Prepared, prepare
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.runs.setup import ChosenModel

NAMES = ("a.txt", "b.py")
LINES = ("x = 1", "y = 2", "", "z = 3", "pass", "x = 1", "w = 4")
OLD = "".join(f"{LINES[n % 7]}\n" if n % 3 else f"v{n} = {n}\n" for n in range(24))

WORDS = (*LINES, "v3 = 3", "v9 = 9", "new = 5", "# said")
Place = tuple[str, int, int, str]


def text(chance: Random) -> str:
    return "".join(f"{chance.choice(WORDS)}\n" for _ in range(chance.randint(1, 8)))


def body(chance: Random) -> str:
    """The old text with lines other, gone and added; or another."""
    if chance.random() < 0.2:
        return text(chance)
    lines = OLD.splitlines(keepends=True)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        lines[at : at + chance.randint(0, 3)] = text(chance).splitlines(keepends=True)[:2]
    return "".join(lines)


def change(chance: Random) -> str:
    at = chance.randrange(23)
    old = "".join(OLD.splitlines(keepends=True)[at : at + chance.randint(1, 3)])
    found = "no such line\n" if chance.random() < 0.2 else old
    return f"<<<<<<< SEARCH\n{found}=======\n{text(chance)}>>>>>>> REPLACE\n"


def piece(chance: Random) -> str:
    name = chance.choice(NAMES)
    changes = "".join(change(chance) for _ in range(chance.randint(1, 4)))
    return chance.choice(
        [
            f'<file path="{name}">\n{body(chance)}</file>\n',
            f'<edit path="{name}">\n{changes}</edit>\n',
            f'<edit path="{name}">\n{changes}</edit>\n',
            f"{name}\n```\n{body(chance)}```\n\n",
            f"```python\n{body(chance)}```\n\n",
            "I change this.\n",
            f'<delete path="{name}"/>\n',
            "```sh\nls\n```\n",
        ]
    )


def reply_of(chance: Random) -> str:
    return "".join(piece(chance) for _ in range(chance.randint(1, 4)))


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    for name in NAMES:
        (tmp_path / name).write_text(OLD)
    model = ChosenModel(Model("m", "p"), Endpoint(Provider("p", "http://127.0.0.1:1/v1")))
    return prepare(Job(tmp_path, NAMES, None, "count"), model, Limits())


def verdicts(review: Review) -> Counter[tuple[Place, Verdict]]:
    """What is decided, by the very lines it is on. Two pieces of a hunk may be the same."""
    return Counter(each for file in review.files for each in _decided(file))


def _decided(file: FileReview) -> Iterator[tuple[Place, Verdict]]:
    for number, (hunk, verdict) in enumerate(zip(file.hunks, file.verdicts, strict=True)):
        if verdict is not Verdict.UNDECIDED:
            what = f"{file.action} {number < file.acts} {file.proposed_lines(number)}"
            yield (file.path, hunk.old_start, hunk.old_end, what), verdict


def of(path: str, found: Counter[tuple[Place, Verdict]]) -> int:
    return sum(count for (place, _), count in found.items() if place[0] == path)


class Reader:
    """Looks at what has come, decides on it, and checks that nothing moves."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.files = FilesSoFar(prepared)
        self.session: ReviewSession | None = None
        self.given: set[tuple[Place, Verdict]] = set()

    def look(self, text: str) -> None:
        if self.files.look(text, ()):
            self._go_on(self.files.reviewable(), self.files.coming)

    def end(self, text: str) -> None:
        proposed = tuple(proposed_files(self.prepared.request, text, (), finished=True))
        self._go_on(make_review(self.prepared, proposed), None)

    def _go_on(self, reviewable: Reviewable, coming: tuple[str, ...] | None) -> None:
        session = self.session
        if session is None:
            self.session = ReviewSession(reviewable)
            self.session.coming = coming
            return
        before = verdicts(session.review)
        dropped = session.take_later(reviewable, (), coming)
        after = verdicts(session.review)
        assert after <= before, "a verdict stands where none was given"
        lost = {path: of(path, before) - of(path, after) for (path, *_), _ in before}
        said = {each.path: each.verdicts for each in dropped}
        assert {path: count for path, count in lost.items() if count} == said

    def decide(self, chance: Random) -> None:
        session = self.session
        if session is None:
            return
        for _ in range(chance.randint(0, 3)):
            deed = chance.choice(["decide", "decide", "split", "back", "again", "all"])
            if deed == "back":
                session.take_back()
            elif deed == "again":
                session.do_again()
            elif deed == "all":
                session.decide(session.review.decided(chance.choice(list(Verdict))))
                self.given |= verdicts(session.review).keys()
            elif files := [f for f in session.review.files if f.hunks]:
                file = chance.choice(files)
                hunk = chance.randrange(len(file.hunks))
                verdict = chance.choice(list(Verdict))
                now = file.split(hunk) if deed == "split" else file.with_verdict(hunk, verdict)
                session.decide(session.review.with_file(now))
                self.given |= verdicts(session.review).keys()
            assert verdicts(session.review).keys() <= self.given, "an action decided on others"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**32))
def test_a_verdict_stands_on_the_hunk_it_was_given_to_or_is_said_to_be_dropped(
    prepared: Prepared, seed: int
) -> None:
    chance, reader = Random(seed), Reader(prepared)
    reply, at = reply_of(chance), 0
    while at < len(reply):
        at = chance.randint(at + 1, len(reply))
        reader.look(reply[:at])
        reader.decide(chance)
        if chance.random() < 0.1:
            # A part is taken back, and another one joined.
            at = chance.randint(0, at)
            reply = reply[:at] + reply_of(chance)
            reader.look(reply[:at])
            reader.decide(chance)
    reader.end(reply)
    reader.decide(chance)
    if reader.session is not None:
        assert verdicts(reader.session.review).keys() <= reader.given


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**32))
def test_what_has_come_whole_is_what_it_is_at_the_end(prepared: Prepared, seed: int) -> None:
    """Of a frame or a change that was closed, nothing that is read later makes another text, unless
    the same file is in the reply once more."""
    chance = Random(seed)
    reply = reply_of(chance)
    if reply.count('"a.txt"') > 1 or reply.count('"b.py"') > 1 or "```" in reply:
        return
    files = FilesSoFar(prepared)
    files.look(reply[: chance.randint(0, len(reply))], ())
    end = {f.path: f for f in proposed_files(prepared.request, reply, (), finished=True)}
    for file in files.whole.values():
        assert file.edits == end[file.path].edits[: len(file.edits)]
        assert file.edits or file.after == end[file.path].after
