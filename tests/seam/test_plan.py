"""Where what is withheld, and what is to be repeated, begins."""

from __future__ import annotations

from autocoder_tui.engine.seam.plan import choose_anchor, earlier_start


def test_a_text_that_begins_with_a_blank_line_is_withheld_from_its_beginning() -> None:
    assert earlier_start("\nabc\ndef", 1, 1) == 0


def test_the_anchor_in_a_long_line_begins_with_a_blank_before_a_word() -> None:
    for last in range(8):
        assert choose_anchor("lengthy " * 2_000 + "x" * last).startswith(" lengthy")


def test_the_anchor_is_the_last_two_filled_lines_where_they_say_enough() -> None:
    lines = ["first_of_all_lines = 1\n", "second_of_all_lines = 2\n\n", "third_of_all = 3\n"]
    assert choose_anchor("".join(lines)) == "".join(lines[1:])
