"""The main screens as plain text, one file for each moment and size of terminal.

`python -m tests.ui.goldens` writes them anew; what changed is for a person to look at, in the
diff. What differs from one run or machine to the next (times, speeds, folders) is left out.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeAlias

from textual.pilot import Pilot

from autocoder_tui.demo.script import Reply
from autocoder_tui.steps.progress import ProjectProgress, StepProgress
from autocoder_tui.store.history.history import History
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.finder import Finder
from autocoder_tui.ui.screens.theme_list import ThemeList
from autocoder_tui.ui.widgets.files.completion_list import CompletionList
from autocoder_tui.ui.widgets.files.found_preview import FoundPreview
from autocoder_tui.ui.widgets.files.preview import FilePreview
from autocoder_tui.ui.widgets.header_line import HeaderLine
from autocoder_tui.ui.widgets.meters.meters import Meters
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.row_list import RowList
from autocoder_tui.ui.widgets.steps.pane import StepsPane
from autocoder_tui.ui.widgets.stream.view import StreamView
from tests.store.kept_runs import run
from tests.ui.driving import driven, framed, serving, setup_for, there, until

Size: TypeAlias = tuple[int, int]

SIZES: Final[tuple[Size, ...]] = ((80, 24), (120, 40), (200, 60))
MOMENTS: Final = (
    "ask",
    "finder",
    "reference",
    "stream",
    "question",
    "review",
    "history",
    "settings",
    "keys",
    "palette",
    "themes",
    "steps",
)
_OPENED_BY: Final = {
    "history": ["f6"],
    "settings": ["f10"],
    "keys": ["f1"],
    "palette": ["ctrl+p"],
    "themes": ["ctrl+p", *"change theme", "enter"],
}
FOLDER: Final = Path(__file__).parent
_LATE: Final = 10.0

_BEFORE = '''\
"""Sums of orders."""

CURRENCY = "EUR"


def total(orders):
    result = 0
    for order in orders:
        result = result + order.price
    return result


def mean(orders):
    return total(orders) / len(orders)
'''
_AFTER = (
    _BEFORE.replace(
        "    result = 0\n    for order in orders:\n        result = result + order.price\n"
        "    return result\n",
        "    return sum(order.price for order in orders)\n",
    ).replace("/ len(orders)", "/ len(orders) if orders else 0")
    + '\n\ndef most(orders):\n    """The dearest; 受注 of 日本 too."""\n'
    "    return max(orders, key=lambda order: order.price)\n"
)
_STEPS: Final = ProjectProgress(
    "2026-03-01_10-00-00",
    "default",
    (
        StepProgress(
            "clarify",
            "Ask you what the prompt leaves open.",
            "done",
            (1234, 321),
            Decimal("0.0012"),
            12.3,
            3,
            "3 questions",
            "Which Python?\n  3.11\n",
        ),
        StepProgress("plan", "Name the files.", "skipped"),
        StepProgress(
            "gen_code",
            "Write the code: a small program in one request, a larger one file by file.",
            "running",
            (52_340, 2621),
            Decimal("0.0142"),
            62.3,
            2,
            "file 2 of 5: src/受注.py",
            files=("src/main.py", "src/受注.py"),
        ),
        StepProgress("check", "Try the code.", "stale", (12, 1), Decimal("0.00001"), 3.0, 1),
        StepProgress(
            "gen_entrypoint", "Write run.sh.", "failed", (90, 0), None, 1.0, 1, "no reply"
        ),
        StepProgress("propose", "Have it decided on.", "stopped", (0, 0), Decimal(0), 3700, 0),
        StepProgress("execute_entrypoint", "Run it.", "waiting"),
    ),
    2,
    (Decimal("0.01"), Decimal("0.04")),
    Decimal(1),
)
_OF_A_RUN: Final = re.compile(r"^in .* (running|waiting|done|[a-z]+ing)$")
_WISH = "Make total shorter, let mean take no orders at all,\nand add most."


def golden(moment: str, size: Size) -> Path:
    """Where the text of a moment is kept."""
    return FOLDER / f"{size[0]}x{size[1]}-{moment}.txt"


async def pictured(folder: Path, moment: str, size: Size, kept: str | None = None) -> str:
    """The screen at `moment` in a terminal of `size`; `folder` is empty and stays away from the
    user's own. With `kept` a screen that is otherwise gets some seconds to become so: on a busy
    machine something may come late."""
    with _universal_time():
        async with at_moment(folder, moment, size) as (app, pilot):
            main = app.main
            # A file beside the work is read in its own time.
            await until(
                pilot, lambda: not main.has_column_for_file or main.query_one(FilePreview).path
            )
            settled = await _settled(app, pilot)
            late = time.monotonic() + _LATE
            while kept is not None and settled != kept and time.monotonic() < late:
                settled = await _settled(app, pilot)
            return settled


async def _find(app: AutocoderApp, pilot: Pilot[str], moment: str) -> None:
    index = app.file_finder
    await until(pilot, lambda: index.findable().index is not None)
    paths = there(index.findable().index).paths
    await until(pilot, lambda: all(app.weigher.weights.of(path) is not None for path in paths))
    if moment == "finder":
        await pilot.press("ctrl+f", *"or")
        await until(pilot, lambda: isinstance(app.screen, Finder))
        await until(pilot, lambda: app.screen.query_one(RowList).row_count == 3)
        await until(pilot, lambda: index.findable().suggested)
        beside = app.screen.query_one(FoundPreview)
        await until(pilot, lambda: beside.path == "orders.py" or not beside.display)
    else:
        await pilot.press("f3", "enter", "at", *"st")
        await until(pilot, lambda: app.main.query(CompletionList))
        await until(pilot, lambda: app.main.query_one(CompletionList).row_count == 3)
        # The estimate follows what is typed in its own time.
        await until(pilot, lambda: "in ~338" in _shown(app))


@asynccontextmanager
async def at_moment(
    folder: Path, moment: str, size: Size
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str]]]:
    project = folder / "project"
    project.mkdir()
    (project / "orders.py").write_text(_BEFORE)
    for name in ("README.md", "orders_test.py", "shop/cart.py", "shop/stock.py"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("pass\n")
    if moment in ("ask", "steps", "finder", "reference") or moment in _OPENED_BY:
        _keep_runs(folder)
        flags = ("--base-url", "http://127.0.0.1:9/v1", "-m", "test-model")
        setup = setup_for(folder, *flags, "-r", _WISH, "-i", "orders.py")
        async with driven(setup, size) as (app, pilot):
            await until(pilot, lambda: app.recovery.done and app.job().picks)
            await until(pilot, lambda: app.main.query_one(Meters).view is not None)
            for key in _OPENED_BY.get(moment, ()):
                await pilot.press(key)
            if moment == "themes":
                await until(pilot, lambda: isinstance(app.screen, ThemeList))
            if moment in _OPENED_BY:
                await until(pilot, lambda: app.screen.query(RowList))
                await until(pilot, lambda: app.screen.query_one(RowList).row_count)
            if moment == "steps":
                app.main.show("steps")
                app.main.query_one(StreamView).append(_AFTER)
                app.main.query_one(StepsPane).show(_STEPS, waits="waits for you")
                app.main.show_beside_steps()
            elif moment in ("finder", "reference"):
                await _find(app, pilot, moment)
            yield app, pilot
        return
    stops = {} if moment == "review" else {"stall": "middle", "cut_after": 260}
    reply: Reply = framed("orders.py", _AFTER, **stops)
    async with serving(folder, [reply], "-r", _WISH, "-i", "orders.py", size=size) as (
        app,
        pilot,
        _,
    ):
        await until(pilot, lambda: app.recovery.done and app.job().picks)
        await pilot.press("ctrl+r")
        if moment == "review":
            pane = app.main.query_one(ReviewPane)
            await until(pilot, lambda: pane.review is not None)
            await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
            await until(pilot, lambda: not app.runner.running)
            # What is in view depends on where the diff was when a key moved in it.
            await _settled(app, pilot)
            for key in "ar":
                await pilot.press(key)
                await _settled(app, pilot)
            yield app, pilot
            return
        await until(pilot, lambda: app.runner.state.text_length == 260)
        # The meters look at the run in their own time.
        await until(pilot, lambda: "▶ running" in _shown(app))
        # The lines of the file that comes are counted now and then.
        await until(pilot, lambda: "… orders.py 15 lines]" in _shown(app))
        if moment == "question":
            await pilot.press("ctrl+q")
            await until(pilot, lambda: isinstance(app.screen, Question))
        yield app, pilot
        app.runner.stop()
        await until(pilot, lambda: not app.runner.running)


def _keep_runs(folder: Path) -> None:
    history = History(folder / "state")
    wishes = ("Sum orders by day", "Ünïcode ✓ 日本 in a name", "A wish that is " + "long " * 40)
    for number, wish in enumerate(wishes):
        history.add(
            run(
                "text\n" * (10**number),
                f"{number:012x}",
                started=f"2026-03-0{number + 1}T10:0{number}:00.000+00:00",
                project=str(folder / "project"),
                requirements=wish,
            )
        )


def _shown(app: AutocoderApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "".join(f"{_lasting(strip.text)}\n" for strip in strips)


async def _settled(app: AutocoderApp, pilot: Pilot[str]) -> str:
    """What is shown as soon as it stays the same for a moment, in a project of one name."""
    before = ""
    header = app.main.query_one(HeaderLine)
    async with asyncio.timeout(20):
        while True:
            # The program may come to say where it is, or what it did, later.
            header.project, header.branch = "~/orders", ""
            app.clear_notifications()
            await pilot.pause()
            now = _shown(app)
            # Below a dialog what changes is painted now and then.
            if now == before and header.project in now:
                return now
            before = now
            await asyncio.sleep(0.1)


def _lasting(line: str) -> str:
    """`line` without what is another figure each time, or is there or not by the speed."""
    line = line.rstrip()
    if not _OF_A_RUN.search(line):
        return line
    line = re.sub(r"\d[\d.,:]*", "#", re.sub("[▁-█]", "", line))
    return re.sub(r" {2,}", "  ", re.sub(r"[#–] t/s|(first|waiting|silent) # s|#/#", "", line))


@contextmanager
def _universal_time() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        yield
    finally:
        del os.environ["TZ"]
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()
