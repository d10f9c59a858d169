"""What stands on the screen: drafts, picks, verdicts, the offer after a crash, the history."""

from tests.faults.table import Case

_BACK = "tests/ui/test_take_back.py::"
_SESSION = "tests/store/test_session.py::"
_KEEPING = "tests/ui/test_session.py::"
_RECOVERING = "tests/ui/test_recovery.py::"
_BROWSING = "tests/ui/test_history.py::"
_PROMPTS = "tests/ui/test_prompt_history.py::"
_KILLED = "tests/faults/test_killed_sessions.py::"
_LEAVING = "tests/ui/test_quit.py::"

_EARLIER = "tests/runs/test_earlier_version.py::"

CASES = (
    Case(
        "what an earlier version left opens: settings, history, review, undo, session, what it "
        "learnt, a run it was killed in",
        (
            f"{_EARLIER}test_its_settings_models_and_themes_count",
            f"{_EARLIER}test_its_history_is_listed_found_and_read",
            f"{_EARLIER}test_a_run_it_was_killed_in_is_recovered_and_can_go_on",
            f"{_EARLIER}test_the_review_it_left_has_its_verdicts",
            f"{_EARLIER}test_its_writes_are_undone_and_made_again",
            f"{_EARLIER}test_what_it_learnt_and_booked_counts",
            f"{_EARLIER}test_the_program_opens_on_what_stood_on_its_screen",
        ),
    ),
    Case(
        "kill -9 in mid-stream on a terminal: the next start offers the run, shows it, ends it",
        (
            f"{_KILLED}test_a_run_killed_in_mid_stream_is_offered_shown_and_completed",
            f"{_KILLED}test_continue_goes_on_from_the_offer",
            f"{_RECOVERING}test_an_interrupted_run_is_offered_and_can_be_reviewed",
            f"{_RECOVERING}test_continue_completes_the_text",
        ),
    ),
    Case(
        "a verdict, split, edit or pick made by mistake is taken back, and done again",
        (
            "tests/review/test_verdict_history.py",
            f"{_BACK}test_a_verdict_is_taken_back_and_done_again",
            f"{_BACK}test_an_edit_and_a_split_are_taken_back",
            "tests/ui/test_file_picker.py::test_picks_are_taken_back_and_made_again",
        ),
    ),
    Case(
        "a wholly rejected review is there after a restart",
        (f"{_BACK}test_a_wholly_rejected_review_is_there_after_a_restart",),
    ),
    Case(
        "a review is not called written when its verdicts changed during the write",
        (
            "tests/runs/test_review_session.py::test_what_changed_during_the_write_is_not_called_written",
        ),
    ),
    Case(
        "kill -9 with verdicts given: they are back, and are what is written",
        (
            f"{_KILLED}test_verdicts_given_before_a_kill_are_back_and_are_what_is_written",
            f"{_RECOVERING}test_verdicts_are_back_after_a_kill",
        ),
    ),
    Case(
        "kill -9 while typing: the draft is back",
        (
            f"{_KILLED}test_a_draft_is_back_after_a_kill",
            f"{_KEEPING}test_what_is_set_up_is_written_down_as_it_changes",
        ),
    ),
    Case(
        "later asks again; discard asks first and leaves the run in history",
        (
            f"{_RECOVERING}test_later_asks_again_and_discard_asks_first",
            f"{_RECOVERING}test_what_needs_nothing_is_not_offered",
            f"{_RECOVERING}test_a_run_of_another_project_is_not_offered_here",
        ),
    ),
    Case(
        "resume RUN opens the run on the screen",
        (
            f"{_RECOVERING}test_a_run_named_on_the_command_line_is_opened",
            f"{_RECOVERING}test_an_unknown_run_on_the_command_line_is_told",
        ),
    ),
    Case(
        "a kept review comes back exactly, with splits, edits and verdicts",
        (
            "tests/review/test_saved.py::test_a_review_comes_back_as_it_was",
            "tests/review/test_saved.py::test_what_cannot_be_a_review_is_refused",
        ),
    ),
    Case(
        "a file that changed since a review was left is told and compared anew",
        (
            "tests/runs/test_reopen_review.py",
            f"{_RECOVERING}test_an_open_review_is_open_again_after_quitting_with_its_verdicts",
        ),
    ),
    Case(
        "requirements, picks, target, model are back after quitting, Ctrl+C and Esc",
        (
            f"{_KEEPING}test_after_quitting_everything_comes_back",
            f"{_KEEPING}test_flags_win_field_by_field_and_the_draft_stays_at_hand",
            f"{_KEEPING}test_a_picked_file_that_is_gone_is_told",
            f"{_KEEPING}test_a_model_that_is_gone_is_told_and_the_default_taken",
            f"{_KEEPING}test_of_the_demo_nothing_is_kept",
        ),
    ),
    Case(
        "a secret file that was agreed to last time is not picked again unasked",
        (
            f"{_KEEPING}test_a_secret_agreed_to_last_time_is_not_picked_again_unasked",
            "tests/ui/test_file_picker.py::test_secret_is_asked_about_first",
        ),
    ),
    Case(
        "a signal loses nothing of the screen",
        (f"{_KILLED}test_a_draft_is_back_after_a_signal",),
    ),
    Case(
        "quitting asks only where a run would stop or a proposal could not be kept",
        (
            f"{_LEAVING}test_a_proposal_is_no_reason_to_ask_for_it_is_kept",
            f"{_LEAVING}test_quitting_in_a_run_asks_and_the_next_start_offers_it",
            f"{_LEAVING}test_where_history_is_off_quitting_asks_once_about_a_proposal",
        ),
    ),
    Case(
        "two programs on one project: the second is told, neither loses anything",
        (
            f"{_KEEPING}test_two_programs_on_one_project_lose_nothing",
            f"{_SESSION}test_two_programs_have_a_slot_each_and_neither_loses_anything",
            f"{_SESSION}test_a_killed_program_leaves_its_slot_free",
        ),
    ),
    Case(
        "a damaged session file is set aside with a message",
        (
            f"{_SESSION}test_a_damaged_file_is_set_aside_with_a_message",
            f"{_KEEPING}test_a_damaged_file_is_told_and_everything_works",
        ),
    ),
    Case(
        "no place to keep the screen: said once, everything else works",
        (
            f"{_SESSION}test_a_state_folder_that_cannot_be_made_is_said_and_nothing_else",
            f"{_KEEPING}test_where_nothing_can_be_kept_it_is_said_once",
        ),
    ),
    Case(
        "what is kept of the screen is private",
        (f"{_SESSION}test_what_is_saved_is_there_at_the_next_start_and_private",),
    ),
    Case(
        "prompt history: by key and by search, no draft lost",
        (
            f"{_PROMPTS}test_no_text_is_lost_on_a_walk",
            f"{_PROMPTS}test_earlier_prompts_come_back_by_key_and_the_draft_too",
            f"{_PROMPTS}test_the_list_finds_a_prompt_and_keeps_the_draft_it_replaces",
            f"{_PROMPTS}test_a_draft_outlives_the_program",
        ),
    ),
    Case(
        "history on the screen: list, search, view",
        (
            f"{_BROWSING}test_runs_are_listed_and_found_by_typing",
            f"{_BROWSING}test_a_run_is_viewed_part_by_part",
            f"{_BROWSING}test_runs_of_other_projects_are_shown_on_request_and_opened_there",
        ),
    ),
    Case(
        "history on the screen: open the diff again, run again, go on",
        (
            f"{_BROWSING}test_the_diff_of_a_run_is_opened_again",
            f"{_BROWSING}test_running_again_fills_in_what_was_given_and_keeps_the_draft",
            f"{_BROWSING}test_going_on_needs_an_end_that_was_not_one",
        ),
    ),
    Case(
        "history on the screen: export, rename, delete with confirmation, delete all",
        (
            f"{_BROWSING}test_a_run_is_exported_to_a_new_file",
            f"{_BROWSING}test_renaming_and_deleting",
        ),
    ),
    Case(
        "a history that can't be used is said and stops nothing",
        (
            f"{_BROWSING}test_where_history_cannot_be_used_the_screen_says_so",
            f"{_RECOVERING}test_a_damaged_history_is_told_and_nothing_stops",
            f"{_RECOVERING}test_a_review_whose_run_is_gone_is_no_error",
        ),
    ),
    Case(
        "hostile prompts and runs are shown as marks",
        (
            f"{_PROMPTS}test_hostile_prompts_are_shown_as_marks",
            f"{_BROWSING}test_a_run_is_viewed_part_by_part",
        ),
    ),
)
