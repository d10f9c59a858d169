"""Changes of a reply that have no place: placed, edited or left out by a person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.edits.edit import (
    Candidate,
    EditBlock,
    EditLine,
    Placement,
    Unplaced,
    split_lines,
)
from autocoder_tui.edits.place import place
from autocoder_tui.review.edits_data import edits_data, edits_of
from autocoder_tui.review.file_edits import FileEdits, in_words
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.review.serialization import NoReview, review_data, review_of
from autocoder_tui.review.unplaced_change import (
    leave_out,
    place_by_hand,
    unplaced_changes,
    with_other_lines,
)
from autocoder_tui.review.warnings import concerns

OLD = 'def one():\n    log("x")\n    return 1\n\n\ndef two():\n    log("x")\n    return 2\n'
FITS = EditBlock.of("    return 2\n", "    return 3\n")
TWICE = EditBlock.of('    log("x")\n', '    log("y")\n')
NOWHERE = EditBlock.of("while pending(queue):\n    pop(queue)\n", "drain(queue)\n")


def reviewed(*blocks: EditBlock, old: str = OLD) -> FileReview:
    placed = place(old, blocks)
    from dataclasses import replace

    file = FileReview.of("a.py", old, placed.text)
    return replace(file, edits=FileEdits.of(blocks, placed))


def test_what_has_no_place_blocks_and_is_never_in_the_text() -> None:
    file = reviewed(FITS, TWICE, NOWHERE)
    assert file.after == OLD.replace("return 2", "return 3")
    found = [concern for concern in concerns(file) if concern.kind == "unplaced"]
    assert len(found) == 2
    assert all(concern.blocks for concern in found)


def test_a_change_is_placed_where_a_person_says_and_verdicts_stay() -> None:
    file = reviewed(FITS, TWICE).with_verdict(0, Verdict.ACCEPTED)
    (change,) = unplaced_changes(file)
    assert [(one.start, one.end) for one in change.candidates] == [(1, 2), (6, 7)]
    placed = place_by_hand(file, change, 6, 7)
    assert placed.after == 'def one():\n    log("x")\n    return 1\n\n\ndef two():\n    log("y")\n    return 3\n'  # fmt: skip  # noqa: E501
    assert not unplaced_changes(placed)
    assert not [concern for concern in concerns(placed) if concern.kind == "unplaced"]
    assert placed.before == OLD


def test_candidates_are_places_of_the_text_as_it_stands() -> None:
    first = EditBlock.of("def one():\n", "# a new line\n\n\ndef one():\n")
    (change,) = unplaced_changes(reviewed(first, TWICE))
    assert [one.start for one in change.candidates] == [4, 9]


def test_a_change_is_left_out_or_found_after_it_was_edited() -> None:
    file = reviewed(FITS, NOWHERE)
    (change,) = unplaced_changes(file)
    assert leave_out(file, change).after == file.after
    assert not unplaced_changes(leave_out(file, change))
    edited = with_other_lines(file, change, "    return 1\n", "    return 10\n")
    assert "return 10" in edited.after
    assert not unplaced_changes(edited)
    again = with_other_lines(file, change, "nothing like it at all\n", "x\n")
    assert again.after == file.after
    assert len(unplaced_changes(again)) == 1


def test_a_change_placed_by_anything_but_equality_is_marked_and_named() -> None:
    file = reviewed(FITS, EditBlock.of('def one():\n\tlog("x")\n', 'def one():\n\tlog("z")\n'))
    assert file.edits is not None
    doubtful = [file.edits.doubtful(hunk) for hunk in file.hunks]
    (marked,) = (one for one in doubtful if one is not None)
    assert marked.manner != "exact"
    assert in_words(marked)


def test_a_review_with_changes_is_kept_and_read_back() -> None:
    review = Review((reviewed(FITS, TWICE, NOWHERE),))
    kept = json.loads(json.dumps(review_data(review)))
    assert review_of(kept) == review
    kept["files"][0]["edits"]["unplaced"][0]["block"] = 9
    with pytest.raises(NoReview):
        review_of(kept)


@given(st.text("ab\n ", max_size=60), st.integers(0, 12), st.integers(0, 12))
def test_a_placed_change_takes_the_chosen_lines_and_no_others(
    old: str, start: int, size: int
) -> None:
    file = reviewed(NOWHERE, old=old)
    (change,) = unplaced_changes(file)
    lines = split_lines(old)
    start = min(start, len(lines))
    end = min(start + size, len(lines))
    placed = place_by_hand(file, change, start, end)
    after = split_lines(placed.after)
    assert after[:start] == [line if line.endswith("\n") else line + "\n" for line in lines[:start]]
    assert any("drain(queue)" in line for line in after)
    tail = len(lines) - end
    assert not tail or after[-tail:] == lines[end:]


def test_changes_kept_by_an_earlier_version_are_read() -> None:
    kept = {
        "blocks": [
            {
                "lines": [["-", "a\n"], ["+", "b\n"]],
                "has_context": False,
                "scopes": ["class X"],
                "line": 3,
                "last": None,
                "at_start": False,
                "at_end": False,
                "closed": True,
                "remark": "",
                "source": "as it stood",
            }
        ]
        * 2,
        "placements": [[0, 2, 3, ["b\n"], "likeness", 0.75, 2]],
        "unplaced": [[1, "several", "twice", [[0, 1, 1.0], [4, 5, 0.5]]]],
        "already": [],
    }
    lines = (EditLine("-", "a\n"), EditLine("+", "b\n"))
    block = EditBlock(lines, scopes=("class X",), line=3, source="as it stood")
    candidates = (Candidate(0, 1, 1.0), Candidate(4, 5, 0.5))
    edits = FileEdits(
        (block, block),
        (Placement(0, 2, 3, ("b\n",), "likeness", 0.75, 2),),
        (Unplaced(1, "several", "twice", candidates),),
    )
    assert edits_of(kept) == edits
    assert edits_of(json.loads(json.dumps(edits_data(edits)))) == edits


@pytest.mark.parametrize(
    "damage",
    [
        {"placements": [[2, 0, 1, [], "exact", 1.0, 0]]},
        {"placements": [[0, 0, 1, [], "somehow", 1.0, 0]]},
        {"placements": [[0, 0, "1", [], "exact", 1.0, 0]]},
        {"unplaced": [[0, "several"]]},
        {"unplaced": [7]},
        {"already": [True]},
        {"blocks": None},
    ],
)
def test_damaged_changes_are_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        edits_of({**edits_data(FileEdits((EditBlock(()),))), **damage})
