"""What is said outside the window: plain words only, in the form the terminal is known for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.ui.terminal.signs import (
    BUSY,
    FAILED,
    NO_PROGRESS,
    notification,
    progress,
    title,
)

_TITLE = re.compile("\x1b\\]2;([^\x00-\x1f\x7f-\x9f]*)\x1b\\\\")


@given(st.text())
def test_no_name_ends_the_title_or_the_notification(name: str) -> None:
    assert _TITLE.fullmatch(title(name, "the run is done", {}))
    said = notification(name, "the run is done", {})
    assert re.fullmatch("\x1b\\]777;notify;autocoder-tui;[^;\x00-\x1f\x7f-\x9f]*\x1b\\\\\x07", said)
    # Short enough that the writer never leaves it out.
    assert len(title(name, "a run is under way", {})) <= 100
    assert len(notification(name, "a run is under way", {"TMUX": "x"})) <= 100


@pytest.mark.parametrize(
    ("environ", "begins"),
    [
        ({"TERM_PROGRAM": "iTerm.app"}, "\x1b]9;"),
        ({"TERM": "xterm-kitty"}, "\x1b]9;"),
        ({"TERM": "foot"}, "\x1b]777;notify;"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x"}, "\x1bPtmux;\x1b\x1b]777;"),
    ],
)
def test_a_notification_is_in_the_terminals_form(environ: dict[str, str], begins: str) -> None:
    assert notification("shop", "done", environ).startswith(begins)
    assert notification("shop", "done", environ).endswith("\x07")


def test_progress_is_sent_only_to_terminals_that_know_it() -> None:
    assert progress(BUSY, {}) == ""
    assert progress(BUSY, {"TERM_PROGRAM": "iTerm.app"}) == ""
    assert progress(BUSY, {"VTE_VERSION": "7600"}) == ""
    assert progress(BUSY, {"VTE_VERSION": "7900"}) == "\x1b]9;4;3;0\x1b\\"
    assert progress(FAILED, {"WT_SESSION": "1"}) == "\x1b]9;4;2;100\x1b\\"
    assert progress(NO_PROGRESS, {"TERM": "xterm-ghostty"}) == "\x1b]9;4;0;0\x1b\\"
