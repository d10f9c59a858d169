"""Where each pane of the workspace stands: pure, from the terminal's size and what is done.

The frame that is drawn before the program is loaded is made of it too, so nothing of the framework
is used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from autocoder_tui.values import dataclass

Beside: TypeAlias = Literal["files", "steps"]
"""What stands beside what is worked in: the project's files, with the requirements; or its steps,
beside what they bring."""

WIDE_FROM: Final = 160
"""Columns in which the review, or a file, has a column of its own on the right."""
_TREE_WHILE_DECIDING_FROM: Final = 230
_TABS: Final = 2
"""Rows of the lower pane's line and tabs, where the review stands below them."""
_LEAST_WIDTH: Final = 20
_LEAST_HEIGHT: Final = 6

FILES: Final = "files-pane"
STEPS: Final = "steps-pane"
REQUIREMENTS: Final = "requirements-pane"
LOWER: Final = "lower-pane"
RIGHT: Final = "right-pane"
BOXES: Final = (FILES, STEPS, REQUIREMENTS, LOWER, RIGHT)
_WORK: Final = (REQUIREMENTS, LOWER, STEPS)
_BOX_OF: Final = {"files": FILES, "steps": STEPS, "requirements": REQUIREMENTS, "review": RIGHT}


@dataclass(frozen=True, slots=True)
class Moment:
    """What the panes are arranged for. `single`: one pane at a time, as where the terminal is
    narrow or a pane has been maximised. `decides`: there is something in the review, or the check,
    that is in front; an empty one takes no room from what leads to something in it."""

    pane: str
    beside: Beside = "files"
    single: bool = False
    decides: bool = False


class Place(NamedTuple):
    """A rectangle of cells."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    def cut_across(self, rows: int) -> tuple[Place, Place]:
        """The first `rows`, and what is below them."""
        rows = min(rows, self.height)
        top = self._replace(height=rows)
        return top, self._replace(y=self.y + rows, height=self.height - rows)

    def cut_upright(self, columns: int) -> tuple[Place, Place]:
        """The first `columns`, and what is right of them."""
        columns = min(columns, self.width)
        left = self._replace(width=columns)
        return left, self._replace(x=self.x + columns, width=self.width - columns)


@dataclass(frozen=True, slots=True)
class Border:
    """A line between panes that can be moved. `share` names what it is kept as: the part of
    `extent` cells, from `start` on, that the panes before it have."""

    share: str
    upright: bool
    region: Place
    start: int
    extent: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    least: int
    """Cells that either side keeps."""

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

    boxes: Mapping[str, Place]
    borders: tuple[Border, ...] = ()


def box_of(pane: str) -> str:
    """The box in which a pane is."""
    return _BOX_OF.get(pane, LOWER)


def arranged(moment: Moment, size: Place, shares: Mapping[str, float]) -> Arranged:
    """Every pane that is seen at that moment within `size`. `shares` are a person's own sizes, by
    the names of borders."""
    if moment.single:
        return _single(moment, size, shares)
    if is_wide(moment, size.width):
        return _wide(moment, size, shares)
    if moment.decides:
        return _over_all(moment, size)
    found = _columns(moment, size, shares, right=False)
    return _with_review_below(found) if moment.pane == "review" else found


def is_wide(moment: Moment, width: int) -> bool:
    """Whether the review has a column of its own, or may have. Beside the steps only while it is
    decided on: there is no tree, whose file would fill it till then."""
    filled = moment.beside == "files" or moment.decides
    return width >= WIDE_FROM and not moment.single and filled


def _single(moment: Moment, size: Place, shares: Mapping[str, float]) -> Arranged:
    if moment.beside == "steps" and moment.pane in ("steps", "output"):
        border = _level(
            "steps-height", size, min(14, size.height * 45 // 100), shares, STEPS, LOWER
        )
        return _split(border, size, STEPS, LOWER)
    return Arranged({box_of(moment.pane): size})


def _over_all(moment: Moment, size: Place) -> Arranged:
    """The diff takes the width; the tabs stay above it."""
    if moment.pane != "review":
        return Arranged({LOWER: size})
    top, rest = size.cut_across(_TABS)
    return Arranged({LOWER: top, RIGHT: rest})


def _wide(moment: Moment, size: Place, shares: Mapping[str, float]) -> Arranged:
    if not moment.decides:
        return _columns(moment, size, shares, right=True)
    # Side by side, a diff needs a hundred columns.
    wanted = size.width - max(101, round(size.width * 0.62)) - 1
    if size.width < _TREE_WHILE_DECIDING_FROM:
        border = _upright("review", size, wanted, shares, (REQUIREMENTS, LOWER), (RIGHT,))
        left, right = _beside(border, size)
        return _join(_work(left, shares), Arranged({RIGHT: right}, (border,)))
    border = _upright("review", size, wanted, shares, (FILES, *_WORK), (RIGHT,), columns=2)
    left, right = _beside(border, size)
    columns = _columns(moment, left, shares, right=False)
    return _join(columns, Arranged({RIGHT: right}, (border,)))


def _columns(moment: Moment, size: Place, shares: Mapping[str, float], *, right: bool) -> Arranged:
    """The tree or the steps, the work beside them, and on the right what is looked at."""
    ended = Arranged({})
    if right:
        wanted = size.width - round(size.width * 0.42)
        border = _upright("right", size, wanted, shares, _WORK, (RIGHT,), columns=2)
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
    return _join(_join(files, _work(rest, shares)), ended)


def _work(size: Place, shares: Mapping[str, float]) -> Arranged:
    """What is asked above what comes of it."""
    wanted = max(6, min(20, size.height * 30 // 100))
    border = _level("requirements", size, wanted, shares, REQUIREMENTS, LOWER)
    return _split(border, size, REQUIREMENTS, LOWER)


def _with_review_below(found: Arranged) -> Arranged:
    """The review is no part of the lower pane, and stands below its tabs."""
    tabs, rest = found.boxes[LOWER].cut_across(_TABS)
    return Arranged({**found.boxes, LOWER: tabs, RIGHT: rest}, found.borders)


# ---------------------------------------------------------------------- borders


def _upright(
    name: str,
    size: Place,
    wanted: int,
    shares: Mapping[str, float],
    before: tuple[str, ...],
    after: tuple[str, ...],
    columns: int = 1,
) -> Border:
    """A column that is left free between panes; `columns` of them stand before it."""
    least = min(columns * (_LEAST_WIDTH + 1) - 1, size.width // 2)
    cells = _cells(name, size.width, wanted, shares, least)
    place = Place(size.x + cells, size.y, min(1, size.width), size.height)
    return Border(name, True, place, size.x, size.width, before, after, least)


def _level(
    name: str, size: Place, wanted: int, shares: Mapping[str, float], upper: str, lower: str
) -> Border:
    """The first row of the pane below, which has its title on it."""
    least = min(_LEAST_HEIGHT, size.height // 2)
    cells = _cells(name, size.height, wanted, shares, least)
    place = Place(size.x, size.y + cells, size.width, min(1, size.height))
    return Border(name, False, place, size.y, size.height, (upper,), (lower,), least)


def _cells(name: str, extent: int, wanted: int, shares: Mapping[str, float], least: int) -> int:
    cells = round(shares[name] * extent) if name in shares else wanted
    return max(least, min(cells, extent - least))


def _beside(border: Border, size: Place) -> tuple[Place, Place]:
    left, rest = size.cut_upright(border.at)
    return left, Place(rest.x + 1, rest.y, max(0, rest.width - 1), rest.height)


def _split(border: Border, size: Place, upper: str, lower: str) -> Arranged:
    top, rest = size.cut_across(border.at)
    return Arranged({upper: top, lower: rest}, (border,))


def _join(one: Arranged, other: Arranged) -> Arranged:
    return Arranged({**one.boxes, **other.boxes}, (*one.borders, *other.borders))
