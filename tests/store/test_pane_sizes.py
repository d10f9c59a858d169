"""The sizes of the panes, by project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from autocoder_tui.store.pane_sizes import PaneSizes


def test_sizes_are_kept_by_project_and_outside_it(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    sizes = PaneSizes(tmp_path / "state", one)
    assert sizes.read() == {}
    sizes.keep({"files": 0.25, "requirements": 1 / 3})
    assert PaneSizes(tmp_path / "state", one).read() == {"files": 0.25, "requirements": 0.3333}
    assert PaneSizes(tmp_path / "state", other).read() == {}
    assert not [*one.iterdir(), *other.iterdir()]
    sizes.keep({})
    assert sizes.read() == {}


@given(
    some.dictionaries(
        some.text(max_size=9), some.none() | some.booleans() | some.floats() | some.text()
    )
    | some.integers()
    | some.lists(some.integers())
)
def test_whatever_the_file_holds_shares_come_of_it(
    tmp_path_factory: pytest.TempPathFactory, held: object
) -> None:
    place = tmp_path_factory.mktemp("sizes")
    sizes = PaneSizes(place / "state", place)
    sizes.file.parent.mkdir(parents=True)
    sizes.file.write_text(json.dumps(held))
    assert all(0 < share < 1 for share in sizes.read().values())
    sizes.keep({"files": 0.5})
    assert sizes.read() == {"files": 0.5}
