"""The guide of a first run, followed by keys to its end, and closed."""

from pathlib import Path

from textual.pilot import Pilot

from autocoder_tui.runs.guide import GuideMemory
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.widgets.guide_line import GuideLine, Progress, steps_in
from tests.ui.driving import at_both_sizes, driven, framed, serving, setup_for, until
from tests.ui.test_session import AT


def said(app: AutocoderApp) -> str:
    lines = list(app.main.query(GuideLine))
    return str(lines[0].render()) if lines else ""


async def shows(app: AutocoderApp, pilot: Pilot[str], *texts: str) -> None:
    await until(pilot, lambda: all(text in said(app) for text in texts))


@at_both_sizes
async def test_it_is_ticked_by_what_is_done_and_never_comes_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "code.txt").write_text("old\n")
    reply = framed("code.txt", "new\n")
    async with serving(tmp_path, [reply], size=size, guided=True) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        await shows(app, pilot, "1 Pick files: F2")
        await pilot.press("f2")
        await shows(app, pilot, "Space picks")
        await pilot.press("space")
        await shows(app, pilot, "2 Write what you want: F3")
        await pilot.press("f3", "d", "o")
        await shows(app, pilot, "3 Run: Ctrl+R")
        await pilot.press("ctrl+r")
        await shows(app, pilot, "4 Review", "A all of the file")
        await pilot.press("A")
        await shows(app, pilot, "5 Write: Enter")
        assert GuideMemory(tmp_path / "state").wanted
        await pilot.press("enter")
        await shows(app, pilot, "✓ Done")
        assert (project / "code.txt").read_text() == "new\n"
    assert not GuideMemory(tmp_path / "state").wanted
    async with driven(setup_for(tmp_path, *AT, guided=True), size) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        assert not said(app)


async def test_it_is_closed_by_a_click_and_shown_again_by_a_command(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT, guided=True)) as (app, pilot):
        await shows(app, pilot, "1 Pick files")
        line = app.main.query_one(GuideLine)
        await until(pilot, lambda: line.size.width)
        await pilot.click(line, offset=(line.size.width - 2, 0))
        await until(pilot, lambda: not said(app))
        assert not GuideMemory(tmp_path / "state").wanted
        await pilot.press("ctrl+p", *"show the guide", "enter")
        await shows(app, pilot, "1 Pick files")
        await pilot.press("ctrl+p", *"close the guide", "enter")
        await until(pilot, lambda: not said(app))


def test_what_is_next_stays_whole_where_there_is_little_room() -> None:
    titles = ["Pick files", "Write what you want", "Run", "Review", "Write"]
    progress = Progress(titles, frozenset({0, 1}), 2, "Ctrl+R starts it")
    for room in range(28, 120):
        line = str(steps_in(progress, room))
        assert len(line) <= room
        assert "▸ 3 Run: Ctrl+R starts it" in line
    assert "✓ Pick files" in str(steps_in(progress, 120))


@at_both_sizes
async def test_it_is_silent_beside_the_steps_of_a_project(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "project").mkdir()
    async with driven(setup_for(tmp_path, *AT, guided=True), size) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        await shows(app, pilot, "1 Pick files: F2")
        line = app.main.query_one(GuideLine)
        assert line.display
        await pilot.press("f12")
        await until(pilot, lambda: not line.display)
        await pilot.press("f2")
        await until(pilot, lambda: line.display)
        await shows(app, pilot, "Space picks")
