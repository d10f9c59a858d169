from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autocoder_tui.review import FileReview, Review, Verdict
from autocoder_tui.review.result import as_result

from .difficult import edits, texts

verdicts = st.sampled_from(Verdict)


@given(edits(), st.booleans())
def test_all_or_nothing(pair: tuple[str, str], is_new: bool) -> None:
    before, after = (None, pair[1]) if is_new else pair
    review = FileReview.of("f", before, after)
    assert review.all_verdict(Verdict.ACCEPTED).result() == after
    assert review.all_verdict(Verdict.REJECTED).result() == before
    assert review.result() == before
    assert bool(review.hunks) == (before != after)


@st.composite
def decided(draw: st.DrawFn) -> FileReview:
    before, after = draw(edits())
    review = FileReview.of('some dir/fi"le\té.txt', draw(st.sampled_from([before, None])), after)
    for _ in range(draw(st.integers(0, 2))):
        if review.hunks:
            review = review.split(draw(st.integers(0, len(review.hunks) - 1)))
    for number in range(len(review.hunks)):
        review = review.with_verdict(number, draw(verdicts))
    return review


@given(decided())
def test_splitting_never_changes_the_union(review: FileReview) -> None:
    for number in range(len(review.hunks)):
        finer = review.split(number)
        assert finer.result() == review.result()
        assert finer.all_verdict(Verdict.ACCEPTED).result() == review.after
        assert finer.all_verdict(Verdict.REJECTED).result() == review.before


def apply_with_git(folder: Path, review: FileReview, patch: str) -> str | None:
    """What `git apply` makes of the old file; None where there is no file."""
    shutil.rmtree(folder, ignore_errors=True)
    file = folder / review.path
    file.parent.mkdir(parents=True)
    if review.before is not None:
        file.write_bytes(review.before.encode())
    if patch:
        subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=folder,
            input=patch.encode(),
            check=True,
            capture_output=True,
            env={"GIT_CEILING_DIRECTORIES": str(folder.parent), "PATH": "/usr/bin:/bin"},
        )
    return file.read_bytes().decode() if file.exists() else None


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not at hand")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(review=decided())
def test_any_mix_is_what_git_makes_of_the_patch(review: FileReview, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    accepted = review.to_patch(accepted_only=True)
    assert apply_with_git(folder, review, accepted) == review.result()
    assert apply_with_git(folder, review, review.to_patch()) == (
        review.after if review.hunks else review.before
    )


def test_counts_and_summary() -> None:
    before = "".join(f"{n}\n" for n in range(30))
    after = before.replace("3\n", "three\nthree\n", 1).replace("20\n", "twenty\n")
    review = FileReview.of("src/report.py", before, after)
    assert Review((review,)).summary == "0 of 2 accepted, 0 rejected, 2 undecided · writes nothing"
    review = review.with_verdict(0, Verdict.ACCEPTED).with_verdict(1, Verdict.REJECTED)
    assert Review((review,)).summary == (
        "1 of 2 accepted, 1 rejected, 0 undecided · writes src/report.py (+2 −1)"
    )
    assert str(review.lines) == "+3 −2"
    with pytest.raises(IndexError):
        review.with_verdict(2, Verdict.ACCEPTED)


def test_an_empty_new_file_is_a_decision() -> None:
    review = FileReview.of("empty", None, "")
    assert len(review.hunks) == 1
    assert review.result() is None
    review = review.with_verdict(0, Verdict.ACCEPTED)
    assert review.result() == ""
    assert review.writes
    assert Review((review,)).summary.endswith("creates empty (+0 −0)")
    assert review.split(0) == review


def test_identical_text_has_nothing_to_decide() -> None:
    review = FileReview.of("same", "a\n", "a\n")
    assert review.hunks == ()
    assert review.to_patch() == ""
    assert Review((review,)).summary == "Nothing is proposed to change"


def test_an_edit_keeps_the_verdicts_of_untouched_hunks() -> None:
    before = "a\nb\nc\nd\ne\nf\ng\nh\n"
    review = FileReview.of("f", before, before.replace("b", "B").replace("g", "G"))
    review = review.all_verdict(Verdict.ACCEPTED)
    edited = review.edited(before.replace("b", "B").replace("g", "GG"))
    assert edited.verdicts == (Verdict.ACCEPTED, Verdict.UNDECIDED)


def test_an_edit_of_one_piece_of_a_split_hunk_leaves_the_others() -> None:
    before = "".join(f"{n}\n" for n in range(6))
    review = FileReview.of("f", before, "a\nb\nc\nd\ne\nf\n").split(0)
    assert len(review.hunks) == 6
    review = review.all_verdict(Verdict.ACCEPTED).with_verdict(5, Verdict.REJECTED)
    edited = review.hunk_edited(2, "see\nC\n")
    assert "".join(verdict.mark for verdict in edited.verdicts) == "✓✓·✓✓✗"
    assert edited.after == "a\nb\nsee\nC\nd\ne\nf\n"
    assert edited.result() == "a\nb\n2\nd\ne\n5\n"


def test_an_edited_hunk_gets_its_newline_back_where_lines_follow() -> None:
    review = FileReview.of("f", "a\nb\n", "A\nb\n")
    assert review.hunk_edited(0, "x").after == "x\nb\n"
    assert review.hunk_edited(0, "").after == "b\n"
    assert FileReview.of("f", "a", "b").hunk_edited(0, "c").after == "c"


@settings(deadline=None)
@given(decided(), texts())
def test_an_edit_never_changes_what_either_answer_gives(review: FileReview, after: str) -> None:
    edited = review.edited(after)
    assert edited.all_verdict(Verdict.ACCEPTED).result() == after
    assert edited.all_verdict(Verdict.REJECTED).result() == review.before
    assert review.edited(review.after).result() == review.result()


def test_what_is_not_rejected_still_stands() -> None:
    before = "".join(f"{n}\n" for n in range(30))
    after = before.replace("3\n", "three\n", 1).replace("20\n", "twenty\n")
    review = FileReview.of("f", before, after).with_verdict(0, Verdict.REJECTED)
    assert review.without_rejected() == before.replace("20\n", "twenty\n")
    assert FileReview.of("f", None, "x").all_verdict(Verdict.REJECTED).without_rejected() is None
    assert "+three\n" in review.patch_of(Verdict.REJECTED)
    assert "twenty" not in review.patch_of(Verdict.REJECTED)


def apply_with_patch(folder: Path, review: FileReview, patch: str) -> str:
    """What GNU `patch` makes of the old file."""
    assert review.before is not None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "old").write_bytes(review.before.encode())
    if patch:
        subprocess.run(
            ["patch", "--binary", "--fuzz=0", "--output=new", "old"],
            cwd=folder,
            input=patch.encode(),
            check=True,
            capture_output=True,
        )
    return (folder / ("new" if patch else "old")).read_bytes().decode()


def has_gnu_patch() -> bool:
    found = shutil.which("patch")
    if found is None:
        return False
    version = subprocess.run([found, "--version"], capture_output=True, check=False).stdout
    return b"GNU patch" in version


@pytest.mark.skipif(not has_gnu_patch(), reason="GNU patch is not at hand")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(review=decided())
def test_any_mix_is_what_gnu_patch_makes_of_it(review: FileReview, tmp_path: Path) -> None:
    if review.before is None:
        review = FileReview.of(review.path, "", review.after).all_verdict(Verdict.ACCEPTED)
    accepted = review.to_patch(accepted_only=True)
    assert apply_with_patch(tmp_path / "tree", review, accepted) == review.result()


@given(texts())
def test_a_new_file_split_and_partly_wanted(text: str) -> None:
    review = FileReview.of("new", None, text).split(0).all_verdict(Verdict.ACCEPTED)
    assert review.result() == text


def test_several_files() -> None:
    one = FileReview.of("one.py", "a\n", "b\n")
    two = FileReview.of("two.py", None, "x\n")
    review = Review((one, two))
    assert review.results() == {}
    review = review.with_file(two.all_verdict(Verdict.ACCEPTED))
    assert review.results() == {"two.py": "x\n"}
    assert review.summary == "1 of 2 accepted, 0 rejected, 1 undecided · creates two.py (+1 −0)"
    assert review.to_patch(accepted_only=True).startswith("diff --git a/two.py b/two.py\n")
    assert review.all_verdict(Verdict.ACCEPTED).summary.endswith("writes one.py and two.py (+2 −1)")
    with pytest.raises(KeyError):
        review.file("three.py")
    assert Review(()).summary == "Nothing is proposed to change"


def test_a_summary_shows_hidden_characters_of_a_name() -> None:
    review = FileReview.of("a\x1b[2J.py", None, "x").all_verdict(Verdict.ACCEPTED)
    assert "\x1b" not in Review((review,)).summary


@given(decided())
def test_the_result_on_show_is_the_result(review: FileReview) -> None:
    shown = as_result(review)
    assert "".join(shown.diff.new_lines) == (review.result() or "")
    assert shown.result() == (review.result() or "")
    added = sum(hunk.added for hunk in review.accepted_hunks)
    assert sum(hunk.added for hunk in shown.hunks) == added


@pytest.mark.parametrize(("before", "now"), [(None, "one\n"), ("one\n", None), (None, "")])
def test_verdicts_on_a_new_file_say_nothing_of_one_that_is_there(
    before: str | None, now: str | None
) -> None:
    earlier = FileReview.of("a.txt", before, "two\n").all_verdict(Verdict.ACCEPTED)
    fresh = FileReview.of("a.txt", now, "two\n")
    assert fresh.decided_like(earlier) == fresh


def test_a_summary_says_what_is_written_and_what_goes_out_again() -> None:
    kept = FileReview.of("a.txt", "a\n", "b\n").all_verdict(Verdict.ACCEPTED)
    gone = FileReview.of("b.txt", "a\n", "c\n").all_verdict(Verdict.REJECTED)
    back = "takes what was written back out of b.txt"
    both = Review((kept, gone)).summary_taking_back([gone])
    assert both.endswith(f" · writes a.txt (+1 −1), {back}")
    assert Review((gone,)).summary_taking_back([gone]).endswith(f"0 undecided · {back}")


def test_a_new_file_with_a_blank_line_in_it_is_split_behind_that() -> None:
    review = FileReview.of("a.txt", None, "a\n\nb\nc\n\n").split(0)
    assert [review.proposed_lines(number) for number in range(2)] == ["a\n\n", "b\nc\n\n"]
    assert len(review.hunks) == 2
