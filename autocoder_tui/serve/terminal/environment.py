"""What the program in a browser's tab is told of its surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from autocoder_tui.serve.settings import SHARED_FOLDER, TOKEN_VARIABLE
from autocoder_tui.system.clipboard import NO_CLIPBOARD_HERE

_OF_THE_SERVER: Final = frozenset({TOKEN_VARIABLE, SHARED_FOLDER})
_OF_ITS_TERMINAL: Final = frozenset(
    (
        *("TERM", "COLORTERM", "COLORFGBG", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"),
        *("TMUX", "TMUX_PANE", "STY", "WINDOWID", "SSH_TTY"),
        *("LC_TERMINAL", "LC_TERMINAL_VERSION", "WT_SESSION", "VTE_VERSION"),
    )
)
_OF_ITS_TERMINALS: Final = ("TERM_", "TEXTUAL", "KITTY_", "ITERM_", "WEZTERM_", "ALACRITTY_")
"""How names begin that a terminal sets, or that choose another one for the framework."""


def program_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The server's environment without its token, for a terminal that is in a browser."""
    kept = {
        name: value
        for name, value in environ.items()
        if name not in _OF_THE_SERVER | _OF_ITS_TERMINAL and not name.startswith(_OF_ITS_TERMINALS)
    }
    own = {"TERM": "xterm-256color", "COLORTERM": "truecolor", NO_CLIPBOARD_HERE: "1"}
    return {**kept, **own}
