"""Tokens of files, and what they come to in the folders that hold them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping


class TreeWeights:
    """`exact`: the model's provider counts the same. A folder weighs what was counted in it."""

    def __init__(self, *, exact: bool = False) -> None:
        self.exact = exact
        self._files: dict[str, int] = {}
        self._folders: Counter[str] = Counter()

    def add(self, weights: Mapping[str, int]) -> None:
        """Take in tokens of files by path, new or counted again."""
        for path, tokens in weights.items():
            more = tokens - self._files.get(path, 0)
            self._files[path] = tokens
            for folder in folders_of(path):
                self._folders[folder] += more

    def of(self, path: str) -> int | None:
        """Tokens of a file or folder, None while nothing of it was counted."""
        return self._files.get(path, self._folders.get(path))


def folders_of(path: str) -> list[str]:
    """Every folder that holds `path`, the outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
