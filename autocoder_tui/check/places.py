"""Lines of a project that a command's output speaks of, as a link each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import PurePosixPath

from autocoder_tui.values import dataclass

_MOST_LINE = 2_000
"""Characters of a line of output that are looked at."""
_MOST_PATH = 300
_MOST_NUMBERS = 20
"""Numbers of a line that are tried."""
_MOST_PLACES = 5_000
_TRACEBACK = re.compile(r'File "(?P<path>[^"]{1,1000})", line (?P<line>\d{1,9})')
"""Python's, and unittest with it."""
_NUMBER = re.compile(r":(?P<colon>\d{1,9})(?![\w.])|\((?P<bracket>\d{1,9}),\d{1,9}\)")
"""path:12 or path:12:5 of pytest, ruff, mypy, gcc, go, rustc and node; path(12,5) of tsc."""
_NO_PATH = frozenset(" \t:\"'()[]<>,;|=")


@dataclass(frozen=True, slots=True)
class Place:
    """Line `output_line` (from 0) of the output speaks of line `line` (from 1) of `path`."""

    output_line: int
    path: str
    line: int


class Paths:
    """Finds which of the files that are known a command means."""

    def __init__(self, files: Iterable[str], roots: Sequence[str] = (), below: str = "") -> None:
        """`roots` are absolute folders in which the files seem to lie, the ones they lie in
        first; `below` the folder the commands run in."""
        self._files = frozenset(files)
        self._roots = tuple(root.rstrip("/") + "/" for root in roots)
        self._below = below.rstrip("/") + "/" if below else ""
        self._by_name: dict[str, list[str]] | None = None

    def find(self, said: str) -> str | None:
        """The file meant by `said`, None for none, or for one of several."""
        for root in self._roots:
            if said.startswith(root):
                said = said.removeprefix(root)
                return said if said in self._files else None
        if said.startswith("/"):
            return None
        path = PurePosixPath(said.replace("\\", "/")).as_posix()
        for candidate in (self._below + path, path):
            if candidate in self._files:
                return candidate
        return self._ending_in(path)

    def _ending_in(self, path: str) -> str | None:
        if self._by_name is None:
            self._by_name = {}
            for file in self._files:
                self._by_name.setdefault(file.rpartition("/")[2], []).append(file)
        while path.startswith("../"):
            path = path[3:]
        named = self._by_name.get(path.rpartition("/")[2], [])
        fitting = [file for file in named if file.endswith("/" + path)]
        return fitting[0] if len(fitting) == 1 else None


def places(text: str, paths: Paths) -> tuple[Place, ...]:
    """The first place of each line of output that names one, in order."""
    found: list[Place] = []
    for number, line in enumerate(text.split("\n")):
        if len(found) >= _MOST_PLACES:
            break
        if (place := _place_in(line[:_MOST_LINE], paths)) is not None:
            found.append(Place(number, *place))
    return tuple(found)


def _place_in(line: str, paths: Paths) -> tuple[str, int] | None:
    for match in _TRACEBACK.finditer(line):
        if (path := paths.find(match["path"])) is not None:
            return path, int(match["line"])
    for match in islice(_NUMBER.finditer(line), _MOST_NUMBERS):
        number = int(match["colon"] or match["bracket"])
        path = paths.find(_path_before(line, match.start()))
        if path is not None and number:
            return path, number
    return None


def _path_before(line: str, end: int) -> str:
    start = end
    while start > max(0, end - _MOST_PATH) and line[start - 1] not in _NO_PATH:
        start -= 1
    return line[start:end]
