"""A reply that changes files: read as it is meant, placed where it belongs, or said."""

from tests.faults.table import Case

_SHAPES = "tests/edits/test_shapes.py::"
_REPLIES = "tests/edits/test_reply_edits.py::"
_PROPOSED = "tests/edits/test_proposed_edits.py::"
_ASKING = "tests/edits/test_asking.py::"
_SEAMS = "tests/seam/test_edit_seams.py::"
_LARGE = "tests/runs/test_large_files.py::"
_IN_LARGE = "tests/edits/test_large_text.py::"
_HEADLESS = "tests/headless/test_edits.py::"

CASES = (
    Case(
        "what was decided of other files outlives a change of a file too large to be kept",
        (f"{_LARGE}test_what_was_decided_of_other_files_outlives_a_change_of_a_large_one",),
    ),
    Case(
        "a change of a file too large to be compared, or of a part of a long line, goes where it "
        "fits and nowhere else, and comes back out byte for byte",
        (
            f"{_LARGE}test_accepted_places_are_written_and_undone_byte_for_byte",
            f"{_LARGE}test_the_patch_is_one_that_git_applies",
            f"{_IN_LARGE}test_lines_that_stand_twice_far_apart_are_asked",
            f"{_IN_LARGE}test_a_part_that_is_nowhere_or_twice_is_asked",
            f"{_IN_LARGE}test_what_stands_exactly_is_placed_as_in_a_small_text",
            "tests/review/test_places.py::test_each_change_of_one_line_has_its_own_verdict",
        ),
    ),
    Case(
        "changes in any form are changes, and never the text of the file",
        (
            f"{_REPLIES}test_changes_in_any_form_are_changes",
            "tests/edits/test_pairs.py::test_a_pair_of_parts_is_a_change",
        ),
    ),
    Case(
        "changes in other forms beside the frames asked for are dropped by none",
        ("tests/edits/test_pairs.py::test_changes_in_other_forms_stand_beside_frames",),
    ),
    Case(
        "a file that is a diff, or shows one, stays whole",
        (
            f"{_REPLIES}test_a_file_that_is_a_diff_stays_one",
            f"{_REPLIES}test_a_document_that_shows_a_diff_stays_whole",
            f"{_REPLIES}test_a_file_may_quote_frames_of_changes",
        ),
    ),
    Case(
        "marks, headings, form feeds and other line breaks within a change are its text",
        (
            f"{_SHAPES}test_own_frames_hold_any_text",
            f"{_SHAPES}test_underlines_of_headings_divide_nothing",
            f"{_SHAPES}test_a_file_about_merging_can_be_edited",
            f"{_SHAPES}test_diffs_are_read_by_their_signs",
            f"{_SHAPES}test_patches_are_read_by_their_signs",
        ),
    ),
    Case(
        "a change that is cut off, has no last mark or no divider is said",
        (
            f"{_REPLIES}test_a_cut_edit_is_open_and_not_complete",
            f"{_SHAPES}test_a_last_mark_that_was_forgotten_is_said",
            f"{_SHAPES}test_a_block_without_a_divider_is_not_closed",
            f"{_REPLIES}test_an_edit_that_holds_no_block_changes_nothing_and_is_said",
        ),
    ),
    Case(
        "a change without a place leaves its file incomplete, and nothing is written unseen",
        (
            f"{_PROPOSED}test_a_block_without_a_place_leaves_the_file_incomplete",
            f"{_PROPOSED}test_a_block_that_is_cut_is_not_placed",
            f"{_HEADLESS}test_a_change_without_a_place_refuses_all",
        ),
    ),
    Case(
        "it is sent back once, never twice in the same words, and fails no run",
        (
            f"{_ASKING}test_a_change_without_a_place_is_sent_back_once",
            f"{_ASKING}test_what_still_has_no_place_stays_and_is_not_asked_for_again",
            f"{_ASKING}test_a_failed_request_for_a_change_fails_no_run",
            f"{_ASKING}test_a_change_that_comes_in_two_and_one_that_does_not_come",
        ),
    ),
    Case(
        "cut in the search, on the divider, in the replacement, between blocks: joined exactly",
        (f"{_SEAMS}test_every_misbehaviour_at_each_cut",),
    ),
)
