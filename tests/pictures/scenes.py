"""The main screens, one picture each: the demo while it streams, its review, the finder, the
settings; the steps of a project; the answer to a question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from autocoder_tui.demo.sample import copy_sample, make_repository
from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DEMO_TOKENS_PER_SECOND, DemoServer
from autocoder_tui.runs.setup import Setup
from autocoder_tui.steps.project_demo import project_demo_setup
from autocoder_tui.ui.controllers.project_wish import Wish
from autocoder_tui.ui.widgets.files.found_preview import FoundPreview
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.pictures.screen import Screen
from tests.pictures.stage import Stage, demo_at, on_stage, setup_at

SIZE: Final = (100, 30)
TITLES: Final = {
    "stream": "The code streams in, with meters of tokens, cost and speed.",
    "review": "What a run proposes, side by side; some hunks are accepted, one is rejected.",
    "finder": "Files found by letters of their names, with what they weigh in tokens.",
    "settings": "Every setting with its value, where that comes from, and what it means.",
    "steps": "The steps of a project beside the live output.",
    "answer": "A question about files, and its answer with a block of code.",
}
_QUESTION: Final = "Why does report.py count cents, and where is that turned into text?"
_ANSWER: Final = """\
Amounts are **whole cents** so that sums are exact: `0.1 + 0.2` is not `0.3` for a computer, but
`10 + 20` is `30`.

1. `parse_cents` reads the column `cents` of the CSV file.
2. `summarize` adds them up, row by row.
3. `format_cents` turns a sum into text, with the sign in front:

```python
def format_cents(cents):
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"
```

| amount | as cents | as text |
| --- | --- | --- |
| nothing | 0 | `0.00` |
| a refund | -250 | `-2.50` |
"""


async def pictured(theme: str) -> AsyncIterator[tuple[str, Screen]]:
    """The name and the screen of each scene in a theme."""
    async with on_stage(demo_at(theme), SIZE) as stage:
        async for scene in _of_the_demo(stage):
            yield scene
    yield "steps", await _steps(theme)
    yield "answer", await _answer(theme)


async def _of_the_demo(stage: Stage) -> AsyncIterator[tuple[str, Screen]]:
    app = stage.app
    review = app.main.query_one(ReviewPane)
    await stage.until(lambda: app.main.query_one(FilePicker).picks)
    await stage.press("ctrl+f", *"rep")
    await stage.until_shows("report.py", "test_report.py")
    beside = app.screen.query_one(FoundPreview)
    await stage.until(lambda: beside.path or not beside.display)
    yield "finder", await stage.look()
    await stage.press("escape", "f10")
    yield "settings", await stage.look()
    await stage.press("escape", "escape", "ctrl+r")
    # In four pieces, so that the meters have a speed to show.
    for _ in range(4):
        stage.pace.allow(150)
        stage.clock.now += 150 / DEMO_TOKENS_PER_SECOND
        await stage.until(lambda: stage.pace.is_through)
        screen = await stage.look()
    yield "stream", screen
    stage.clock.now += 10
    stage.pace.allow(10**9)
    await stage.until(lambda: not app.runner.running and review.review is not None)
    await stage.until(lambda: app.focused is not None and app.focused.id == "diff")
    await stage.press("a", "a", "a", "r")
    await stage.until_shows("3 of 9 accepted, 1 rejected")
    yield "review", await stage.look()


async def _steps(theme: str) -> Screen:
    def made(home: Path) -> Setup:
        (home / "project").mkdir()
        return project_demo_setup(setup_at(home, "--demo", "--theme", theme), fresh=False)

    async with on_stage(made, SIZE, wants=Wish()) as stage:
        stage.pace.allow(10**9)
        await stage.until_shows("r runs")
        await stage.press("o")
        for suggested in ("1  In the file", "2  By the beginning"):
            await stage.until_shows(suggested, "asked again later")
            await stage.look()
            stage.clock.now += 2
            await stage.press("1")
        await stage.until_shows("r runs on")
        stage.pace.allowed = stage.pace.sent
        await stage.press("o")
        for _ in range(4):
            stage.pace.allow(120)
            stage.clock.now += 120 / DEMO_TOKENS_PER_SECOND
            await stage.until(lambda: stage.pace.is_through)
            screen = await stage.look()
        stage.pace.allow(10**9)
        return screen


async def _answer(theme: str) -> Screen:
    async with DemoServer([Reply(_ANSWER)], models=("qwen2.5-coder",)) as server:

        def made(home: Path) -> Setup:
            copy_sample(home / "project")
            make_repository(home / "project")
            at = ("--base-url", server.base_url, "-m", "qwen2.5-coder", "--theme", theme)
            files = ("src/report.py", "src/money.py")
            return setup_at(home, "--mode", "query", "-r", _QUESTION, *at, "-i", *files)

        async with on_stage(made, SIZE) as stage:
            app = stage.app
            stage.pace.allow(10**9)
            await stage.until(lambda: app.main.query_one(FilePicker).picks)
            await stage.press("ctrl+r")
            stage.clock.now += 2
            await stage.until_shows("-2.50")
            await stage.until(lambda: not app.runner.running)
            await stage.press("f4", "home")
            await stage.until_shows("✓ done")
            return await stage.look()
