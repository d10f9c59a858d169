"""Before asking for the next part: what to keep, what to withhold, what to have repeated.

"Continue exactly where you stopped" is not well-posed: white space at the seam cannot be
recovered, and a model that repeats the last line looks like code that repeats a line. Two
changes make it well-posed. The *anchor*: the model is asked to begin by copying the last few
whole lines it sees, so an overlap is expected and there is one alignment. The *witness*: the
last, partial line is withheld, so a reply in the right place must regenerate it. How these
are asked for is in `ways`.
"""

from __future__ import annotations

import re

from autocoder_tui.engine.end_words import was_cut
from autocoder_tui.engine.reply.announced import (
    is_announcement,
    parts_to_come,
    says_to_be_continued,
)
from autocoder_tui.engine.reply.end_tokens import without_end_tokens
from autocoder_tui.engine.reply.frame_lines import read_frame_opening
from autocoder_tui.engine.reply.parse import ReplyEnd, reply_end

WITNESS_CAP = 800
"""Characters withheld at most."""
WITNESS_WORD_CHARACTERS = 3
ANCHOR_LINES = 2
ANCHOR_WORD_CHARACTERS = 24
ANCHOR_LINE_CAP = 12
ANCHOR_CAP = 1_500
_FRAGMENT = 160
"""Characters of anchor, and of witness, when one line is longer than the caps."""

_ELISION = re.compile(
    r"[ \t]*(?:(?:#|//|--|;|/\*|<!--)[ \t]*)?"
    r"(?:\.\.\.|…|(?:\.{3}[ \t]*|…[ \t]*)?\(?(?:the )?(?:rest|remaining|remainder)"
    r" of (?:the |your )?"
    r"(?:code|file|implementation|content)[^\n]*)[ \t]*(?:\*/|-->)?[ \t]*\Z",
    re.IGNORECASE,
)
_WORD_CHARACTER = re.compile(r"\w|[^\x00-\x7f\s]")


def roll_back(text: str, finish_reason: str | None, *, prose: bool = False) -> tuple[str, str]:
    """The text worth keeping, and the too early closing of its frame that was taken off. In
    `prose` there are no frames, and no lines that stand for others.

    Half a character (U+FFFD) goes, and so do lines that stand for code left out or announce the
    next message: the model writes them again if it meant them. If the reply ended by itself, a
    closing line is believed unless more is announced, and end-of-turn tokens go.
    """
    kept = text.rstrip("\ufffd")
    closing = ""
    if prose:
        return kept if was_cut(finish_reason) else without_end_tokens(kept), ""
    ended = reply_end(kept)
    if ended.state == "closed":
        if announces_more(kept, ended) or (was_cut(finish_reason) and ended.framed):
            start = ended.text_end - (kept[ended.text_end - 1 : ended.text_end] == "\n")
            kept, closing = kept[:start], kept[start:]
    elif not was_cut(finish_reason):
        kept = without_end_tokens(kept)
    return _without_elision(kept, finish_reason), closing


def announces_more(text: str, ended: ReplyEnd) -> bool:
    """Whether a reply that ends like this says that more of it is to come: after what closes
    its last frame or fence, in the last line of its text, or before its first frame or fence."""
    return announces_at_end(text, ended) or announces_at_begin(text, ended) > 0


def announces_at_end(text: str, ended: ReplyEnd) -> bool:
    """Whether the end of a reply says so: what it says last is so of all that was joined."""
    return is_announcement(ended.last_line) or says_to_be_continued(text[ended.end :])


def announces_at_begin(text: str, ended: ReplyEnd) -> int:
    """How many more parts its beginning speaks of. What was joined to it does not change that."""
    return parts_to_come(text[: ended.begin], ended.around, ended.blocks)


def _without_elision(text: str, finish_reason: str | None) -> str:
    """`text` without trailing lines that stand for code left out, or announce it.

    A bare "..." is also Python: unless the model stopped by itself it is taken for code.
    """
    if was_cut(finish_reason):
        return text
    end = len(text)
    while True:
        line_end = end
        while line_end > 0 and text[line_end - 1] == "\n":
            line_end -= 1
        start = text.rfind("\n", 0, line_end)
        last = text[start + 1 : line_end]
        if start < 0 or not (_ELISION.match(last) or is_announcement(last)):
            return text[:end]
        end = start


def word_characters(text: str) -> int:
    """How many characters say something: letters, digits, "_", and all beyond ASCII."""
    return len(_WORD_CHARACTER.findall(text))


def witness_start(text: str) -> int:
    """Where what is withheld begins: the cut line, or whole lines up to an informative one."""
    start = text.rfind("\n") + 1
    while word_characters(text[start:]) < WITNESS_WORD_CHARACTERS and start > 0:
        above = text.rfind("\n", 0, start - 1) + 1
        if len(text) - above > WITNESS_CAP:
            break
        start = above
    start = _unique_start(text, start)
    if len(text) - start <= WITNESS_CAP:
        return start
    return _word_start(text, len(text) - _FRAGMENT)


def earlier_start(text: str, start: int, lines: int) -> int:
    """Where what is withheld begins with `lines` more filled lines than from `start` on.

    Fewer where the cap on the witness, or the beginning of the text, does not allow them.
    """
    found = start
    while lines > 0 and found > 0:
        above = text.rfind("\n", 0, found - 1) + 1
        if len(text) - above > WITNESS_CAP or read_frame_opening(text[above:found]) is not None:
            break
        lines -= bool(text[above:found].strip())
        found = above
    return found


def _unique_start(text: str, start: int) -> int:
    """`start`, or a line above it from which the witness occurs nowhere else in `text`.

    A reply that repeats shown lines must not be taken for one that begins with the witness,
    and between equal lines, or groups of lines, one place reads like the next: a witness
    that holds all of them leaves no doubt. `start` stands if the cap does not allow that.
    """
    above = start
    while not _is_unique_end(text, above):
        if above == 0:
            return start
        above = text.rfind("\n", 0, above - 1) + 1
        if len(text) - above > WITNESS_CAP:
            return start
    return above


def _is_unique_end(text: str, start: int) -> bool:
    """Whether what `text` ends with from `start` on begins no earlier line, indentation aside."""
    end = text[start:].strip()
    last = start + len(end) - 1
    at = text.find(end, 0, last)
    while 0 <= at < start:
        line = text.rfind("\n", 0, at) + 1
        if not text[line:at].strip():
            return False
        at = text.find(end, at + 1, last)
    return True


def _word_start(text: str, at: int) -> int:
    """The first start of a word at or after `at`, if one is near.

    The blank before the word is withheld with it: models begin a word with its blank.
    """
    for index in range(at, min(at + 60, len(text) - 1)):
        if text[index] == " " and text[index + 1] != " ":
            return index
    return at


def choose_anchor(shown: str, least_lines: int = ANCHOR_LINES) -> str:
    """The last lines of `shown`: informative, unique in it, and not begun by a blank line.

    At least `least_lines` filled lines of it, if the caps allow them.
    """
    if not shown:
        return ""
    last = shown.rfind("\n", 0, len(shown) - 1) + 1
    if len(shown) - last > ANCHOR_CAP:
        return shown[_word_start(shown, len(shown) - _FRAGMENT) :]
    start, filled = last, int(bool(shown[last:].strip()))
    best = start
    lines = 1
    while (
        not _is_enough(shown, start, filled, least_lines) and start > 0 and lines < ANCHOR_LINE_CAP
    ):
        above = shown.rfind("\n", 0, start - 1) + 1
        if len(shown) - above > ANCHOR_CAP:
            break
        start, lines = above, lines + 1
        if shown[start : start + 1].strip() or shown[start : shown.find("\n", start)].strip():
            filled += 1
            best = start
    return shown[best:]


def _is_enough(shown: str, start: int, filled: int, least_lines: int) -> bool:
    anchor = shown[start:]
    if filled < least_lines or not shown[start : shown.find("\n", start)].strip():
        return False
    if word_characters(anchor) < ANCHOR_WORD_CHARACTERS:
        return False
    return is_unique_block(shown, anchor, start)


def is_unique_block(text: str, block: str, start: int) -> bool:
    """Whether `block`, whole lines found at `start`, occurs at no earlier line of `text`."""
    if start == 0:
        return True
    if text.startswith(block):
        return False
    return text.find("\n" + block, 0, start - 1 + len(block)) < 0
