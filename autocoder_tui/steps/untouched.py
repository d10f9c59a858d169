"""Whether a project holds nothing but what its runs wrote, as they wrote it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from autocoder_tui.config.project_file import PROJECT_FILE
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.gpt_engineer import PROMPT_FILES
from autocoder_tui.steps.own_folder import FOLDER
from autocoder_tui.steps.project import Project

_ASIDE: Final = frozenset({".git", FOLDER, PROJECT_FILE, *PROMPT_FILES})
"""What may be there all the same, at the top; written to unasked it is not."""
_MADE_BY_RUNNING: Final = frozenset({"__pycache__"})
_MOST: Final = 20


def foreign_files(project: Project) -> list[str]:
    """Some files that no run of the project wrote, or that are others by now; [] for none. What a
    folder can't be looked at counts, too. Blocking; raises ProjectUnusable."""
    known: dict[str, str] = {}
    for run in project.runs():
        with suppress(ProjectUnusable):
            known.update(run.head().written)
    found = []
    for path in _foreign(project.root, known):
        found.append(path)
        if len(found) >= _MOST:
            break
    return found


def stands_aside(path: str) -> bool:
    """Whether a path is of what is no result of a run, and may be there before the first."""
    return path.split("/")[0] in _ASIDE


def _foreign(root: Path, known: Mapping[str, str]) -> Iterator[str]:
    unseen: list[str] = []
    for folder, folders, files in os.walk(root, onerror=lambda error: unseen.append(str(error))):
        place = Path(folder)
        if place == root:
            folders[:] = [name for name in folders if name not in _ASIDE]
            files = [name for name in files if name not in _ASIDE]
        folders[:] = sorted(name for name in folders if name not in _MADE_BY_RUNNING)
        links = [name for name in folders if (place / name).is_symlink()]
        for name in [*links, *sorted(files)]:
            path = (place / name).relative_to(root).as_posix()
            if known.get(path) is None or _digest(place / name) != known[path]:
                yield path
    yield from unseen


def _digest(file: Path) -> str | None:
    """None for what is no regular file, or can't be read."""
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            return None
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None
