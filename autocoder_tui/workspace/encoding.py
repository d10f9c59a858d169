"""Which encoding bytes without a byte order mark are in.

UTF-8 shows itself: other text is hardly ever valid in it. So does a file that names its
encoding. All else is a guess: East Asian and Cyrillic encodings are told by the characters that
are frequent in their languages, and what is left is taken for windows-1252, which is wrong for
Central European, Greek, Turkish and other texts. A guess is to be said.
"""

from __future__ import annotations

import codecs
import locale
import re
from collections.abc import Callable, Iterator

_DECLARED_WITHIN = 1024
_DECLARATION = re.compile(
    rb"""\A(?:[^\n]*\n)?[^\n]*\b(?:file)?(?:en)?coding[:=][ \t]*([A-Za-z][\w.-]{1,30})"""
    rb"""|\A\s*<\?xml[^>]*\bencoding\s*=\s*["']([A-Za-z][\w.:-]{1,30})"""
    rb"""|<meta\b[^>]*\bcharset\s*=\s*["']?([A-Za-z][\w.:-]{1,30})"""
    rb"""|\A@charset\s+["']([A-Za-z][\w.:-]{1,30})""",
    re.IGNORECASE,
)
# Single-byte sets and multi-byte ones that keep ASCII: nothing that acts, hides or has states.
_KNOWN = re.compile(
    r"utf-8|ascii|latin|iso8859|cp125\d|cp(?:437|850|852|855|857|866|874|932|949|950)|koi8"
    r"|shift_jis|euc_|gb2312|gbk|gb18030|big5|mac[-_]|tis-620"
)
_ENOUGH = 0.85
_FEWEST = 3
"""Characters outside ASCII. Of fewer nothing can be said."""
_FEWEST_LETTERS = 5
_JUDGED_BYTES = 16 * 1024
_WORD = re.compile(r"[^\W\d_]{2,}")
_CYRILLIC = re.compile("[А-Яа-яЁёІіЇїЄєҐґЎў]+")
_CYRILLIC_WORD = re.compile("[А-ЯЁІЇЄҐЎ]?[а-яёіїєґў]+|[А-ЯЁІЇЄҐЎ]+")


NAMES = {"cp1252": "windows-1252", "cp1251": "windows-1251", "cp932": "Shift_JIS"}


def candidates(data: bytes) -> Iterator[tuple[str, bool]]:
    """Encodings to try, the likeliest first, each with whether it would be a guess."""
    yield "utf-8", False
    declared = _declared(data)
    if declared is not None:
        yield declared, False
    likely = _likely(data)
    if likely is not None:
        yield likely, True
    own = _known(locale.getencoding())
    if own is not None:
        yield own, True
    yield "cp1252", True
    yield "latin-1", True


def _declared(data: bytes) -> str | None:
    """The encoding a source file, HTML or XML names at its beginning."""
    for found in _DECLARATION.finditer(data[:_DECLARED_WITHIN]):
        name = _known(next(filter(None, found.groups())).decode("ascii"))
        if name is not None:
            return name
    return None


def _known(name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return known if _KNOWN.match(known) else None


def _likely(data: bytes) -> str | None:
    """The encoding whose frequent characters the text is made of, None if that is none."""
    data = data[:_JUDGED_BYTES]
    best, best_share = None, _ENOUGH
    for encoding, share_of in _JUDGES.items():
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            if len(data) < _JUDGED_BYTES or error.start < len(data) - 4:
                continue
            text = data[: error.start].decode(encoding)
        share = share_of(text)
        if share > best_share:
            best, best_share = encoding, share
    return best


def _share(text: str, is_frequent: Callable[[str], bool]) -> float:
    foreign = [character for character in text if character > "\x7f"]
    if len(foreign) < _FEWEST:
        return 0.0
    return sum(map(is_frequent, foreign)) / len(foreign)


def _row(character: str, encoding: str) -> int:
    """The first byte in a two-byte encoding, 0 for what it does not have."""
    try:
        data = character.encode(encoding)
    except UnicodeEncodeError:
        return 0
    return data[0] if len(data) == 2 else 0


def _is_japanese(character: str) -> bool:
    # Signs, wide letters, kana, and the characters of the first level.
    row = _row(character, "euc_jp")
    return row in (0xA1, 0xA3, 0xA4, 0xA5) or 0xB0 <= row <= 0xCF


def _is_simplified(character: str) -> bool:
    row = _row(character, "gb2312")
    return row in (0xA1, 0xA3) or 0xB0 <= row <= 0xD7


def _is_traditional(character: str) -> bool:
    return 0xA1 <= _row(character, "big5") <= 0xC6


def _is_korean(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3" or _row(character, "euc_kr") in (0xA1, 0xA3)


def _cyrillic(text: str) -> float:
    """The share of words in one kind of letters, written as words are: in another Cyrillic
    encoding small and capital letters change places."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    if sum(map(len, words)) < _FEWEST_LETTERS:
        return 0.0
    whole = [word for word in words if _CYRILLIC_WORD.fullmatch(word)]
    # Words in capitals alone are rarer than others.
    right = sum(0.9 if word.isupper() else 1.0 for word in whole)
    letters = _CYRILLIC.findall(text)
    foreign = sum(character > "\x7f" for character in text)
    return min(right / len(words), sum(map(len, letters)) / foreign)


# Where two fit equally the first stands: Korean syllables are frequent characters in Chinese.
_JUDGES: dict[str, Callable[[str], float]] = {
    "euc_kr": lambda text: _share(text, _is_korean),
    "cp1251": _cyrillic,
    "koi8-r": _cyrillic,
    "cp932": lambda text: _share(text, _is_japanese),
    "euc_jp": lambda text: _share(text, _is_japanese),
    "gbk": lambda text: _share(text, _is_simplified),
    "big5": lambda text: _share(text, _is_traditional),
}
