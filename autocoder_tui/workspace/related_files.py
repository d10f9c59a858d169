"""Files that belong to the picked ones: imported by them, their tests, changed along with them."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from pathlib import Path

from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.file_index import FileIndex
from autocoder_tui.workspace.git_history import changed_together, head_of, read_commits
from autocoder_tui.workspace.imports import MOST_BYTES, ProjectPaths, imported_files
from autocoder_tui.workspace.textfile import read_text_file

MOST_RELATED = 12
_MOST_READ = 30
"""Picked files that are looked into."""
_MOST_OF_A_KIND = 8


_SOURCES, _HEADERS = (".c", ".cc", ".cpp", ".cxx", ".m", ".mm"), (".h", ".hh", ".hpp", ".hxx")
_C_PAIRS = ((_SOURCES, _HEADERS), (_HEADERS, _SOURCES))


class RelatedFiles:
    """Remembers what it read for as long as the commit and the listing are the same."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._head = ""
        self._commits: list[tuple[str, ...]] = []
        self._index: FileIndex | None = None
        self._paths = ProjectPaths(())

    def of(self, picks: Sequence[str], index: FileIndex) -> dict[str, str]:
        """Files to pick along, with why each is one. Blocking."""
        if not picks:
            return {}
        if index is not self._index:
            self._index, self._paths = index, ProjectPaths(index.paths)
        related: dict[str, str] = {}
        picked = set(picks)

        def add(path: str, why: str) -> None:
            if path not in picked and index.place_of(path) is not None:
                related.setdefault(path, why)

        for path in picks[:_MOST_READ]:
            for other in self._imported(path)[:_MOST_OF_A_KIND]:
                add(other, f"imported by {_name(path)}")
        for path in picks[:_MOST_READ]:
            for other in _counterparts(path, self._paths):
                add(other, f"goes with {_name(path)}")
            for other in _tests_of(path, self._paths):
                add(other, f"test of {_name(path)}")
        for path, times in changed_together(self._history(), picked)[:_MOST_OF_A_KIND]:
            add(path, f"changed along {times} times")
        return dict([*related.items()][:MOST_RELATED])

    def _imported(self, path: str) -> list[str]:
        try:
            text = read_text_file(self._root / path, name=path, max_bytes=MOST_BYTES).text
        except (OSError, ValueError, WorkspaceError):
            return []
        found = imported_files(path, text, self._paths)
        # A package is imported along with each of its modules, and says nothing for the most part.
        packages = [other for other in found if _name(other) == "__init__.py"]
        telling = [other for other in packages if self._is_more_than_empty(other)]
        return [other for other in found if other not in set(packages)] + telling

    def _is_more_than_empty(self, path: str) -> bool:
        try:
            return (self._root / path).stat().st_size > 0
        except OSError:
            return False

    def _history(self) -> list[tuple[str, ...]]:
        head = head_of(self._root)
        if head != self._head:
            self._head, self._commits = head, read_commits(self._root) if head else []
        return self._commits


def _counterparts(path: str, project: ProjectPaths) -> list[str]:
    """The header of a source in C, or the source of a header."""
    stem, suffix = posixpath.splitext(path)
    others = next((others for own, others in _C_PAIRS if suffix in own), ())
    found = project.first(*(stem + other for other in others))
    if not found:
        ends = (f"{_name(stem)}{other}" for other in others)
        found = next((hit for end in ends if (hit := project.ending(end))), [])
    return found


def _tests_of(path: str, project: ProjectPaths) -> list[str]:
    """What is called like the file and a test, in the ways projects have."""
    name = _name(path)
    stem, suffix = posixpath.splitext(name)
    ways = (f"test_{name}", f"{stem}_test{suffix}", f"{stem}.test{suffix}", f"{stem}.spec{suffix}")
    return [found for way in ways for found in project.ending(way)]


def _name(path: str) -> str:
    return path[path.rfind("/") + 1 :]
