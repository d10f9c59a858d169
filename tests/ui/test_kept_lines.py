"""Lines in little memory are the lines that were put in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.ui.widgets.stream.packed_lines import KeptLines


@given(st.lists(st.tuples(st.integers(0, 4_500), st.integers(0, 9_000)), max_size=4))
def test_any_appending_and_cutting_is_as_with_a_list(steps: list[tuple[int, int]]) -> None:
    kept, model = KeptLines(), list[str]()
    for more, keep in steps:
        for number in range(len(model), len(model) + more):
            line = "é\r" * (number % 3)
            kept.append(line)
            model.append(line)
        assert [kept[index] for index in range(len(kept))] == model
        kept.cut(keep)
        del model[keep:]
        assert len(kept) == len(model)
        assert kept.text == "".join(line + "\n" for line in model)
        assert kept.length == len(kept.text)
        starts = [0]
        for line in model:
            starts.append(starts[-1] + len(line) + 1)
        assert [kept.line_at(start) for start in starts] == list(range(len(model) + 1))


def test_no_line_before_the_first_or_behind_the_last() -> None:
    kept = KeptLines()
    kept.append("a")
    for index in (-1, 1):
        with pytest.raises(IndexError):
            kept[index]
