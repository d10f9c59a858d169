"""A complaint made an instruction: what is sent for it, and what is made of the reply."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.engine.catalog import Endpoint, Provider
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.request import Limits
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.review.returned import change_of
from autocoder_tui.review.review import Review
from autocoder_tui.runs.guidance import NO_GUIDANCE
from autocoder_tui.runs.preparation import Job, Prepared, prepare
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.refinement import instruction_of, refinement
from autocoder_tui.runs.rework import Complaint, rework
from autocoder_tui.runs.setup import ChosenModel
from tests.engine.test_run import MODEL

CHOSEN = ChosenModel(MODEL, Endpoint(Provider("here", "http://127.0.0.1:1/v1")))
OLD = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"
NEW = OLD.replace("two", "TWO").replace("six", "SIX")


@pytest.mark.parametrize(
    ("reply", "made"),
    [
        ("In a.py, write 6.", "In a.py, write 6."),
        ("Instruction: In a.py, write 6.\n", "In a.py, write 6."),
        ("**Instruction:** In a.py, write 6.", "In a.py, write 6."),
        ("## Instruction\n\nIn a.py, write 6.", "In a.py, write 6."),
        ('"In a.py, write 6."', "In a.py, write 6."),
        ('Write "6", not "six"', 'Write "6", not "six"'),
        ('"6" is wanted, not "six"', '"6" is wanted, not "six"'),
        ("```text\nIn a.py, write 6.\n```", "In a.py, write 6."),
        ("Instruction sets stay. Write 6.", "Instruction sets stay. Write 6."),
        ("In a.py, write 6.\n\nComplaint: more\n\nInstruction: no", "In a.py, write 6."),
        ("  \n", ""),
    ],
)
def test_what_small_models_put_around_it_is_taken_off(reply: str, made: str) -> None:
    assert instruction_of(reply) == made


@pytest.fixture
def first(tmp_path: Path) -> Prepared:
    (tmp_path / "a.py").write_text(OLD)
    return prepare(Job(tmp_path, ("a.py",), None, "Louder."), CHOSEN, Limits())


def asked(prepared: Prepared, review: Review, complaint: Complaint) -> str:
    made = refinement(prepared, review, complaint, CHOSEN, Limits(), NO_GUIDANCE)
    system, user = first_messages(made.request)
    assert system["role"] == "system"
    return user["content"]


def test_it_is_shown_what_was_asked_for_proposed_and_rejected(first: Prepared) -> None:
    review = make_review(first, [FileProposed("a.py", OLD, NEW, True)]).review
    file = review.files[0].with_verdict(1, Verdict.REJECTED)
    review = Review((file,))
    told = asked(first, review, Complaint("ugly", notes={change_of(file, 1): "a digit!"}))
    assert "Louder." in told
    stands, _, rejected = told.partition("These of the changes were rejected:")
    assert "+TWO" in stands
    assert "+SIX" not in stands
    assert "+SIX" in rejected
    assert "a digit!" in rejected
    assert told.endswith("Complaint: ugly\n\nInstruction:\n")
    assert OLD not in told, "no file is sent as a whole"


def test_what_is_on_disk_by_now_is_shown_against_what_was_given(first: Prepared) -> None:
    (first.root / "a.py").write_text(NEW)
    later = make_review(
        Prepared(first.root, first.request, {}), [FileProposed("a.py", OLD, NEW, True)]
    )
    assert not later.review.files[0].hunks
    assert "+SIX" in asked(first, later.review, Complaint("ugly"))


def test_every_round_is_told_and_the_newest_with_its_lines(first: Prepared) -> None:
    review = make_review(first, [FileProposed("a.py", OLD, NEW, True)]).review
    rejected = Review((review.files[0].with_verdict(1, Verdict.REJECTED),))
    second = rework(first, rejected, "no six", CHOSEN, Complaint("ugh"))
    assert second.request.mode == "feedback"
    assert (second.thread, second.parent) == (first.request.run_id, first.request.run_id)
    again = make_review(second, [FileProposed("a.py", OLD, NEW, True)], rejected)
    assert again.review.files[0].verdicts[1] is Verdict.REJECTED
    third = rework(second, again.review, "leave it", CHOSEN, Complaint("argh"))
    text = third.request.requirements
    places = [
        text.index(part)
        for part in ("Louder.", "Earlier feedback, round 1", "no six", "+SIX", "leave it")
    ]
    assert places == sorted(places)
    assert third.thread == first.request.run_id
    assert third.parent == second.request.run_id
    assert "Then: no six" in asked(second, again.review, Complaint("argh"))


def test_an_accepted_deletion_that_is_done_is_no_part_of_the_next_round(first: Prepared) -> None:
    gone = FileProposed("a.py", OLD, "", True, deletes=True)
    review = make_review(first, [gone]).review.all_verdict(Verdict.ACCEPTED)
    (first.root / "a.py").unlink()
    second = rework(first, review, "and b.py, please", CHOSEN)
    assert not second.request.files
    later = make_review(second, [FileProposed("b.py", None, "b\n", True)], review)
    assert [file.path for file in later.review.files] == ["b.py"]


def test_an_accepted_rename_that_is_done_is_a_change_in_its_new_place(first: Prepared) -> None:
    move = FileProposed("b.py", OLD, NEW, True, renamed_from="a.py")
    review = make_review(first, [move]).review.all_verdict(Verdict.ACCEPTED)
    (first.root / "a.py").rename(first.root / "b.py")
    (first.root / "b.py").write_text(NEW)
    second = rework(first, review, "more", CHOSEN)
    assert [(file.path, file.text) for file in second.request.files] == [("b.py", NEW)]
    more = NEW.replace("four", "FOUR")
    later = make_review(second, [FileProposed("b.py", NEW, more, True)], review)
    (file,) = later.review.files
    assert (file.path, file.source, len(file.hunks)) == ("b.py", "", 1)
