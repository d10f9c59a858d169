"""A project of three files, and changes to all of them: what tests of writing begin from."""

from __future__ import annotations

import stat
from pathlib import Path

from autocoder_tui.workspace.change import Change
from autocoder_tui.workspace.textfile import read_text_file


def tree(root: Path) -> dict[str, tuple[bytes | None, int]]:
    """Every file and folder below `root` with its bytes and mode."""
    return {
        path.relative_to(root).as_posix(): (
            path.read_bytes() if path.is_file() else None,
            stat.S_IMODE(path.stat().st_mode),
        )
        for path in root.rglob("*")
    }


def edits(root: Path) -> list[Change]:
    return [
        Change("src/a.py", "two\n", read_text_file(root / "src" / "a.py")),
        Change("b.txt", "café\nthé\n", read_text_file(root / "b.txt")),
        Change("new/deep/c.py", "three\n"),
        Change("old.txt", None, read_text_file(root / "old.txt")),
    ]
