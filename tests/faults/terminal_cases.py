"""Signals, closed and unread terminals, crashes, resizes, hostile text."""

from tests.faults.table import Case

_SIGNALS = "tests/terminal/test_signals.py::"
_HEADLESS = "tests/terminal/test_headless_signals.py::"
_CRASHES = "tests/terminal/test_crashes.py::"
_SIZES = "tests/terminal/test_resizes.py::"
_HOSTILE = "tests/terminal/test_hostile_text.py::"
_DIALOGS = "tests/terminal/test_hostile_dialogs.py::"
_TYPED = "tests/ui/test_typed_input.py::"
_AHEAD = "tests/ui/test_type_ahead.py::"
_ORDERS = "tests/faults/test_orders.py::"
_DISPLAY = "tests/safety/test_sanitize.py::"

CASES: tuple[Case, ...] = (
    Case(
        "SIGTERM, SIGHUP, SIGINT, SIGQUIT: 128+n within 2 s, terminal restored, text kept",
        (f"{_SIGNALS}test_a_signal_ends_it_in_time", f"{_HEADLESS}test_a_signal_while_streaming"),
    ),
    Case(
        "A closed terminal: 129 within 2 s, text kept",
        (
            f"{_SIGNALS}test_a_closed_terminal_ends_it_in_time",
            f"{_HEADLESS}test_a_closed_terminal",
        ),
    ),
    Case(
        "A terminal nobody reads blocks neither the end nor the run",
        (
            f"{_SIGNALS}test_a_terminal_nobody_reads_holds_up_no_end",
            f"{_SIGNALS}test_a_terminal_nobody_reads_holds_up_no_run",
            f"{_HEADLESS}test_a_terminal_nobody_reads",
        ),
    ),
    Case(
        "A terminal that reads on shows everything",
        (f"{_SIGNALS}test_what_was_left_out_for_a_slow_terminal_is_drawn_when_it_reads_on",),
    ),
    Case("A stdout pipe nobody reads", (f"{_HEADLESS}test_a_stdout_pipe_nobody_reads",)),
    Case(
        "A history locked by another program holds up no end",
        (
            f"{_SIGNALS}test_a_locked_history_holds_up_no_end",
            f"{_HEADLESS}test_a_locked_history_holds_up_no_end",
        ),
    ),
    Case(
        "What is typed in a dialog outlives a kill",
        (f"{_SIZES}test_what_stands_in_dialogs_outlives_a_kill_and_any_size",),
    ),
    Case(
        "Time as a stopped job is no silence of the server",
        (f"{_HEADLESS}test_time_as_a_stopped_job_is_no_silence_of_the_server",),
    ),
    Case("nohup is respected", (f"{_HEADLESS}test_nohup_is_respected",)),
    Case(
        "An event loop that is stuck: saved and restored all the same",
        (f"{_CRASHES}test_the_signal_of_a_stuck_loop_is_heard",),
    ),
    Case(
        "Ctrl-Z, bg, fg, SIGTSTP: restored while stopped, redrawn after, nothing lost",
        (
            f"{_SIGNALS}test_stopped_as_a_job_and_brought_back",
            f"{_SIGNALS}test_a_first_program_of_a_terminal_is_not_stopped",
            "tests/terminal/test_stopped_in_dialogs.py::"
            "test_stopped_and_brought_back_with_a_dialog_open",
        ),
    ),
    Case(
        "Keys act in the order typed, however fast, on what the one before has opened",
        (
            f"{_AHEAD}test_keys_behind_the_one_that_opens_a_dialog_reach_it",
            f"{_AHEAD}test_keys_behind_the_one_that_goes_to_a_pane_reach_it",
            f"{_AHEAD}test_deciding_and_answering_in_one_go",
            f"{_AHEAD}test_a_click_takes_no_keys_that_were_typed_before_it",
        ),
    ),
    Case(
        "What hangs holds keys up for a while only, and a way out hardly at all",
        (
            f"{_AHEAD}test_work_that_never_asks_holds_keys_up_only_for_a_while",
            f"{_AHEAD}test_where_keys_hang_each_is_not_waited_for_anew",
            f"{_AHEAD}test_a_way_out_waits_for_nothing_that_hangs",
        ),
    ),
    Case(
        "Ctrl-C never loses text, and stops a run only when pressed twice",
        (f"{_SIGNALS}test_ctrl_c_stops_a_run_only_when_pressed_twice",),
    ),
    Case(
        "An unhandled exception anywhere: no values shown, text kept, restored, one sentence, 1",
        (
            f"{_CRASHES}test_while_streaming",
            f"{_CRASHES}test_before_the_screen_is_up",
            f"{_CRASHES}test_without_the_screen",
            f"{_CRASHES}test_without_the_screen_in_the_middle_of_a_reply",
        ),
    ),
    Case(
        "Crash reports: 0600, the newest ten, bounded",
        (
            f"{_CRASHES}test_only_the_newest_reports_stay",
            f"{_CRASHES}test_a_long_message_is_cut",
            f"{_CRASHES}test_where_no_report_can_be_kept_it_is_said",
        ),
    ),
    Case(
        "Resizes from 1x1 to 1000x1000 while streaming, reviewing and in dialogs",
        (
            f"{_SIZES}test_while_streaming_and_while_reviewing",
            f"{_SIZES}test_what_stands_in_dialogs_outlives_a_kill_and_any_size",
        ),
    ),
    Case("A start at an odd size", (f"{_SIZES}test_a_start_at_an_odd_size_is_as_good_as_any",)),
    Case("Every TERM, NO_COLOR, a terminal that is mute", (f"{_SIZES}test_every_terminal",)),
    Case(
        "Hostile text on every screen: no sequence that the framework itself does not send",
        (
            f"{_HOSTILE}test_every_screen",
            f"{_DIALOGS}test_what_is_asked_shown_and_kept",
            f"{_DIALOGS}test_what_is_asked_about_size_and_money",
            f"{_DIALOGS}test_every_screen_is_in_the_list",
            f"{_DIALOGS}test_every_question_is_in_a_list",
            f"{_HOSTILE}test_a_branch_git_itself_would_not_take",
            f"{_HOSTILE}test_the_check_itself_finds_what_it_is_for",
        ),
    ),
    Case(
        "A paste is text, never keys: neither an ESC in it nor an end of it that is pasted acts",
        (
            f"{_TYPED}test_an_escape_in_a_paste_is_no_key",
            f"{_TYPED}test_an_end_that_is_pasted_is_not_believed",
            f"{_TYPED}test_however_it_is_read_a_paste_is_one",
            f"{_DIALOGS}test_what_is_asked_shown_and_kept",
        ),
    ),
    Case(
        "Bytes from the terminal that are no UTF-8 end nothing",
        (f"{_TYPED}test_bytes_that_are_no_utf_8_are_read_on",),
    ),
    Case(
        "Hostile text headless, in messages of the command line and in tables",
        (
            f"{_HOSTILE}test_headless_on_a_terminal",
            "tests/terminal/test_hostile_screens.py::test_commands_that_show_a_kept_run",
        ),
    ),
    Case(
        "Text in input files that gives orders is sent as named data",
        (
            "tests/engine/test_framing_of_inputs.py",
            f"{_ORDERS}test_nothing_is_accepted_run_or_fetched_because_a_text_says_so",
        ),
    ),
    Case(
        "Nothing is accepted, run or fetched because a model said so; no link is opened unasked",
        (f"{_ORDERS}test_nothing_is_accepted_run_or_fetched_because_a_text_says_so",),
    ),
    Case(
        "Marks are for the screen only: files are written as they came",
        (f"{_HOSTILE}test_nothing_is_lost_of_it_on_disk",),
    ),
    Case(
        "10,000 display strings (AUTOCODER_TUI_FUZZ=full): nothing acts, hides or piles up",
        (
            f"{_DISPLAY}test_nothing_that_acts_or_hides_is_left",
            f"{_DISPLAY}test_marks_do_not_pile_up",
            f"{_DISPLAY}test_every_character_of_unicode",
        ),
    ),
    Case(
        "Bidi and invisible characters of a proposal are warned about before accept",
        (f"{_DISPLAY}test_what_is_marked_is_warned_about", f"{_HOSTILE}test_every_screen"),
    ),
)
