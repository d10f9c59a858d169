"""Edits and the places they go: nothing dropped, nothing guessed in silence."""

from __future__ import annotations

from tests.faults.table import Case

_PLACE = "tests/edits/test_place.py::"

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
)
