"""Which files of a reply that still comes may be decided on, and how a review goes on with more."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.request import Limits
from autocoder_tui.review import Verdict
from autocoder_tui.runs.files_so_far import FilesSoFar
from autocoder_tui.runs.preparation import Job, Prepared, prepare
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.setup import ChosenModel

OLD = "".join(f"line {number}\n" for number in range(20))
NEW = OLD.replace("line 3\n", "line three\n").replace("line 15\n", "line fifteen\n")


def file_of(path: str, text: str = NEW) -> str:
    return f'<file path="{path}">\n{text}</file>\n'


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(OLD)
    model = ChosenModel(Model("m", "p"), Endpoint(Provider("p", "http://127.0.0.1:1/v1")))
    job = Job(tmp_path, ("a.txt", "b.txt"), None, "count")
    return prepare(job, model, Limits())


def whole(files: FilesSoFar) -> list[str]:
    return [file.path for file in files.whole.values()]


def test_a_file_is_whole_when_its_closing_line_is_there_and_not_before(prepared: Prepared) -> None:
    text, files = file_of("a.txt") + file_of("b.txt"), FilesSoFar(prepared)
    first, second = text.index("</file>\n") + len("</file>\n"), len(text)
    for length in range(len(text) + 1):
        # Wherever it is looked first, what the next line begins with takes nothing.
        fresh = FilesSoFar(prepared)
        fresh.look(text[:length], ())
        assert len(fresh.whole) == (length >= first) + (length >= second)
        assert files.look(text[:length], ()) == (length in (first, second))
        assert len(files.whole) == (length >= first) + (length >= second)
        assert all(file.after == NEW for file in files.whole.values())


def test_what_is_said_around_a_file_makes_it_not_less_whole(prepared: Prepared) -> None:
    files = FilesSoFar(prepared)
    assert files.look(file_of("a.txt"), ())
    assert not files.look(file_of("a.txt") + '<file path="b.txt', ())
    assert whole(files) == ["a.txt"]
    assert not files.look("", ())  # all of it was taken back to be joined elsewhere
    assert whole(files) == ["a.txt"]


def test_a_code_fence_proves_nothing_before_something_else_follows(prepared: Prepared) -> None:
    files = FilesSoFar(prepared)
    fenced = f"a.txt\n```\n{NEW}```\n\n"
    assert not files.look(f"{fenced}Then", ())
    assert [each.path for each in files.beginnings()] == ["a.txt"]
    assert files.look(f"{fenced}Then\n", ())
    assert (whole(files), files.beginnings()) == (["a.txt"], ())
    # In Markdown a fence may be one of its own.
    assert not FilesSoFar(prepared).look(f"a.md\n```\n{NEW}```\n\nThen\n", ())


def test_a_verdict_given_on_what_more_has_come_of_since_stays_with_its_hunk(
    prepared: Prepared,
) -> None:
    block = "<<<<<<< SEARCH\nline {0}\n=======\nline {0}, other\n>>>>>>> REPLACE\n"
    first, second = block.format(12), block.format(3)
    files = FilesSoFar(prepared)
    files.look(f'<edit path="a.txt">\n{first}', ())
    session = ReviewSession(files.reviewable())
    session.coming = files.coming
    seen = session.review.files[0].with_verdict(0, Verdict.REJECTED)
    files.look(f'<edit path="a.txt">\n{first}{second}', ())
    session.take_later(files.reviewable(), (), files.coming)
    now = session.with_decided(seen)
    assert now is not None
    assert now.files[0].verdicts == (Verdict.UNDECIDED, Verdict.REJECTED)
    # When the reply is whole, what was decided on another proposal is not of this one.
    session.coming = None
    assert session.with_decided(seen) is None


def test_a_session_goes_on_with_more_files(prepared: Prepared) -> None:
    files = FilesSoFar(prepared)
    files.look(file_of("a.txt") + '<file path="b.txt">\n', ())
    session = ReviewSession(files.reviewable(), tuple(files.whole.values()))
    session.coming = files.coming
    assert session.coming == ("b.txt",)
    file = session.review.files[0].with_verdict(0, Verdict.ACCEPTED)
    session.decide(session.review.with_file(file))
    files.look(file_of("a.txt") + file_of("b.txt"), ())
    assert session.take_later(files.reviewable(), tuple(files.whole.values()), None) == []
    assert [each.path for each in session.review.files] == ["a.txt", "b.txt"]
    assert session.review.files[0] is file  # the view that shows it has nothing to draw anew
    assert session.why_not_written == ""
    session.take_back()
    assert session.review.counts.accepted == 0
    assert [each.path for each in session.review.files] == ["a.txt", "b.txt"]


def test_what_was_decided_on_what_goes_on_or_is_gone_is_said(prepared: Prepared) -> None:
    files = FilesSoFar(prepared)
    files.look(file_of("a.txt") + file_of("b.txt"), ())
    session = ReviewSession(files.reviewable(), tuple(files.whole.values()))
    session.decide(session.review.all_verdict(Verdict.ACCEPTED))
    nothing = FilesSoFar(prepared)
    dropped = session.take_later(nothing.reviewable(), (), ("b.txt",))
    assert [str(each) for each in dropped] == [
        "a.txt is not in the reply any more: 2 verdicts were dropped.",
        "b.txt goes on: 2 verdicts were dropped.",
    ]
