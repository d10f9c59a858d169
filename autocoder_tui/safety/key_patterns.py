"""What an API key looks like: the shapes providers give their keys.

Used to warn of a key in what is about to be sent, and to take keys out of what is written down
(redaction.py). The prefixes are those the providers document; a long random value that is
assigned to something called a key, token or password counts too, and a short one with a digit
in it where a password stands.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from autocoder_tui.values import dataclass

_PREFIXED = (
    r"sk-[A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic, OpenRouter, DeepSeek and many that copy them
    r"|hyp[-_][A-Za-z0-9_-]{16,}"
    r"|(?:gsk|hf|r8|fw|npm|dop_v1|tgp_v1|lin_api|nvapi|pplx|xai|csk|tvly)[-_][A-Za-z0-9_-]{20,}"
    r"|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}"
    r"|gh[oprsu]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,}|glpat-[A-Za-z0-9_-]{20,}"
    r"|AIza[A-Za-z0-9_-]{35}|(?:AKIA|ASIA)[A-Z0-9]{16}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{12,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"
    r"|pypi-AgE[A-Za-z0-9_-]{40,}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
)
PREFIXED = re.compile(rf"(?<![A-Za-z0-9_])(?:{_PREFIXED})")
"""A key as its provider marks it."""

ASSIGNED = re.compile(
    r"(?i)(?:api[_-]?key|apikey|secret(?:[_-]?(?:access[_-]?)?key)?"
    r"|(?:access|auth|api|bearer|refresh|bot|git(?:hub|lab)|gh|slack|npm|hf)[_-]?token"
    r"|client[_-]?secret|private[_-]?key|passw(?:or)?d)\\?[\"']?\s*(?::|=>?|:=)\s*"
    r"(?:\\?[\"'`](?P<quoted>[^\s\"'`\\]{16,200})\\?[\"'`]"
    r"|(?P<bare>[A-Za-z0-9_+/=.~-]{20,200})(?=\s|$))"
)
"""A value given to something named like a key; only `looks_random` tells whether it is one."""

PASSWORD = re.compile(
    r"(?i)(?:passw(?:or)?d|passphrase|(?<![a-z])pwd|(?<=_)pass)\\?[\"']?\s*(?::|=>?|:=)\s*"
    r"(?:\\?[\"'`](?P<quoted>[^\s\"'`\\]{6,40})\\?[\"'`]"
    r"|(?P<bare>[A-Za-z0-9_+/!@#^&*~-]{6,40})(?=;|\s*$))",
    re.MULTILINE,
)
"""What a person thought up, given to something named a password; `looks_thought_up` tells."""

BEARER = re.compile(r"(?i)\bbearer\s+(?P<value>[A-Za-z0-9._~+/-]{16,}=*)")
PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----")
PASSWORD_IN_URL = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@,'\"<>]{0,80}:(?P<value>[^\s/@'\"<>]{6,200})@"
)

# What people write in place of a key; a random key holds none of these.
_STAND_IN = re.compile(
    r"(?i)example|sample|your|dummy|fake|placeholder|change|insert|replace|redacted|canary"
    r"|hunter2|secret|password|passwd|xxxx|\.\.\.|\*\*\*|0{6}|1{6}|012345|123456|abcdef|qwerty"
    r"|[<>{}$%]"
)
_ROW = re.compile(r"(?i)0?123456(?:789?0?)?|abcdef|0{6}|1{6}")
_SURELY_LONG = 24
_PASSWORD_WORDS = ("passw", "passphrase", "pwd", "_pass")
_PASSWORD_STAND_IN = re.compile(
    r"(?i)example|sample|your|dummy|fake|placeholder|change|insert|replace|redacted|canary|test"
    r"|pass|pwd|secret|user|admin|login|field|key|token|valid|wrong|correct|foo|bar|baz|spam|abc"
    r"|\.\.\.|\*\*\*|x{3}|0{3}|1{3}|1234|4321|qwerty|[<>{}()\[\]$%=,;:|\\]"
    r"|^(?:sha|md|base|utf|aes|rsa|pbkdf|argon|ascii|iso|latin|cp|v|h|id|col|row)[_-]?\d"
)
"""What documentation, tests and programs put where a password goes."""
_EXAMPLE_HOST = re.compile(
    r"(?i)(?:[\w.-]*\.)?(?:example(?:\.\w+)?|test|invalid|localhost|host(?:name)?)(?![\w.-])"
)
_HASH = re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|sha\d+[-:].*")


@dataclass(frozen=True, slots=True)
class KeyShape:
    """Something that looks like a key: in which line (from 1), and what kind. Never the key.

    `mark` tells one from another without giving it away: it is good for this process only.
    """

    line: int
    kind: str
    mark: int


def find_keys(text: str) -> list[KeyShape]:
    """Everything in `text` that looks like a key, in order, one for each line.

    Made to be right rather than complete: hashes, UUIDs, images as base64 and the stand-ins of
    documentation are passed over.
    """
    found: dict[int, KeyShape] = {}
    newlines: list[int] | None = None
    for offset, kind, value in _candidates(text):
        if newlines is None:
            newlines = [match.start() for match in re.finditer("\n", text)]
        line = bisect_left(newlines, offset) + 1
        # What a provider marked itself comes first, and says most.
        found.setdefault(line, KeyShape(line, kind, hash(value)))
    return [found[line] for line in sorted(found)]


def _candidates(text: str) -> Iterator[tuple[int, str, str]]:
    for match in PREFIXED.finditer(text):
        if _marked_and_random(match.group()):
            yield match.start(), "an API key", match.group()
    for match in BEARER.finditer(text):
        if looks_random(match["value"]):
            yield match.start(), "a bearer token", match["value"]
    for match in ASSIGNED.finditer(text):
        value = match["quoted"] or match["bare"]
        if looks_random(value):
            yield match.start(), "a key or password", value
    for match in PRIVATE_KEY.finditer(text):
        # The bare words are in many programs; a key has its lines below them.
        if re.match(r"(?:\\n|\s)+[A-Za-z0-9+/=:, -]{16,}", text[match.end() : match.end() + 80]):
            yield match.start(), "a private key", text[match.start() : match.end() + 80]
    for match in passwords(text):
        yield match.start(), "a password", match["quoted"] or match["bare"]
    for match in PASSWORD_IN_URL.finditer(text):
        value = match["value"]
        if _EXAMPLE_HOST.match(text, match.end()) or ":" in value:
            continue
        if looks_thought_up(value) or looks_random(value, least_entropy=2.5):
            yield match.start(), "a password in an address", value


def passwords(text: str) -> Iterator[re.Match[str]]:
    """Where something named a password is given what may be one."""
    folded = text.lower()
    if any(word in folded for word in _PASSWORD_WORDS):
        for match in PASSWORD.finditer(text):
            if looks_thought_up(match["quoted"] or match["bare"]):
                yield match


def _marked_and_random(value: str) -> bool:
    """Whether a value with a provider's prefix is a key: one may hold a row such as 123456 by
    chance, and what is left without it then tells."""
    rest = _ROW.sub("", value)
    if rest != value and len(rest) < _SURELY_LONG:
        return False
    return looks_random(rest, least_entropy=3.0)


def looks_random(value: str, *, least_entropy: float = 3.3) -> bool:
    """Whether a program made this up: letters and digits mixed, no words of a stand-in.

    `least_entropy` is in bits per character.
    """
    if _STAND_IN.search(value) or _HASH.fullmatch(value):
        return False
    if not (re.search(r"[0-9]", value) and re.search(r"[A-Za-z]", value)):
        return False
    counts = Counter(value).values()
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
    return entropy >= least_entropy


def looks_thought_up(value: str) -> bool:
    """Whether a value may be a password a person made up: a letter and a digit at least, and
    nothing that tests and documentation write there. Words alone can't be told from others."""
    if _PASSWORD_STAND_IN.search(value) or _HASH.fullmatch(value):
        return False
    return bool(re.search(r"[0-9]", value) and re.search(r"[A-Za-z]", value))
