"""Reviews of files that are not compared whole: hunks are places, verdicts work as in any other."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.large_text import place_in_large
from autocoder_tui.review import FileReview, Review, Verdict
from autocoder_tui.review.file_edits import FileEdits
from autocoder_tui.review.result import as_result
from autocoder_tui.review.serialization import NoReview, review_data, review_of
from autocoder_tui.review.unplaced_change import place_by_hand, unplaced_changes, with_other_lines
from autocoder_tui.review.warnings import warnings

LONG = "".join(f"function f{n}(a,b){{return a+b*{n};}}" for n in range(400))
TEXT = f"first\nsecond\n{LONG}\nthird\n{LONG[:-1]}x\nlast"
A, R, U = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDECIDED


def review(text: str, *edits: tuple[str, str], path: str = "a.js") -> FileReview:
    blocks = [EditBlock.of(old, new) for old, new in edits]
    large = place_in_large(text, blocks)
    file = FileReview.of_places(path, text, large)
    return replace(file, edits=FileEdits.of(blocks, large.placed))


def one_line() -> FileReview:
    return review(
        LONG,
        ("return a+b*7;\n", "return a-b*7;\n"),
        ("return a+b*150;\n", "return a-b*150;\n"),
        ("return a+b*399;\n", "\n"),
    )


def wanted(verdicts: tuple[Verdict, ...]) -> str:
    text = LONG
    changes = (
        ("return a+b*7;", "return a-b*7;"),
        ("return a+b*150;", "return a-b*150;"),
        ("return a+b*399;", ""),
    )
    for verdict, (old, new) in zip(verdicts, changes, strict=True):
        text = text.replace(old, new) if verdict is A else text
    return text


@pytest.mark.parametrize("verdicts", list(product((A, R, U), repeat=3)))
def test_each_change_of_one_line_has_its_own_verdict(verdicts: tuple[Verdict, ...]) -> None:
    file = one_line()
    assert len(file.hunks) == 3
    for number, verdict in enumerate(verdicts):
        file = file.with_verdict(number, verdict)
    assert file.result() == wanted(verdicts)


def test_patches_are_of_whole_lines_and_applied_by_git(tmp_path: Path) -> None:
    text = f"first\n{LONG}\nthird\n"
    file = review(text, ("first\n", "1st\n"), ("b*7;\n", "b*70;\n"), ("b*9;\n", "b*90;\n"))
    assert str(file.lines) == "+2 −2"
    for verdicts in product((A, R), repeat=3):
        decided = file
        for number, verdict in enumerate(verdicts):
            decided = decided.with_verdict(number, verdict)
        patch = decided.to_patch(accepted_only=True)
        target = tmp_path / "a.js"
        target.write_bytes(text.encode())
        if patch:
            command = ["git", "apply", "--whitespace=nowarn", "-"]
            subprocess.run(command, cwd=tmp_path, input=patch.encode(), check=True)
        assert target.read_bytes().decode() == decided.result()


def test_a_hunk_inside_a_line_is_edited_without_breaking_the_line() -> None:
    file = one_line().with_verdict(0, A).with_verdict(2, R)
    lines = file.proposed_lines(1).replace("a-b", "a/b")
    edited = file.hunk_edited(1, lines)
    assert edited.verdicts == (A, U, R)
    assert edited.after == file.after.replace("a-b*150", "a/b*150")
    same = file.hunk_edited(1, file.replaced_lines(1))
    assert (same.verdicts, len(same.hunks)) == ((A, R), 2)


def test_a_text_edited_as_a_whole_keeps_the_verdicts_of_what_stays() -> None:
    file = review(TEXT, ("second\n", "2nd\n"), ("third\n", "3rd\n"))
    decided = file.with_verdict(0, A).with_verdict(1, R)
    edited = decided.edited(decided.after.replace("3rd", "third!"))
    assert edited.verdicts[0] is A
    assert edited.after == decided.after.replace("3rd", "third!")
    assert edited.all_verdict(A).result() == edited.after


def test_it_is_kept_and_comes_back() -> None:
    file = one_line().with_verdict(0, A).with_verdict(2, R)
    file = file.hunk_edited(1, "b){return 0;}")
    kept = json.loads(json.dumps(review_data(Review((file,)))))
    assert kept["files"][0]["after"] is None
    again = review_of(kept)
    assert again == Review((file,))
    assert again.results() == Review((file,)).results()


def test_a_whole_line_edited_in_its_place_stays_a_line() -> None:
    file = review(TEXT, ("second\n", "2nd\n"), ("third\n", "3rd\n"))
    for lines in ("two", "two\n", "two\nand a half"):
        edited = file.hunk_edited(0, lines)
        assert edited.after == file.after.replace("2nd", lines.rstrip("\n"))
    assert file.hunk_edited(0, "").after == file.after.replace("2nd\n", "")


def test_a_line_edited_beside_a_hunk_leaves_it_decided() -> None:
    file = review(TEXT, ("second\n", "2nd\n")).with_verdict(0, A)
    start, end = file.hunks[0][2:]
    assert file.in_place_edited(end, end + 1, ["behind\n"]).verdicts == (A, U)
    assert file.in_place_edited(start - 1, start, ["before\n"]).verdicts == (U, A)
    assert file.in_place_edited(start, end, ["two\n"]).verdicts == (U,)


def test_a_large_file_that_is_renamed_comes_back() -> None:
    large = place_in_large(LONG, [EditBlock.of("return a+b*7;\n", "return a-b*7;\n")])
    file = FileReview.of_places("b.js", LONG, large, source="a.js").with_verdict(0, A)
    again = review_of(json.loads(json.dumps(review_data(Review((file,))))))
    assert again == Review((file,))
    assert (again.files[0].source, again.files[0].final_path) == ("a.js", "b.js")


@pytest.mark.parametrize(
    "places", [None, [[5, 1, []]], [[0, 10**9, []]], [[1, 2, [3]]], [[0, 1]], [["a", 1, []]]]
)
def test_damaged_places_are_no_review(places: object) -> None:
    kept = review_data(Review((one_line(),)))
    kept["files"][0]["places"] = places
    with pytest.raises(NoReview):
        review_of(kept)


def test_a_change_without_a_place_is_placed_by_hand() -> None:
    file = review(LONG, ("return a+b*7;\n", "return 7;\n"), ("return of nothing\n", "return 0;\n"))
    (change,) = unplaced_changes(file)
    at = len(file.diff.new_lines) // 2
    piece = file.diff.new_lines[at]
    placed = place_by_hand(file, change, at, at + 1)
    assert len(placed.hunks) == 2
    assert placed.edits is not None
    assert not placed.edits.unplaced
    assert placed.after == file.after.replace(piece, "return 0;")
    assert "\n" not in placed.after


def test_a_change_with_other_lines_finds_its_place() -> None:
    file = review(LONG, ("return a+b*7;\n", "return 7;\n"), ("return of nothing\n", "return 0;\n"))
    (change,) = unplaced_changes(file)
    placed = with_other_lines(file, change, "return a+b*100;\n", "return 0;\n")
    assert placed.after == file.after.replace("return a+b*100;", "return 0;")
    assert placed.edits is not None
    assert not placed.edits.unplaced


def test_the_result_is_shown_in_pieces_with_its_new_parts_marked() -> None:
    file = one_line().with_verdict(0, A).with_verdict(2, R)
    shown = as_result(file)
    assert shown.after == file.result()
    (hunk,) = shown.hunks
    assert "return a-b*7;" in "".join(shown.diff.new_lines[hunk.new_start : hunk.new_end])
    assert len(shown.diff.new_lines) > 100


def test_what_is_amiss_near_a_change_is_said_with_the_number_of_its_line() -> None:
    text = "".join(f"line {n}\n" for n in range(900))
    file = review(text, ("line 800\n", "line 800\n<|endoftext|>\n\ufffd\n"))
    said = " ".join(warnings(file))
    assert "Line 803 holds a replacement character" in said
    accepted = warnings(file.all_verdict(R), file.all_verdict(R).result())
    assert accepted == ()


@settings(max_examples=40)
@given(st.data())
def test_ranges_replaced_one_after_the_other_give_the_text(data: st.DataObject) -> None:
    file = one_line().with_verdict(0, A)
    for _ in range(3):
        lines = file.diff.new_lines
        start = data.draw(st.integers(0, len(lines)))
        end = data.draw(st.integers(start, min(len(lines), start + 3)))
        new = data.draw(st.lists(st.sampled_from(["x", "y;", lines[0]]), max_size=3))
        wanted = "".join([*lines[:start], *new, *lines[end:]])
        file = file.in_place_edited(start, end, new)
        assert file.after == wanted
        assert file.all_verdict(A).result() == wanted
        assert file.all_verdict(R).result() == LONG
        assert len(file.hunks) == len(file.verdicts)
