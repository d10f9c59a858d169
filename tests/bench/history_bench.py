"""How long a large history and a large journal take, and how much memory.

    python -m tests.bench.history_bench [RUNS [MEGABYTES]]

10,000 runs whose replies are 8,000 characters of Python's own library, in 20 projects; then
the journal of a run of 500 MB that was killed: found at a start, shown while it is running.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from textual.widgets import Input

from autocoder_tui.engine.events import Event, RequestStarted, TextDelta, UsageUpdated
from autocoder_tui.engine.events_json import event_data
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.rows import put_row, row_of, text_of
from autocoder_tui.store.history.search import forget_index, insert_text
from autocoder_tui.store.journal.journal import Journal
from autocoder_tui.ui.screens.history import HistoryScreen
from tests.store.kept_runs import events, run, snapshot
from tests.ui.driving import driven, setup_for, until

_MEASURED = """
import sys, time
from tests.peak_memory import peak_kb
from autocoder_tui.cli.main import main
begun = time.perf_counter()
code = main(sys.argv[1:])
took = time.perf_counter() - begun
print(f"{took:8.2f} s  {peak_kb() / 1024:6.0f} MB  exit code {code}", file=sys.stderr)
"""


def library() -> str:
    texts: list[str] = []
    for file in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if "site-packages" not in file.parts:
            texts.append(file.read_text(errors="replace"))
        if sum(map(len, texts)) > 30_000_000:
            break
    return "".join(texts)


def fill(state: Path, count: int, here: str) -> None:
    dice, source, history = random.Random(1), library(), History(state)

    def work(connection: object) -> None:
        for number in range(count):
            begin = dice.randrange(len(source) - 8000)
            started = f"20{20 + number // 365 % 6:02}-{number % 12 + 1:02}-{number % 28 + 1:02}T10:"
            kept = run(
                source[begin : begin + 8000],
                f"{number:012x}",
                started=f"{started}{number % 60:02}:00.000+00:00",
                project=here if number % 20 == 0 else f"/home/me/project{number % 20}",
                requirements=source[begin : begin + dice.randrange(40, 400)],
            )
            insert_text(connection, put_row(connection, row_of(kept)), text_of(kept))  # type: ignore[arg-type]
        forget_index(connection)  # type: ignore[arg-type]

    history._database.do(work, write=True)


def timed(words: str, action: Callable[[], object], times: int = 5) -> None:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        took.append((time.perf_counter() - begun) * 1000)
    print(f"{words:46} {sorted(took)[len(took) // 2]:9.1f} ms")


def command(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *arguments],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(Path.cwd()),
            "AUTOCODER_TUI_STATE_DIR": str(folder / "state"),
            "AUTOCODER_TUI_CONFIG_DIR": str(folder / "config"),
        },
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    print(f"autocoder-tui {' '.join(arguments):46} {done.stderr.strip()}")


async def typing(folder: Path) -> None:
    """From a key in the search field to the list that it finds, painted."""
    setup = setup_for(folder, "--base-url", "http://127.0.0.1:1/v1", "-m", "m")
    async with driven(setup) as (app, pilot):
        begun = time.perf_counter()
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen) and app.screen.highlighted)
        print(f"{'F6 to the list':46} {(time.perf_counter() - begun) * 1000:9.1f} ms")
        screen = app.screen
        assert isinstance(screen, HistoryScreen)
        await pilot.press("p", "slash")
        field = screen.query_one(Input)
        for letter in "subprocess":
            shown = screen._runs
            begun = time.perf_counter()
            await pilot.press(letter)
            await until(pilot, lambda shown=shown: screen._runs is not shown)  # type: ignore[misc]
            await pilot.pause()
            took = (time.perf_counter() - begun) * 1000
            print(f"  typed {field.value!r:38} {took:9.1f} ms")


def large_journal(state: Path, megabytes: int) -> Journal:
    """A run of many short batches, as a model's reply brings them."""
    journal = Journal(state, snapshot("b16"), print)
    journal.append([RequestStarted(1)])
    assert journal.path is not None
    usage = UsageUpdated(100, 20, 0, Decimal("0.25"), True)
    batches: list[list[Event]] = []
    for number in range(5000):
        batches.append([TextDelta(f"value_{number} = {number} * rate\n")])
        if number % 5 == 0:
            batches[-1].append(usage)
    lines = [{"events": [event_data(event) for event in batch]} for batch in batches]
    block = "".join(json.dumps(line) + "\n" for line in lines)
    with journal.path.open("a") as file:
        for _ in range(megabytes * 1_000_000 // len(block)):
            file.write(block)
    return journal


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "project").mkdir()
        here, state = str(folder / "project"), folder / "state"
        history = History(state)
        begun = time.perf_counter()
        fill(state, count, here)
        filled = time.perf_counter()
        timed("the first write makes the index", lambda: history.add(run("new", "abc")), 1)
        size = sum(file.stat().st_size for file in state.iterdir()) / 1_000_000
        print(f"{count:,} runs in {filled - begun:.0f} s, {size:.0f} MB")
        timed("list one project", lambda: history.list(here, limit=501))
        timed("list all projects", lambda: history.list(limit=501))
        timed("what is offered at a start", lambda: history.list(offered=True))
        timed("the prompts of all", lambda: history.prompts(500))
        for text in ("s", "zq", "漢", "sub", "self", "subprocess", "import subprocess", "def _x9"):
            timed(f"search {text!r}", lambda text=text: history.list(search=text, limit=501))  # type: ignore[misc]
        timed("the last run", lambda: history.get("last"))
        timed("add a run", lambda: history.add(run("another", "def")))
        timed("prune, nothing to do", lambda: history.prune(0, 36500))
        asyncio.run(typing(folder))
        command(folder, "history", "list", "--all")
        command(folder, "history", "list", "--all", "--search", "subprocess")
        command(folder, "history", "export", "--format", "jsonl")
        command(folder, "history", "export", "--format", "md")
        timed("prune 1,000 runs", lambda: history.prune(max(1, count - 1000), 0), 1)
        timed("delete all", lambda: history.delete_all(), 1)
        journal = large_journal(state, megabytes)
        assert journal.path is not None
        print(f"a journal of {journal.path.stat().st_size / 1_000_000:.0f} MB, being written:")
        command(folder, "history", "list", "--all")
        command(folder, "history", "show", "last", "--reply")
        journal.append(events("")[-1:])
        journal.close()
        print("the same, left behind:")
        command(folder, "history", "list", "--all")
        command(folder, "history", "list", "--all")
        command(folder, "history", "show", "last", "--reply")
        command(folder, "history", "show", "last")


if __name__ == "__main__":
    main()
