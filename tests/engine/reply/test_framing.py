"""What a model is told of framing."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.reply.framing import special_rules

FRAME_LINE = "x = 1\n</file>\n"


@pytest.mark.parametrize(
    ("texts", "with_id", "with_newline"),
    [
        ([], False, False),
        (["x = 1\n", "y = 2\n"], False, False),
        (["x = 1\n", "y = 2"], False, True),
        (["x = 1\n", FRAME_LINE], True, False),
        ([FRAME_LINE, "y = 2"], True, True),
    ],
)
def test_a_special_case_is_named_only_where_a_file_is_one(
    texts: list[str], with_id: bool, with_newline: bool
) -> None:
    rules = special_rules(texts)
    assert ('<file path="..." id="' in rules, 'final-newline="no"' in rules) == (
        with_id,
        with_newline,
    )
    assert bool(rules) is (with_id or with_newline)
