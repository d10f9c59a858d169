"""What a terminal can do, by the names it goes by."""

from __future__ import annotations

import pytest

from autocoder_tui.system.terminal_kind import color_depth, has_few_colors, is_basic


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({}, "all"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "all"),
        ({"TERM": "linux", "COLORTERM": ""}, "16"),
        ({"TERM": "vt100"}, "16"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "screen"}, "16"),
        ({"TERM": "no-such-terminal"}, "16"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "tmux-256color"}, "256"),
        ({"TERM": "foot"}, "all"),
        ({"TERM": "foot-extra"}, "all"),
        ({"TERM": "alacritty"}, "all"),
        ({"TERM": "xterm-kitty"}, "all"),
        ({"TERM": "xterm-direct"}, "all"),
        ({"TERM": "xterm-256color", "WT_SESSION": "x"}, "all"),
    ],
)
def test_how_many_colours(environ: dict[str, str], depth: str) -> None:
    assert color_depth(environ) == depth
    assert has_few_colors(environ) == (depth == "16")
    assert has_few_colors({**environ, "NO_COLOR": "1"})
    assert has_few_colors({**environ, "NO_COLOR": ""}) == (depth == "16")


def test_who_is_asked_for_no_more_than_the_basics() -> None:
    assert all(is_basic({"TERM": term}) for term in ("linux", "vt100", "vt220", "dumb", "cons25"))
    terms = ("xterm", "screen", "tmux-256color", "foot", "vte-256color", "xterm-kitty", "")
    assert not any(is_basic({"TERM": term}) for term in terms)
