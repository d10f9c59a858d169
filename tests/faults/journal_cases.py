"""Journal, history and their command line."""

from tests.faults.table import Case

_JOURNAL = "tests/store/test_journal.py::"
_HISTORY = "tests/store/test_history.py::"
_COMMANDS = "tests/test_history_cli.py::"
_DELIVERY = "tests/test_headless_delivery.py::"
_HEADLESS = "tests/test_headless.py::"
_KILLS = "tests/faults/test_kills.py::test_a_kill_costs_100_milliseconds_of_text_at_most"
_FULL = "tests/faults/test_full_disk.py::test_a_disk_that_fills_ends_no_run_and_costs_no_text"

CASES = (
    Case(
        "kill -9 in mid-stream, headless and on a terminal: 100 ms of text lost at most",
        (_KILLS,),
    ),
    Case(
        "every event comes back from the journal, whatever text it holds",
        (
            "tests/engine/test_event_data.py::test_every_event_comes_back_from_one_line_of_json",
            f"{_JOURNAL}test_what_was_written_comes_back",
        ),
    ),
    Case(
        "every batch is one unbuffered write, before it is shown",
        (
            f"{_JOURNAL}test_every_batch_is_one_write",
            "tests/ui/test_pump.py::test_all_that_is_delivered_was_kept_before",
        ),
    ),
    Case("the journal is synced while it grows", (f"{_JOURNAL}test_it_is_synced_while_it_grows",)),
    Case(
        "a journal torn or damaged anywhere is read as far as it goes",
        (
            f"{_JOURNAL}test_a_journal_cut_anywhere_gives_a_beginning_of_the_text",
            f"{_JOURNAL}test_damaged_lines_are_left_out_and_counted",
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
    Case("history: a run comes back as it was", (f"{_HISTORY}test_a_run_comes_back_as_it_was",)),
    Case(
        "history: search in every field, with and without an index",
        (
            f"{_HISTORY}test_search_finds_parts_of_words_in_every_field",
            f"{_HISTORY}test_any_text_can_be_kept_and_searched",
        ),
    ),
    Case("history: retention", (f"{_HISTORY}test_retention_spares_named_and_offered_runs",)),
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
        "no key in journal, history or exports",
        (f"{_COMMANDS}test_no_key_is_written_down",),
    ),
    Case(
        "what is deleted is in no file any more",
        (f"{_COMMANDS}test_what_was_deleted_is_in_no_file_any_more",),
    ),
    Case(
        "quitting in mid-stream keeps all that came",
        ("tests/ui/test_leaving.py::test_quitting_in_mid_stream_keeps_all_that_came",),
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
