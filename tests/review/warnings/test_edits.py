"""Texts that say how to change a file, instead of the file."""

from __future__ import annotations

import pytest

from autocoder_tui.review import FileReview
from autocoder_tui.review.warnings import concerns, warnings

BEFORE = "the list of names\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Updated:\nthe list of names\nand more\n", False),
        ("Old:\nthe list of names\n", False),
        ("Old:\nthe list of names\nNew:\nnames\n", True),
    ],
)
def test_one_head_alone_begins_no_pair(text: str, said: bool) -> None:
    found = warnings(FileReview.of("names.c", BEFORE, text))
    assert any("what to exchange" in sentence for sentence in found) is said


@pytest.mark.parametrize("fences", range(5))
def test_marks_in_a_code_fence_of_a_document_are_an_example(fences: int) -> None:
    marks = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n"
    above, below = "```\n" * fences, "```\n" * (fences % 2)
    file = FileReview.of("guide.md", "# Edits\n", f"# Edits\n\n{above}{marks}{below}")
    (concern,) = (concern for concern in concerns(file) if concern.kind == "edit")
    assert concern.blocks is (fences % 2 == 0)
