"""The one place where untrusted text is made safe to show.

Model output, file names, file contents, server messages: all may hold escape sequences,
C1 controls, bidirectional overrides or invisible characters that would act on the
terminal or mislead a reader. `visible()` replaces each by one mark that can be seen. It
must be called before such text reaches a widget, a log or the terminal. It never changes
what is written to disk.
"""

from __future__ import annotations

import re
import unicodedata

_CONTROL_PICTURES = {code: 0x2400 + code for code in range(0x20)}
_CONTROL_PICTURES[0x7F] = 0x2421
_MARK = "�"

# Bidirectional controls, zero-width and other invisible format characters, line and
# paragraph separators, tags, variation selectors, interlinear annotations.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Marks that stand on the character before them.
_COMBINING = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u06d6-\u06dc\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\ufe20-\ufe2f"
)
_OTHERS = f"\x7f-\x9f{_INVISIBLE}{_COMBINING}\ud800-\udfff"
_SUSPECT = re.compile(f"[\x00-\x1f{_OTHERS}]")
_SUSPECT_BUT_LINES = re.compile(f"[\x00-\x08\x0b-\x1f{_OTHERS}]")

_MOST_MARKS = 4
"""On one character. A language has use for a few; a flood of them grows over other lines."""
_IS_COMBINING = re.compile(f"[{_COMBINING}]")
_FLOOD = re.compile(f"[{_COMBINING}]{{{_MOST_MARKS}}}")
_SYMBOL = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_EMOJI = re.compile("[\u2194\u2195\u2600-\u27bf\u2b1b\U0001f000-\U0001faff]")
_EMOJI_BEFORE = re.compile("[\u2194\u2195\u2600-\u27bf\u2b1b\U0001f000-\U0001faff]\ufe0f?\\Z")
_STYLES = "\ufe0e\ufe0f"
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_CURSIVE = re.compile("[\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c9]")
_VIRAMA = 9
"""The combining class of the sign that takes an Indic letter its vowel."""
# Flags of England, Scotland and Wales: more letters than these could spell out a hidden text.
_FLAGS = [
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in name) + "\U000e007f"
    for name in ("gbeng", "gbsct", "gbwls")
]


def _belongs(text: str, at: int) -> bool:
    """Whether the invisible character at `at` is part of how what stands there is written: of an
    emoji made of several characters, or a joiner between letters of a script that needs it."""
    character, before, after = text[at], text[max(0, at - 1) : at], text[at + 1 : at + 2]
    if character in _STYLES:
        keycap = before in set("0123456789#*") and after == "\u20e3"
        return _SYMBOL.match(before) is not None or keycap
    if character == _JOINER and _EMOJI_BEFORE.search(text[max(0, at - 2) : at]):
        return _EMOJI.match(after) is not None
    if character in (_JOINER, _NON_JOINER) and before:
        if unicodedata.combining(before) == _VIRAMA:
            return True
        return _CURSIVE.match(before) is not None and _CURSIVE.match(after) is not None
    if "\U000e0020" <= character <= "\U000e007f":
        start = text.rfind("\U0001f3f4", max(0, at - 6), at)
        return start >= 0 and text[start : start + 7] in _FLAGS
    return False


def _mark(match: re.Match[str]) -> str:
    character, text, at = match.group(), match.string, match.start()
    picture = _CONTROL_PICTURES.get(ord(character))
    if picture is not None:
        return chr(picture)
    if _belongs(text, at):
        # It hides nothing, but terminals disagree on how wide the whole is. With a blank in
        # its place every part is as wide as it is alone.
        return " "
    if _IS_COMBINING.match(character) and not _is_flood(text, at):
        return character
    return _MARK


def _is_flood(text: str, at: int) -> bool:
    return at >= _MOST_MARKS and _FLOOD.match(text, at - _MOST_MARKS) is not None


def visible(text: str, *, lines: bool = False) -> str:
    """`text` with every character that could act or hide replaced by one visible mark.

    The result has as many characters as `text`, so offsets stay valid. `lines=True` keeps
    newline and tab, for text that is shown as several lines; otherwise the result is one
    line.
    """
    return (_SUSPECT_BUT_LINES if lines else _SUSPECT).sub(_mark, text)


def has_hidden(text: str) -> bool:
    """Whether `visible(text, lines=True)` would put a mark for anything in `text`."""
    suspects = _SUSPECT_BUT_LINES.finditer(text)
    return any(_mark(found) not in (found.group(), " ") for found in suspects)


def escaped(json_text: str) -> str:
    """A text in JSON with each such character as the escape that JSON has for it: what is read of
    it is the same, and it can be looked at."""
    return _SUSPECT_BUT_LINES.sub(_escape, json_text)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if _mark(match) in (character, " "):
        return character
    code = ord(character)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
