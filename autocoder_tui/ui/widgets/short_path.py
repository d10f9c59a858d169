"""How a folder is named on the screen."""

from __future__ import annotations

from pathlib import Path


def short_path(path: Path) -> str:
    """`path` with the home folder as ~."""
    try:
        return "~/" + path.relative_to(Path.home()).as_posix()
    except ValueError:
        return str(path)
