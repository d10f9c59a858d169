"""Edits and the places they go: nothing dropped, nothing guessed in silence."""

from __future__ import annotations

from tests.faults.table import Case

_PLACE = "tests/edits/test_place.py::"
_SUCCESSION = "tests/edits/test_succession.py::"

CASES: tuple[Case, ...] = (
    Case(
        "any difference of any two texts, cut into blocks anywhere: the new text, or it is said",
        ("tests/edits/test_place_properties.py::test_any_cut_gives_the_new_text_or_is_said",),
    ),
    Case(
        "every fault of models in every shape: never another text than that of the blocks placed",
        ("tests/edits/test_spoiled.py::test_nothing_is_placed_wrong",),
    ),
    Case(
        "a line number alone, or one that the other blocks belie: places nothing",
        (
            f"{_PLACE}test_a_number_chooses_between_equal_places_and_never_places",
            f"{_PLACE}test_a_number_that_the_other_blocks_belie_chooses_nothing",
        ),
    ),
    Case(
        "lines that come without a place, or with code left out, or unclosed: asked about",
        (
            f"{_PLACE}test_an_addition_goes_into_its_scope_and_never_to_the_end",
            f"{_PLACE}test_code_left_out_only_in_what_comes_is_refused",
            f"{_PLACE}test_an_unclosed_block_is_never_placed",
        ),
    ),
    Case(
        "tabs and blanks mixed in a block, or a depth that may be of several places: asked about",
        (
            f"{_PLACE}test_what_mixes_tabs_and_blanks_is_asked_about",
            f"{_PLACE}test_depth_chooses_nothing_where_a_tab_may_be_of_either_width",
        ),
    ),
    Case(
        "changes that build on each other: what they give in order, or it is said",
        (
            f"{_SUCCESSION}test_blocks_that_build_on_each_other_give_what_they_give_in_order",
            f"{_SUCCESSION}test_two_insertions_at_one_point_keep_the_order_of_the_reply",
            f"{_SUCCESSION}test_a_loose_place_in_the_file_and_an_exact_one_in_what_came_are_asked_about",
        ),
    ),
)
