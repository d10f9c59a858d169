"""Dataclasses that are made when they are first used: of hundreds a start needs a few dozen.

    from autocoder_tui.values import dataclass

is `dataclasses.dataclass`, and to a type checker nothing else. The standard one writes and
compiles the source of each method as soon as a class is defined, which was a third of the
program's imports. With `slots` that waits here for the first object, or for whoever asks for
the fields; without, it is the standard one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass as standard
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """`dataclasses.dataclass`; what makes it wait is `slots=True`."""
        if options.get("slots"):
            return lambda made: _made_later(made, options)
        return standard(cls, **options)


_ALWAYS = ("__init__", "__dataclass_fields__", "__dataclass_params__", "__match_args__")
_one_at_a_time = threading.RLock()


class _Pending:
    """Stands for something of a class that is made, with all the rest, when it is asked for."""

    def __init__(self, name: str, made: type, complete: Callable[[], None]) -> None:
        self._name = name
        self._made = made
        self._complete = complete

    def __get__(self, instance: object, owner: type) -> Any:
        self._complete()
        value = vars(self._made)[self._name]
        # A tuple or a dictionary is itself, a function becomes a method.
        return value.__get__(instance, owner) if hasattr(value, "__get__") else value


def _made_later(cls: type, options: dict[str, bool]) -> type:
    frozen, compared = options.get("frozen", False), options.get("eq", True)
    names = [*_ALWAYS]
    names += ["__repr__"] if options.get("repr", True) else []
    names += ["__eq__"] if compared else []
    names += ["__setattr__", "__delattr__"] if frozen else []
    hashed = compared and not _has_hash(cls)
    made = _slotted(cls)
    if hashed and frozen:
        names.append("__hash__")
    elif hashed:
        made.__hash__ = None  # type: ignore[assignment]
    if frozen:
        for name, method in (("__getstate__", _getstate), ("__setstate__", _setstate)):
            if name not in vars(cls):
                setattr(made, name, method)
    done = False

    def complete() -> None:
        nonlocal done
        with _one_at_a_time:
            if not done:
                _complete(cls, made, {**options, "slots": False})
                done = True

    for name in names:
        if name not in vars(cls) or name == "__hash__":
            setattr(made, name, _Pending(name, made, complete))
    return made


def _has_hash(cls: type) -> bool:
    """Whether the class says how it is hashed; beside an `__eq__` Python puts None itself."""
    said = vars(cls).get("__hash__", _made_later)
    return said is not _made_later and not (said is None and "__eq__" in vars(cls))


def _slotted(cls: type) -> type:
    """The class with a slot for each of its fields in the place of what they are by default."""
    there = {name for base in cls.__mro__[1:-1] for name in getattr(base, "__slots__", ())}
    slots = [
        name
        for name, kind in cls.__annotations__.items()
        if not str(kind).removeprefix("typing.").startswith("ClassVar")
    ]
    left_out = {*slots, "__dict__", "__weakref__"}
    content = {name: value for name, value in vars(cls).items() if name not in left_out}
    content["__slots__"] = tuple(name for name in slots if name not in there)
    made = type(cls)(cls.__name__, cls.__bases__, content)
    made.__qualname__ = cls.__qualname__
    return made


def _complete(cls: type, made: type, options: dict[str, bool]) -> None:
    """Have the standard library make `cls` a dataclass, and give `made` what that has brought."""
    # Without a text the signature of the class would be worked out, to be one.
    cls.__doc__ = cls.__doc__ or cls.__name__
    before = dict(vars(cls))
    standard(**options)(cls)
    slots = vars(cls)["__dataclass_fields__"]
    for name, value in vars(cls).items():
        if before.get(name, _made_later) is not value and name not in slots:
            setattr(made, name, value)


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
