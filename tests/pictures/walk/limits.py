"""What is seen where a run or a write meets a limit, and what goes on beside the review: a window
too small, money at its cap, a full disk, a check that takes its time, rounds of feedback."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from typing import Final
from unittest.mock import patch

from autocoder_tui.config.project_file import PROJECT_FILE
from autocoder_tui.demo.script import Reply
from autocoder_tui.ui.screens.dialogs.instruction import InstructionDialog
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.too_large import TooLarge
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.workspace import durable
from tests.pictures.stage import Stage
from tests.pictures.walk.asking import SHOP, WISH
from tests.pictures.walk.camera import MODEL, Camera, reply, scene

_PRICED: Final = f"""[providers.Test]
base_url = "{{base_url}}"
[[models]]
name = "{MODEL}"
provider = "Test"
input_price = "1"
output_price = "10"
context_length = 32768
max_tokens = 4096
"""
_OLD: Final = str(SHOP["src/orders.py"])
_NEW: Final = _OLD.replace("orders)\n", "orders or ())\n").replace("total(", "total_of(")
_BETTER: Final = _NEW.replace("total_of(", "sum_of(")
_SLOW: Final = "import time; print('collects the tests', flush=True); time.sleep(300)"


async def _proposed(stage: Stage) -> None:
    """The reply is here whole, and the keyboard in its diff."""
    app = stage.app
    review = app.main.query_one(ReviewPane)
    stage.pace.allow(10**9)
    await stage.until(lambda: not app.runner.running and review.review is not None)
    await stage.press("f5")
    await stage.until(lambda: app.focused is not None and app.focused.id == "diff")


@scene
async def too_large(camera: Camera) -> None:
    flags = ("-r", WISH, "-i", "src/orders.py", "-i", "data/large.csv")
    async with camera.project(SHOP, *flags, models=_PRICED) as stage:
        await stage.until(lambda: len(stage.app.job().picks) == 2)
        await camera.take("weighed")
        await stage.press("ctrl+r")
        await stage.until(lambda: isinstance(stage.app.screen, TooLarge))
        await camera.take("asked")
        await camera.press("one-left-out", "down", "space")


@scene
async def cap(camera: Camera) -> None:
    """The money of a run is used up between two parts of its reply."""
    whole = "".join(f"line {n}\n" for n in range(400))
    start = f'<file path="code.txt">\n{whole}'[:2000]

    flags = ("-r", WISH, "-i", "src/orders.py", "--max-cost", "0.012")
    script = [Reply(start, "length")]
    async with camera.project(SHOP, *flags, script=script, models=_PRICED) as stage:
        app = stage.app
        await stage.until(lambda: app.job().picks)
        stage.pace.allow(10**9)
        await stage.press("ctrl+r")
        await stage.until(lambda: isinstance(app.screen, Question))
        await camera.take("asked")
        await stage.press("s")
        await stage.until(lambda: not app.runner.running)
        await camera.take("stopped")


@scene
async def full_disk(camera: Camera) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    flags = ("-r", WISH, "-i", "src/orders.py")
    script = [reply(("src/orders.py", _NEW))]
    async with camera.project(SHOP, *flags, script=script) as stage:
        await stage.until(lambda: stage.app.job().picks)
        await stage.press("ctrl+r")
        await _proposed(stage)
        with patch.object(durable, "write_all", full):
            await stage.press("A", "enter")
            await camera.take("not-written")
        await stage.press("escape")
        await camera.press("written-then", "enter")


@scene
async def check(camera: Camera) -> None:
    """A check while it runs, and one that was stopped."""
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(_SLOW)}"
    checks = {PROJECT_FILE: f'[check]\ncommands = ["""{command}"""]\n'}
    flags = ("-r", WISH, "-i", "src/orders.py")
    script = [reply(("src/orders.py", _NEW))]
    async with camera.project({**SHOP, **checks}, *flags, script=script) as stage:
        await stage.until(lambda: stage.app.job().picks)
        await stage.press("ctrl+r")
        await _proposed(stage)
        await stage.press("C")
        await stage.until(lambda: isinstance(stage.app.screen, Question))
        await stage.press("r")
        await stage.press("f7")
        await stage.until_shows("collects the tests")
        await camera.take("runs")
        await camera.press("runs-beside-the-review", "f5")
        await camera.press("stopped", "f7", "escape")


@scene
async def feedback(camera: Camera) -> None:
    made = Reply("In src/orders.py, call it sum_of. The rest stays.")
    script = [reply(("src/orders.py", _NEW)), made, reply(("src/orders.py", _BETTER))]
    flags = ("-r", WISH, "-i", "src/orders.py", "--edit-format", "whole")
    async with camera.project(SHOP, *flags, script=script) as stage:
        app = stage.app
        await stage.until(lambda: app.job().picks)
        await stage.press("ctrl+r")
        await _proposed(stage)
        await camera.press("note", "N")
        await stage.press(*"ugly", "ctrl+k")
        await stage.press("f3")
        while app.modes.mode != "feedback":
            await stage.press("ctrl+n")
        await camera.press("complaint", *"call it sum")
        await stage.press("ctrl+r")
        await stage.until(lambda: isinstance(app.screen, InstructionDialog))
        await stage.until_shows("sum_of")
        await camera.take("instruction")
        await stage.press("enter")
        await stage.until(lambda: not app.text_calls.running and app.screen is app.main)
        await _proposed(stage)
        await stage.until_shows("sum_of")
        await camera.take("second-round")
        await camera.press("before-it", "d")
        await camera.press("rounds", "d", "o")
