"""What a terminal can do, as far as its environment tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

ColorDepth: TypeAlias = Literal["16", "256", "all"]

_NAMES_OF_ALL: Final = ("truecolor", "24bit")
"""What COLORTERM says where there are 16 million."""
_TERMS_OF_ALL: Final = (
    "alacritty",
    "contour",
    "foot",
    "ghostty",
    "rio",
    "wezterm",
    "xterm-ghostty",
    "xterm-kitty",
)
"""Terminals that all have them. Over SSH their TERM comes along, and COLORTERM does not."""


def color_depth(environ: Mapping[str, str]) -> ColorDepth:
    """The most that is sure to be understood. An environment without TERM, as of a program in a
    test, stands for no terminal at all, and limits nothing."""
    term = environ.get("TERM", "").lower()
    if environ.get("COLORTERM", "").lower() in _NAMES_OF_ALL or "WT_SESSION" in environ or not term:
        return "all"
    name = term.removesuffix("-extra")
    if name in _TERMS_OF_ALL or term.endswith(("-direct", "-truecolor")):
        return "all"
    return "256" if "256color" in term else "16"


def has_few_colors(environ: Mapping[str, str]) -> bool:
    """Whether mixed colours are of no use: there are 16, or none are wanted (NO_COLOR)."""
    return bool(environ.get("NO_COLOR")) or color_depth(environ) == "16"


_BASIC: Final = re.compile(r"linux|ansi|cons25|cygwin|dumb|pcansi|sun|vt\d")
"""What TERM begins with where a sequence that is not known may be shown as text."""


def is_basic(environ: Mapping[str, str]) -> bool:
    """Whether the terminal has cursor, colours and attributes, and no more is to be asked of it:
    no title, no second screen, no answers. The console of Linux is one, and what stands in for a
    VT100."""
    return _BASIC.match(environ.get("TERM", "").lower()) is not None
