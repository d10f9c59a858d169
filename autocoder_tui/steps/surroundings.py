"""What the request for one file of a plan says of the others, so that it fits the window.

The nearest comes first: what the file needs, what needs it, what these need in turn. Of each
goes what it declares (`interface`), and not its text. What has no room is named as left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from autocoder_tui.steps.dependence import needed_by
from autocoder_tui.steps.interface import head_of, interface_of
from autocoder_tui.steps.plan import Plan

LEAST_ROOM: Final = 200
"""Tokens below which nothing of a file is begun with."""
_SHARE_OF_UNNEEDED: Final = 4
"""A file that names no needs gets what there is, up to one part in so many of the room."""
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

    def in_words(self) -> str:
        """What does not fit, for a person; "" where all of it does."""
        parts = []
        if self.shortened:
            parts.append(f"shortened {_names(self.shortened)}")
        if self.left_out:
            parts.append(f"left out {_names(self.left_out)}")
        return " and ".join(parts)


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
        told: list[str] = []
        shown: list[str] = []
        shortened: list[str] = []
        left_out: list[str] = []
        left = room
        for other in self._nearest(path):
            weight = self._weights[other]
            part = self._parts[other]
            if left is not None and weight > left:
                part = self._shortened(other, left)
                weight = self._count(part) if part else 0
                (shortened if part else left_out).append(other)
            if part:
                told.append(part)
                shown.append(other)
                left = None if left is None else left - weight
        more, no_room = self._rest(path, set(shown) | set(left_out), room, left)
        shown += more
        told += [self._parts[other] for other in more]
        text = "\n".join(told)
        return Told(
            text,
            self._count(text) if text else 0,
            tuple(shown),
            tuple(shortened),
            (*left_out, *no_room),
        )

    def _nearest(self, path: str) -> Iterator[str]:
        """What has to be known of, the nearest first."""
        own, further = needed_by(path, self._plan.files)
        users = [file.path for file in self._plan.files if path in file.needs]
        order = dict.fromkeys([*own, *users, *further])
        return (other for other in order if other in self._parts and other != path)

    def _rest(
        self, path: str, known: set[str], room: int | None, left: int | None
    ) -> tuple[list[str], list[str]]:
        """For a file of which the plan says no needs: the others, as far as a part of the room
        goes. Those that have none are the second list."""
        own, _ = needed_by(path, self._plan.files)
        others = [other for other in self._parts if other != path and other not in known]
        if own or room is None or left is None:
            return ([] if own else others), []
        most = min(left, room // _SHARE_OF_UNNEEDED)
        taken: list[str] = []
        for other in others:
            if self._weights[other] <= most:
                most -= self._weights[other]
                taken.append(other)
        return taken, [other for other in others if other not in taken]

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
