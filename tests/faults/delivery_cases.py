"""Results written with nobody looking: what is refused, and what is said before it is accepted."""

from __future__ import annotations

from tests.faults.table import Case

_REFUSED = "tests/headless/test_refusals.py::"
_DAMAGE = "tests/review/test_damage.py::"
_NAMED = "tests/runs/test_preparation.py::"

CASES: tuple[Case, ...] = (
    Case(
        "without the screen a text that would do damage is not written; the reply is kept, and "
        "insisting writes it without a new request",
        (f"{_REFUSED}test_what_would_do_damage_is_not_written_unless_insisted",),
    ),
    Case(
        "the same as a patch",
        (f"{_REFUSED}test_a_patch_is_refused_alike_and_the_text_alone_is_shown",),
    ),
    Case(
        "a diff, edit blocks, conflict marks, frame marks, fences, entities, line numbers in the "
        "place of the file; an emptied file; lost characters",
        (f"{_DAMAGE}test_a_text_that_would_do_damage_blocks",),
    ),
    Case(
        "a file about such things is none of them",
        (
            f"{_DAMAGE}test_a_text_that_only_speaks_of_it_passes",
            f"{_DAMAGE}test_marks_in_strings_of_a_text_that_parses_do_not_block",
        ),
    ),
    Case(
        "Python, JSON or TOML that parsed and no longer does",
        (f"{_DAMAGE}test_a_text_that_parsed_and_no_longer_does_blocks",),
    ),
    Case(
        "a Makefile without its tabs",
        (f"{_DAMAGE}test_tabs_and_spaces_that_were_exchanged",),
    ),
    Case(
        "a placeholder for code, in any comment and tongue; no comment that only begins like one",
        (
            f"{_DAMAGE}test_a_placeholder_in_any_comment_and_tongue_blocks",
            f"{_DAMAGE}test_a_comment_that_only_begins_like_a_placeholder_passes",
        ),
    ),
    Case(
        "another file than the one asked for; two versions of it; a guessed join",
        (
            f"{_NAMED}test_a_file_named_otherwise_is_taken_for_the_target_and_blocks",
            f"{_NAMED}test_a_text_that_may_not_be_the_one_that_was_meant_blocks",
        ),
    ),
    Case(
        "no pattern takes time by the square of a line",
        (
            "tests/project/test_line_patterns.py::test_a_pattern_takes_time_by_the_length_of_the_line",
        ),
    ),
)
