"""How long a provider wants to be left alone, from the headers of its answers."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from autocoder_tui.engine.provider.http_errors import retry_after

_UNITS: Final = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6}
_PIECE = re.compile(r"(?<![\d.])(\d++(?:\.\d++)?)(ms|us|µs|[dhms])")
_SPAN = re.compile(r"(?:\d++(?:\.\d++)?(?:ms|us|µs|[dhms]))+")
_PAIRS: Final = tuple(
    (f"{front}-remaining{what}", f"{front}-reset{what}")
    for front in ("x-ratelimit", "ratelimit")
    for what in ("", "-requests", "-tokens")
) + tuple(
    (f"anthropic-ratelimit-{what}-remaining", f"anthropic-ratelimit-{what}-reset")
    for what in ("requests", "tokens", "input-tokens", "output-tokens")
)
"""What is left, and when there is more."""
_LEAST_EPOCH: Final = 1e9
"""Seconds: a greater number is a moment and no span."""


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a refusal asks to wait: `retry-after`, or else the longest `...-reset...` of
    a limit that is used up. None where neither is said."""
    wait = retry_after(headers)
    return used_up(headers) if wait is None else wait


def used_up(headers: Mapping[str, str]) -> float | None:
    """Seconds until there is more of a limit that is used up, None where none is."""
    waits = [
        wait
        for remaining, reset in _PAIRS
        if _number(headers.get(remaining)) == 0
        and (wait := seconds_until(headers.get(reset))) is not None
    ]
    return max(waits, default=None)


def requests_left(headers: Mapping[str, str]) -> int | None:
    """How many more requests are allowed before the next reset, None where that is not said."""
    for name in ("x-ratelimit-remaining-requests", "anthropic-ratelimit-requests-remaining"):
        number = _number(headers.get(name))
        if number is not None:
            return int(number)
    return None


def seconds_until(value: str | None) -> float | None:
    """Seconds that a reset header means: "1s", "6m0s", "120ms", a number of seconds, a moment in
    seconds or milliseconds since the epoch, or in ISO 8601. None for anything else."""
    if value is None:
        return None
    text = value.strip()
    number = _number(text)
    if number is not None:
        if number >= _LEAST_EPOCH * 1000:
            number /= 1000
        return max(0.0, number - time.time()) if number >= _LEAST_EPOCH else number
    if _SPAN.fullmatch(text):
        pieces = _PIECE.findall(text.replace("µs", "us"))
        return sum(float(count) * _UNITS[unit] for count, unit in pieces)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - time.time())


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value is not None else -1.0
    except ValueError:
        return None
    return number if 0 <= number < 1e15 else None
