"""Commands that a project seems to be checked with: offered, never run unasked."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

from autocoder_tui.workspace.errors import ReadError
from autocoder_tui.workspace.textfile import read_text_file

_MAX_BYTES = 512 * 1024
_TARGETS = ("check", "test", "lint")
_NO_TEST = "no test specified"


def suggestions(root: Path) -> tuple[str, ...]:
    """Commands for the project at `root`, the likeliest first. Blocking; runs nothing."""
    found = [*_python(root), *_node(root), *_make(root)]
    if (root / "Cargo.toml").is_file():
        found.append("cargo test")
    if (root / "go.mod").is_file():
        found += ["go test ./...", "go vet ./..."]
    return tuple(dict.fromkeys(found))


def _python(root: Path) -> list[str]:
    data = _toml(root / "pyproject.toml")
    tools = data.get("tool")
    tools = tools if isinstance(tools, dict) else {}
    if not data and not (root / "setup.py").is_file() and not _has_tests(root):
        return []
    start = ".venv/bin/python -m " if (root / ".venv" / "bin" / "python").exists() else ""
    found = []
    text = _text(root / "pyproject.toml")
    if "pytest" in tools or (root / "pytest.ini").is_file() or '"pytest' in text:
        found.append(f"{start}pytest -q")
    elif _has_tests(root):
        python = start.removesuffix(" -m ") or ("python3" if shutil.which("python3") else "python")
        # A folder that is no package is not looked into of itself.
        apart = not any(root.glob("test*.py")) and not (root / "tests" / "__init__.py").exists()
        found.append(f"{python} -m unittest discover{' -s tests' if apart else ''}")
    if "ruff" in tools or (root / "ruff.toml").is_file():
        found.append(f"{start}ruff check .")
    if "mypy" in tools or (root / "mypy.ini").is_file():
        found.append(f"{start}mypy .")
    return found


def _has_tests(root: Path) -> bool:
    return any(root.glob("test*.py")) or any(root.glob("tests/test*.py"))


def _node(root: Path) -> list[str]:
    try:
        data = json.loads(_text(root / "package.json") or "{}")
    except (ValueError, RecursionError):
        return []
    scripts = data.get("scripts") if isinstance(data, dict) else None
    if not isinstance(scripts, dict):
        return []
    program = "npm"
    for name, lock in (("pnpm", "pnpm-lock.yaml"), ("yarn", "yarn.lock"), ("bun", "bun.lockb")):
        if (root / lock).is_file():
            program = name
            break
    found = []
    for name in ("test", "lint", "typecheck"):
        script = scripts.get(name)
        if isinstance(script, str) and _NO_TEST not in script:
            found.append(f"{program} run {name}")
    return found


def _make(root: Path) -> list[str]:
    for name in ("Makefile", "makefile", "GNUmakefile"):
        text = _text(root / name)
        if text:
            there = set(re.findall(r"(?m)^([A-Za-z0-9_-]+)\s*:(?!=)", text))
            return [f"make {target}" for target in _TARGETS if target in there]
    return []


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _text(path: Path) -> str:
    try:
        return read_text_file(path, max_bytes=_MAX_BYTES).text
    except ReadError:
        return ""
