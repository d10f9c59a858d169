"""Screens as SVG: whatever stands in them, the text keeps its columns and the file is sound."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.pictures.__main__ import FOLDER, THEMES
from tests.pictures.drawing import CELL, Palette, drawn_row
from tests.pictures.image import Frame, moving, still
from tests.pictures.scenes import TITLES
from tests.pictures.screen import Ink, Row, Run, Screen, parts_of, without_times

SVG = "{http://www.w3.org/2000/svg}"
_INKS = st.sampled_from(
    [Ink("#ffffff", "#000000"), Ink("#00ff00", "#202020", bold=True), Ink("#ff0000", "#000000")]
)
_TEXTS = st.text("ab <&>\"'─━│█▁▌╭✓ü日本", min_size=1, max_size=12)


@st.composite
def _rows(draw: st.DrawFn) -> Row:
    runs, x = [], 0
    for text, ink in draw(st.lists(st.tuples(_TEXTS, _INKS), max_size=6)):
        runs.append(Run(x, text, cell_len(text), ink))
        x += cell_len(text)
    return tuple(runs)


def texts_of(drawn: str) -> list[tuple[float, float, str]]:
    found = ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>')
    return [
        (float(it.attrib["x"]), float(it.attrib["textLength"]), it.text or "")
        for it in found.iter(f"{SVG}text")
    ]


@given(_rows())
def test_every_word_stands_in_its_columns(row: Row) -> None:
    whole = "".join(run.text for run in row)
    for x, length, text in texts_of(drawn_row(row, "#000000", Palette())):
        assert length == pytest.approx(cell_len(text) * CELL[0], abs=0.1)
        before = next(
            at
            for at in range(len(whole))
            if whole.startswith(text, at)
            and cell_len(whole[:at]) * CELL[0] == pytest.approx(x, abs=0.1)
        )
        assert whole[before : before + len(text)] == text


@given(_rows(), st.lists(st.integers(1, 40), max_size=3, unique=True).map(sorted))
def test_a_row_that_is_cut_is_the_same_row(row: Row, cuts: list[int]) -> None:
    parts = parts_of(row, cuts)
    joined = [run for part in parts for run in part]
    assert "".join(run.text for run in joined) == "".join(run.text for run in row)
    at = 0
    for run in joined:
        assert (run.x, run.width) == (at, cell_len(run.text))
        at += run.width


@given(st.lists(_rows(), min_size=1, max_size=4))
def test_a_recording_shows_each_frame_for_its_time(rows: list[Row]) -> None:
    frames = [
        Frame(Screen((120, 1), "#000000", (row,)), 0.5 + place, "<", f"it is {place} & more")
        for place, row in enumerate(rows)
    ]
    text = moving(frames, "a <recording>")
    shown = ElementTree.fromstring(text)
    assert [it.text for it in shown.iter(f"{SVG}title")] == ["a <recording>"]
    stops = [float(it) for it in re.findall(r"([\d.]+)%\{", text)]
    whole = sum(frame.seconds for frame in frames)
    began = [sum(frame.seconds for frame in frames[:place]) for place in range(len(frames))]
    assert stops == pytest.approx([at / whole * 100 for at in began], abs=0.01)
    assert f"film {whole:.1f}".removesuffix(".0") in text
    used = {it.attrib["href"][1:] for it in shown.iter(f"{SVG}use")}
    assert used == {it.attrib["id"] for it in shown.iter(f"{SVG}g") if "id" in it.attrib}


def test_lines_are_shapes_that_meet() -> None:
    ink = Ink("#ffffff", "#000000")
    drawn = drawn_row((Run(0, "╭──│", 4, ink),), "#000000", Palette())
    assert "<text" not in drawn
    shapes = re.findall(r'<rect x="([\d.]+)"(?: y="[\d.]+")? width="([\d.]+)"', drawn)
    corner_end = max(float(x) + float(width) for x, width in shapes[:2])
    assert corner_end == pytest.approx(float(shapes[2][0]), abs=0.1)


def test_times_are_noughts_of_the_same_width() -> None:
    assert without_times("│ Ran 12 tests in 0.123s │") == "│ Ran 12 tests in 0.000s │"
    assert without_times("== 3 passed, 1 skipped in 12.30s ==") == (
        "== 3 passed, 1 skipped in 00.00s =="
    )
    assert without_times("in 0.5s") == "in 0.5s"
    assert without_times("✓ committed d81fac0 Add it") == "✓ committed 0000000 Add it"


@pytest.mark.parametrize("ground", THEMES)
def test_the_pictures_that_are_kept_are_sound(ground: str) -> None:
    files = [FOLDER / f"{name}-{ground}.svg" for name in [*TITLES, "job"]]
    for file in files:
        text = file.read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        assert root.find(f"{SVG}title") is not None
        assert len(text) < 1_000_000
        # Nothing is fetched, nothing runs, and nothing tells of the machine they were made on.
        assert not re.search(r"<script|<image|@import|url\(|@font-face", text), file.name
        assert set(re.findall(r'(?:href|src)="(.)', text)) <= {"#"}
        words = " ".join(it.text or "" for it in root.iter(f"{SVG}text"))
        assert not re.search(r"/(?:home|root|tmp|Users|work)\b|/var/folders|\.venv", words)


def test_a_still_is_as_large_as_its_screen() -> None:
    row = (Run(0, "a", 1, Ink("#ffffff", "#000000")),)
    root = ElementTree.fromstring(still(Screen((100, 30), "#000000", (row,) * 30), "t"))
    assert root.attrib["viewBox"] == "0 0 860 560"
