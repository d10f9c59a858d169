"""What the request for one file of a plan says of the others, so that it fits the window.

The nearest comes first: what the file needs, what needs it, what these need in turn. Of each
goes what it declares (`interface`), and not its text. What has no room is named as left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from autocoder_tui.steps.dependence import needed_by
from autocoder_tui.steps.interface import head_of, interface_of
from autocoder_tui.steps.plan import Plan
from autocoder_tui.values import dataclass

LEAST_ROOM: Final = 200
"""Tokens below which nothing of a file is begun with."""
_SHARE_OF_THE_FAR: Final = 4
"""What a file's needs need, and all there is for a file that names no needs, gets one part in so
many of the room."""
_NO_LIMIT: Final = 1 << 40
_INDENT: Final = "    "


@dataclass(frozen=True, slots=True)
class Told:
    """`text` is what is said of other files, "" for nothing. `shown` are those of which it says
    what they declare, `shortened` those of them that are cut, `left_out` those that should have
    been in it and have no room. `tokens` are those of the text."""

    text: str = ""
    tokens: int = 0
    shown: tuple[str, ...] = ()
    shortened: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()

    def in_words(self) -> str:
        """What does not fit of what is near, for a person; "" where all of it does."""
        parts = []
        if self.shortened:
            parts.append(f"shortened {_names(self.shortened)}")
        if self.left_out:
            parts.append(f"left out {_names(self.left_out)}")
        return " and ".join(parts)


class _Telling:
    """What is told so far, and how much room is left."""

    def __init__(self, room: int | None) -> None:
        self.left = _NO_LIMIT if room is None else room
        self.parts: list[str] = []
        self.shown: list[str] = []
        self.shortened: list[str] = []
        self.left_out: list[str] = []
        self.beyond: list[str] = []

    def takes(self, path: str, part: str, weight: int) -> bool:
        """Tell of `path` where there is room for it; whether there was."""
        if weight > self.left:
            return False
        self.left -= weight
        self.parts.append(part)
        self.shown.append(path)
        return True

    def shorten(self, path: str, part: str, count: Callable[[str], int]) -> None:
        """Tell what of it there is room for, "" for none."""
        if part and self.takes(path, part, count(part)):
            self.shortened.append(path)
        else:
            self.left_out.append(path)


class Surroundings:
    """The files of a plan that are there by now, as each other one is told of them."""

    def __init__(self, plan: Plan, count: Callable[[str], int]) -> None:
        self._plan = plan
        self._count = count
        self._parts: dict[str, str] = {}
        self._weights: dict[str, int] = {}
        self._said = {file.path: file.purpose for file in plan.files}

    def add(self, path: str, text: str) -> None:
        """A file is there, with this text."""
        part = self._part(path, interface_of(path, text).text)
        self._parts[path] = part
        self._weights[path] = self._count(part)

    def for_file(self, path: str, room: int | None) -> Told:
        """What the request for `path` says, in at most `room` tokens."""
        own, further = needed_by(path, self._plan.files)
        users = [file.path for file in self._plan.files if path in file.needs]
        near = self._there([*own, *users], path)
        # A file of which the plan says no needs may have some all the same.
        far = self._there(further if own else self._parts, path)
        telling = _Telling(room)
        for other in near:
            if not telling.takes(other, self._parts[other], self._weights[other]):
                telling.shorten(other, self._shortened(other, telling.left), self._count)
        if room is not None:
            telling.left = min(telling.left, room // _SHARE_OF_THE_FAR)
        for other in far:
            if other not in near and not telling.takes(
                other, self._parts[other], self._weights[other]
            ):
                telling.beyond.append(other)
        text = "\n".join(telling.parts)
        return Told(
            text,
            self._count(text) if text else 0,
            tuple(telling.shown),
            tuple(telling.shortened),
            tuple(telling.left_out),
            tuple(telling.beyond),
        )

    def _there(self, paths: Iterable[str], path: str) -> list[str]:
        return [each for each in dict.fromkeys(paths) if each in self._parts and each != path]

    def _part(self, path: str, text: str) -> str:
        said = self._said.get(path, "")
        head = f"{path}: {said}" if said else f"{path}:"
        # Indented, and in no fence: a model must not take it for the form of its reply.
        return "\n".join([head, *(f"{_INDENT}{line}" for line in text.rstrip().split("\n")), ""])

    def _shortened(self, path: str, room: int) -> str:
        """The first lines of a part that fit, "" where that is next to nothing."""
        if room < LEAST_ROOM:
            return ""
        part = self._parts[path]
        lines = part.count("\n")
        share = room / max(1, self._weights[path])
        while lines > 1:
            lines = min(lines - 1, int(lines * share))
            cut = head_of(part, lines).text
            if lines > 1 and self._count(cut) <= room:
                return cut
            share = 0.8
        return ""


def plan_for(plan: Plan, path: str, room: int | None, count: Callable[[str], int]) -> str:
    """The plan as the request for `path` has it: whole, else without what each file is for, else
    only the files nearest to it."""
    whole = plan.tree()
    if room is None or count(whole) <= room:
        return whole
    names = "".join(f"{each}\n" for each in plan.paths)
    if count(names) <= room:
        return names
    own, further = needed_by(path, plan.files)
    folder = path.rpartition("/")[0]
    beside = [each for each in plan.paths if each.rpartition("/")[0] == folder]
    near = list(dict.fromkeys([path, *own, *further, *beside]))
    while len(near) > 1 and count("".join(f"{each}\n" for each in near)) > room:
        near = near[: len(near) * 3 // 4]
    left = len(plan.paths) - len(near)
    return "".join(f"{each}\n" for each in near) + f"… and {left} more files\n"


def fitting(
    texts: Mapping[str, str], room: int | None, count: Callable[[str], int]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which files go whole into `room` tokens, in their order, and which do not: the largest are
    left out first."""
    weights = {path: count(text) for path, text in texts.items()}
    total = sum(weights.values())
    gone: set[str] = set()
    if room is not None:
        for path in sorted(weights, key=weights.__getitem__, reverse=True):
            if total <= room:
                break
            total -= weights[path]
            gone.add(path)
    kept = tuple(path for path in texts if path not in gone)
    return kept, tuple(path for path in texts if path in gone)


def _names(paths: Iterable[str], most: int = 3) -> str:
    names = list(paths)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
