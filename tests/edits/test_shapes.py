"""Changes rendered in each form that is understood, and read back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.edits.edit import EditBlock, EditLine, split_lines
from autocoder_tui.edits.shapes.patch import read_patch
from autocoder_tui.edits.shapes.search import needs_more_signs, read_block
from autocoder_tui.edits.shapes.unified import read_diff
from autocoder_tui.engine.reply.parse import ReplyFile, parse_reply
from tests.edits import renders

ODD = ("\f", "\x85", "\u2028", "\u2029", "\v", "\x1c", "a\rb")
MARKS = ("=======", ">>>>>>>", "<<<<<<<", ">>>>>>> REPLACE", "<<<<<<< SEARCH", "</edit>", "-------",
         '<file path="a">', "</file>", "======", "========", "||||||| base", "<<<<<<< HEAD",
         '<edit path="q">', "=" * 45, "@@ -1 +1 @@", "--- a", "+++ b", "```",
         "*** End Patch")  # fmt: skip

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=12)
plain_lines = st.one_of(words, st.sampled_from(ODD)).map(lambda line: line + "\n")
marked_lines = st.one_of(words, st.sampled_from(MARKS)).map(lambda line: line + "\n")


def pairs(lines: st.SearchStrategy[str]) -> st.SearchStrategy[EditBlock]:
    some = st.lists(lines, max_size=5)
    return st.builds(
        lambda old, new: EditBlock.of("".join(old), "".join(new)),
        some.filter(lambda old: bool("".join(old).strip())), some,
    )  # fmt: skip


def contents(blocks: Sequence[EditBlock]) -> list[tuple[str, str]]:
    return [("".join(block.old), "".join(block.new)) for block in blocks]


def lines_of(blocks: Sequence[EditBlock]) -> list[tuple[EditLine, ...]]:
    return [block.lines for block in blocks]


def only(text: str) -> ReplyFile:
    (file,) = parse_reply(text).files
    assert file.path == "src/a.py"
    assert file.complete
    return file


def signs_for(blocks: Sequence[EditBlock]) -> int:
    """More than any line of signs has that is content."""
    texts = "".join(old + new for old, new in contents(blocks))
    return 7 if not needs_more_signs(texts) else 14


@given(st.lists(pairs(marked_lines), min_size=1, max_size=4))
def test_own_frames_hold_any_text(blocks: list[EditBlock]) -> None:
    text = renders.edit("src/a.py", blocks, signs_for(blocks))
    assert contents(only(text).edits) == contents(blocks)


@given(st.lists(pairs(plain_lines), min_size=1, max_size=4), st.sampled_from([5, 6, 7, 8, 9]))
def test_marks_may_have_any_number_of_signs(blocks: list[EditBlock], signs: int) -> None:
    if signs_for(blocks) == 7:
        text = renders.edit("src/a.py", blocks, signs)
        assert contents(only(text).edits) == contents(blocks)
        fenced = f"src/a.py\n```python\n{renders.search(blocks, signs)}```\n"
        if "```" not in renders.search(blocks) and "~~~" not in renders.search(blocks):
            assert contents(only(fenced).edits) == contents(blocks)


@st.composite
def hunks(draw: st.DrawFn) -> EditBlock:
    lines = draw(
        st.lists(
            st.builds(EditLine, st.sampled_from([" ", "-", "+"]), plain_lines),
            min_size=1, max_size=8,
        )
    )  # fmt: skip
    lines.append(EditLine("+", "the last\n"))
    return EditBlock(tuple(lines), True)


@given(
    st.lists(hunks(), min_size=1, max_size=3), st.booleans(), st.sampled_from([0, 1, -1, 40, None])
)
def test_diffs_are_read_by_their_signs(
    blocks: list[EditBlock], prefix: bool, numbers: int | None
) -> None:
    text = renders.diff("src/a.py", blocks, prefix=prefix, numbers=numbers)
    (file,) = read_diff(split_lines(text), 0).files
    assert lines_of(file.blocks) == lines_of(blocks)
    assert file.path == "src/a.py"


@given(st.lists(hunks(), min_size=1, max_size=3))
def test_blank_lines_that_stay_may_lose_their_blank(blocks: list[EditBlock]) -> None:
    text = renders.diff("src/a.py", blocks, stripped=True)
    (file,) = read_diff(split_lines(text), 0).files
    assert lines_of(file.blocks) == lines_of(blocks)


@given(st.lists(hunks(), min_size=1, max_size=3))
def test_patches_are_read_by_their_signs(blocks: list[EditBlock]) -> None:
    text = renders.patch("src/a.py", blocks)
    reading = read_patch(split_lines(text), 0)
    (file,) = reading.files
    assert lines_of(file.blocks) == lines_of(blocks)
    assert reading.after == len(split_lines(text))


@given(st.lists(pairs(plain_lines), min_size=1, max_size=4))
def test_json_is_read(blocks: list[EditBlock]) -> None:
    assert contents(only(renders.as_json("src/a.py", blocks)).edits) == contents(blocks)


def test_a_last_line_without_its_end() -> None:
    block = EditBlock((EditLine("-", "old"), EditLine("+", "new")), True)
    (file,) = read_diff(split_lines(renders.diff("a.py", [block])), 0).files
    assert file.blocks[0].lines == block.lines
    assert file.blocks[0].at_end


def test_scopes_and_the_end_of_the_file_are_read() -> None:
    text = (
        "*** Begin Patch\n*** Update File: a.py\n@@ class A\n@@     def f(self):\n+one\n"
        "@@ -3,4 +5,6 @@ class B\n a\n+two\n*** End of File\n*** End Patch\n"
    )
    (file,) = read_patch(split_lines(text), 0).files
    one, two = file.blocks
    assert one.scopes == ("class A", "def f(self):")
    assert (two.scopes, two.line, two.at_end) == (("class B",), 3, True)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("<<<<<<<SEARCH\na\n=======\nb\n>>>>>>>REPLACE\n", "a\n", "b\n"),
        ("<<< SEARCH\na\n=== \nb\n>>> REPLACE\n", "a\n", "b\n"),
        ("<<<<SEARCH\na\n====\nb\n>>>>REPLACE\n", "a\n", "b\n"),
        ("<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "a\n", "b\n"),
        ("<<<<<<< SEARCH\na\n===\nb\n>>> REPLACE\n", "a\n", "b\n"),
        ("<<< SEARCH\na\n===\n>>> b = 1\n>>>\n>>> REPLACE\n", "a\n", ">>> b = 1\n>>>\n"),
        ("<<< SEARCH\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n===\nb\n>>> REPLACE\n",
         "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n", "b\n"),
        # With the usual marks, short ones are what is searched and what replaces it.
        ("<<<<<<< SEARCH\na\n===\n=======\n<<< SEARCH\n===\n>>> REPLACE\n>>>>>>> REPLACE\n",
         "a\n===\n", "<<< SEARCH\n===\n>>> REPLACE\n"),
        ("<<<<< SEARCH\na\n=========\nb\n>>>>>>>> REPLACE\n", "a\n", "b\n"),
        ("<<<<<<< ORIGINAL\na\n=======\nb\n>>>>>>> UPDATED\n", "a\n", "b\n"),
        ("------- SEARCH\na\n=======\nb\n+++++++ REPLACE\n", "a\n", "b\n"),
        ("<<<<<<< SEARCH\r\na\r\n=======\r\nb\r\n>>>>>>> REPLACE\r\n", "a\r\n", "b\r\n"),
        ("<<<<<<< SEARCH\n:start_line:3\n:end_line:4\n-------\na\n=======\nb\n>>>>>>> REPLACE\n",
         "a\n", "b\n"),
        ("<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n>>>>>>> REPLACE\n", "a\n", "b\n"),
        ("  <<<<<<< SEARCH\n  a\n    c\n  =======\n  b\n  >>>>>>> REPLACE\n", "a\n  c\n", "b\n"),
        ("<<<<<<< SEARCH\na\n=======\n>>>>>>> REPLACE\n", "a\n", ""),
        ("<<<<<<< SEARCH\n=======\nb\n>>>>>>> REPLACE\n", "", "b\n"),
        ("<<<<<<< SEARCH\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n=======\nb\n>>>>>>> REPLACE\n",
         "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n", "b\n"),
    ],
)  # fmt: skip
def test_marks_that_are_not_quite_right(text: str, old: str, new: str) -> None:
    block, after = read_block(split_lines(text), 0)
    assert ("".join(block.old), "".join(block.new)) == (old, new)
    assert block.closed
    assert after == len(split_lines(text))


def test_line_numbers_that_a_block_tells_are_kept() -> None:
    text = "<<<<<<< SEARCH\n:start_line:3\n:end_line:4\n-------\na\n=======\nb\n>>>>>>> REPLACE\n"
    block, _ = read_block(split_lines(text), 0)
    assert (block.line, block.last) == (3, 4)


@pytest.mark.parametrize("closing", ["</edit>\n", "```\n"])
def test_a_last_mark_that_was_forgotten_is_said(closing: str) -> None:
    block = "<<<<<<< SEARCH\na\n=======\nb\n"
    head = '<edit path="src/a.py">\n' if closing == "</edit>\n" else "src/a.py\n```python\n"
    file = only(f"{head}{block}{closing}")
    assert contents(file.edits) == [("a\n", "b\n")]
    assert "last mark is missing" in file.remark
    two = only(f"{head}{block}{block}{closing}")
    assert contents(two.edits) == [("a\n", "b\n")] * 2


def test_a_block_without_a_divider_is_not_closed() -> None:
    text = '<edit path="a.py">\n<<<<<<< SEARCH\na\nb\n>>>>>>> REPLACE\n</edit>\n'
    (file,) = parse_reply(text).files
    assert not file.complete
    assert "No line =======" in file.remark
    assert not any(block.closed for block in file.edits)


HEADINGS = "Guide\n=======\n\nText.\n\nNext\n=======\n\nMore.\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Guide\n=======\n", "Handbook\n========\n"),
        ("Guide\n=======\n", "Handbk\n=======\n"),
        ("Next\n=======\n\nMore.\n", "Next\n=======\n\nMuch more.\n"),
        ("Text.\n", "Text.\n\nNew\n=======\n"),
        ("=======\n\nText.\n", "=======\n\nOther.\n"),
    ],
)
def test_underlines_of_headings_divide_nothing(old: str, new: str) -> None:
    text = renders.edit("g.rst", [EditBlock.of(old, new)])
    (file,) = parse_reply(text, given={"g.rst": HEADINGS}).files
    assert contents(file.edits) == [(old, new)]


def test_a_file_about_merging_can_be_edited() -> None:
    sample = "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"
    old, new = f"So:\n\n{sample}\nDone.\n", f"Thus:\n\n{sample}\nDone.\n"
    text = renders.edit("g.md", [EditBlock.of(old, new)])
    (file,) = parse_reply(text, given={"g.md": f"# G\n\n{old}"}).files
    assert contents(file.edits) == [(old, new)]


def test_talk_after_a_diff_is_none_of_it() -> None:
    text = "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\nThis changes b.\n- as asked\n"
    (file,) = parse_reply(text).files
    assert lines_of(file.edits) == [
        (EditLine(" ", "a\n"), EditLine("-", "b\n"), EditLine("+", "c\n"))
    ]


def test_a_line_of_minus_signs_that_goes_is_no_header() -> None:
    text = "--- a.sql\n+++ a.sql\n@@ -1,3 +1,3 @@\n a\n--- old note\n+++ new note\n b\n"
    (file,) = read_diff(split_lines(text), 0).files
    assert lines_of(file.blocks)[0][1:3] == (
        EditLine("-", "-- old note\n"),
        EditLine("+", "++ new note\n"),
    )


def test_marks_longer_than_the_rules_of_a_table_are_read() -> None:
    """Rules of reStructuredText tables are rows of equal signs, of any length."""
    rule = "=" * 14 + " " + "=" * 45 + "\n"
    text = f"{'<' * 46} SEARCH\n{rule}a\n{'=' * 46}\n{rule}b\n{'>' * 46} REPLACE\n"
    following = "<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n"
    file = only(f'<edit path="src/a.py">\n{text}{following}</edit>\n')
    assert contents(file.edits) == [(f"{rule}a\n", f"{rule}b\n"), ("x\n", "y\n")]
