"""Where each pane of the workspace stands: pure, from the terminal's size and what is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from textual.geometry import Region

Beside: TypeAlias = Literal["files", "steps"]
"""What stands beside what is worked in: the project's files, with the requirements; or its steps,
beside what they bring."""

WIDE_FROM: Final = 160
"""Columns in which the review, or a file, has a column of its own on the right."""
TALL_FROM: Final = 40
_TREE_WHILE_DECIDING_FROM: Final = 230
_TABS: Final = 2
"""Rows of the lower pane's line and tabs, where the review stands below them."""
_LEAST_WIDTH: Final = 20
_LEAST_HEIGHT: Final = 4

FILES: Final = "files-pane"
STEPS: Final = "steps-pane"
REQUIREMENTS: Final = "requirements-pane"
LOWER: Final = "lower-pane"
RIGHT: Final = "right-pane"
BOXES: Final = (FILES, STEPS, REQUIREMENTS, LOWER, RIGHT)
_DECIDING: Final = ("review", "check")
_BOX_OF: Final = {"files": FILES, "steps": STEPS, "requirements": REQUIREMENTS, "review": RIGHT}


@dataclass(frozen=True, slots=True)
class Moment:
    """What the panes are arranged for. `single`: one pane at a time, as where the terminal is
    narrow or a pane has been maximised. `idle`: nothing has come yet. `right_has`: there is
    something to show in a column on the right."""

    pane: str
    beside: Beside = "files"
    single: bool = False
    idle: bool = False
    right_has: bool = False


@dataclass(frozen=True, slots=True)
class Border:
    """A line between panes that can be moved. `share` names what it is kept as: the part of
    `extent` cells, from `start` on, that the panes before it have."""

    share: str
    upright: bool
    region: Region
    start: int
    extent: int
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def least(self) -> int:
        return min(_LEAST_WIDTH if self.upright else _LEAST_HEIGHT, self.extent // 2)

    @property
    def at(self) -> int:
        """How many cells the panes before it have."""
        return (self.region.x if self.upright else self.region.y) - self.start

    def share_at(self, cells: int) -> float:
        """The share with which the panes before it have so many cells, as far as there is room."""
        kept = max(self.least, min(cells, self.extent - self.least))
        return kept / max(1, self.extent)


@dataclass(frozen=True, slots=True)
class Arranged:
    """The panes that are seen, and the borders between them."""

    boxes: Mapping[str, Region]
    borders: tuple[Border, ...] = ()


def box_of(pane: str) -> str:
    """The box in which a pane is."""
    return _BOX_OF.get(pane, LOWER)


def arranged(moment: Moment, size: Region, shares: Mapping[str, float]) -> Arranged:
    """Every pane that is seen at that moment within `size`. `shares` are a person's own sizes, by
    the names of borders."""
    if moment.single:
        return _single(moment, size, shares)
    if size.width >= WIDE_FROM:
        return _wide(moment, size, shares)
    if moment.pane in _DECIDING:
        return _over_all(moment, size)
    return _columns(moment, size, shares, right=False)


def is_wide(moment: Moment, width: int) -> bool:
    """Whether the review has a column of its own, or may have."""
    return width >= WIDE_FROM and not moment.single


def _single(moment: Moment, size: Region, shares: Mapping[str, float]) -> Arranged:
    if moment.beside == "steps" and moment.pane in ("steps", "output"):
        border = _level("steps-height", size, min(14, size.height * 45 // 100), shares)
        return _split(border, size, STEPS, LOWER)
    return Arranged({box_of(moment.pane): size})


def _over_all(moment: Moment, size: Region) -> Arranged:
    """The diff takes the width; the tabs stay above it."""
    if moment.pane != "review":
        return Arranged({LOWER: size})
    tabs = min(_TABS, size.height)
    top, rest = size.split_horizontal(tabs)
    return Arranged({LOWER: top, RIGHT: rest})


def _wide(moment: Moment, size: Region, shares: Mapping[str, float]) -> Arranged:
    if moment.pane not in _DECIDING:
        return _columns(moment, size, shares, right=moment.right_has)
    # Side by side, a diff needs a hundred columns.
    wanted = size.width - max(101, round(size.width * 0.62)) - 1
    if size.width < _TREE_WHILE_DECIDING_FROM:
        border = _upright("review", size, wanted, shares, (REQUIREMENTS, LOWER), (RIGHT,))
        left, right = _beside(border, size)
        return _join(_work(moment, left, shares), Arranged({RIGHT: right}, (border,)))
    border = _upright("review", size, wanted, shares, (FILES, REQUIREMENTS, LOWER), (RIGHT,))
    left, right = _beside(border, size)
    columns = _columns(moment, left, shares, right=False)
    return _join(columns, Arranged({RIGHT: right}, (border,)))


def _columns(moment: Moment, size: Region, shares: Mapping[str, float], *, right: bool) -> Arranged:
    """The tree or the steps, the work beside them, and on the right what is looked at."""
    ended = Arranged({})
    if right:
        wanted = size.width - round(size.width * 0.42)
        border = _upright("right", size, wanted, shares, (REQUIREMENTS, LOWER, STEPS), (RIGHT,))
        size, place = _beside(border, size)
        ended = Arranged({RIGHT: place}, (border,))
    if moment.beside == "steps":
        wanted = max(46, min(72, size.width * 44 // 100))
        border = _upright("steps", size, wanted, shares, (STEPS,), (LOWER,))
        left, rest = _beside(border, size)
        return _join(Arranged({STEPS: left, LOWER: rest}, (border,)), ended)
    part = (size.width - 1) * 32 // 100
    wanted = max(30, min(48 if not right else 40, part))
    border = _upright("files", size, wanted, shares, (FILES,), (REQUIREMENTS, LOWER))
    left, rest = _beside(border, size)
    files = Arranged({FILES: left}, (border,))
    return _join(_join(files, _work(moment, rest, shares)), ended)


def _work(moment: Moment, size: Region, shares: Mapping[str, float]) -> Arranged:
    """What is asked above what comes of it."""
    tall = size.height >= TALL_FROM
    if tall and moment.idle:
        wanted = size.height // 2
    else:
        wanted = max(6, min(20 if tall else 14, size.height * 30 // 100))
    border = _level("requirements", size, wanted, shares)
    return _split(border, size, REQUIREMENTS, LOWER)


# ---------------------------------------------------------------------- borders


def _upright(
    name: str,
    size: Region,
    wanted: int,
    shares: Mapping[str, float],
    before: tuple[str, ...],
    after: tuple[str, ...],
) -> Border:
    """A column that is left free between panes."""
    cells = _cells(name, size.width, wanted, shares, _LEAST_WIDTH)
    place = Region(size.x + cells, size.y, min(1, size.width), size.height)
    return Border(name, True, place, size.x, size.width, before, after)


def _level(name: str, size: Region, wanted: int, shares: Mapping[str, float]) -> Border:
    """The first row of the pane below, which has its title on it."""
    cells = _cells(name, size.height, wanted, shares, _LEAST_HEIGHT)
    place = Region(size.x, size.y + cells, size.width, min(1, size.height))
    return Border(name, False, place, size.y, size.height, (), ())


def _cells(name: str, extent: int, wanted: int, shares: Mapping[str, float], least: int) -> int:
    least = min(least, extent // 2)
    cells = round(shares[name] * extent) if name in shares else wanted
    return max(least, min(cells, extent - least))


def _beside(border: Border, size: Region) -> tuple[Region, Region]:
    left, rest = size.split_vertical(border.at)
    return left, Region(rest.x + 1, rest.y, max(0, rest.width - 1), rest.height)


def _split(border: Border, size: Region, upper: str, lower: str) -> Arranged:
    top, rest = size.split_horizontal(border.at)
    full = Border(
        border.share, False, border.region, border.start, border.extent, (upper,), (lower,)
    )
    return Arranged({upper: top, lower: rest}, (full,))


def _join(one: Arranged, other: Arranged) -> Arranged:
    return Arranged({**one.boxes, **other.boxes}, (*one.borders, *other.borders))
