"""Markdown in the requirements: what is told by colour, and that it holds while one types."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some
from textual.pilot import Pilot

from autocoder_tui.engine.reply.framing import read_fence
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.widgets.prompt_marks import LONGEST_LINE, fences, marks
from autocoder_tui.ui.widgets.requirements_area import RequirementsArea
from tests.ui.driving import driven, setup_for, until

AT = ("--base-url", "http://127.0.0.1:9/v1", "-m", "test-model")
FILES = {"src/a.py", "read me.md", "b.c"}


def told(line: str) -> list[tuple[str, str]]:
    found = marks(line, is_code=False, knows=FILES.__contains__)
    return [(mark, line[start:end]) for start, end, mark in found]


def test_what_is_told() -> None:
    assert told("# Title") == [("heading", "# Title")]
    assert told("#no") == []
    assert told("- [x] done") == [("list", "- [x]")]
    assert told("12. then `x` and **y**") == [("list", "12."), ("code", "`x`"), ("strong", "**y**")]
    assert told("> said") == [("quote", "> said")]
    assert told("2 * 3 ** 4 and a*b") == []


def test_a_reference_is_one_where_the_file_is_there() -> None:
    assert told('See @src/a.py, @"read me.md" and (@b.c).') == [
        ("reference", "@src/a.py"),
        ("reference", '@"read me.md"'),
        ("reference", "@b.c"),
    ]
    assert told("me@src/a.py @gone.py @ @@b.c") == []


LINES = some.text(some.sampled_from("`~#->*@ab. \t\"'x1[]日\x1b"), max_size=60)


@given(LINES | some.text(max_size=80), some.booleans())
def test_marks_lie_within_the_line(line: str, is_code: bool) -> None:
    for start, end, _ in marks(line, is_code=is_code, knows=lambda path: len(path) % 2 == 0):
        assert 0 <= start <= end <= len(line)


@given(some.lists(some.sampled_from(["```", "~~~~", "```py", "    ```", "x", "", "`````"])))
def test_fences_are_those_of_commonmark(lines: list[str]) -> None:
    found, is_open = dict(fences(lines)), None
    for row, line in enumerate(lines):
        fence = read_fence(line)
        before = is_open
        if fence is not None and is_open is None:
            is_open = fence
        elif fence is not None and is_open is not None and fence.closes(is_open):
            is_open = None
        assert (row in found) == (before is not is_open)
    assert not lines or list(found.values())[-1:] in ([], [is_open])


FENCED = some.lists(some.sampled_from(["```", "~~~~", "```py", "x", ""]))


@given(FENCED, FENCED, FENCED)
def test_fences_are_looked_for_from_the_change_on(
    same: list[str], before: list[str], after: list[str]
) -> None:
    known = fences([*same, *before])
    assert fences([*same, *after], known, len(same)) == fences([*same, *after])


def test_a_line_too_long_for_prose_is_left_plain() -> None:
    assert marks("# " + "`a` " * LONGEST_LINE, is_code=False, knows=bool) == []


def kinds(app: AutocoderApp, row: int) -> set[str]:
    """Styles of the parts of a line as it is drawn."""
    area = app.main.query_one(RequirementsArea)
    return {str(span.style) for span in area.get_line(row).spans}


async def test_colours_follow_what_is_typed(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.py").write_text("pass\n")
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        area = app.main.query_one(RequirementsArea)
        await until(pilot, lambda: app.file_finder.findable().index is not None)
        area.text = "see @a.py and @b.py\nplain\nmore"
        await pilot.pause()
        assert len(area.get_line(0).spans) == 1
        assert not kinds(app, 1)
        await _type_fence(pilot, area)
        assert kinds(app, 1) == kinds(app, 2) == kinds(app, 3) != set()
        area.undo()
        await pilot.pause()
        assert not kinds(app, 2)
        area.move_cursor(area.document.end)
        await pilot.press("enter", "q")
        area.insert("~~~\nx", (1, 0))
        area.delete((1, 0), (2, 0))
        await pilot.pause()
        assert not kinds(app, 3)
        drawn = {str(segment.style.color) for segment in area.render_line(0) if segment.style}
        assert len(drawn) > 1
        for theme in ("autocoder-light", "ansi", "high-contrast"):
            app.theme = theme
            await pilot.pause()
            assert len(area.get_line(0).spans) == 1


async def _type_fence(pilot: Pilot[str], area: RequirementsArea) -> None:
    area.insert("```\n", (1, 0))
    await pilot.pause()
