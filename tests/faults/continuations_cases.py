"""A reply is cut off, and the model does not go on as it was asked."""

from tests.faults.table import Case

_WAYS = "tests/engine/test_next_way.py::"
_REPETITION = "tests/engine/test_repetition.py::"
_SOFTWARE = "tests/engine/provider/test_server_software.py::"
_FRAMING = "tests/engine/test_framing_of_inputs.py::"

CASES = (
    Case(
        "nothing new: never asked the same twice, at the end all is kept and offered",
        (
            f"{_WAYS}test_nothing_is_asked_twice_and_all_that_came_is_kept_and_offered",
            f"{_WAYS}test_silence_to_every_way_ends_the_run_with_what_is_there",
            f"{_WAYS}test_where_the_connection_broke_the_first_request_may_bring_it_whole",
            f"{_WAYS}test_a_model_that_only_completes_what_it_sees_is_shown_all",
        ),
    ),
    Case(
        "every way shows or withholds all that is kept",
        (f"{_WAYS}test_what_is_kept_is_shown_or_withheld_in_every_way",),
    ),
    Case(
        "prefill ignored or refused: noticed, remembered, the reply lined up",
        (
            f"{_WAYS}test_a_server_that_begins_anew_is_not_asked_by_prefill_again",
            f"{_WAYS}test_a_greeting_or_a_restart_where_nothing_is_known_is_a_no",
            f"{_WAYS}test_an_error_to_a_prefill_that_is_only_tried_is_a_no",
            f"{_SOFTWARE}test_a_server_is_known_by_its_marks_on_any_port",
        ),
    ),
    Case(
        "the same again and again: stopped, the first copy kept, an open file no success",
        (
            f"{_REPETITION}test_the_stream_is_closed_and_the_first_copy_delivered_and_said",
            f"{_REPETITION}test_a_loop_inside_a_file_is_no_success_and_keeps_what_came",
            f"{_REPETITION}test_a_continuation_that_repeats_is_stopped_too",
        ),
    ),
    Case(
        "tables, versions, generated code: not taken for repetition",
        (
            f"{_REPETITION}test_tables_and_generated_code_are_no_repetition",
            f"{_REPETITION}test_a_second_version_and_what_is_between_are_no_repetition",
        ),
    ),
    Case(
        "an attribute copied in vain takes no newline from a file",
        (f"{_FRAMING}test_a_missing_final_newline_is_believed_only_of_a_file_that_has_none",),
    ),
)
