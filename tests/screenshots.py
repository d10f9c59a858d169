"""Takes pictures of the real program at work: `python -m tests.screenshots FOLDER`.

The demo is driven by keys in several themes and sizes, and each moment is saved as an SVG.
Not a test: it is how to look at the screens.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from autocoder_tui.demo.session import demo_setup
from autocoder_tui.ui.widgets.file_picker import FilePicker
from autocoder_tui.ui.widgets.review_pane import ReviewPane
from tests.ui.driving import driven, setup_for, until

VIEWS = [
    ("autocoder-dark", (120, 40)),
    ("autocoder-light", (120, 40)),
    ("high-contrast", (120, 40)),
    ("autocoder-dark", (80, 24)),
    ("autocoder-light", (80, 24)),
    ("autocoder-dark", (200, 60)),
]


async def take(folder: Path, theme: str, size: tuple[int, int]) -> None:
    name = f"{theme}-{size[0]}x{size[1]}"
    with tempfile.TemporaryDirectory() as place:
        setup = demo_setup(setup_for(Path(place), "--demo", "--theme", theme))
        async with driven(setup, size) as (app, pilot):
            review = app.main.query_one(ReviewPane)

            async def save(moment: str) -> None:
                await pilot.pause(0.3)
                app.save_screenshot(f"{name}-{moment}.svg", path=str(folder))

            await until(pilot, lambda: app.main.query_one(FilePicker).picks)
            await save("1-ask")
            await pilot.press("ctrl+r")
            await until(pilot, lambda: len(app.runner.state.text) > 3400, 60)
            await save("2-stream")
            await until(pilot, lambda: review.review is not None, 60)
            await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
            await pilot.press("a", "a", "r", "a", "n")
            await until(pilot, lambda: app.main.query_one("#diff").coloured)
            await save("3-review")
            await pilot.press("slash", *"json")
            await save("3-search")
            await pilot.press("escape", "v")
            await save("3-result")
            await pilot.press("v", "e")
            await save("3-edit")
            await pilot.press("escape", "y")
            await save("3-copy")
            await pilot.press("escape")
            await pilot.press("f1")
            await save("4-keys")
            await pilot.press("escape", "ctrl+o")
            await save("5-models")
            await pilot.press("escape", "enter")
            await save("6-question")


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for theme, size in VIEWS:
        await take(folder, theme, size)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
