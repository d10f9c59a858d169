"""Takes pictures of the real program at work: `python -m tests.screenshots FOLDER`.

The demo is driven by keys in several themes and sizes, and each moment is saved as an SVG.
Not a test: it is how to look at the screens.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from autocoder_tui.demo.script import error_reply
from autocoder_tui.demo.session import demo_setup
from autocoder_tui.engine.events import RunFinished, TextDelta
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import recover_runs
from autocoder_tui.ui.screens.history import HistoryScreen
from autocoder_tui.ui.screens.prompts import PromptList
from autocoder_tui.ui.screens.run_view import RunView
from autocoder_tui.ui.screens.usage import UsageScreen
from autocoder_tui.ui.widgets.diff.view import DiffView
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import driven, serving, setup_for, until
from tests.ui.test_recovery import PROPOSED, WHOLE, left_behind, offered
from tests.ui.test_session import AT

VIEWS = [
    ("autocoder-dark", (120, 40)),
    ("autocoder-light", (120, 40)),
    ("high-contrast", (120, 40)),
    ("ansi", (120, 40)),
    ("autocoder-dark", (80, 24)),
    ("autocoder-light", (80, 24)),
    ("autocoder-dark", (200, 60)),
    ("autocoder-dark", (60, 15)),
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
            await until(pilot, lambda: app.main.query_one("#diff", DiffView).coloured)
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
            await pilot.press("escape", "f10")
            await save("4-settings")
            await pilot.press("escape", "ctrl+p")
            await save("4-palette")
            await pilot.press("escape", "ctrl+o")
            await save("5-models")
            await pilot.press("escape", "enter")
            await save("6-question")


async def take_past(folder: Path, theme: str, size: tuple[int, int]) -> None:
    """What is there of earlier runs: the offer at the start, history, prompts, the log."""
    name = f"{theme}-{size[0]}x{size[1]}"
    with tempfile.TemporaryDirectory() as text:
        place = Path(text)
        run_id = left_behind(place, TextDelta(WHOLE), PROPOSED, RunFinished("Counted."))
        history = History(place / "state")
        recover_runs(history)
        history.settled(run_id)
        for wish in ("Count the orders in words, not in digits", "Say which day had most"):
            left_behind(place, TextDelta(WHOLE[:-40]), wish=wish)
        setup = setup_for(place, *AT, "--theme", theme, "-d", "2")
        async with driven(setup, size) as (app, pilot):

            async def save(moment: str) -> None:
                await pilot.pause(0.3)
                app.save_screenshot(f"{name}-{moment}.svg", path=str(folder))

            await offered(app, pilot)
            await save("7-recovered")
            await pilot.press("escape")
            await until(pilot, lambda: app.recovery.done and app.screen is app.main)
            await pilot.press("f6")
            await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
            await save("8-history")
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, RunView))
            await save("8-run")
            await pilot.press("escape", "escape", "f3", "alt+p")
            await until(pilot, lambda: isinstance(app.screen, PromptList))
            await save("8-prompts")
            await pilot.press("escape", "ctrl+l")
            await until(pilot, lambda: isinstance(app.screen, UsageScreen))
            await save("8-usage")
            await pilot.press("escape", "f9")
            await save("9-log")
            await pilot.press("slash", *"second")
            await save("9-log-filter")
            async with driven(setup_for(place, *AT, "--theme", theme), size) as (second, other):
                await until(other, lambda: second.session.ready)
                await other.pause(0.3)
                second.save_screenshot(f"{name}-9-second.svg", path=str(folder))


async def take_questions(folder: Path, theme: str, size: tuple[int, int]) -> None:
    """What is asked about a key in a file, and about a server that wants to be left alone."""
    name = f"{theme}-{size[0]}x{size[1]}"
    with tempfile.TemporaryDirectory() as place:
        project = Path(place) / "project"
        project.mkdir()
        made_up = "sk-proj-" + "Qw8rTy2uIo5pAs9dFg1hJk4l"
        (project / "settings.py").write_text(f"KEY = '{made_up}'\n")
        busy = error_reply(429, "Too many requests", headers={"retry-after": "900"})
        flags = ("-r", "greet", "-i", "settings.py", "--theme", theme)
        async with serving(Path(place), [busy, busy], *flags, size=size) as (app, pilot, _):

            async def asked(title: str, moment: str) -> None:
                def is_there() -> bool:
                    shown = app.screen.query(".dialog")
                    return any(title in str(dialog.border_title) for dialog in shown)

                await until(pilot, is_there)
                await pilot.pause(0.3)
                app.save_screenshot(f"{name}-{moment}.svg", path=str(folder))

            await until(pilot, lambda: app.main.query_one(FilePicker).picks)
            await pilot.press("ctrl+r")
            await asked("key", "6-key")
            await pilot.press("s")
            await asked("wait", "6-wait")
            await pilot.press("s")
            await until(pilot, lambda: not app.runner.running)


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for theme, size in VIEWS:
        await take_questions(folder, theme, size)
        await take_past(folder, theme, size)
        await take(folder, theme, size)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    asyncio.run(main(parser.parse_args().folder))
