"""What a reply holds is read as it is meant, or it is said that it can't be."""

from tests.faults.table import Case

_ANNOUNCED = "tests/engine/reply/test_announced.py::"
_RUNS = "tests/engine/test_run_announced.py::"
_READINGS = "tests/engine/reply/test_readings.py::"
_VERSIONS = "tests/engine/reply/test_versions.py::"
_NEAR = "tests/engine/reply/test_near_misses.py::"
_REPLY = "tests/engine/reply/test_parse.py::"

CASES = (
    Case(
        "a reply that announces more is not done, whatever its frame",
        (
            f"{_ANNOUNCED}test_more_is_announced",
            f"{_ANNOUNCED}test_talk_about_going_on_is_no_announcement",
            f"{_READINGS}test_a_reply_that_announces_more_goes_on_inside_its_frame",
            f"{_READINGS}test_bare_code_and_a_last_comment_that_announce_more",
            f"{_RUNS}test_what_is_announced_is_asked_for",
            f"{_ANNOUNCED}test_more_is_announced_before_the_code",
            f"{_RUNS}test_what_is_announced_before_the_file_is_asked_for",
            f"{_RUNS}test_the_second_of_three_parts_is_not_the_last",
        ),
    ),
    Case(
        "fences and closing tags a file quotes are its own, and end nothing",
        (
            f"{_REPLY}test_canonical_framing_is_exactly_inverted",
            f"{_READINGS}test_fences_in_a_string_are_its_own",
            f"{_READINGS}test_a_closing_tag_that_the_file_quotes",
            f"{_READINGS}test_marks_that_the_given_file_holds_are_its_own",
            f"{_RUNS}test_a_whole_reply_with_a_fence_in_a_string_is_one_request",
        ),
    ),
    Case(
        "end-of-turn tokens get into no file that did not hold them",
        (
            f"{_READINGS}test_end_of_turn_tokens_are_no_text",
            f"{_READINGS}test_a_token_where_the_reply_broke_off_is_not_kept",
            f"{_READINGS}test_tokens_that_the_file_holds_stay",
            f"{_RUNS}test_a_closing_line_with_a_token_ends_a_continued_reply",
        ),
    ),
    Case(
        "of two versions of a file the last is offered, and that there are two is said",
        (
            f"{_VERSIONS}test_of_two_versions_the_last_is_taken_and_both_are_counted",
            f"{_VERSIONS}test_a_copy_of_the_given_file_is_not_what_was_asked_for",
            f"{_VERSIONS}test_a_copy_is_one_file",
        ),
    ),
    Case(
        "a frame that is not as asked is read where it can mean one thing, and said where not",
        (
            f"{_NEAR}test_a_frame_that_can_mean_one_thing_is_read",
            f"{_NEAR}test_code_on_the_opening_line_is_kept",
            f"{_NEAR}test_a_frame_of_another_kind_is_read",
            f"{_NEAR}test_a_comment_that_names_the_file_stays",
            f"{_NEAR}test_a_json_object_with_path_and_content_is_a_file",
            f"{_NEAR}test_talk_about_frames_opens_none",
            f"{_NEAR}test_marks_left_in_a_file_are_said_unless_it_had_them",
            f"{_NEAR}test_nothing_is_invented_and_nothing_lost_without_a_word",
        ),
    ),
    Case(
        "stray marks, much talk after a file, and a reply that changes nothing are said",
        (
            f"{_NEAR}test_stray_closings_and_much_after_the_file_are_said",
            f"{_NEAR}test_a_block_that_is_no_file_for_its_name_is_said",
            f"{_RUNS}test_a_reply_that_changes_nothing_says_so",
        ),
    ),
)
