"""Where what is withheld, and what is to be repeated, begins."""

from __future__ import annotations

from autocoder_tui.engine.seam.plan import choose_anchor, earlier_start


def test_a_text_that_begins_with_a_blank_line_is_withheld_from_its_beginning() -> None:
    assert earlier_start("\nabc\ndef", 1, 1) == 0


def test_the_anchor_in_a_long_line_begins_with_a_blank_before_a_word() -> None:
    for last in range(8):
        assert choose_anchor("lengthy " * 2_000 + "x" * last).startswith(" lengthy")
