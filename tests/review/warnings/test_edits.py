"""A head over a new text is no edit while there is none over an old text."""

from __future__ import annotations

from autocoder_tui.review.warnings.edits import _begins_with_pair


def test_one_head_alone_begins_no_pair() -> None:
    assert not _begins_with_pair("Updated:\nthe list of names\n")
    assert _begins_with_pair("Old:\na\nNew:\nb\n")
