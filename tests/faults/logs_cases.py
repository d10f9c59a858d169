"""Debug levels, redaction, keys and the doctor."""

from tests.faults.table import Case

_CANARY = "tests/safety/test_canary.py"
_KEYS = "tests/config/test_key_handling.py"
_LOG = "tests/diagnostics/test_debug_log.py"
_PANE = "tests/ui/test_log_pane.py"
_DOCTOR = "tests/cli/test_doctor.py"

CASES = (
    Case(
        "debug levels 0 silent, 1 info, 2 debug, on stderr headless",
        (
            "tests/headless/test_log.py::test_each_level_says_more",
            "tests/headless/test_log.py::test_an_error_is_said_at_level_0",
        ),
    ),
    Case(
        "level 3: all JSON objects of requests and chunks, malformed ones too",
        ("tests/engine/test_trace.py", f"{_PANE}::test_level_3_shows_requests_and_chunks_of_a_run"),
    ),
    Case(
        "the log pane: level changed while running, filter, copy",
        (
            f"{_PANE}::test_the_level_is_changed_while_the_program_runs",
            f"{_PANE}::test_typing_narrows_the_log_down_and_y_copies_what_is_left",
            f"{_PANE}::test_levels_and_filter_are_commands_of_the_palette",
        ),
    ),
    Case(
        "a flood of log lines is bounded in memory",
        (f"{_PANE}::test_a_flood_is_drawn_by_the_frame_and_kept_within_bounds",),
    ),
    Case(
        "a log file that turns over, 0600, harmless to cat",
        (
            f"{_LOG}::test_the_file_has_the_lines_of_the_level",
            f"{_LOG}::test_cat_of_a_log_is_harmless",
            f"{_LOG}::test_files_turn_over_and_stay_within_their_size",
        ),
    ),
    Case(
        "nothing said is missing from the log file at the end, and none without locks",
        (
            f"{_LOG}::test_all_that_was_said_is_written_at_the_end_and_after_it",
            f"{_LOG}::test_a_file_system_without_locks_has_its_log",
        ),
    ),
    Case(
        "locks: a kill lets go, one owner at a time, nothing cut off by locking",
        ("tests/system/test_file_lock.py",),
    ),
    Case(
        "no POSIX: every module imports, the commands work, the screen says what it needs",
        ("tests/project/test_without_posix.py",),
    ),
    Case(
        "two processes write one log file",
        (f"{_LOG}::test_two_processes_neither_lose_nor_mix_lines",),
    ),
    Case(
        "a log file that cannot be written is said once, and nothing waits for it",
        (
            f"{_LOG}::test_a_log_that_cannot_be_written_is_said_once",
            f"{_LOG}::test_the_writer_of_lines_never_waits_for_the_disk",
            "tests/headless/test_log.py::test_a_state_folder_that_cannot_be_written_is_said_once",
        ),
    ),
    Case(
        "secrets redacted at every level, in lines too long for the screen too",
        (
            "tests/safety/test_redaction.py",
            f"{_LOG}::test_keys_are_taken_out_of_what_is_too_long_for_the_screen",
        ),
    ),
    Case(
        "canary: no key in logs, history, stdout, stderr, argv (headless; success and errors)",
        (f"{_CANARY}::test_a_headless_run_leaves_no_trace_of_the_key",),
    ),
    Case(
        "canary: no key on any screen, in screenshots or files of the full-screen program",
        (f"{_CANARY}::test_no_screen_picture_or_file_of_the_program_shows_the_key",),
    ),
    Case(
        "keys stripped and checked before any request",
        (
            f"{_KEYS}::test_a_key_that_cannot_be_one_sends_nothing_and_says_so",
            "tests/config/test_api_keys.py::test_whatever_is_found_is_a_clean_key_and_never_shown",
        ),
    ),
    Case(
        "key file 0600, folder 0700, warned when readable by others",
        (
            f"{_KEYS}::test_a_key_file_others_can_read_is_warned_about",
            f"{_KEYS}::test_folders_we_make_are_for_their_owner",
        ),
    ),
    Case(
        "OPENAI_ORG_ID and OPENAI_PROJECT_ID only to OpenAI",
        (
            f"{_KEYS}::test_a_third_party_never_hears_of_the_organisation",
            f"{_KEYS}::test_openai_itself_does_and_over_tls_only",
        ),
    ),
    Case(
        "http to a non-loopback host is warned about before anything is sent",
        (
            f"{_KEYS}::test_plain_http_is_warned_about_before_a_headless_run",
            f"{_KEYS}::test_plain_http_is_warned_about_once_and_before_the_form_sends_a_key",
        ),
    ),
    Case(
        "key-like files are never picked by folder or glob, and a picked one asks",
        ("tests/workspace/test_listing.py", "tests/safety/test_key_patterns.py"),
    ),
    Case(
        "a scan warns of key-shaped strings in what is about to be sent",
        (
            "tests/ui/test_keys_sent.py",
            "tests/safety/test_key_patterns.py::test_keys_are_found_in_their_line",
            "tests/safety/test_key_patterns.py::test_what_only_resembles_a_key_is_passed_over",
            "tests/headless/test_log.py::test_a_key_in_what_is_sent_is_warned_about_and_reported",
        ),
    ),
    Case(
        "doctor: versions, paths, terminal, keys by source, endpoints, database",
        (
            f"{_DOCTOR}::test_it_says_what_a_bug_report_needs_without_a_terminal",
            f"{_DOCTOR}::test_offline_it_asks_nobody_and_is_readable",
            f"{_DOCTOR}::test_the_history_is_counted",
            f"{_DOCTOR}::test_a_server_and_a_model_that_are_named_must_be_there",
            f"{_DOCTOR}::test_a_named_server_or_model_that_cannot_be_is_a_finding",
            f"{_DOCTOR}::test_the_key_for_other_servers_is_listed",
        ),
    ),
    Case(
        "doctor: exit 1 when something is broken, and broken files are looked past",
        (
            f"{_DOCTOR}::test_broken_files_are_named_and_looked_past",
            f"{_DOCTOR}::test_a_dead_server_with_a_key_is_broken_and_one_without_is_not",
            f"{_DOCTOR}::test_a_state_folder_that_cannot_be_made_is_broken",
        ),
    ),
    Case(
        "crash reports: what was done last, by names only",
        (
            "tests/runs/test_recent_actions.py",
            "tests/terminal/test_crashes.py::test_while_streaming",
        ),
    ),
    Case(
        "a non-UTF-8 locale: a warning, files still UTF-8, names work",
        ("tests/system/test_locale_encoding.py",),
    ),
)
