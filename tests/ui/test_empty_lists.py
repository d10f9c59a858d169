"""A dialog with nothing in its list offers what acts, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button

from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.batch import BatchScreen
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.history import HistoryScreen
from autocoder_tui.ui.screens.prompts import Prompt, PromptList
from tests.ui.driving import at_both_sizes, driven, setup_for, until
from tests.ui.test_session import AT


def offered(app: AutocoderApp) -> list[str]:
    return [str(button.label) for button in app.screen.query(Button) if button.display]


@at_both_sizes
async def test_an_empty_batch_offers_to_begin_one(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(setup_for(tmp_path, *AT), size) as (app, pilot):
        app.main.show("output")
        await pilot.pause()
        await pilot.press("Q")
        await until(pilot, lambda: isinstance(app.screen, BatchScreen) and app.screen.query(Button))
        await until(pilot, lambda: offered(app) == ["New (Enter)", "Close (Esc)"])
        assert not app.screen.query_one("#batch-hint").display
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LineDialog))


@at_both_sizes
async def test_an_empty_history_offers_nothing_to_view(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with driven(setup_for(tmp_path, *AT), size) as (app, pilot):
        await pilot.press("f6")
        await until(
            pilot, lambda: isinstance(app.screen, HistoryScreen) and app.screen.query(Button)
        )
        await until(pilot, lambda: offered(app) == ["Close (Esc)"])
        assert not app.screen.query_one("#history-hint").visible


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ("f1", ["Names for config.toml (Ctrl+T)", "Close (Esc)"]),
        ("ctrl+p", ["Close (Esc)"]),
        ("ctrl+f", ["Close (Esc)"]),
        ("ctrl+o", ["Add (Ctrl+N)", "Cancel (Esc)"]),
    ],
)
async def test_a_list_in_which_nothing_is_found_offers_no_row(
    tmp_path: Path, key: str, kept: list[str]
) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        (app.root / "a.txt").write_text("a\n")
        await until(pilot, lambda: app.main.is_complete)
        await pilot.press(key)
        await until(pilot, lambda: app.screen is not app.main and offered(app))
        await pilot.press(*"zqzqzq")
        await until(pilot, lambda: offered(app) == kept)
        await pilot.press(*["backspace"] * 6)
        if key != "ctrl+f":
            await until(pilot, lambda: any("(Enter)" in label for label in offered(app)))


async def test_a_list_of_prompts_offers_to_take_one_that_is_found(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        app.push_screen(PromptList([]))
        await until(pilot, lambda: offered(app) == ["Cancel (Esc)"])
        await pilot.press("escape")
        app.push_screen(PromptList([Prompt("one", "now")]))
        await until(pilot, lambda: offered(app) == ["Take it (Enter)", "Cancel (Esc)"])
