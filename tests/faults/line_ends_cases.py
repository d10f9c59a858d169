"""Line ends, encodings and names: what a reply spells its own way and what that may change."""

from __future__ import annotations

from tests.faults.table import Case

_COMPARED = "tests/runs/test_comparison.py::"
_ENDS = "tests/review/test_line_ends.py::"
_ENCODING = "tests/workspace/test_encoding.py::"
_NAMES = "tests/workspace/test_name_spelling.py::"
_DISPLAY = "tests/safety/test_sanitize.py::"

CASES: tuple[Case, ...] = (
    Case(
        "lines that stay keep their end, byte for byte, whatever ends the reply has",
        (
            f"{_ENDS}test_lines_that_stay_are_the_same_bytes",
            f"{_COMPARED}test_on_disk_unchanged_lines_are_the_same_bytes",
            f"{_COMPARED}test_what_is_written",
        ),
    ),
    Case(
        "a change of nothing but line ends is said, counted as that, and not written unlooked at",
        (
            f"{_ENDS}test_ends_are_counted_as_such",
            f"{_COMPARED}test_nothing_but_line_ends_is_said",
            "tests/ui/test_files_said.py::test_line_ends_alone_and_a_guess_are_asked_about",
            "tests/headless/test_written_files.py::test_nothing_but_line_ends_is_not_written_unasked",
        ),
    ),
    Case(
        "an encoding that is a guess is said before sending, and changes no byte that stays",
        (
            f"{_ENCODING}test_texts_are_read_right_and_the_guess_is_said",
            f"{_ENCODING}test_whatever_was_guessed_comes_back_byte_for_byte",
            "tests/headless/test_written_files.py::test_a_guessed_encoding_is_said_and_kept",
        ),
    ),
    Case(
        "a name is taken for a given file only where it can mean no other; what it leads to lies "
        "in the project",
        (
            f"{_NAMES}test_the_choice_is_a_given_file_or_judged_as_it_was",
            f"{_NAMES}test_a_name_that_differs_only_in_case_is_taken_and_said",
        ),
    ),
    Case(
        "a block that is not offered for its name is named with the reason",
        (
            f"{_NAMES}test_what_is_no_path_is_refused_with_the_reason",
            "tests/headless/test_written_files.py::test_every_name_that_is_not_offered_is_said",
        ),
    ),
    Case(
        "hidden characters are warned of; emoji and scripts that need joiners are not",
        (
            f"{_DISPLAY}test_the_same_characters_elsewhere_are",
            f"{_DISPLAY}test_what_writing_needs_is_not_hidden",
        ),
    ),
)
