"""Two kept runs beside each other: facts, and files one by one."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.runs import run_comparison
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.proposed_review import proposed_review
from autocoder_tui.runs.restore import model_as_sent, prepared_of
from autocoder_tui.runs.review_record import review_to_keep
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.run_comparison import compared_runs, comparison_text, duration_in_words
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.snapshot import SentFile
from tests.store.kept_runs import run

BEFORE = "".join(f"line {number}\n" for number in range(40))
ONE = BEFORE.replace("line 3\n", "three\n")
TWO = ONE.replace("line 30\n", "thirty\n")


def proposing(folder: Path, run_id: str, *files: FileProposed, **given: object) -> KeptRun:
    sent = (SentFile("a.txt", BEFORE),)
    options = {"files": sent, "target": None, "project": str(folder), **given}
    return replace(run("reply", run_id, **options), files=files)


def change(after: str, path: str = "a.txt", before: str | None = BEFORE) -> FileProposed:
    return FileProposed(path, before, after, True)


def test_facts_say_what_differs(tmp_path: Path) -> None:
    one = proposing(tmp_path, "a" * 12, change(ONE), model="big")
    two = replace(
        proposing(tmp_path, "b" * 12, change(ONE), model="small"),
        cost_usd=Decimal("0.01"),
        ended="2026-03-01T10:01:05.000+00:00",
    )
    found = compared_runs(one, two)
    differing = {fact.label: (fact.first, fact.second) for fact in found.facts if fact.differs}
    assert differing["model"] == ("big", "small")
    assert differing["cost"] == ("$0.2500", "$0.0100")
    assert differing["took"][1] == "1 min 5 s"
    same = {fact.label for fact in found.facts if not fact.differs}
    assert {"provider", "mode", "tokens in", "files", "inputs"} <= same
    assert [(text.title, text.way) for text in found.texts] == [("a.txt", "same")]


def test_files_are_compared_one_by_one(tmp_path: Path) -> None:
    new = change("new\n", "new.txt", None)
    one = proposing(tmp_path, "a" * 12, change(ONE), new)
    two = proposing(tmp_path, "b" * 12, change(TWO), change("x\n", "other.txt", None))
    found = compared_runs(one, two)
    ways = {text.title: text.way for text in found.texts}
    assert ways == {"a.txt": "differs", "new.txt": "only_first", "other.txt": "only_second"}
    both = found.texts[0]
    assert both.review is not None
    assert (both.review.before, both.review.after) == (ONE, TWO)
    # The patch leads from what the first proposed to what the second did.
    (tmp_path / "a.txt").write_text(ONE)
    (tmp_path / "new.txt").write_text("new\n")
    patch = "".join(text.patch() for text in found.texts)
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "a.txt").read_text() == TWO
    assert not (tmp_path / "new.txt").exists()
    assert (tmp_path / "other.txt").read_text() == "x\n"
    assert json.loads(json.dumps(found.data()))["files"][0]["patch"] in patch


def test_what_one_leaves_alone_is_compared_as_it_was(tmp_path: Path) -> None:
    one = proposing(tmp_path, "a" * 12, change("n\n", "new.txt", None))
    two = proposing(tmp_path, "b" * 12, change(TWO))
    (text,) = [one for one in compared_runs(one, two).texts if one.title == "a.txt"]
    assert text.review is not None
    assert (text.review.before, text.review.after) == (BEFORE, TWO)


def test_other_requirements_are_shown_before_the_files(tmp_path: Path) -> None:
    one = proposing(tmp_path, "a" * 12, change(ONE), requirements="Do it.\n")
    two = proposing(tmp_path, "b" * 12, change(ONE), requirements="Do it well.\n")
    titles = [text.title for text in compared_runs(one, two).texts]
    assert titles == ["(requirements)", "a.txt"]


def test_answers_are_compared_by_what_they_say(tmp_path: Path) -> None:
    asked = {"mode": "query", "purpose": "query"}
    one = replace(run("It is.\n", "a" * 12, **asked), files=())
    two = replace(run("It is not.\n", "b" * 12, **asked), files=())
    (text,) = compared_runs(one, two).texts
    assert (text.title, text.way) == ("(reply)", "differs")
    assert "+It is not." in text.patch()


def test_what_was_decided_is_known_again(tmp_path: Path) -> None:
    two = proposing(tmp_path, "b" * 12, change(TWO))
    (tmp_path / "a.txt").write_text(BEFORE)
    prepared = prepared_of(two, model_as_sent(two))
    reviewable = make_review(prepared, two.files)
    file = reviewable.review.files[0]
    assert proposed_review(two).decided == "2 undecided"
    decided = file.with_verdict(0, Verdict.ACCEPTED).with_verdict(1, Verdict.REJECTED)
    session = ReviewSession(
        replace(reviewable, review=reviewable.review.with_file(decided)), proposed=two.files
    )
    kept = replace(two, review=review_to_keep(session))
    found = proposed_review(kept)
    assert found.review.files[0].verdicts == (Verdict.ACCEPTED, Verdict.REJECTED)
    assert found.decided == "1 accepted, 1 rejected"


def test_texts_too_large_are_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_comparison, "MOST_COMPARED", 100)
    one, two = (proposing(tmp_path, name * 12, change(t)) for name, t in (("a", ONE), ("b", TWO)))
    (text,) = compared_runs(one, two).texts
    assert text.too_large
    assert text.review is None
    assert "too large" in text.says


def test_the_text_is_safe_to_show(tmp_path: Path) -> None:
    evil = "\x1b[2J\x9b31m"
    one = proposing(tmp_path, "a" * 12, change(ONE + evil + "\n"), model=evil)
    two = proposing(tmp_path, "b" * 12, change(TWO))
    text = comparison_text(compared_runs(one, two), patches=True)
    assert not set("\x1b\x9b\r") & set(text)
    assert "+thirty" in text
    assert "+thirty" not in comparison_text(compared_runs(one, two), patches=False)


def test_a_time_that_is_none_takes_no_time() -> None:
    assert duration_in_words(replace(run(), ended="nonsense")) == ""
    assert duration_in_words(replace(run(), ended="2020-01-01T00:00:00+00:00")) == ""
