"""What is kept and shown beside the run: meters, days, texts of a second program, long journals."""

from tests.faults.table import Case

_JOURNAL = "tests/store/test_journal.py::"
_RECOVERING = "tests/ui/test_recovery.py::"
_HELD = "tests/store/test_held_text.py::"
_TYPED = "tests/ui/test_typed_input.py::"

CASES = (
    Case(
        "a journal of hundreds of megabytes: how far it is is said; left in the middle, all stays",
        (
            f"{_JOURNAL}test_long_journals_say_how_far_they_are",
            f"{_RECOVERING}test_folding_says_how_far_it_is_and_can_be_left",
            f"{_JOURNAL}test_a_long_text_is_kept_as_it_is",
        ),
    ),
    Case(
        "an end of a paste that is pasted, however far before the true one, is text",
        (
            f"{_TYPED}test_an_end_that_is_pasted_long_before_the_true_one_is_not_believed",
            f"{_TYPED}test_a_paste_is_not_over_when_the_program_was_stopped_meanwhile",
        ),
    ),
    Case(
        "a thought cut off and ended by a later part: none of it gets into a file, none is lost",
        (
            f"{_HELD}test_a_thought_that_ends_in_a_later_part_is_none_of_the_text",
            f"{_HELD}test_a_thought_before_the_rest_of_a_file_takes_nothing_of_it",
            f"{_HELD}test_a_stray_closing_tag_after_a_file_takes_nothing_of_it",
        ),
    ),
    Case(
        "what was written in a second program is found where only one is opened later",
        (
            "tests/store/test_session.py::test_one_program_finds_what_was_written_in_two",
            "tests/ui/test_session.py::test_two_programs_on_one_project_lose_nothing",
        ),
    ),
    Case(
        "a configuration folder that can't be written: said at the start, the program goes on",
        (
            "tests/workspace/test_output_path.py::test_a_read_only_configuration_folder_is_said_at_the_start",
        ),
    ),
)
