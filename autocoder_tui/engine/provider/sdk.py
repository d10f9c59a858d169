"""The openai SDK, loaded without the hundreds of modules of types that no request here uses.

`openai.types` and the packages in it import each of their modules for the names they give on:
470 modules of pydantic models, 10 MB and two thirds of the time that `import openai` takes. With
`load_sdk` a package that does nothing but give names on imports each when it is asked for, which
is the same to whoever asks. One that does more is loaded as it is written.
"""

from __future__ import annotations

import ast
import importlib
import sys
import threading
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

_TYPES = "openai.types"
_one_at_a_time = threading.Lock()


def load_sdk() -> ModuleType:
    """The package `openai`. Takes a fifth of a second the first time: call it in a thread."""
    with _one_at_a_time:
        if "openai" not in sys.modules:
            finder = _Finder()
            sys.meta_path.insert(0, finder)
            try:
                importlib.import_module("openai")
            finally:
                sys.meta_path.remove(finder)
    return importlib.import_module("openai")


class _Finder(MetaPathFinder):
    """Finds the packages of types where they are, and has them loaded by `_OnDemand`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _TYPES and not fullname.startswith(f"{_TYPES}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if (
            spec is not None
            and spec.submodule_search_locations is not None
            and type(spec.loader) is SourceFileLoader
        ):
            spec.loader = _OnDemand(fullname, spec.loader.path)
        return spec


class _OnDemand(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        given = _given_on(self.get_data(self.path))
        if given is None:
            super().exec_module(module)
            return
        names = given

        def get(name: str) -> Any:
            try:
                if name in names:
                    origin, there = names[name]
                    found = getattr(importlib.import_module(f".{origin}", module.__name__), there)
                else:
                    # Its modules are there, too, as after they had all been imported.
                    found = importlib.import_module(f".{name}", module.__name__)
            except ModuleNotFoundError as error:
                raise AttributeError(
                    f"module {module.__name__!r} has no attribute {name!r}"
                ) from error
            setattr(module, name, found)
            return found

        module.__dict__["__getattr__"] = get
        # What `from openai.types import *` asks for.
        module.__dict__["__all__"] = [name for name in names if not name.startswith("_")]
        module.__dict__["__dir__"] = lambda: sorted({*vars(module), *names})


def _given_on(source: bytes) -> dict[str, tuple[str, str]] | None:
    """The module and the name there of each name that a package gives on; None if it does more
    than that."""
    names: dict[str, tuple[str, str]] = {}
    for statement in ast.parse(source).body:
        if not isinstance(statement, ast.ImportFrom):
            return None
        if statement.module == "__future__":
            continue
        if statement.level != 1 or statement.module is None:
            return None
        for name in statement.names:
            names[name.asname or name.name] = (statement.module, name.name)
    return None if "*" in names else names
