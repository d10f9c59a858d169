"""What carries a file instead of being it."""

from __future__ import annotations

import pytest

from autocoder_tui.review import FileReview
from autocoder_tui.review.warnings import concerns


@pytest.mark.parametrize(
    ("name", "other", "own"),
    [
        ("a.json", False, True),
        (".eslintrc", False, True),
        (".swcrc.txt", False, True),
        ("a.webmanifest", False, True),
        ("a.c", True, True),
    ],
)
def test_an_object_with_a_file_in_it_may_be_what_a_file_of_json_holds(
    name: str, other: bool, own: bool
) -> None:
    for path, said in (("main.c", other), (name, own)):
        text = f'{{"path": "{path}", "content": "int x;\\n"}}\n'
        kinds = [concern.kind for concern in concerns(FileReview.of(name, "{}\n", text))]
        assert ("frame" in kinds) is said
