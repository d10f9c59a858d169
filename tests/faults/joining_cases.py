"""Received text, and the odd replies of models asked to go on."""

from __future__ import annotations

from tests.faults.table import Case

_RECEIVED = "tests/seam/test_received_text.py::"
_RUN = "tests/engine/test_run.py::"

CASES: tuple[Case, ...] = (
    Case(
        "the anchor and then only a closing: no character of the received text goes",
        (f"{_RECEIVED}test_the_anchor_and_a_closing_add_nothing",),
    ),
    Case(
        "the withheld lines in other words: what was received stands",
        (
            f"{_RECEIVED}test_a_line_that_lines_up_keeps_the_one_above_it",
            f"{_RECEIVED}test_a_whole_line_in_other_words_is_passed_over",
            f"{_RECEIVED}test_a_cut_line_said_anew_in_part_stands",
        ),
    ),
    Case(
        "the file from the top again, whole or cut at the same place: nothing doubled or lost",
        (
            f"{_RECEIVED}test_a_restart_goes_on_at_the_end_of_what_is_held",
            f"{_RECEIVED}test_a_restart_cut_at_the_same_place_brings_nothing",
            f"{_RECEIVED}test_the_block_it_stood_in_is_aligned_below_a_frame_opened_again",
        ),
    ),
    Case(
        "the rest below a frame opened again, or from below the withheld line on: none of it lost",
        (
            f"{_RECEIVED}test_the_rest_below_a_frame_opened_again_is_whole",
            f"{_RECEIVED}test_numbered_functions_below_a_frame_opened_again_are_the_rest",
            f"{_RECEIVED}test_a_withheld_line_left_out_takes_nothing_below_it",
        ),
    ),
    Case(
        "a closing tag where a fence was opened: not in the file",
        (
            f"{_RECEIVED}test_a_closing_of_the_other_kind_is_no_part_of_the_file",
            "tests/seam/test_stray_fences.py",
        ),
    ),
    Case(
        "the opening tag for ever, or the instruction copied: never code",
        (
            f"{_RECEIVED}test_the_tag_again_and_again_brings_nothing",
            f"{_RECEIVED}test_the_instruction_is_no_code",
            f"{_RECEIVED}test_nothing_but_the_instruction_is_no_progress",
        ),
    ),
    Case(
        "any mixture of these: no whole line that was received is taken back",
        (f"{_RECEIVED}test_no_reply_takes_back_a_whole_line",),
    ),
    Case(
        "a guessed part is asked for once more, and is kept if nothing better comes",
        (
            f"{_RUN}test_a_guessed_part_is_taken_back_and_asked_for_once_more",
            f"{_RUN}test_a_server_that_keeps_its_own_place_is_asked_again_without_loss",
            f"{_RECEIVED}test_a_second_reply_that_proves_nothing_is_read_after_the_first",
            "tests/engine/test_run_scripted.py::test_the_same_rest_to_whatever_is_asked_is_joined_surely",
            "tests/seam/test_set_aside.py::test_the_rest_of_a_line_left_out_twice_stays_a_guess",
        ),
    ),
)
