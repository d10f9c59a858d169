"""Rows of the finder fit, mark the letters that match, and hold nothing that acts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from autocoder_tui.safety.sanitize import has_hidden, visible
from autocoder_tui.ui.widgets.files.finder_rows import FileRow, RowLook, cut_marked, drawn
from autocoder_tui.workspace.file_group import FileGroup

texts = st.text(st.sampled_from("ab/._[]\x1b\n\u202e\u0301受注é"), min_size=1, max_size=60)


@given(texts, st.sets(st.integers(0, 59)), st.integers(0, 40), st.booleans())
def test_a_cut_keeps_the_marks_of_the_letters_it_keeps(
    text: str, places: set[int], room: int, from_end: bool
) -> None:
    places = {at for at in places if at < len(text)}
    shown, kept = cut_marked(text, places, room, from_end=from_end)
    assert cell_len(shown) <= max(room, 0)
    whole = visible(text)
    marked = [whole[at] for at in sorted(places)]
    rest = iter(marked)
    assert all(shown[at] in rest for at in kept)
    if shown == whole:
        assert kept == sorted(places)


@given(texts, texts, st.integers(40, 120), st.booleans())
def test_every_row_fits_its_width(path: str, note: str, width: int, plain: bool) -> None:
    look = RowLook(width=width, query="ab", picked=True, mark="M", weight=12_345, plain=plain)
    for row in (FileRow(path, note), FileGroup(path, (path,) * 30, 4, saved=True)):
        shown = drawn(row, look)
        assert "\n" not in shown.plain
        assert not has_hidden(shown.plain)
        assert shown.cell_length <= width


@pytest.mark.parametrize(
    ("weight", "counted", "exact", "shown"),
    [
        (None, False, False, ""),
        (900, True, True, "0.9k"),
        (2300, True, False, "~2.3k"),
        (2300, False, True, "≥2.3k"),
    ],
)
def test_a_weight_says_how_sure_it_is(
    weight: int | None, counted: bool, exact: bool, shown: str
) -> None:
    look = RowLook(width=40, weight=weight, counted=counted, exact=exact)
    assert drawn(FileRow("src/a.py"), look).plain.split("src")[1].strip() == shown


def test_the_letters_that_match_are_underlined_without_colour_too() -> None:
    for plain in (False, True):
        row = drawn(FileRow("src/shop/cart.py"), RowLook(width=60, query="cart", plain=plain))
        marked = {row.plain[span.start] for span in row.spans if "underline" in str(span.style)}
        assert marked == set("cart")
