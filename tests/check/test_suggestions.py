"""What a project seems to be checked with."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.check.suggestions import suggestions

PROJECTS = {
    "pytest and ruff": (
        {"pyproject.toml": "[tool.pytest.ini_options]\n[tool.ruff]\n[tool.mypy]\n"},
        ("pytest -q", "ruff check .", "mypy ."),
    ),
    "its own environment": (
        {"pyproject.toml": "[tool.pytest.ini_options]\n", ".venv/bin/python": ""},
        (".venv/bin/python -m pytest -q",),
    ),
    "unittest": ({"test_a.py": ""}, ("python3 -m unittest discover",)),
    "unittest in a folder": (
        {"tests/test_a.py": ""},
        ("python3 -m unittest discover -s tests",),
    ),
    "npm": (
        {"package.json": '{"scripts": {"test": "jest", "lint": "eslint .", "build": "x"}}'},
        ("npm run test", "npm run lint"),
    ),
    "pnpm": (
        {"package.json": '{"scripts": {"test": "x"}}', "pnpm-lock.yaml": ""},
        ("pnpm run test",),
    ),
    "npm init": (
        {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'},
        (),
    ),
    "make": ({"Makefile": "CC := cc\nall:\n\ttrue\ntest: all\n\ttrue\n"}, ("make test",)),
    "rust": ({"Cargo.toml": ""}, ("cargo test",)),
    "go": ({"go.mod": "module x"}, ("go test ./...", "go vet ./...")),
    "broken files": ({"pyproject.toml": "[[[", "package.json": "[1"}, ()),
    "nothing": ({}, ()),
}


@pytest.mark.parametrize("kind", PROJECTS)
def test_commands_are_suggested(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files, wanted = PROJECTS[kind]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert suggestions(tmp_path) == wanted
