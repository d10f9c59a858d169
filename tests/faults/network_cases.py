"""The network misbehaves."""

from tests.faults.table import Case

_RUN = "tests/faults/test_network.py::"
_PROGRAMS = "tests/faults/test_network_programs.py::"
_FAILURES = "tests/engine/provider/test_failures.py::"
_STATUSES = "tests/engine/provider/test_statuses.py::"
_PROVIDER = "tests/engine/provider/test_chat.py::"
_TLS = "tests/faults/test_tls.py::"
_STREAMS = "tests/faults/test_fuzzed_streams.py::"
_REPLIES = "tests/faults/test_fuzzed_replies.py::"

_ASKED_AS_OFTEN = f"{_RUN}test_what_is_no_reply_is_asked_for_as_often_as_it_may_help"
_FLOOD = f"{_PROGRAMS}test_a_flood_ends_in_a_sentence_within_the_memory"
_KEPT = f"{_RUN}test_a_break_in_mid_reply_keeps_the_text_and_is_tried_five_times"

CASES = (
    Case(
        "refused: five tries, the waits told",
        (
            f"{_RUN}test_a_refused_connection_is_tried_five_times_and_waits_are_told",
            f"{_FAILURES}test_a_refused_connection_asks_whether_the_server_runs",
            f"{_FAILURES}test_a_connection_that_is_not_accepted_times_out",
        ),
    ),
    Case(
        "DNS, TLS: says which, one try, and can be left",
        (
            f"{_RUN}test_no_name_and_no_tls_are_tried_once",
            f"{_FAILURES}test_a_host_that_has_no_address",
            f"{_FAILURES}test_tls_that_is_not_tls",
            f"{_FAILURES}test_a_certificate_nobody_signed",
            f"{_TLS}test_a_certificate_that_is_not_right_says_why",
            f"{_TLS}test_https_typed_for_a_plain_server_is_named_at_once",
            f"{_TLS}test_certificates_that_cannot_be_read_are_named_and_http_needs_none",
            f"{_PROGRAMS}test_a_name_server_that_does_not_answer_can_be_left",
        ),
    ),
    Case(
        "400 401 402 403 404 413 422 451: one request; key source, model and URL, never the key",
        (
            f"{_RUN}test_a_status_no_retry_can_cure_is_asked_once",
            f"{_STATUSES}test_an_error_status_in_every_shape_of_body",
            f"{_STATUSES}test_a_missing_key_is_said",
        ),
    ),
    Case(
        "context length exceeded: how far over, what to drop",
        (
            f"{_RUN}test_a_full_context_window_says_how_far_over_and_what_to_drop",
            f"{_STATUSES}test_a_prompt_that_is_too_long",
            f"{_STATUSES}test_vllm_puts_the_error_at_the_top_level",
        ),
    ),
    Case(
        "Retry-After in seconds, as a date, in ms",
        (
            f"{_STATUSES}test_how_long_the_server_asks_to_wait",
            f"{_STATUSES}test_a_date_to_wait_for_is_seconds_from_now",
            "tests/engine/test_run.py::test_a_busy_server_is_tried_again_as_it_asks",
            f"{_RUN}test_what_is_no_time_is_told_and_the_own_pace_kept",
            f"{_RUN}test_a_date_that_is_past_is_no_reason_to_hurry",
        ),
    ),
    Case(
        "absurd waits are shown and asked about, never slept",
        (
            f"{_RUN}test_a_long_wait_is_told_and_never_slept",
            f"{_RUN}test_a_person_decides_about_a_long_wait",
            f"{_RUN}test_thinking_about_a_wait_takes_no_time_from_the_run",
            f"{_PROGRAMS}test_a_long_wait_ends_the_headless_program_with_the_reason",
            f"{_PROGRAMS}test_the_screen_asks_about_a_long_wait",
        ),
    ),
    Case(
        "waits are visible and end within 200 ms when told to",
        (
            f"{_RUN}test_a_run_lets_go_at_once",
            f"{_PROGRAMS}test_a_wait_is_told_on_stderr_and_an_interrupt_ends_it",
            f"{_PROGRAMS}test_the_screen_shows_a_wait_and_escape_ends_it_at_once",
        ),
    ),
    Case(
        "insufficient_quota: one request, billing",
        (
            f"{_RUN}test_used_up_credit_is_asked_once_and_called_billing",
            f"{_STATUSES}test_used_up_credit_is_not_a_rate_limit",
        ),
    ),
    Case(
        "408 409 429 5xx 520 529: five requests at most",
        (f"{_RUN}test_a_status_that_may_pass_is_asked_five_times_at_most",),
    ),
    Case(
        "reset, close, garbage, a 2 MB header before the reply; none at all",
        (_ASKED_AS_OFTEN, f"{_FAILURES}test_what_is_no_reply_at_all", _FLOOD),
    ),
    Case(
        "JSON in place of a stream is used",
        (
            f"{_RUN}test_json_in_place_of_a_stream_is_used",
            "tests/engine/provider/test_response_body.py::test_a_whole_completion_is_a_reply",
        ),
    ),
    Case(
        "200 with HTML, an error object, nothing, only [DONE]: an error, the target untouched",
        (
            _ASKED_AS_OFTEN,
            f"{_FAILURES}test_an_error_object_with_status_200",
            "tests/headless/test_run.py::"
            "test_what_the_server_gets_wrong_is_a_sentence_and_the_target_is_untouched",
        ),
    ),
    Case(
        "odd frames, odd choices, deltas and content are passed over",
        (f"{_PROVIDER}test_an_odd_frame_is_passed_over",),
    ),
    Case(
        "unknown finish reasons; no [DONE]; no finish reason; a clean end in mid-text",
        (
            f"{_RUN}test_an_unknown_finish_reason_ends_a_whole_file_and_no_open_one",
            f"{_RUN}test_a_clean_end_in_mid_text_is_continued_and_never_taken_for_whole",
            f"{_PROVIDER}test_every_way_of_sending_a_good_reply",
            "tests/engine/test_run_properties.py::test_an_open_frame_is_never_a_success",
            "tests/engine/test_run.py::"
            "test_a_forgotten_closing_line_is_asked_for_once_and_never_made_up",
            _KEPT,
        ),
    ),
    Case(
        "error objects inside the stream: text kept",
        (
            f"{_RUN}test_an_error_object_in_mid_stream_keeps_the_text",
            f"{_FAILURES}test_an_error_object_after_text_keeps_the_text",
            "tests/engine/test_run.py::test_an_error_inside_the_stream_is_waited_out_and_continued",
        ),
    ),
    Case(
        "usage absent, zero, huge, negative, strings, in every chunk",
        (
            f"{_PROVIDER}test_only_credible_usage_is_passed_on",
            f"{_PROVIDER}test_usage_in_every_chunk_is_passed_on_each_time",
        ),
    ),
    Case(
        "reset, close, short length in mid-stream: text kept, resumed",
        (
            _KEPT,
            f"{_FAILURES}test_a_connection_lost_in_mid_reply_keeps_the_text",
            f"{_FAILURES}test_a_connection_lost_after_the_finish_is_no_loss",
            "tests/engine/test_run.py::test_a_dropped_connection_is_waited_out_and_continued",
        ),
    ),
    Case(
        "stalls before headers, in mid-stream (comments or not), after the finish",
        (
            f"{_FAILURES}test_silence_ends_in_the_time_out_that_is_named",
            f"{_RUN}test_time_as_a_stopped_job_is_not_time_of_the_run",
            "tests/engine/test_run.py::test_an_idle_stream_is_given_up_and_continued",
            f"{_PROVIDER}test_every_way_of_sending_a_good_reply",
        ),
    ),
    Case(
        "one byte at a time, split UTF-8, CRLF, U+2028, NUL, multi-line data, invalid UTF-8",
        (
            f"{_RUN}test_every_way_to_cut_a_stream_gives_the_same_file",
            f"{_RUN}test_multi_line_data_and_invalid_utf_8_lose_nothing_around_them",
            "tests/engine/provider/test_sse.py",
        ),
    ),
    Case(
        "10 MB delta, endless stream, packed bombs, 100 MB error: 8 MB said, 300 MB of memory",
        (_FLOOD, f"{_FAILURES}test_text_over_the_cap_is_cut_and_said"),
    ),
    Case(
        "50,000 deltas",
        (
            f"{_PROGRAMS}test_many_thousand_deltas_stay_within_the_memory",
            f"{_FAILURES}test_fifty_thousand_deltas_arrive",
        ),
    ),
    Case(
        "redirects: same host five at most; another host gets neither prompt nor key",
        (
            f"{_FAILURES}test_a_redirect_on_the_same_host_is_followed_with_the_body",
            f"{_FAILURES}test_endless_redirects_stop",
            f"{_FAILURES}test_neither_prompt_nor_key_follow_a_redirect_elsewhere",
            f"{_FAILURES}test_a_redirect_never_leaves_the_port_or_tls",
            f"{_TLS}test_https_never_becomes_http",
            f"{_TLS}test_a_redirect_within_one_tls_server_is_followed",
        ),
    ),
    Case(
        "fuzzed streams: no crash, no hang, no false complete",
        (
            f"{_STREAMS}test_no_run_crashes_hangs_or_calls_a_cut_file_complete",
            f"{_STREAMS}test_the_reader_takes_every_stream_the_same_however_it_is_cut",
            "tests/engine/provider/test_response_body.py",
        ),
    ),
    Case(
        "fuzzed replies to the parser: no crash, nothing invented, linear time",
        (
            f"{_REPLIES}test_no_reply_crashes_the_parser_and_nothing_is_invented",
            f"{_REPLIES}test_time_grows_no_faster_than_the_text",
        ),
    ),
)
