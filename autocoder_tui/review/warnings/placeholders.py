"""Lines that stand for code that was left out, such as "# ... rest of the file unchanged".

A line is read in steps that each take time by its length: the marks of a comment and the
brackets and dots around are taken off, and what is left has to be such a phrase as a whole. A
sentence that only begins like one ("# The rest of the arguments is passed on") is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.warnings.concern import Change, Concern, Line
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.text.late_pattern import late_pattern

_LONGEST = 300
"""Characters. A longer line is no remark."""

_OPENERS = late_pattern(
    r"(?:<!--|<%#|<%--|\{/\*|\{\{!(?:--)?|\{#|/\*+!?|\(\*|\{-|#\||\"\"\"|'''|//+[/!]*|#+!?|--+|;+"
    r"|%+|\*+|!+|'|\"|rem\b|::|dnl\b|\.\.(?=\s)|=begin\b|@comment\b|c\s{2,})",
    re.IGNORECASE,
)
_CLOSERS = late_pattern(
    r"(?:-->|--%>|%>|\*+/\}?|--\}\}|\}\}|#\}|\*\)|-\}|\|#|\"\"\"|'''|--+|\*+|#+|//+|\"|')\Z"
)
_TRAILING = (" # ", " // ", "/*", "<!--", " -- ")
_SPREAD = late_pattern(r"\.{3}\w")
"""Code of its own in JavaScript and PHP."""
_DOTS = "….·"
_AROUND = " \t[](){}<>:;,-–—*_~"

_NOUN = (
    r"(?:(?:source\s+)?code|files?|functions?|methods?|class(?:es)?|implementations?|scripts?"
    r"|modules?|components?|logic|program|documents?|contents?|tests?|test\s+cases?|imports?|body"
    r"|bodies|lines?|sections?|config(?:uration)?|settings|styles?|rules?|css|templates?|markup"
    r"|html|pages?|routes?|handlers?|fields?|propert(?:y|ies)|props|members?|definitions?"
    r"|declarations?|variables?|constants?|helpers?|entries|items?|keys?|values?|cases?|data"
    r"|text|paragraphs?|chapters?|rows?|columns?|parameters?|arguments?|options?|dependencies"
    r"|types?|statements?|quer(?:y|ies)|tables?|endpoints?|hooks?|state|setup|steps?|targets?"
    r"|jobs?|rest|attributes?|interfaces?|structs?|enums?|macros?|commands?|blocks?|parts?"
    r"|everything|fixtures?|models?|views?|users?|records?|elements?|operations?|checks?)"
)
_LEFT = (
    r"(?:unchanged|unmodified|untouched|unaltered|intact|identical|omitted|elided|skipped|left\s+out"
    r"|not\s+(?:shown|changed|included|modified)|truncated|snipped|as[\s-]is|as\s+(?:it|they)\s+"
    r"(?:is|are|was|were)|(?:the\s+)?same(?:\s+as\s+(?:above|before|(?:in\s+)?(?:the\s+)?"
    r"(?:original|previous)(?:\s+\w+)?))?|as\s+(?:above|before)|above|below|here|continues?"
    r"|follows?|for\s+brevity|(?:go|goes|stay|stays|remain|remains|come|comes)\s+here)"
)
_TAIL = (
    r"(?:[\s,:–—-]+(?:(?:is|are|was|were|remains?|stays?|stay|left|kept|keeps?|continues?|goes|go"
    r"|should\s+(?:be|remain|stay)|that|which)\s+){0,3}(?:exactly\s+|completely\s+|all\s+)?"
    + _LEFT
    + r"(?:\s+for\s+\w+|\s+here|\s+from\s+\w+|\s+below|\s+above){0,2}|\s+remains?)"
)
_WHOSE = r"(?:(?:the|your|my|our|this|that|all|any|its|these|of)\s+){0,3}"
_VERB = r"(?:(?:keep|insert|include|add|put|leave|copy|paste|see|with|plus|and|retain)\s+)?"
_NAMED = r"(?:[\w.]{1,40}\s+){0,2}"
_REST = rf"{_VERB}{_WHOSE}(?:rest|remainder)(?:\s+of\s+{_WHOSE}{_NAMED}{_NOUN})?"
_OTHER = (
    rf"{_VERB}{_WHOSE}(?:existing|remaining|other|previous|original|current|old|same|additional"
    rf"|unchanged|omitted|preceding|earlier)\s+{_NAMED}{_NOUN}(?:\s+and\s+{_NOUN})?"
)
_LEFT_OUT = (
    r"(?:(?:no\s+(?:other\s+|further\s+)?changes?(?:\s+(?:needed|required|here|below|above))?"
    r"|unchanged|omitted|elided|snip|snipped|truncated|as\s+before|same\s+as\s+(?:before|above)"
    r"|nothing\s+else\s+changes|(?:code|everything\s+else|all\s+else|everything)"
    + _TAIL
    + r"|(?:code|lines|content)\s+continues)(?:\s+for\s+brevity|\s+from\s+\w+|\s+here)?)"
)
_IN_OTHER_TONGUES = late_pattern(
    r"(?:der |den )?rest (?:(?:des|der|vom|von) \w+|bleibt|ist|wie|unverändert|gleich)(?: \w+){0,4}"
    r"|(?:der |die |den )?(?:restliche|übrige|bestehende|vorhandene)[rns]?(?: \w+){1,5}"
    r"|(?:\w+ )?unverändert|wie (?:bisher|zuvor|vorher|oben)"
    r"|(?:le )?reste (?:du|de|des|est|inchangé)(?: \w+){0,6}|(?:le )?code existant(?: \w+){0,3}"
    r"|(?:\w+ )?inchangée?s?|sans changements?"
    r"|(?:el |o |il )?(?:resto|restante)(?: \w+){1,6}"
    r"|(?:el |o |il )?(?:código|codice) (?:existente|esistente|restante|original|rimanente)"
    r"(?: \w+){0,3}|sin cambios|sem (?:alterações|mudanças)|invariato|senza modifiche"
    r"|(?:остальн|существующ|прежн)\w+(?: \w+){1,5}|(?:\w+ )?без изменений"
    r"|\S{0,8}(?:其余|其他|剩余|现有|原有|其餘|剩餘|現有|既存|残り|나머지|기존).{0,24}"
    r"|.{0,20}(?:保持不变|保持不變|不变|省略|変更なし|変更無し|以下同様|同上|생략|동일|변경 없음)"
    r".{0,6}",
    re.IGNORECASE,
)
_SAYS_SO = late_pattern(rf"(?:{_REST}|{_OTHER}){_TAIL}|{_LEFT_OUT}", re.IGNORECASE)
_FIRST_WORD = late_pattern(r"[\W_]*(\w*)")
_ENGLISH = (
    "keep insert include add put leave copy paste see with plus and retain the your my our this "
    "that all any its these of rest remainder existing remaining other previous original current "
    "old same additional unchanged omitted preceding earlier no elided snip snipped truncated as "
    "code everything nothing lines content etc more"
)
_OTHER_TONGUES = (
    "der den die rest restliche restlicher restlichen bestehende bestehender bestehenden "
    "vorhandene vorhandener vorhandenen wie le reste code resto el o il restante codice sin sem "
    "sans senza invariato"
)
_MARKS_OF_COMMENTS = "rem dnl c begin comment"
_FIRST_WORDS = frozenset(f"{_ENGLISH} {_OTHER_TONGUES} {_MARKS_OF_COMMENTS}".split())
"""What a phrase begins with, but for those with letters that English does not have."""
_FOREIGN_WORDS = frozenset(_OTHER_TONGUES.split())
_MOST_WORDS = 14
_NAMES_ALL = late_pattern(
    rf"{_VERB}{_WHOSE}(?:rest|remainder)\s+of\s+{_WHOSE}{_NAMED}{_NOUN}"
    rf"|{_VERB}{_WHOSE}(?:existing|remaining|original|previous|unchanged)\s+(?:source\s+)?"
    r"(?:code|implementation|logic|contents?|body|script|lines)",
    re.IGNORECASE,
)
"""What is no heading of a part."""
_NAMES_IT = late_pattern(rf"{_REST}|{_OTHER}|etc|and\s+so\s+on|more\s+{_NOUN}", re.IGNORECASE)


class _Remark(NamedTuple):
    """What a line says once its marks are off: the marks there were are `comment`
    and `dotted`."""

    text: str
    comment: bool
    dotted: bool


def placeholders(change: Change) -> Iterator[Concern]:
    """A phrase that stands for code. Where the file is new there was none to leave out."""
    old: frozenset[str] | None = None
    for hunk in change.file.hunks:
        for line in change.added_by(hunk):
            text = line[1].strip()
            if not text or len(text) > _LONGEST or not _may_say(text):
                continue
            if not _stands_for_code(change, hunk, line, text):
                continue
            if old is None:
                old = frozenset(map(str.strip, change.old_lines))
            if text in old:
                continue
            yield Concern(
                "placeholder",
                f"A placeholder seems to stand for code on line {line[0]}: {visible(text)[:60]}",
                not change.is_new,
            )
            return


def _stands_for_code(change: Change, hunk: Hunk, line: Line, text: str) -> bool:
    for remark in _remarks(text):
        if not remark.text:
            if remark.dotted and _took(change, hunk, remark):
                return True
        elif _says_so(remark.text):
            if remark.comment or remark.dotted or hunk.removed > 2:
                return True
        elif _NAMES_IT.fullmatch(remark.text) and (
            remark.dotted or (hunk.removed > 2 and _is_all(remark, line, change))
        ):
            return True
    return False


def _took(change: Change, hunk: Hunk, remark: _Remark) -> bool:
    """Whether so much went away where the bare dots stand that they may stand for it. In code a
    comment of nothing but dots says so sooner than dots alone."""
    least = 2 if remark.comment and not change.is_prose else max(2, hunk.added)
    return hunk.removed > least


def _is_all(remark: _Remark, line: Line, change: Change) -> bool:
    """Whether what the remark names stands for all there is, and is no heading of it."""
    if not remark.comment and " " not in remark.text:
        return False
    return _NAMES_ALL.fullmatch(remark.text) is not None or _leads_to_nothing(line, change)


def _leads_to_nothing(line: Line, change: Change) -> bool:
    """Whether the remark is no heading: no line of its own block comes right after it."""
    new = change.file.diff.new_lines
    number, text = line
    if number >= len(new):
        return True
    return not new[number].strip() or _indent(new[number]) < _indent(text)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _may_say(text: str) -> bool:
    """Whether it is worth reading closely: most lines begin with another word, and end with no
    comment."""
    found = _FIRST_WORD.match(text)
    word = "" if found is None else found.group(1)
    if not word:
        return "..." in text or "…" in text
    if word.lower() in _FIRST_WORDS or not word.isascii():
        return True
    return "# " in text or "//" in text or "/*" in text or "--" in text


def _remarks(text: str) -> Iterator[_Remark]:
    """The line itself as a remark, or the one at its end."""
    yield _read(text)
    for mark in _TRAILING:
        at = text.rfind(mark)
        if at > 0:
            remark = _read(text[at:].strip())
            if remark.text and remark.comment:
                yield remark


def _says_so(text: str) -> bool:
    """Whether `text` as a whole says that something was left out."""
    if _SAYS_SO.fullmatch(text):
        return True
    word = text.partition(" ")[0].lower()
    foreign = word in _FOREIGN_WORDS or not text.isascii()
    return foreign and _IN_OTHER_TONGUES.fullmatch(text) is not None


def _read(text: str) -> _Remark:
    first = _FIRST_WORD.match(text)
    if first is not None and first.group(1).isascii() and _is_other(first.group(1).lower()):
        return _Remark("-", comment=False, dotted=False)
    comment = False
    for _ in range(3):
        opener = _OPENERS.match(text)
        if opener is None:
            break
        comment, text = True, text[opener.end() :].strip()
    for _ in range(3):
        closer = _CLOSERS.search(text, max(0, len(text) - 8)) if comment else None
        if closer is None:
            break
        text = text[: closer.start()].rstrip()
    bare = text.strip(_AROUND)
    body = bare.strip(_DOTS + _AROUND)
    dots = len(bare) - len(bare.strip(_DOTS)) if body else _dot_count(text)
    wrapped = text[:1] in "[(<{" and text[-1:] in "])>}" and bool(body)
    if not comment and _SPREAD.match(text):
        dots = 0
    words = body.replace("(", " ").replace(")", " ").replace("...", " ").split()
    if len(words) > _MOST_WORDS:
        return _Remark("-", comment, dotted=False)
    said = " ".join(words).strip(_DOTS + _AROUND)
    return _Remark(said, comment, dots > 2 or "…" in text or wrapped)


def _is_other(word: str) -> bool:
    """Whether `word` begins no phrase; of bare marks and dots there is none."""
    return bool(word) and word not in _FIRST_WORDS


def _dot_count(text: str) -> int:
    return text.count(".") if not text.strip(_DOTS + _AROUND) else 0
