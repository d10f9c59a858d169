"""The time left, from what the jobs have taken."""

import pytest

from autocoder_tui.batch.time_left import TimeLeft, in_words


def test_it_is_unknown_until_a_job_has_ended() -> None:
    left = TimeLeft()
    assert left.of(10, [1.0, 2.0], 4) is None
    assert in_words(None) == "time left unknown"


@pytest.mark.parametrize(
    ("waiting", "running", "at_once", "seconds"),
    [
        (0, [], 4, 0),
        (8, [], 4, 20),
        (8, [], 1, 80),
        (2, [10.0, 10.0], 2, 10),
        (0, [3.0], 4, 7),
        (0, [30.0], 4, 0),
        (3, [], 8, 10),
        (0, [2.0, 9.0], 8, 8),
    ],
)
def test_it_follows_from_the_jobs_that_ended(
    waiting: int, running: list[float], at_once: int, seconds: float
) -> None:
    left = TimeLeft()
    for took in (8.0, 12.0):
        left.ended(took)
    assert left.of(waiting, running, at_once) == pytest.approx(seconds)


def test_what_was_long_ago_does_not_count_any_more() -> None:
    left = TimeLeft()
    for took in [1.0] * 200 + [9.0] * 50:
        left.ended(took)
    assert left.of(1, [], 1) == pytest.approx(9)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about 1 s left"),
        (42.4, "about 42 s left"),
        (200, "about 3 min left"),
        (7200, "about 2.0 h left"),
    ],
)
def test_it_is_said_no_more_exactly_than_it_is_known(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
