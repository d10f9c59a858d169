"""Which of several messages is shown, and for how long."""

from __future__ import annotations

import time

from textual.notifications import Notification

from autocoder_tui.ui.widgets.message_line import said_now, seconds_shown


def message(text: str, severity: str = "information", *, ago: float = 0) -> Notification:
    made = Notification(text, severity=severity, timeout=30)  # type: ignore[arg-type]
    made.raised_at = time.time() - ago
    return made


def test_the_gravest_is_shown_and_of_equals_the_newest() -> None:
    said = [message("one"), message("wrong", "error"), message("two"), message("bad", "error")]
    assert said_now(said) == (said[3], 3)
    assert said_now([]) == (None, 0)


def test_what_stood_long_enough_gives_way_to_what_is_said_after_it() -> None:
    old, new = message("wrong", "error", ago=6), message("the answer to a key")
    assert said_now([old, new]) == (new, 1)
    assert said_now([old]) == (old, 0)
    assert said_now([message("wrong", "error", ago=3), new])[0] != new


def test_it_is_looked_at_anew_when_it_has_stood_long_enough() -> None:
    assert 1.5 < seconds_shown(message("wrong", "error", ago=3)) <= 2
    assert 23 < seconds_shown(message("wrong", "error", ago=6)) <= 24
