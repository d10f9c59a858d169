"""A setting's value as people read and type it: as config.toml has it, without quotes they must
not forget."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

from autocoder_tui.config.settings import (
    SECTIONS,
    Settings,
    description_of,
    expected_of,
    setting_of,
)
from autocoder_tui.safety.redaction import redacted

NO_KEYS_HERE = (
    "That looks like a key, and config.toml is no place for one: put it into an environment "
    "variable. The setting was not saved."
)


def as_toml(value: Any) -> str:
    """`value` as it stands in config.toml; "" for one that is not set."""
    import tomli_w

    if value is None:
        return ""
    if isinstance(value, tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    return tomli_w.dumps({"x": str(value) if isinstance(value, Decimal) else value}).strip()[4:]


def as_typed(value: Any) -> str:
    """`value` as it is typed: a text without its quotes, a whole number without its fraction."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, str | Decimal) else as_toml(value)


def meant(section: str, name: str, text: str) -> Any:
    """What `text` is as a value: as TOML has it where the setting takes that, else as it is; a
    list may be given as one text. Raises KeyError for a setting that does not exist."""
    expected = expected_of(section, name)
    candidates: list[Any] = []
    try:
        candidates.append(tomllib.loads(f"x = {text}", parse_float=Decimal)["x"])
    except (ValueError, ArithmeticError, RecursionError):
        pass
    for candidate in (*candidates, text, [text]):
        if expected.check(candidate) is not None:
            return candidate
    return candidates[0] if candidates else text


def why_not(section: str, name: str, text: str) -> str | None:
    """Why `text` can't be the setting's value, as a sentence; None where it can."""
    if redacted(text) != text:
        return NO_KEYS_HERE
    value = meant(section, name, text)
    expected = expected_of(section, name)
    if expected.check(value) is not None:
        return None
    message = expected.message(name, value)
    return f"{message[:1].upper()}{message[1:]}."


def reference() -> str:
    """Every setting as a table in Markdown: the one of the manual."""
    defaults = Settings()
    lines = ["| setting | default | |", "| --- | --- | --- |"]
    for section in SECTIONS:
        for name in type(getattr(defaults, section)).__dataclass_fields__:
            default = as_typed(setting_of(defaults, section, name))
            shown = f"`{default}`" if default else "unset"
            says = description_of(section, name).replace("|", "\\|")
            lines.append(f"| `{section}.{name}` | {shown} | {says} |")
    return "\n".join(lines)
