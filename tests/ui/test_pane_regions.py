"""Where the panes stand, in every size and whatever sizes a person gave them."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as some
from textual.geometry import Region

from autocoder_tui.ui.screens.shown_panes import NARROW_BELOW
from autocoder_tui.ui.widgets.panes.regions import (
    FILES,
    LOWER,
    REQUIREMENTS,
    RIGHT,
    STEPS,
    Arranged,
    Beside,
    Moment,
    Place,
    arranged,
    box_of,
)

PANES = ("files", "requirements", "steps", "output", "review", "check", "log")
NAMES = ("files", "requirements", "right", "review", "steps", "steps-height")


def moment_of(pane: str, beside: str, single: bool, decides: bool) -> Moment:
    """As the screen makes them: the steps stand beside what they bring, never beside the files."""
    if pane in ("files", "requirements", "steps"):
        beside = "steps" if pane == "steps" else "files"
    decides = decides and pane in ("review", "check")
    return Moment(pane, cast(Beside, beside), single, decides)


MOMENTS = some.builds(
    moment_of,
    some.sampled_from(PANES),
    some.sampled_from(("files", "steps")),
    some.booleans(),
    some.booleans(),
)
PLACES = some.builds(
    Place, some.just(0), some.just(0), some.integers(20, 400), some.integers(4, 99)
)
SHARES = some.dictionaries(some.sampled_from(NAMES), some.floats(0.001, 0.999))


@given(MOMENTS, PLACES, SHARES)
def test_panes_fill_the_place_and_never_lie_upon_each_other(
    moment: Moment, place: Place, shares: dict[str, float]
) -> None:
    found = arranged(moment, place, shares)
    boxes = [Region(*box) for box in found.boxes.values()]
    assert all(Region(*place).contains_region(box) for box in boxes if box.area)
    for at, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[at + 1 :])
    gaps = sum(one.region.area for one in found.borders if one.upright)
    assert sum(box.area for box in boxes) + gaps == place.area


@given(MOMENTS, some.integers(60, 400), some.integers(15, 99), SHARES)
def test_the_pane_with_the_keyboard_can_be_worked_in(
    moment: Moment, width: int, height: int, shares: dict[str, float]
) -> None:
    moment = replace(moment, single=moment.single or width < NARROW_BELOW)
    box = arranged(moment, Place(0, 0, width, height), shares).boxes[box_of(moment.pane)]
    assert box.width >= 19
    assert box.height >= 4


@given(MOMENTS, PLACES, SHARES, some.integers(-500, 500))
def test_a_border_stays_where_it_is_put(
    moment: Moment, place: Place, shares: dict[str, float], cells: int
) -> None:
    for border in arranged(moment, place, shares).borders:
        share = border.share_at(cells)
        moved = {**shares, border.share: share}
        again = [one for one in arranged(moment, place, moved).borders if one.share == border.share]
        wanted = max(border.least, min(cells, border.extent - border.least))
        # Written down with four places, it is the same cell.
        rounded = arranged(moment, place, {**shares, border.share: round(share, 4)}).borders
        if 0 < share < 1:
            assert [one.at for one in again] == [wanted]
            assert [one.at for one in rounded if one.share == border.share] == [wanted]


def seen(pane: str, size: tuple[int, int], beside: Beside = "files", **more: bool) -> Arranged:
    return arranged(Moment(pane, beside, **more), Place(0, 0, *size), {})


def test_a_usual_terminal_shows_what_is_asked_or_what_is_decided() -> None:
    assert set(seen("output", (120, 36)).boxes) == {FILES, REQUIREMENTS, LOWER}
    review = seen("review", (120, 36), decides=True).boxes
    assert review == {LOWER: Place(0, 0, 120, 2), RIGHT: Place(0, 2, 120, 34)}
    assert seen("check", (120, 36), decides=True).boxes == {LOWER: Place(0, 0, 120, 36)}


@pytest.mark.parametrize("pane", ["review", "check"])
@pytest.mark.parametrize("size", [(100, 24), (120, 36), (200, 56), (240, 56)])
def test_where_there_is_nothing_to_decide_on_the_way_to_it_stays_in_sight(
    pane: str, size: tuple[int, int]
) -> None:
    boxes, asking = seen(pane, size).boxes, seen("output", size).boxes
    assert {FILES, REQUIREMENTS, LOWER, box_of(pane)} <= set(boxes)
    assert (boxes[FILES], boxes[REQUIREMENTS]) == (asking[FILES], asking[REQUIREMENTS])


def test_a_wide_terminal_shows_the_review_beside_the_work() -> None:
    for size in ((160, 40), (200, 56), (300, 80)):
        boxes = seen("review", size, decides=True).boxes
        assert {REQUIREMENTS, LOWER, RIGHT} <= set(boxes)
        assert boxes[RIGHT].width >= 100  # enough for side by side
        assert RIGHT in seen("output", size).boxes
    assert FILES in seen("review", (240, 56), decides=True).boxes


def test_no_column_of_a_wide_terminal_has_most_of_it() -> None:
    for pane in ("requirements", "output"):
        boxes = seen(pane, (200, 56)).boxes
        assert all(box.area < 0.45 * 200 * 56 for box in boxes.values())


@pytest.mark.parametrize("pane", PANES)
def test_one_pane_alone_is_the_one_with_the_keyboard(pane: str) -> None:
    moment = moment_of(pane, "files", True, True)
    boxes = arranged(moment, Place(0, 0, 200, 56), {}).boxes
    assert box_of(pane) in boxes
    assert set(boxes) <= {box_of(pane), LOWER}


def test_steps_and_output_are_seen_together() -> None:
    for size, single in (((80, 20), True), ((120, 36), False), ((200, 56), False)):
        for pane in ("steps", "output"):
            assert {STEPS, LOWER} <= set(seen(pane, size, "steps", single=single).boxes)
        decided = seen("review", size, "steps", single=single, decides=True)
        assert STEPS not in decided.boxes


def test_beside_the_steps_no_column_waits_for_a_file() -> None:
    for pane in ("steps", "output"):
        found = seen(pane, (200, 57), "steps")
        assert set(found.boxes) == {STEPS, LOWER}
        assert found.boxes[LOWER].width > 120
    assert RIGHT in seen("review", (200, 57), "steps", decides=True).boxes
