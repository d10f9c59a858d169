"""A reply ends in many ways, and only one of them is done."""

from tests.faults.table import Case

_ENDS = "tests/engine/test_endings.py::"
_BODY = "tests/engine/provider/test_response_body.py::"

_SUPERVISED = "tests/runs/test_supervision.py::"

CASES = (
    Case(
        "an error nobody foresaw, of the engine, a face or the files: the run has failed, and says",
        (
            f"{_SUPERVISED}test_whatever_a_face_raises_ends_the_run_as_failed",
            f"{_SUPERVISED}test_whatever_the_engine_raises_ends_the_run_as_failed",
            f"{_SUPERVISED}test_a_request_that_raises_what_nobody_foresaw_fails_with_a_report",
            "tests/headless/test_failed_runs.py",
            "tests/ui/test_failed_runs.py::"
            "test_an_error_nobody_foresaw_ends_the_run_and_not_the_program",
        ),
    ),
    Case(
        "finish reasons of every kind, in any spelling: limit, filter, broken, tools, unknown",
        (
            "tests/engine/test_end_words.py",
            f"{_ENDS}test_a_limit_in_any_words_is_continued",
            f"{_ENDS}test_a_filter_in_any_words_fails_and_is_named",
            f"{_ENDS}test_a_filter_told_as_an_error_ends_the_run_and_is_named",
            f"{_ENDS}test_a_broken_end_is_waited_out_and_never_done",
            f"{_ENDS}test_an_unknown_word_is_said_and_trusted_only_where_all_is_closed",
            f"{_BODY}test_the_word_of_the_api_behind_is_looked_at",
        ),
    ),
    Case(
        "an error beside, inside or after a finish reason wins, in the provider's words",
        (
            f"{_ENDS}test_an_error_wins_over_the_end_beside_it",
            f"{_ENDS}test_an_error_after_the_end_wins_as_well",
            f"{_ENDS}test_what_an_error_cut_off_is_asked_for_and_the_error_is_told",
        ),
    ),
    Case(
        "[DONE] alone ends a whole reply; without it one more request confirms the end",
        (
            f"{_ENDS}test_the_mark_of_the_end_is_one",
            f"{_ENDS}test_the_mark_of_the_end_inside_a_file_is_a_false_stop",
            f"{_ENDS}test_an_end_nothing_speaks_of_is_confirmed_by_one_more_request",
        ),
    ),
    Case(
        "a file that lacks its closing line alone: delivered only where its end is known, and said",
        (
            "tests/engine/test_unclosed.py"
            "::test_a_file_that_is_whole_and_confirmed_is_delivered_and_said",
            "tests/engine/test_unclosed.py::test_where_more_may_be_missing_it_stays_incomplete",
        ),
    ),
    Case(
        "refusals and tool calls: said at once, in no file",
        (
            f"{_ENDS}test_a_refusal_beside_a_whole_file_is_in_the_notes_and_in_no_file",
            f"{_ENDS}test_a_refusal_without_a_whole_file_ends_the_run",
            f"{_ENDS}test_a_reply_that_is_a_tool_call_is_named_after_its_first_frame",
            f"{_ENDS}test_a_tool_call_after_words_is_named_at_the_end",
            f"{_BODY}test_a_refusal_sent_as_text_too_is_no_text",
        ),
    ),
    Case(
        "a character split over two frames; frames without a blank line between them",
        (
            f"{_BODY}test_a_pair_split_over_frames_is_one_character",
            f"{_BODY}test_halves_without_their_other_half_become_marks",
            f"{_BODY}test_frames_without_a_blank_line_between_them_are_read_one_by_one",
            f"{_BODY}test_a_frame_is_not_kept_until_the_blank_line_that_never_comes",
            f"{_BODY}test_what_follows_an_object_in_its_line_takes_nothing_from_it",
        ),
    ),
)
