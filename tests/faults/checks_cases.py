"""A proposal is tried before it is written, and nothing of that gets out."""

from tests.faults.table import Case

_UNTOUCHED = "tests/check/test_untouched.py::"
_CHECK = "tests/check/test_check.py::"
_SCREEN = "tests/ui/test_checks.py::"
_HEADLESS = "tests/headless/test_checks.py::"

CASES = (
    Case(
        "a command that is killed, runs on, prints 100 MB, wants the terminal, writes above the "
        "copy, deletes all of it, leaves its session: the project is as it was, byte for byte",
        (
            f"{_UNTOUCHED}test_the_project_is_untouched",
            f"{_UNTOUCHED}test_a_fork_bomb_is_ended",
            f"{_UNTOUCHED}test_a_command_that_fills_the_disk_in_many_files_is_ended",
            f"{_CHECK}test_links_that_lead_into_the_project_lead_into_the_copy",
            f"{_CHECK}test_a_change_can_not_leave_the_copy",
        ),
    ),
    Case(
        "stopped or killed, a check leaves no process and no folder",
        (
            f"{_UNTOUCHED}test_stopped_it_ends_all_it_started",
            f"{_UNTOUCHED}test_a_command_that_kills_its_guard_is_ended_all_the_same",
            f"{_CHECK}test_killed_it_leaves_nothing",
            f"{_CHECK}test_what_a_killed_program_left_is_removed_at_the_next_start",
            f"{_SCREEN}test_it_is_stopped_with_all_it_started_and_the_screen_stays_alive",
            f"{_SCREEN}test_the_end_of_the_program_ends_the_check",
        ),
    ),
    Case(
        "a disk that is full is said, and is no verdict on the proposal",
        (f"{_CHECK}test_a_full_disk_is_said",),
    ),
    Case(
        "output without end is kept to a limit",
        (
            f"{_CHECK}test_a_hundred_megabytes_are_bounded",
            "tests/check/test_failures.py::test_output_is_bounded_and_plain",
        ),
    ),
    Case(
        "no key of the environment and no file of the home reaches a command",
        (
            f"{_CHECK}test_no_keys_and_no_home",
            f"{_CHECK}test_the_copy_is_the_project_as_it_is",
        ),
    ),
    Case(
        "a command runs only after a yes to it, whatever a project file says",
        (
            f"{_SCREEN}test_a_project_file_is_not_trusted_by_itself",
            f"{_HEADLESS}test_commands_of_a_project_file_are_not_run_unasked",
        ),
    ),
    Case(
        "what did not pass is not written, where that was asked for",
        (
            f"{_HEADLESS}test_what_fails_is_not_written",
            f"{_SCREEN}test_nothing_is_written_before_it_has_passed",
        ),
    ),
)
