"""How seldom Python looks for garbage, and where."""

import gc
from collections.abc import Iterator

import pytest

from autocoder_tui.system.garbage_collection import collect_seldom


@pytest.fixture
def thresholds() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield before
    gc.set_threshold(*before)


def test_what_is_there_already_is_looked_at_no_more(thresholds: tuple[int, int, int]) -> None:
    there: list[object] = [{}]
    collect_seldom()
    since: list[object] = [{}]
    looked_at = {id(one) for one in gc.get_objects()}
    assert id(there) not in looked_at
    assert id(since) in looked_at
    assert gc.get_threshold()[0] > 700
    assert gc.isenabled()


def test_garbage_is_still_found(thresholds: tuple[int, int, int]) -> None:
    collect_seldom()
    for _ in range(1000):
        ring: list[object] = []
        ring.append(ring)
    del ring
    assert gc.collect() >= 1000
