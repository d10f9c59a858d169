"""Keys that people bring along from other editors: sets of bindings to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_SCROLLS: Final = ("output", "review")
"""The first part of the names of all that scrolls."""

# h j k l, g and G are there without a preset wherever nothing is typed, but in the files.
_VIM: Final = {
    "files.up": "up,k",
    "files.down": "down,j",
    "files.open": "right,l",
    "files.close": "left,h",
    "files.start": "home,g",
    "files.end": "end,G",
    "files.page_up": "pageup,ctrl+u",
    "files.page_down": "pagedown,ctrl+d",
    "list.up": "up,k",
    "list.down": "down,j",
    **{f"{what}.page_up": "pageup,b,ctrl+u" for what in _SCROLLS},
    **{f"{what}.page_down": "pagedown,space,ctrl+d" for what in _SCROLLS},
    "output.follow": "end,G,f",
    "pane.next": "f8,ctrl+w",
}

# What Emacs moves with is taken from what the program has there: that has Alt in its place.
_EMACS: Final = {
    "app.palette": "alt+x",
    "run.stop": "escape,ctrl+g",
    "run.continue": "alt+g",
    "mode.next": "alt+n",
    "preferences.remember": "alt+b",
    "prompt.search": "alt+r",
    "feedback.as_is": "alt+s",
    "requirements.up": "up,ctrl+p",
    "requirements.down": "down,ctrl+n",
    "requirements.left": "left,ctrl+b",
    "requirements.right": "right,ctrl+f",
    "requirements.page_up": "pageup,alt+v",
    "requirements.page_down": "pagedown,ctrl+v",
    "files.up": "up,ctrl+p",
    "files.down": "down,ctrl+n",
    "files.open": "right,ctrl+f",
    "files.close": "left,ctrl+b",
    "files.page_up": "pageup,alt+v",
    "files.page_down": "pagedown,ctrl+v",
    "files.start": "home,alt+less_than_sign",
    "files.end": "end,alt+greater_than_sign",
    **{f"{what}.up": "up,k,ctrl+p" for what in _SCROLLS},
    **{f"{what}.down": "down,j,ctrl+n" for what in _SCROLLS},
    **{f"{what}.left": "left,h,ctrl+b" for what in _SCROLLS},
    **{f"{what}.right": "right,l,ctrl+f" for what in _SCROLLS},
    **{f"{what}.page_up": "pageup,b,alt+v" for what in _SCROLLS},
    **{f"{what}.page_down": "pagedown,space,ctrl+v" for what in _SCROLLS},
    **{f"{what}.start": "home,g,alt+less_than_sign" for what in _SCROLLS},
    "review.end": "end,G,alt+greater_than_sign",
    "output.follow": "end,f,alt+greater_than_sign",
    "review.search": "slash,ctrl+s",
    "log.filter": "slash,ctrl+s",
}

PRESETS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"default": {}, "vim": MappingProxyType(_VIM), "emacs": MappingProxyType(_EMACS)}
)
"""By the words of the setting `ui.key_preset`: keys by the name of their binding."""
