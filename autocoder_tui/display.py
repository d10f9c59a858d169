"""The one place where untrusted text is made safe to show.

Model output, file names, file contents, server messages: all may hold escape sequences,
C1 controls, bidirectional overrides or invisible characters that would act on the
terminal or mislead a reader. `visible()` replaces each by one mark that can be seen. It
must be called before such text reaches a widget, a log or the terminal. It never changes
what is written to disk.
"""

from __future__ import annotations

import re

_CONTROL_PICTURES = {code: 0x2400 + code for code in range(0x20)}
_CONTROL_PICTURES[0x7F] = 0x2421
_MARK = "�"

# Bidirectional controls, zero-width and other invisible format characters, line and
# paragraph separators, tags, variation-selector supplement, interlinear annotations.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSAFE = re.compile(f"[\x00-\x1f\x7f-\x9f{_INVISIBLE}\ud800-\udfff]")
_UNSAFE_BUT_LINES = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_INVISIBLE}\ud800-\udfff]")


def _mark(match: re.Match[str]) -> str:
    code = ord(match.group())
    picture = _CONTROL_PICTURES.get(code)
    return chr(picture) if picture is not None else _MARK


def visible(text: str, *, lines: bool = False) -> str:
    """`text` with every character that could act or hide replaced by one visible mark.

    The result has as many characters as `text`, so offsets stay valid. `lines=True` keeps
    newline and tab, for text that is shown as several lines; otherwise the result is one
    line.
    """
    return (_UNSAFE_BUT_LINES if lines else _UNSAFE).sub(_mark, text)


def has_hidden(text: str) -> bool:
    """Whether `text` holds anything `visible(text, lines=True)` would mark."""
    return _UNSAFE_BUT_LINES.search(text) is not None
