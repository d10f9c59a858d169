"""The commands that a code base is tried by that says nothing of its own: its tests, else whether
it compiles. Programs that are not installed here are not asked for."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

_TEST: Final = re.compile(r"(?:test_.*|.*_test)\.py\Z")
_MOST_NAMED: Final = 100
"""Files that one command names; a larger code base is compiled by its folder."""


def commands_for(
    texts: Mapping[str, str], which: Callable[[str], str | None] = shutil.which
) -> tuple[str, ...]:
    """Commands for the files with these texts, by their paths. Runs nothing."""
    found = [*_python(texts), *_node(texts), *_shell(texts)]
    if "go.mod" in texts:
        found += ["go vet ./...", "go test ./..."]
    if "Cargo.toml" in texts:
        found.append("cargo test")
    return tuple(command for command in found if which(_program(command)))


def _program(command: str) -> str:
    return next(word for word in command.split() if "=" not in word)


def _python(texts: Mapping[str, str]) -> list[str]:
    files = [path for path in texts if path.endswith(".py")]
    if not files:
        return []
    tests = [path for path in files if _TEST.match(PurePosixPath(path).name)]
    found = [f"python3 -m py_compile {_quoted(files)}"]
    if len(files) > _MOST_NAMED:
        found = ["python3 -m compileall -q ."]
    if not tests:
        return found
    if any(re.search(r"^\s*(?:import|from)\s+pytest\b", texts[path], re.M) for path in tests):
        return [*found, "python3 -m pytest -q"]
    if any("unittest" in texts[path] for path in tests):
        return [*found, *_unittest(tests, texts)]
    return [*found, "python3 -m pytest -q"]


def _unittest(tests: list[str], texts: Mapping[str, str]) -> list[str]:
    """By folder: one that is no package is not looked into from above."""
    commands = []
    for folder in dict.fromkeys(str(PurePosixPath(path).parent) for path in tests):
        names = [PurePosixPath(p).name for p in tests if str(PurePosixPath(p).parent) == folder]
        pattern = "" if any(name.startswith("test_") for name in names) else " -p '*_test.py'"
        if folder == ".":
            commands.append(f"python3 -m unittest discover{pattern}")
        else:
            commands.append(
                f"python3 -m unittest discover -s {shlex.quote(folder)} -t .{pattern}"
                if f"{folder}/__init__.py" in texts
                else f"PYTHONPATH=. python3 -m unittest discover -s {shlex.quote(folder)}{pattern}"
            )
    return commands


def _node(texts: Mapping[str, str]) -> list[str]:
    files = [path for path in texts if path.endswith((".js", ".mjs", ".cjs"))]
    if "package.json" in texts and '"test"' in texts["package.json"]:
        return ["npm test"]
    return [f"node --check {shlex.quote(path)}" for path in files[:20]]


def _shell(texts: Mapping[str, str]) -> list[str]:
    return [f"sh -n {_quoted([path])}" for path in texts if path.endswith(".sh")][:20]


def _quoted(paths: list[str]) -> str:
    return " ".join(shlex.quote(f"./{path}" if path.startswith("-") else path) for path in paths)
