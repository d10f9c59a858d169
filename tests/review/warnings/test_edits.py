"""Texts that say how to change a file, instead of the file."""

from __future__ import annotations

import pytest

from autocoder_tui.review import FileReview, warnings

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
