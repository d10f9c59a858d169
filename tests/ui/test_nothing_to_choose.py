"""A dialog with nothing to choose from offers only keys that act."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button

from autocoder_tui.ui.app import AutocoderApp
from tests.ui.driving import serving, until


def offered(app: AutocoderApp) -> list[str]:
    return [str(button.label) for button in app.screen.query(Button) if button.display]


@pytest.mark.parametrize(
    ("keys", "name", "left"),
    [
        (["f6"], "HistoryScreen", ["Close (Esc)"]),
        (["alt+p"], "PromptList", ["Cancel (Esc)"]),
        (["ctrl+l"], "UsageScreen", ["Close (Esc)"]),
        (["ctrl+f", *"qqqq"], "Finder", ["Close (Esc)"]),
        (["ctrl+o", *"qqqq"], "ModelPicker", ["Add (Ctrl+N)", "Cancel (Esc)"]),
        (["ctrl+p", *"qqqq"], "Palette", ["Close (Esc)"]),
    ],
)
async def test_only_keys_that_act_are_offered(
    tmp_path: Path, keys: list[str], name: str, left: list[str]
) -> None:
    async with serving(tmp_path, []) as (app, pilot, _):
        await pilot.press(keys[0])
        await until(pilot, lambda: type(app.screen).__name__ == name)
        await pilot.press(*keys[1:])
        await until(pilot, lambda: offered(app) == left)


async def test_they_come_back_with_something_to_choose(tmp_path: Path) -> None:
    async with serving(tmp_path, []) as (app, pilot, _):
        await pilot.press("ctrl+p", *"qqqq")
        await until(pilot, lambda: offered(app) == ["Close (Esc)"])
        await pilot.press(*["backspace"] * 4)
        await until(pilot, lambda: offered(app) == ["Do it (Enter)", "Close (Esc)"])
