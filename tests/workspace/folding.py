"""A file system that takes names which differ only in case for the same, as those of Macs do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_ONE = ("open", "stat", "lstat", "unlink", "rmdir", "chmod", "listdir", "mkdir", "access")
_TWO = ("link", "rename", "replace")


def fold_case(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """Let the names below `root` be found whatever their case is; they are kept as given."""
    listed = os.listdir

    def found(path: Any) -> Any:
        """The path as it is spelt on disk, as far as there is such a thing."""
        if isinstance(path, int) or not str(path).startswith(f"{root}/"):
            return path
        here = str(root)
        for part in str(path)[len(here) + 1 :].split("/"):
            try:
                names = listed(here)
            except OSError:
                names = []
            same = [name for name in names if name.casefold() == part.casefold()]
            here = f"{here}/{(same or [part])[0]}"
        return here

    def of_one(real: Callable[..., Any]) -> Callable[..., Any]:
        return lambda path, *rest, **named: real(found(path), *rest, **named)

    def of_two(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(source: Any, target: Any, **named: Any) -> Any:
            source, there = found(source), found(target)
            if name == "link" or source != there:
                return real(source, there, **named)
            return real(source, target, **named)

        return call

    for name in _ONE:
        monkeypatch.setattr(os, name, of_one(getattr(os, name)))
    for name in _TWO:
        monkeypatch.setattr(os, name, of_two(name, getattr(os, name)))
