"""`@` in the requirements offers files, picks the one chosen and leaves a name to read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.references import reference_to
from autocoder_tui.ui.widgets.files.completion_list import CompletionList
from autocoder_tui.ui.widgets.requirements_area import RequirementsArea
from tests.ui.driving import at_both_sizes, driven, setup_for, until
from tests.ui.test_finder import KEY, project


@asynccontextmanager
async def asking(
    folder: Path, *names: str, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str], RequirementsArea]]:
    project(folder, *names)
    async with driven(setup_for(folder, environ=KEY), size) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        await until(pilot, lambda: app.file_finder.findable().index is not None)
        await pilot.press("f3")
        area = app.main.query_one(RequirementsArea)
        await until(pilot, lambda: area.has_focus)
        yield app, pilot, area


def offered(app: AutocoderApp) -> tuple[str, ...]:
    lists = app.main.query(CompletionList)
    return app.references._paths if lists and lists.first().display else ()


@at_both_sizes
async def test_a_file_is_offered_picked_and_named(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, size=size) as (app, pilot, area):
        await pilot.press(*"In @rrow")
        await until(pilot, lambda: offered(app) == ("src/report_row.py",))
        shown = app.main.query_one(CompletionList).region
        assert app.main.region.contains_region(shown)
        assert shown.y == area.cursor_screen_offset.y + 1 or shown.bottom <= area.region.bottom
        await pilot.press("enter")
        await until(pilot, lambda: app.job().picks == ("src/report_row.py",))
        assert area.text == "In @src/report_row.py "
        assert not offered(app)
        await pilot.press(*"so", "enter", *"on")
        assert area.text == "In @src/report_row.py so\non"


async def test_the_arrows_move_and_tab_takes(tmp_path: Path) -> None:
    async with asking(tmp_path) as (app, pilot, area):
        await pilot.press("at", *"report")
        await until(pilot, lambda: offered(app)[:2] == ("src/report.py", "src/report_row.py"))
        await pilot.press("down", "tab")
        await until(pilot, lambda: app.job().picks == ("src/report_row.py",))
        assert area.text == "@src/report_row.py "


async def test_escape_closes_and_leaves_what_was_typed(tmp_path: Path) -> None:
    async with asking(tmp_path) as (app, pilot, area):
        await pilot.press("at", *"cli")
        await until(pilot, lambda: offered(app))
        await pilot.press("escape")
        await until(pilot, lambda: not offered(app))
        await pilot.press(*"ck", "enter")
        assert area.text == "@click\n"
        assert app.job().picks == ()


async def test_a_bare_sign_leaves_enter_as_it_is(tmp_path: Path) -> None:
    async with asking(tmp_path) as (app, pilot, area):
        await pilot.press("at")
        await until(pilot, lambda: offered(app))
        await pilot.press("enter")
        await until(pilot, lambda: not offered(app))
        assert area.text == "@\n"


@pytest.mark.parametrize("text", ["me@cli", "a.@cli", "@cli x"])
async def test_no_reference_is_seen_in_other_text(tmp_path: Path, text: str) -> None:
    async with asking(tmp_path) as (app, pilot, area):
        await pilot.press(*(" " if letter == " " else letter for letter in text), "enter")
        await until(pilot, lambda: area.text == f"{text}\n")
        assert not offered(app)
        assert app.job().picks == ()


async def test_what_no_file_has_offers_none(tmp_path: Path) -> None:
    async with asking(tmp_path) as (app, pilot, area):
        await pilot.press("at", *"dataclass", "enter")
        await until(pilot, lambda: area.text == "@dataclass\n")
        assert not offered(app)


async def test_backspace_over_the_sign_ends_it(tmp_path: Path) -> None:
    async with asking(tmp_path) as (app, pilot, _):
        await pilot.press("at", "c")
        await until(pilot, lambda: offered(app))
        await pilot.press("backspace", "backspace")
        await until(pilot, lambda: not offered(app))


@pytest.mark.parametrize(
    ("path", "reference"),
    [
        ("src/shop.py", "@src/shop.py"),
        ("a b.py", '@"a b.py"'),
        ("\x1b[31m\n.py", "@␛[31m␊.py"),
    ],
)
def test_a_reference_can_be_read_and_acts_on_nothing(path: str, reference: str) -> None:
    assert reference_to(path) == reference


async def test_weights_that_become_known_are_shown_beside_what_is_offered(tmp_path: Path) -> None:
    async with asking(tmp_path) as (app, pilot, _):
        await pilot.press("at", *"rrow")
        await until(pilot, lambda: offered(app))
        await until(pilot, lambda: app.weigher.weights.of("src/report_row.py") is not None)

        def painted() -> str:
            return "\n".join(strip.text for strip in app.main._compositor.render_strips())

        await until(pilot, lambda: "report_row.py" in painted())
        app.weigher.weights.add({"src/report_row.py": 4321})
        app.file_finder.weighed()
        await until(pilot, lambda: "~4.3k" in painted())
