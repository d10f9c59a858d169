"""Journal, history and their command line."""

from tests.faults.table import Case

_JOURNAL = "tests/store/test_journal.py::"
_HISTORY = "tests/store/test_history.py::"
_COMMANDS = "tests/cli/test_history.py::"
_DELIVERY = "tests/headless/test_delivery.py::"
_HEADLESS = "tests/headless/test_run.py::"
_CLOCK = "tests/store/test_clock.py::"
_EXPORT = "tests/runs/test_export.py::"
_KILLS = "tests/faults/test_kills.py::test_a_kill_costs_100_milliseconds_of_text_at_most"
_KILLS_IN_PARTS = (
    "tests/faults/test_kills.py::test_a_kill_costs_no_more_while_it_is_not_clear_where_a_part_joins"
)
_FULL = "tests/faults/test_full_disk.py::test_a_disk_that_fills_ends_no_run_and_costs_no_text"

CASES = (
    Case(
        "kill -9 in mid-stream, headless and on a terminal: 100 ms of text lost at most",
        (_KILLS,),
    ),
    Case(
        "kill -9 while a reply that was cut off is continued: no more is lost",
        (_KILLS_IN_PARTS, "tests/store/test_held_text.py"),
    ),
    Case(
        "every event comes back from the journal, whatever text it holds",
        (
            "tests/engine/test_events_json.py::test_every_event_comes_back_from_one_line_of_json",
            f"{_JOURNAL}test_what_was_written_comes_back",
        ),
    ),
    Case(
        "every batch is one unbuffered write, before it is shown",
        (
            f"{_JOURNAL}test_every_batch_is_one_write",
            "tests/runs/test_event_batches.py::test_all_that_is_delivered_was_kept_before",
        ),
    ),
    Case("the journal is synced while it grows", (f"{_JOURNAL}test_it_is_synced_while_it_grows",)),
    Case(
        "a journal torn or damaged anywhere is read as far as it goes",
        (
            f"{_JOURNAL}test_a_journal_cut_anywhere_gives_a_beginning_of_the_text",
            f"{_JOURNAL}test_damaged_lines_are_left_out_and_counted",
            f"{_JOURNAL}test_a_journal_of_odd_values_stops_nothing",
            f"{_JOURNAL}test_a_folder_a_link_or_a_pipe_in_the_place_of_a_journal_is_left_alone",
            f"{_JOURNAL}test_a_journal_without_a_beginning_is_set_aside_and_said",
            f"{_JOURNAL}test_killed_at_any_call_while_it_is_begun_it_is_whole_or_nothing",
        ),
    ),
    Case(
        "a killed run is offered at the next start until somebody has seen to it",
        (
            f"{_JOURNAL}test_a_killed_run_is_offered_at_the_next_start",
            f"{_JOURNAL}test_a_living_owner_is_told_from_a_dead_one",
            f"{_JOURNAL}test_two_programs_recover_a_run_once",
        ),
    ),
    Case(
        "disk full while streaming: said once, the run goes on, nothing is missing",
        (
            _FULL,
            f"{_JOURNAL}test_a_full_disk_is_said_once_and_nothing_is_missing_later",
            f"{_JOURNAL}test_room_that_comes_only_at_the_end_is_used",
        ),
    ),
    Case(
        "disk full at any step while a run goes into history: it goes in later, with its verdicts",
        (
            "tests/faults/test_full_disk.py::test_a_disk_that_fills_at_any_step_while_a_run_goes_"
            "into_history_loses_nothing",
            "tests/faults/test_full_disk.py::test_on_a_full_disk_runs_are_listed_and_shown_and_it_"
            "is_said_once",
        ),
    ),
    Case(
        "the state folder goes, or can't be written any more, in mid-run: the run goes on",
        (
            "tests/faults/test_vanishing.py::test_headless_a_state_folder_that_goes_in_mid_run_"
            "costs_nothing",
            "tests/faults/test_vanishing.py::test_headless_a_state_folder_that_can_not_be_written_"
            "any_more_is_said_once",
        ),
    ),
    Case("history: a run comes back as it was", (f"{_HISTORY}test_a_run_comes_back_as_it_was",)),
    Case(
        "history: search in every field, with and without an index",
        (
            f"{_HISTORY}test_search_finds_parts_of_words_in_every_field",
            f"{_HISTORY}test_any_text_can_be_kept_and_searched",
        ),
    ),
    Case(
        "history: retention; the newest, named, offered and just ended runs stay",
        (
            f"{_HISTORY}test_retention_spares_named_and_offered_runs",
            f"{_CLOCK}test_the_newest_the_named_and_the_offered_are_never_too_old",
        ),
    ),
    Case(
        "history: a clock that is set back or forward costs no run and no order",
        ("tests/store/test_clock.py",),
    ),
    Case(
        "history: of a project that moved or is gone the text is there, and can be gone on with",
        (
            f"{_COMMANDS}test_of_a_project_that_is_gone_the_text_is_there_and_can_be_gone_on_with_"
            "elsewhere",
            f"{_COMMANDS}test_in_a_folder_that_is_gone_every_command_says_so_or_works",
            "tests/ui/test_recovery.py::test_a_run_whose_project_has_moved_is_opened_where_it_"
            "is_now",
        ),
    ),
    Case(
        "history: damaged pages, rows, index, log of writes: what can be read is saved",
        ("tests/store/test_history_damage.py", f"{_HISTORY}test_a_damaged_row_harms_no_other"),
    ),
    Case(
        "history: a damaged database is set aside with a message",
        (
            f"{_HISTORY}test_a_damaged_database_is_set_aside_and_said",
            f"{_HISTORY}test_damage_in_the_middle_is_set_aside_when_it_is_met",
            f"{_COMMANDS}test_a_damaged_history_is_said_and_set_aside",
        ),
    ),
    Case(
        "history: a locked database is said, and the run goes in later",
        (f"{_HISTORY}test_a_locked_database_is_said_and_the_journal_goes_in_later",),
    ),
    Case(
        "history: a newer database is left alone",
        (f"{_HISTORY}test_a_newer_database_is_left_alone",),
    ),
    Case(
        "history: no place for it, or a full disk, stops nothing",
        (
            f"{_HISTORY}test_without_a_folder_for_it_history_is_unavailable_and_nothing_else",
            f"{_HISTORY}test_a_full_disk_is_said_and_nothing_is_half_kept",
            f"{_DELIVERY}test_without_a_place_to_keep_it_a_partial_is_printed",
        ),
    ),
    Case(
        "history: several processes write at once",
        (f"{_HISTORY}test_two_processes_write_at_once_and_none_loses_a_run",),
    ),
    Case(
        "history list, show, export, rename, delete",
        (
            f"{_COMMANDS}test_list_shows_the_runs_of_this_project_and_of_all",
            f"{_COMMANDS}test_show_prints_exactly_the_reply",
            f"{_COMMANDS}test_show_prints_the_proposal_as_a_patch_of_what_was_sent",
            f"{_COMMANDS}test_export_writes_markdown_and_json_lines",
            f"{_COMMANDS}test_rename_and_delete",
            f"{_COMMANDS}test_delete_asks_on_a_terminal",
        ),
    ),
    Case(
        "exports: any text comes through, valid whatever it holds, no half file",
        ("tests/runs/test_export.py",),
    ),
    Case(
        "no key in journal, history or exports",
        (
            f"{_COMMANDS}test_no_key_is_written_down",
            f"{_EXPORT}test_each_run_is_a_line_of_its_own_in_a_file_for_the_user_alone",
        ),
    ),
    Case(
        "what is deleted is in no file any more",
        (
            f"{_COMMANDS}test_what_was_deleted_is_in_no_file_any_more",
            f"{_HISTORY}test_of_many_that_are_deleted_at_once_no_word_is_left",
        ),
    ),
    Case(
        "the demo leaves nothing in the system's temporary folder but what was written in it",
        ("tests/terminal/test_demo_folder.py",),
    ),
    Case(
        "quitting in mid-stream keeps all that came",
        ("tests/ui/test_quit.py::test_quitting_in_mid_stream_keeps_all_that_came",),
    ),
    Case(
        "run --resume goes on with a killed run as it was sent",
        (
            f"{_COMMANDS}test_a_killed_run_is_gone_on_with",
            f"{_COMMANDS}test_a_run_that_ended_well_is_delivered_again_without_a_request",
        ),
    ),
    Case(
        "an interrupted headless run keeps its text and exits with 128+n",
        (f"{_HEADLESS}test_interrupting_stops_the_request_and_keeps_the_partial",),
    ),
    Case(
        "stdout gone, full or closed: the text is kept, exit code 1",
        (
            f"{_DELIVERY}test_a_reader_that_has_gone_loses_nothing",
            f"{_DELIVERY}test_a_full_disk_behind_stdout_is_exit_code_1",
            f"{_DELIVERY}test_a_closed_stdout_is_said",
            f"{_DELIVERY}test_a_closed_stderr_stops_nothing",
        ),
    ),
    Case(
        "an output that can't be written is found before the run is paid for",
        (f"{_DELIVERY}test_an_output_that_cannot_be_written_is_found_before_the_run",),
    ),
)
