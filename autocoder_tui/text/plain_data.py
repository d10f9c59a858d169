"""Dataclasses as plain data for JSON, and back.

What a newer version wrote is read as far as it is known: a field too many is left out. Amounts of
money are strings, so that none is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

_GREATEST: Final = 2**63 - 1
"""A greater number is damage, and more than a database takes."""


class Unexpected(ValueError):
    """A value is not of the type its field has."""


def value_data(value: object) -> Any:
    """`value` as values that JSON has: dataclasses as objects, amounts as strings."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        # A named tuple is a list of its fields, in their order.
        return [value_data(item) for item in value]
    return plain_fields(value) if is_dataclass(value) else value


def read_value(kind: Any, data: object) -> Any:
    """The dataclass `kind` that `value_data` made `data` from. Raises Unexpected."""
    if not isinstance(data, Mapping):
        raise Unexpected
    return read_fields(kind, data)


def plain_fields(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as values that JSON has, by name."""
    return {name: value_data(getattr(value, name)) for name in _types(_kind(value))}


def _kind(value: Any) -> Any:
    return type(value)


@cache
def _types(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {item.name: hints[item.name] for item in fields(kind)}


@cache
def _required(kind: Any) -> frozenset[str]:
    return frozenset(
        item.name
        for item in fields(kind)
        if item.default is MISSING and item.default_factory is MISSING
    )


def read_fields(kind: Any, data: Mapping[str, Any]) -> Any:
    """The dataclass `kind` with the fields that `data` has. Raises Unexpected."""
    types = _types(kind)
    if not _required(kind) <= data.keys():
        raise Unexpected
    return kind(**{name: _read(types[name], data[name]) for name in types if name in data})


def _read(wanted: Any, value: object) -> Any:
    origin = get_origin(wanted)
    if origin is Literal:
        if value in get_args(wanted):
            return value
    elif origin in (Union, UnionType):
        if value is None and type(None) in get_args(wanted):
            return None
        (only,) = (choice for choice in get_args(wanted) if choice is not type(None))
        return _read(only, value)
    elif origin is tuple:
        if isinstance(value, list):
            return tuple(_read(get_args(wanted)[0], item) for item in value)
    elif wanted is Decimal:
        return _amount(value)
    elif isinstance(wanted, type) and issubclass(wanted, tuple):
        return _named_tuple(wanted, value)
    elif is_dataclass(wanted):
        # Earlier versions wrote some as lists of their fields, in their order.
        kind: Any = wanted
        named = dict(zip(_types(kind), value, strict=False)) if type(value) is list else value
        return read_value(kind, named)
    elif wanted is float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _number(value)
    elif wanted is int:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _GREATEST:
            return value
    elif isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)):
        return value
    raise Unexpected


def _named_tuple(wanted: Any, value: object) -> Any:
    hints = get_type_hints(wanted)
    if not isinstance(value, list) or len(value) != len(hints):
        raise Unexpected
    return wanted(*(_read(kind, item) for kind, item in zip(hints.values(), value, strict=True)))


def _number(value: float) -> float:
    if abs(value) > _GREATEST or value != value:  # no number has no place in a sum
        raise Unexpected
    return float(value)


def _amount(value: object) -> Decimal:
    try:
        amount = Decimal(value)  # type: ignore[arg-type]
    except (InvalidOperation, TypeError, ValueError):
        raise Unexpected from None
    # Written out, a hundred characters of exponent are more than there is memory for.
    if not amount.is_finite() or abs(amount.adjusted()) > 30:
        raise Unexpected
    return amount
