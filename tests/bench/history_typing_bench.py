"""How long a letter typed in the history's search takes to the list of what it finds.

    python -m tests.bench.history_typing_bench [RUNS]

The real App, without a terminal, over a history of 5,000 runs. Letters are typed one after the
other, and timed until the list is drawn; meanwhile a task asks for its turn again and again, and
the longest it has to wait for it is how long the App listens to nobody. Beside it: the same
letters typed in the requirements, and a pass over all texts in SQL, as a search without an index
makes it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from autocoder_tui.store.history.history import History
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.history import HistoryScreen
from tests.bench.history_bench import fill
from tests.store.kept_runs import run
from tests.ui.driving import driven, setup_for, until

RUNS = 5_000
WORDS = ("subprocess", "import os", "raise", "self", "zq", "encoding")
_BETWEEN = 0.03


@dataclass
class Typing:
    """Seconds, one of each letter: to the list, and the longest wait for a turn, in the search
    and in the requirements; and of passes over the texts."""

    lists: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    held_typing: list[float] = field(default_factory=list)
    passes: list[float] = field(default_factory=list)


async def one_key(
    app: AutocoderApp, letter: str, changed: Callable[[], object]
) -> tuple[float, float]:
    """Seconds from a key until `changed` holds and is drawn, and the longest wait for a turn."""
    drawn = asyncio.Event()
    begun = last = time.perf_counter()
    longest, asked = 0.0, False
    app.post_message(Key(letter, letter))
    while not drawn.is_set():
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
        if not asked and changed():
            asked = True
            app.screen.call_after_refresh(drawn.set)
        if now - begun > 20:
            raise AssertionError(f"{letter!r} changed nothing")
    return time.perf_counter() - begun, longest


async def _typed(app: AutocoderApp, pilot: Pilot[str], found: Typing) -> None:
    area = app.main.query_one("#requirements", TextArea)
    area.focus()
    await pilot.pause()
    for letter in "".join(WORDS):
        length = len(area.text)
        _, held = await one_key(app, letter, lambda length=length: len(area.text) > length)  # type: ignore[misc]
        found.held_typing.append(held)
        await asyncio.sleep(_BETWEEN)
    await pilot.press("f6")
    await until(pilot, lambda: isinstance(app.screen, HistoryScreen) and app.screen.highlighted)
    screen = app.screen
    assert isinstance(screen, HistoryScreen)
    await pilot.press("p", "slash")
    field_ = screen.query_one(Input)
    for words in WORDS:
        for letter in words:
            shown = screen._runs
            took, held = await one_key(app, letter, lambda shown=shown: screen._runs is not shown)  # type: ignore[misc]
            found.lists.append(took)
            found.held.append(held)
            await asyncio.sleep(_BETWEEN)
        field_.value = ""
        await pilot.pause(0.3)


def _pass_over(state: Path) -> float:
    begun = time.perf_counter()
    with closing(sqlite3.connect(state / "history.db")) as connection:
        connection.execute(
            "SELECT count(*) FROM run_text WHERE reply LIKE '%subproc%' "
            "OR requirements LIKE '%subproc%' OR name LIKE '%subproc%'"
        ).fetchone()
    return time.perf_counter() - begun


async def _measured(folder: Path, rounds: int, found: Typing) -> None:
    setup = setup_for(folder, "--base-url", "http://127.0.0.1:1/v1", "-m", "m")
    for _ in range(rounds):
        async with driven(setup) as (app, pilot):
            await _typed(app, pilot, found)


def measured(count: int, rounds: int) -> Typing:
    found = Typing()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "project").mkdir()
        state = folder / "state"
        fill(state, count, str(folder / "project"))
        History(state).add(run("new", "abc"))
        found.passes += [_pass_over(state) for _ in range(5)]
        asyncio.run(_measured(folder, rounds, found))
    return found


def main() -> None:
    found = measured(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS, 1)
    for name, times in (
        ("to the list", found.lists),
        ("longest wait for a turn", found.held),
        ("the same, requirements", found.held_typing),
        ("a pass in SQL", found.passes),
    ):
        ordered = sorted(times)
        middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        print(f"{name:24} p50 {middle * 1000:6.1f} ms   p95 {late * 1000:6.1f} ms   n {len(times)}")


if __name__ == "__main__":
    main()
