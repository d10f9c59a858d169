"""The one place where keys are taken out of what is written down: logs, stderr, reports.

Every key the program has read is known here by its value, and is taken out wherever it stands
and in the forms it may have been echoed in (quoted for a URL, escaped for JSON, base64, hex).
What looks like a key, and whatever stands in a header that carries one, is taken out too.
"""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, quote_plus

from autocoder_tui.safety.key_patterns import (
    ASSIGNED,
    BEARER,
    PASSWORD_IN_URL,
    PREFIXED,
    PRIVATE_KEY,
    looks_random,
    passwords,
)
from autocoder_tui.safety.sanitize import visible

REDACTED = "[redacted]"
SHORTEST = 6
"""Characters. A shorter value ("none", "x") is no secret, and may be part of any word."""
_SURELY_A_KEY = 16
_NO_SECRETS = frozenset({"ollama", "lm-studio", "llama.cpp", "lmstudio", "not-needed", "no-key"})
"""What servers that check no key are given in place of one, by their own documentation."""

_HEADER = re.compile(
    r"(?i)((?:proxy-)?authorization|(?:x-)?(?:goog-)?api-key|x-auth-token|(?:set-)?cookie)"
    r"(\\?[\"']?\s*[:=,]\s*\\?[\"']?)(?:(bearer|basic|token)\s+)?[^\s\"'\\,;}\])]+"
)
_MASKED = re.compile(
    r"(?<![A-Za-z0-9_])(?:sk|hyp|gsk|xai|hf|pplx)[-_][A-Za-z0-9_-]{0,200}\*{3,}[\w*-]*"
)
_KEY_BLOCK = re.compile(
    PRIVATE_KEY.pattern + r"[^-]*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?"
)

_known: set[str] = set()
_forms: re.Pattern[str] | None = None


def know(secret: str) -> None:
    """From now on take `secret` out of everything."""
    global _forms
    secret = secret.strip()
    if len(secret) < SHORTEST or secret in _NO_SECRETS or secret in _known:
        return
    _known.add(secret)
    forms = sorted({form for key in _known for form in _forms_of(key)}, key=len, reverse=True)
    _forms = re.compile("|".join(map(re.escape, forms)))


def known_in(text: str) -> list[tuple[int, str]]:
    """Where keys that are known stand in `text`: the offset of each one's first place.

    Short ones, which may as well be a word of the text, do not count.
    """
    long = sorted(key for key in _known if len(key) >= _SURELY_A_KEY)
    return [(text.index(key), key) for key in long if key in text]


def redacted(text: str) -> str:
    """`text` without any key. What is left of a line says where one stood."""
    if _forms is not None:
        text = _forms.sub(REDACTED, text)
    text = _HEADER.sub(_without_value, text)
    text = BEARER.sub(f"Bearer {REDACTED}", text)
    text = PREFIXED.sub(REDACTED, text)
    if "***" in text:
        text = _MASKED.sub(REDACTED, text)
    if "PRIVATE KEY" in text:
        text = _KEY_BLOCK.sub(REDACTED, text)
    if "://" in text:
        text = PASSWORD_IN_URL.sub(_without_password, text)
    text = ASSIGNED.sub(_without_assigned, text)
    for match in reversed([*passwords(text)]):
        begin, end = match.span("quoted" if match["quoted"] else "bare")
        text = f"{text[:begin]}{REDACTED}{text[end:]}"
    return text


def safe_line(text: str) -> str:
    """`text` without keys, and with nothing in it that acts on a terminal: one line."""
    return visible(redacted(text))


def _forms_of(secret: str) -> set[str]:
    data = secret.encode("utf-8", "surrogatepass")
    forms = {secret, quote(data, safe=""), quote_plus(data), data.hex(), data.hex().upper()}
    forms.add(json.dumps(secret)[1:-1])
    forms.add(repr(secret)[1:-1])
    forms.add(visible(secret))
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            # Base64 of a longer text that holds the secret: the part that does not depend on
            # what stands around it, whichever of the three ways it falls.
            encoded = encode(b"\0" * before + data).decode()
            start = (before * 8 + 5) // 6
            whole = (before + len(data)) * 8 // 6
            middle = encoded[start:whole]
            if len(middle) >= SHORTEST:
                forms.add(middle)
    return forms


def _without_value(match: re.Match[str]) -> str:
    scheme = f"{match[3]} " if match[3] else ""
    return f"{match[1]}{match[2]}{scheme}{REDACTED}"


def _without_password(match: re.Match[str]) -> str:
    return match.group().replace(f":{match['value']}@", f":{REDACTED}@")


def _without_assigned(match: re.Match[str]) -> str:
    value = match["quoted"] or match["bare"]
    return match.group().replace(value, REDACTED) if looks_random(value) else match.group()
