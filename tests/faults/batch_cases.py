"""Batches: nothing is paid for twice, nothing is written that another job has written."""

from tests.faults.table import Case

_BATCH = "tests/batch/test_batch.py::"
_JOURNAL = "tests/batch/test_batch_journal.py::"
_PROVIDER = "tests/batch/provider/test_command.py::"
_ROUNDS = "tests/batch/provider/test_rounds.py::"
_SCREEN = "tests/ui/test_batch.py::"

CASES = (
    Case(
        "what a provider's batch has answered is not paid for again: after a kill, when all of it "
        "is done, and sent in another way",
        (
            f"{_PROVIDER}test_killed_at_random_it_goes_on_and_nothing_is_paid_for_twice",
            f"{_PROVIDER}test_what_is_all_done_is_not_sent_again",
            f"{_PROVIDER}test_what_is_answered_is_not_refused_for_the_cap_when_it_is_tried_again",
            f"{_ROUNDS}test_a_file_of_results_that_was_cut_off_is_fetched_again",
            f"{_ROUNDS}test_a_file_that_stays_cut_off_is_not_removed_from_the_provider",
            f"{_ROUNDS}test_ended_at_any_call_it_goes_on_and_pays_for_nothing_twice",
            f"{_PROVIDER}test_a_batch_of_a_provider_is_gone_on_with_in_no_other_way",
        ),
    ),
    Case(
        "kill -9 of a batch at random moments: each job is done once and paid for once",
        (
            "tests/batch/test_batch_kills.py::"
            "test_killed_at_random_moments_each_job_is_done_once_and_paid_for_once",
            "tests/batch/test_batch_kills.py::test_a_reply_that_was_whole_is_not_asked_for_again",
            f"{_BATCH}"
            "test_killed_after_a_result_was_written_it_is_neither_paid_for_nor_written_again",
            "tests/batch/test_caps.py::test_text_that_was_paid_for_is_gone_on_with_after_a_limit",
        ),
    ),
    Case(
        "a batch's journal cut off or damaged anywhere is gone on with",
        (
            f"{_JOURNAL}test_cut_off_anywhere_it_is_read_as_far_as_it_goes_and_gone_on_with",
            f"{_JOURNAL}test_damaged_lines_are_left_out",
            f"{_JOURNAL}test_one_without_a_beginning_is_refused_with_a_sentence",
            f"{_JOURNAL}test_a_disk_that_refuses_is_told_about_once_and_nothing_is_torn",
        ),
    ),
    Case(
        "a worker of a cluster that dies, or whose messages are lost, leaves no hole in a text",
        (
            "tests/batch/cluster/test_cluster.py::"
            "test_a_worker_that_dies_has_its_job_done_from_where_it_was",
            "tests/batch/cluster/test_messages.py",
        ),
    ),
    Case(
        "no two programs run the same batch",
        (
            f"{_JOURNAL}test_two_cannot_have_it_at_once",
            f"{_BATCH}test_a_batch_that_is_being_run_is_not_run_by_another",
            f"{_PROVIDER}test_results_are_taken_in_by_nobody_but_who_has_the_batch",
        ),
    ),
    Case(
        "jobs that write the same file are found before anything is paid for",
        (
            f"{_BATCH}test_jobs_that_write_the_same_file_are_refused_before_anything_is_paid",
            f"{_BATCH}test_in_sequence_each_job_gets_the_result_of_the_one_before",
            f"{_SCREEN}test_jobs_for_the_same_file_are_asked_about",
        ),
    ),
    Case(
        "results are written unasked only where git can give back what was there",
        (
            f"{_BATCH}test_apply_is_refused_where_it_could_not_be_taken_back",
            f"{_BATCH}test_apply_writes_over_nothing_that_came_while_the_batch_ran",
            f"{_BATCH}test_jobs_in_sequence_are_applied_on_each_other",
        ),
    ),
    Case(
        "the cap of a batch is never passed",
        (
            f"{_BATCH}test_nothing_is_sent_that_could_pass_the_cap",
            f"{_BATCH}test_a_cap_needs_prices",
            f"{_SCREEN}test_what_a_batch_costs_counts_towards_the_cap_of_the_session",
            "tests/batch/test_budget.py",
            "tests/batch/test_caps.py::test_what_was_spent_before_a_kill_counts_towards_the_cap",
            "tests/batch/test_caps.py::test_the_cap_holds_for_a_fallback_model",
            "tests/batch/test_caps.py::test_no_fallback_model_without_a_price_is_taken_under_a_cap",
        ),
    ),
    Case(
        "Ctrl+C and leaving the program lose nothing of a batch",
        (
            f"{_BATCH}test_ctrl_c_ends_in_order_and_resume_goes_on",
            f"{_BATCH}test_ctrl_c_twice_ends_at_once_and_loses_nothing",
            f"{_SCREEN}test_a_batch_that_was_left_goes_on_at_the_next_start",
        ),
    ),
    Case(
        "results of a batch stay in history until somebody has opened them",
        (
            f"{_BATCH}test_results_wait_in_history_and_the_files_are_untouched",
            "tests/runs/test_file_actions.py::"
            "test_what_is_sent_again_of_a_job_of_a_batch_is_a_run_of_its_own",
        ),
    ),
)
