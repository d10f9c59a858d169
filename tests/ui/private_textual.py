"""Finds what the program uses of Textual that Textual does not promise to keep."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator

import autocoder_tui.ui


def modules() -> Iterator[str]:
    """The names of all modules of the screen."""
    package = autocoder_tui.ui
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield found.name


@functools.cache
def private_uses() -> frozenset[str]:
    """`Class._name` for each private name of a class of Textual that is called, read, set or
    overridden, and `textual._module` for each private module that is imported."""
    used: set[str] = set()
    ours: set[str] = set()
    loose: set[str] = set()
    for name in modules():
        module = importlib.import_module(name)
        tree = ast.parse(inspect.getsource(module))
        used |= {f for node in ast.walk(tree) for f in _private_modules(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                kind = _class_of(module, node.name)
                mine = set(_own_names(node))
                ours |= mine
                bases = [base for base in kind.__mro__ if _is_textual(base)] if kind else []
                used |= {f"{_owner(bases, n)}.{n}" for n in mine if _owner(bases, n)}
            elif isinstance(node, ast.Attribute) and _is_private(node.attr):
                if ast.unparse(node.value) != "os":
                    loose.add(node.attr)
    every = _textual_classes()
    for attribute in loose - ours:
        owner = _owner(every, attribute)
        if owner:
            used.add(f"{owner}.{attribute}")
    return frozenset(used)


def exists(name: str) -> bool:
    """Whether Textual still has what `private_uses` calls `name`."""
    if name.startswith("textual."):
        try:
            importlib.import_module(name)
        except ImportError:
            return False
        return True
    kind, attribute = name.split(".")
    return any(attribute in _names_of(one) for one in _textual_classes() if one.__name__ == kind)


def _class_of(module: object, name: str) -> type | None:
    kind = getattr(module, name, None)
    return kind if inspect.isclass(kind) else None


def _own_names(kind: ast.ClassDef) -> Iterator[str]:
    """Private names a class defines, or has through `self`, `cls` or `super()`."""
    for node in ast.walk(kind):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node in kind.body:
            if _is_private(node.name):
                yield node.name
        elif isinstance(node, ast.Attribute) and _is_private(node.attr):
            if ast.unparse(node.value) in ("self", "cls", "super()"):
                yield node.attr


def _private_modules(node: ast.AST) -> Iterator[str]:
    names: list[str] = []
    if isinstance(node, ast.ImportFrom) and node.module:
        inner = [f"{node.module}.{one.name}" for one in node.names if one.name.startswith("_")]
        names = [node.module, *inner]
    elif isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    for name in names:
        head, *rest = name.split(".")
        if head == "textual" and any(part.startswith("_") for part in rest):
            yield name


def _is_private(name: str) -> bool:
    # `_on_...` is how a widget hears of events before the program does; it is documented.
    return name.startswith("_") and not name.startswith(("__", "_on_"))


def _is_textual(kind: type) -> bool:
    return kind.__module__.split(".")[0] == "textual"


def _owner(kinds: list[type], name: str) -> str | None:
    """The class farthest up that has `name`."""
    return next((one.__name__ for one in reversed(kinds) if name in _names_of(one)), None)


@functools.cache
def _names_of(kind: type) -> frozenset[str]:
    """What a class itself has, what its methods set on `self` included."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError, SyntaxError):
        return frozenset(vars(kind))
    given = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return frozenset(given | set(vars(kind)))


@functools.cache
def _textual_classes() -> list[type]:
    """Those the screen's modules know of, and the bases of those."""
    found: dict[type, None] = {}
    for name in modules():
        for value in vars(importlib.import_module(name)).values():
            if inspect.isclass(value):
                # What is private of a named tuple is Python's, and promised.
                bases = () if issubclass(value, tuple) else value.__mro__
                found.update(dict.fromkeys(one for one in bases if _is_textual(one)))
    return sorted(found, key=lambda one: (-len(one.__mro__), one.__name__))
