"""What is seen from the first token to the commit."""

from __future__ import annotations

import asyncio

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DEMO_TOKENS_PER_SECOND
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.pictures.stage import Stage, demo_at
from tests.pictures.walk.asking import SHOP, WISH
from tests.pictures.walk.camera import Camera, reply, scene

_LINES = "".join(f"def part_{n}():\n    return {n}\n\n\n" for n in range(40))
_THREE = (("src/orders.py", _LINES), ("src/days.py", _LINES), ("docs/days.md", "# Days\n" * 30))


async def _come(stage: Stage, pieces: int) -> None:
    stage.pace.allow(pieces)
    stage.clock.now += pieces / DEMO_TOKENS_PER_SECOND
    await stage.until(lambda: stage.pace.is_through or not stage.app.runner.running)


async def _reviewed(stage: Stage) -> None:
    app = stage.app
    stage.pace.allow(10**9)
    stage.clock.now += 10
    review = app.main.query_one(ReviewPane)
    await stage.until(lambda: not app.runner.running and review.review is not None)


async def _in_the_diff(stage: Stage) -> None:
    app = stage.app
    if app.focused is None or app.focused.id != "diff":  # F5 there leads back
        await stage.press("f5")
    await stage.until(lambda: app.focused is not None and app.focused.id == "diff")


@scene
async def demo_run(camera: Camera) -> None:
    """The whole job: streams, is continued, decided on, checked, sent back, written, committed."""
    async with camera.on(demo_at(camera.themes[0])) as stage:
        app = stage.app
        await stage.until(lambda: app.main.query_one(FilePicker).picks)
        await stage.press("ctrl+r")
        await camera.take("sent")
        for _ in range(3):
            await _come(stage, 150)
        await camera.take("streams")
        await camera.press("review-while-it-comes", "f5")
        await camera.press("notes-while-it-comes", "f8", "f8")
        await stage.press("f4")
        await _reviewed(stage)
        await _in_the_diff(stage)
        await camera.take("review")
        await camera.press("decided", "a", "a", "r")
        await camera.press("unified", "t")
        await camera.press("result", "v")
        await stage.press("v", "t")
        await camera.press("search", "slash", *"json")
        await stage.press("escape")
        await camera.press("maximised", "f11")
        await stage.press("f11")
        await camera.press("edit", "e")
        await stage.press("escape")
        await camera.press("note", "N")
        await stage.press("escape")
        await camera.press("copy", "y")
        await stage.press("escape")
        await camera.press("write-asked", "enter")
        await stage.press("escape")
        await camera.press("joined", "f4", "home")
        await camera.press("files-beside", "f2")
        await stage.press("f5", "ctrl+a")
        await camera.take("all-decided")
        await stage.press("C")
        await stage.until_shows("Run this project's checks?")
        await camera.take("check-asked")
        await stage.press("r")
        await stage.until_shows("B sends back")
        await camera.take("check-failed-in-review")
        await camera.press("check-failed", "f7")
        await stage.press("f5", "B")
        await _reviewed(stage)
        await _in_the_diff(stage)
        await camera.take("sent-back")
        await stage.press("a", "C")
        await stage.until_shows("✓ passed")
        await camera.take("check-passed-in-review")
        await camera.press("check-passed", "f7")
        await stage.press("f5", "enter")
        await stage.until_shows("✓ written")
        await camera.take("written")
        await camera.press("written-files", "f2")
        await camera.press("commit", "f5", "c")
        await stage.press("ctrl+s")
        await stage.until_shows("committed")
        await camera.take("committed")
        await camera.press("undo", "U")


@scene
async def three_files(camera: Camera) -> None:
    script = [reply(*_THREE, reasoning="Let me think about the days. " * 60)]
    flags = ("-r", WISH, "-i", "src/orders.py")
    async with camera.project(SHOP, *flags, script=script) as stage:
        app = stage.app
        await stage.until(lambda: app.job().picks)
        await stage.press("ctrl+r")
        await _come(stage, 60)
        await camera.take("reasons")
        stage.app.main.show("reasoning")
        await camera.take("reasoning")
        await stage.press("f4")
        await stage.until(lambda: app.main.query_one("#output"))
        while "days.py" not in app.runner.state.text:
            await _come(stage, 40)
            await asyncio.sleep(0.1)  # what has come is read some thirty times a second
        await _come(stage, 100)
        await camera.take("second-file")
        await _in_the_diff(stage)
        await camera.take("early-review")
        await camera.press("early-accepted", "A")
        await camera.press("early-write", "enter")
        await _reviewed(stage)
        await _in_the_diff(stage)
        await camera.take("review")
        await camera.press("new-file", "right_square_bracket")
        await camera.press("third-file", "right_square_bracket")
        await camera.press("all-decided", "ctrl+a")
        await camera.press("new-run-asked", "ctrl+r")
        await stage.press("escape")
        await stage.press("f5", "enter")
        await stage.until_shows("✓ written")
        await camera.take("written")
        await camera.press("feedback", "f3", "ctrl+n", "ctrl+n")


@scene
async def stopped(camera: Camera) -> None:
    script = [reply(*_THREE), reply(*_THREE)]
    async with camera.project(SHOP, "-r", WISH, script=script) as stage:
        app = stage.app
        await stage.press("ctrl+r")
        await _come(stage, 80)
        app.runner.stop()
        await stage.until(lambda: not app.runner.running)
        await camera.take("stopped")
        await camera.press("review", "f5")


@scene
async def query(camera: Camera) -> None:
    answer = "It adds **prices**:\n\n```python\ndef total(orders):\n    return 1\n```\n\nDone.\n"
    script = [Reply(answer), Reply("Yes. " * 80)]
    flags = ("--mode", "query", "-r", "What does total do?", "-i", "src/orders.py")
    async with camera.project(SHOP, *flags, script=script) as stage:
        app = stage.app
        await stage.until(lambda: app.job().picks)
        await camera.press("begins", "f4")
        stage.pace.allow(10**9)
        await stage.press("ctrl+r")
        await stage.until_shows("Done.")
        await stage.until(lambda: not app.runner.running)
        await camera.press("answer", "f4", "home")
        await camera.press("block", "right_square_bracket")
        await camera.press("proposed", "enter")
