"""What a value in a configuration file may be: the check and the words for its message.

A check returns the value in its own type, or None when it is not acceptable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from decimal import Decimal, InvalidOperation
from typing import Any

from autocoder_tui.problems import shortened
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """`words` complete "expected ...". `schema` says the same as a JSON schema, for editors: it
    may let pass what `check` refuses, never the other way round."""

    words: str
    check: Callable[[Any], Any]
    schema: Mapping[str, Any] = field(default_factory=dict)

    def message(self, name: str, value: Any) -> str:
        """The message for a `value` of `name` that did not pass."""
        return f"expected {self.words} for {shortened(name)}, found {_found(value)}"


def _found(value: Any) -> str:
    """A value as its file has it, TOML or JSON."""
    if isinstance(value, str):
        return f'"{shortened(value)}"' if value.strip() else "an empty text"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        what = "list" if isinstance(value, list) else "table"
        return f"a {what}" if value else f"an empty {what}"
    return "nothing" if value is None else shortened(value)


def number(words: str, least: float, most: float) -> Expected:
    """A number from `least` to `most`, as a float."""

    def check(value: Any) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        try:
            # As a float: the bounds are no exact decimals either.
            return float(value) if least <= float(value) <= most else None
        except ArithmeticError:  # Decimal("nan") cannot be compared
            return None

    return Expected(words, check, {"type": "number", "minimum": least, "maximum": most})


def whole_number(least: int, most: int, of: str = "") -> Expected:
    """An int from `least` to `most`; `of` names what is counted."""

    def check(value: Any) -> int | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return value if is_whole and least <= value <= most else None

    counted = f" of {of}" if of else ""
    schema = {"type": "integer", "minimum": least, "maximum": most}
    return Expected(f"a whole number{counted} from {least} to {most}", check, schema)


def one_of(*choices: str) -> Expected:
    """One of some words."""
    words = ", ".join(f'"{choice}"' for choice in choices[:-1]) + f' or "{choices[-1]}"'
    schema = {"type": "string", "enum": list(choices)}
    return Expected(
        words, lambda value: value if isinstance(value, str) and value in choices else None, schema
    )


def _name(value: Any) -> str | None:
    usable = isinstance(value, str) and 0 < len(value.strip()) <= 200 and visible(value) == value
    return value.strip() if usable else None


def _names(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple) or len(value) > 100:
        return None
    names = [_name(item) for item in value]
    return None if None in names else tuple(name for name in names if name is not None)


def _commands(value: Any) -> tuple[str, ...] | None:
    names = _names(value)
    return None if names is None else tuple(dict.fromkeys(names))


def _environment_names(value: Any) -> tuple[str, ...] | None:
    names = _names(value)
    if names is None or not all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) for name in names):
        return None
    return tuple(dict.fromkeys(names))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() and "\0" not in value else None


def _dollars(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        amount = Decimal(str(value).strip().removeprefix("$"))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount <= 1_000_000 else None


_ONE_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _ONE_TEXT, "maxItems": 100}
SECONDS = number("a number of seconds above 0", 0.001, 10_000_000)
COUNT = whole_number(1, 1000)
MEGABYTES = number("a number of megabytes from 0.1 to 1024", 0.1, 1024)
AMOUNT = whole_number(0, 1_000_000)
TOKENS = whole_number(1, 10_000_000)
TEMPERATURE = number("a number from 0 to 2", 0, 2)
SHARE = number("a share from 0.01 to 1", 0.01, 1)
DOLLARS = Expected(
    'US dollars above 0 such as "0.50"',
    _dollars,
    {"type": ["number", "string"], "exclusiveMinimum": 0, "maximum": 1_000_000},
)
NAME = Expected("a short text without control characters", _name, _ONE_TEXT)
NAMES = Expected('a list of names such as ["gpt-4o-mini"]', _names, _TEXTS)
COMMANDS = Expected('a list of commands such as ["pytest -q"]', _commands, _TEXTS)
ENVIRONMENT_NAMES = Expected(
    'a list of names of environment variables such as ["DATABASE_URL"]', _environment_names
)
TEXT = Expected("a text", _text, _ONE_TEXT)
FLAG = Expected(
    "true or false",
    lambda value: value if isinstance(value, bool) else None,
    {"type": "boolean"},
)
