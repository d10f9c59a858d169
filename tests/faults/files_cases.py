"""Files and state: what is read, what is written, and what is left alone."""

from __future__ import annotations

from tests.faults.table import Case

_SPECIAL = "tests/faults/test_special_files.py::"
_BYTES = "tests/faults/test_kept_bytes.py::"
_STATE = "tests/faults/test_state_files.py::"
_GONE = "tests/faults/test_vanishing.py::"
_TREES = "tests/faults/test_large_trees.py::"
_SWEEP = "tests/workspace/test_kill_sweep.py::"
_RENAMES = "tests/workspace/test_renames.py::"
_ACTIONS = "tests/runs/test_file_actions.py::"
_COMMAND_LINE = f"{_SPECIAL}test_what_is_named_on_the_command_line_is_refused_and_nothing_is_sent"

CASES: tuple[Case, ...] = (
    Case(
        "binary, 1 GB sparse, FIFO, device, socket, folder, link loop, unreadable as an input",
        (f"{_COMMAND_LINE}[input]", f"{_SPECIAL}test_the_picker_refuses_them"),
    ),
    Case(
        "the same as the output file: refused before anything is sent",
        (f"{_COMMAND_LINE}[output]",),
    ),
    Case("the same as -r @FILE", (f"{_COMMAND_LINE}[requirements]",)),
    Case("the same as the control file", (f"{_COMMAND_LINE}[control]",)),
    Case(
        "the same as settings, models, theme, .env, key, ignore and state files: named, not waited "
        "for, memory flat",
        (
            f"{_SPECIAL}test_no_file_the_program_looks_into_by_itself_stops_it",
            f"{_SPECIAL}test_the_program_starts_whatever_its_own_files_are",
        ),
    ),
    Case(
        "a file that grows while it is read is refused",
        (f"{_SPECIAL}test_a_file_that_grows_while_it_is_read_is_refused",),
    ),
    Case(
        "a name that is not UTF-8 is sent and read",
        (f"{_SPECIAL}test_a_name_that_is_not_utf8_is_sent_and_read",),
    ),
    Case(
        "latin-1, UTF-16, byte order marks, CRLF, CR, mixed newlines, no final newline kept",
        (
            f"{_BYTES}test_headless_only_the_changed_word_changes",
            f"{_BYTES}test_on_the_screen_only_the_changed_word_changes",
            f"{_BYTES}test_what_no_mark_tells_from_binary_is_refused",
        ),
    ),
    Case(
        "disk full or broken while files are applied: all old or all new",
        (
            f"{_SWEEP}test_failing_at_any_call",
            f"{_STATE}test_a_disk_that_is_full_when_writing_leaves_the_file_and_keeps_the_text",
            "tests/workspace/test_apply.py::test_no_room_for_the_last_file_leaves_all_as_it_was",
        ),
    ),
    Case(
        "disk full, I/O error or kill while any state file is written: the old file or the new one",
        (f"{_STATE}test_a_write_that_fails_anywhere_leaves_the_old_file_or_the_new_one",),
    ),
    Case(
        "state folder full or read-only: said once at the start, runs without",
        (
            f"{_STATE}test_without_room_in_the_state_folder_it_says_so_once_and_runs",
            "tests/headless/test_run.py::test_without_a_state_folder_it_writes_and_says_so",
            "tests/ui/test_undo.py::test_without_a_place_for_the_record_it_asks",
        ),
    ),
    Case(
        "read-only project: refused before anything is sent; on the screen the proposal stays",
        (
            f"{_STATE}test_a_read_only_project_is_refused_before_anything_is_sent",
            f"{_STATE}test_on_the_screen_a_project_that_can_not_be_written_keeps_the_proposal",
        ),
    ),
    Case(
        "config, models, theme corrupt: defaults, file and line, never overwritten",
        (
            f"{_STATE}test_damaged_files_are_named_left_alone_and_the_program_runs",
            "tests/config/test_settings.py::test_a_corrupt_file_is_never_overwritten",
            "tests/config/test_settings.py::test_wrong_settings_keep_their_default",
            "tests/config/test_models_file.py::test_a_broken_file_is_left_as_it_is",
            "tests/config/test_theme_files.py::test_a_broken_theme_is_named_and_skipped",
        ),
    ),
    Case(
        "control file corrupt: everything wrong in it is named, with its line",
        (
            f"{_STATE}test_all_wrong_values_of_a_control_file_are_named_with_their_lines",
            f"{_STATE}test_a_damaged_control_file_is_a_sentence",
            "tests/config/test_control_file.py::test_all_problems_are_named",
            "tests/config/test_broken_control_files.py::test_all_that_is_wrong_is_said_at_once",
        ),
    ),
    Case(
        "a control file cannot do what settings forbid, runs no command unasked, holds no key",
        (
            "tests/runs/test_options.py"
            "::test_a_file_cannot_do_what_the_settings_forbid_and_a_flag_can",
            "tests/runs/test_options.py::test_no_model_of_another_server_is_chosen",
            "tests/headless/test_checks.py::test_commands_of_a_control_file_are_not_run_unasked",
            "tests/config/test_run_options.py::test_a_key_is_never_written",
        ),
    ),
    Case(
        "usage, capabilities, calibration, figures corrupt: put aside or passed over, and said",
        (
            f"{_STATE}test_a_memory_damaged_while_the_program_runs_is_put_aside_not_written_over",
            "tests/store/test_usage.py::test_a_broken_line_costs_only_itself",
        ),
    ),
    Case(
        "project folder deleted while running",
        (
            f"{_GONE}test_headless_a_project_that_goes_is_not_made_again_and_the_text_is_kept",
            f"{_GONE}test_on_the_screen_a_project_that_goes_is_said_and_the_proposal_stays",
        ),
    ),
    Case(
        "picked file deleted or changed before the run",
        (
            f"{_GONE}test_a_picked_file_that_is_gone_is_named_and_nothing_is_sent",
            f"{_GONE}test_a_picked_file_that_changed_is_sent_as_it_is_now",
        ),
    ),
    Case(
        "file changed between the run and accepting it",
        (
            "tests/ui/test_app.py::test_a_file_changed_meanwhile_is_asked_about",
            "tests/runs/test_preparation.py::test_a_file_the_new_reply_leaves_out_is_compared_with_what_is_on_disk_by_now",
            "tests/ui/test_undo.py::test_what_somebody_else_changed_is_not_taken_back_unasked",
        ),
    ),
    Case(
        "folder replaced by a link that leads out",
        (f"{_GONE}test_a_folder_that_leads_out_by_now_is_not_written_through",),
    ),
    Case(
        "a hunk rejected after it was written is taken back out",
        ("tests/ui/test_undo.py::test_what_is_rejected_after_the_write_is_taken_back_out",),
    ),
    Case(
        "a rename that changes nothing but the case of a name, also where the system ignores case: "
        "written, undone and done again, and nothing lost by a failure on the way",
        (
            "tests/workspace/test_case_renames.py::test_it_is_written_undone_and_done_again",
            "tests/workspace/test_case_renames.py::test_whatever_fails_nothing_is_lost",
            "tests/workspace/test_case_renames.py::test_a_file_that_stays_keeps_its_name",
        ),
    ),
    Case(
        "killed or failing while files are renamed, swapped or deleted: all old or all new, with "
        "modes, other names and folders",
        (
            f"{_SWEEP}test_killed_at_any_call_and_started_again[rename-apply-kill]",
            f"{_SWEEP}test_killed_at_any_call_and_started_again[swap-undo-kill]",
            f"{_SWEEP}test_killed_at_any_call_and_started_again[make room-redo-kill]",
            f"{_SWEEP}test_killed_at_any_call_and_started_again[delete folder-undo-kill]",
            f"{_SWEEP}test_failing_at_any_call[make room-apply-fail-ENOSPC]",
        ),
    ),
    Case(
        "a renamed or deleted file comes back by an undo byte for byte, with mode and attributes",
        (
            f"{_RENAMES}test_a_rename_takes_everything_along",
            f"{_RENAMES}test_extended_attributes_move_along",
            f"{_RENAMES}test_the_last_file_of_a_folder_takes_it_along",
        ),
    ),
    Case(
        "a rename writes over nothing, under neither name, and leads nowhere out",
        (
            f"{_RENAMES}test_a_change_under_either_name_is_never_written_over",
            f"{_RENAMES}test_a_swap_of_which_one_half_is_left_out_is_refused",
            f"{_RENAMES}test_both_names_are_contained",
            f"{_ACTIONS}test_what_may_not_be_is_refused_with_the_reason",
            f"{_ACTIONS}test_one_half_alone_is_refused_in_words_and_writes_nothing",
        ),
    ),
    Case(
        "accepting everything deletes and renames nothing",
        ("tests/ui/test_file_actions.py::test_accepting_everything_accepts_neither_and_says_so",),
    ),
    Case(
        "any verdicts over all four actions make what `git apply` makes of the accepted patch",
        (
            "tests/review/test_file_actions.py::test_the_result_is_what_git_makes_of_the_accepted_patch",
        ),
    ),
    Case(
        "500 levels, more than 20,000 files, odd names: listed within bounds, open to keys",
        (
            f"{_TREES}test_a_deep_tree_is_listed_whole",
            f"{_TREES}test_deeper_than_a_path_can_be_is_an_end_not_an_error",
            f"{_TREES}test_a_listing_has_an_end_that_is_said_and_bounded_memory",
            f"{_TREES}test_the_picker_takes_keys_in_a_large_flat_folder_and_odd_names",
        ),
    ),
)
