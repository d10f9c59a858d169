"""What a terminal can say outside its window: a title, progress, a bell, a notification.

Only words of the program and the project's name are in it, never anything of a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.terminal_kind import is_basic

KEEP_TITLE: Final = "\x1b[22;2t"
GIVE_TITLE_BACK: Final = "\x1b[23;2t"
"""xterm's "Control Sequences", window manipulation: the title is put on a stack, and taken off."""

BELL: Final = "\x07"
BUSY: Final = 3
FAILED: Final = 2
NO_PROGRESS: Final = 0
"""States of OSC 9;4, as ConEmu and Windows Terminal have them."""

_MOST_OF_NAME: Final = 30
_TAKES_PROGRESS: Final = ("ghostty", "WezTerm", "rio")
_TAKES_OSC_9: Final = ("iTerm.app", "WezTerm", "ghostty", "rio", "kitty")
_VTE_WITH_PROGRESS: Final = 7900


def title(project: str, words: str, environ: Mapping[str, str]) -> str:
    """Names the window or tab; `words` say how it stands, "" for nothing. "" for a terminal that
    would show it as text."""
    if is_basic(environ):
        return ""
    parts = (_plain(project, _MOST_OF_NAME), words, "autocoder-tui")
    return f"\x1b]2;{' · '.join(filter(None, parts))}\x1b\\"


def progress(state: int, environ: Mapping[str, str]) -> str:
    """Shows that something is under way; "" for a terminal that might take it for a message."""
    if not _takes_progress(environ):
        return ""
    return _through(f"\x1b]9;4;{state};{100 if state == FAILED else 0}\x1b\\", environ)


def notification(project: str, words: str, environ: Mapping[str, str]) -> str:
    """A message on the desktop, in the form the terminal is known for."""
    if is_basic(environ):
        return BELL
    plain = f"{_plain(project, _MOST_OF_NAME)}: {words}"
    program = environ.get("TERM_PROGRAM", "")
    if program in _TAKES_OSC_9 or "kitty" in environ.get("TERM", "") or "WT_SESSION" in environ:
        sequence = f"\x1b]9;{plain}\x1b\\"
    else:
        sequence = f"\x1b]777;notify;autocoder-tui;{plain}\x1b\\"
    # The bell is what tmux marks a window by, and what is left where neither is known.
    return _through(sequence, environ) + BELL


def _takes_progress(environ: Mapping[str, str]) -> bool:
    # iTerm2 and others show "9;4;3" as a message: only those known to take it are sent it.
    vte = environ.get("VTE_VERSION", "")
    return (
        "WT_SESSION" in environ
        or "ConEmuANSI" in environ
        or environ.get("TERM_PROGRAM", "") in _TAKES_PROGRESS
        or "ghostty" in environ.get("TERM", "")
        or (vte.isdigit() and int(vte) >= _VTE_WITH_PROGRESS)
    )


def _through(sequence: str, environ: Mapping[str, str]) -> str:
    """Past tmux, which keeps what it does not know to itself; it does so with this form, too,
    unless `allow-passthrough` is on."""
    if not environ.get("TMUX"):
        return sequence
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def _plain(text: str, most: int) -> str:
    """One line that ends no sequence, and no field of one."""
    text = " ".join(visible(text).split()).replace(";", ",")
    return text if len(text) <= most else text[: most - 1] + "…"
