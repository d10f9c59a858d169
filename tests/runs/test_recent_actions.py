"""What a report says was done last: names, in order, the newest fifty, and no text."""

import pytest

from autocoder_tui.diagnostics.crash_report import report
from autocoder_tui.engine.events import Failure, RunFailed, TextDelta, TextHeld
from autocoder_tui.runs import recent_actions as last_actions
from autocoder_tui.runs.recent_actions import KEPT, note, note_events

TEXT = "s3cret-text"


def names() -> list[str]:
    return [line.split("ago  ")[1] for line in last_actions.lines()]


@pytest.fixture(autouse=True)
def _nothing_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_actions, "_last", type(last_actions._last)(maxlen=KEPT))


def test_the_newest_are_kept_and_equal_ones_counted() -> None:
    for number in range(KEPT + 10):
        note("action", f"action_{number}")
    note_events([TextDelta(TEXT), TextDelta(TEXT), TextHeld(TEXT)])
    assert len(names()) == KEPT
    assert names()[0] == "action action_12"
    assert names()[-2:] == ["event  TextDelta (2 times)", "event  TextHeld"]


def test_no_text_is_noted() -> None:
    note_events([TextDelta(TEXT), RunFailed(Failure("timed_out", TEXT))])
    for odd in (TEXT, f"/home/me/{TEXT}", "a b", "x" * 100, "\x1b[31m", ""):
        note("action", odd)
    assert TEXT not in report(ValueError("x"))
    assert names() == [
        "event  TextDelta",
        "event  RunFailed.timed_out",
        "action (no name) (6 times)",
    ]
