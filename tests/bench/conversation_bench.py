"""A conversation of 300 messages: opened from the history, and scrolled by keys while an answer
comes, beside the code view in the same run.

    python -m tests.bench.conversation_bench [MESSAGES]

Answers are 2,000 characters of prose, lists and code. The program is the whole one, without a
terminal; the server answers at 300 tokens a second in the same process. A key's time goes from
its arrival to the rows being handed out that it moved. The numbers depend on the machine: compare
them with each other.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot
from textual.widgets import TextArea

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.widgets.answers import AnswerView
from autocoder_tui.ui.widgets.line_scroller import LineScroller
from autocoder_tui.ui.widgets.stream.view import StreamView
from tests.store.kept_runs import snapshot
from tests.ui.driving import driven, setup_for, until

PROSE = "The quick `brown` fox jumps over **the lazy** dog, and it is here for you to see. "
CODE = "```python\n" + "    value = compute(1, 'two')  # three\n" * 12 + "```\n"
ANSWER = f"{PROSE * 6}\n\n- {PROSE}\n- {PROSE}\n\n{CODE}\n{PROSE * 8}\n"
LONG = ANSWER * 12
FILE = '<file path="a.py">\n' + "    value = compute(1, 'two')  # three\n" * 900 + "</file>\n"
KEYS = 60


def fill(state: Path, project: str, messages: int) -> str:
    """Keep a conversation; returns the id of its last run."""
    history, before = History(state), ""
    for number in range(messages // 2):
        run_id = f"{number:012x}"
        moment = f"2026-03-01T{number // 60:02}:{number % 60:02}:00.000+00:00"
        sent = snapshot(
            run_id,
            project=project,
            started=moment,
            requirements=f"Question {number}: how is this done?",
            target=None,
            mode="query",
            purpose="query",
            thread=f"{0:012x}",
            parent=before,
        )
        history.add(
            KeptRun(
                sent,
                f"Question {number}",
                moment,
                "finished",
                reply=f"Answer {number}\n\n{ANSWER}",
                prompt_tokens=1000,
                completion_tokens=500,
                cost_usd=Decimal("0.001"),
            )
        )
        before = run_id
    return before


def memory() -> float:
    """Megabytes of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def opened(app: AutocoderApp, pilot: Pilot[str], last: str) -> tuple[float, float]:
    """Seconds until the conversation is in the view, all of it and the reading of it alone."""
    app.conversation.begin_new()
    await pilot.pause()
    run = await asyncio.to_thread(app.recovery.history.get, last)
    begun = time.perf_counter()
    await asyncio.to_thread(app.recovery.history.thread, run.snapshot.thread)
    read = time.perf_counter() - begun
    begun = time.perf_counter()
    run = await asyncio.to_thread(app.recovery.history.get, last)
    await app.recovery.open_run(run)
    painted = asyncio.Event()
    app.call_after_refresh(painted.set)
    await painted.wait()
    return time.perf_counter() - begun, read


async def key_times(app: AutocoderApp, view: LineScroller) -> list[float]:
    """Seconds from a key to the picture it made, while something streams into `view`."""
    times: list[float] = []
    original: Any = view.render_lines
    seen = asyncio.Event()
    moved = 0

    def watched(crop: Any) -> Any:
        rows = original(crop)
        if view.top_line != moved:
            seen.set()
        return rows

    view.render_lines = watched  # type: ignore[method-assign]
    try:
        for number in range(KEYS):
            key = "pageup" if number % 2 == 0 else "pagedown"
            moved = view.top_line
            seen.clear()
            begun = time.perf_counter()
            app.post_message(events.Key(key, None))
            try:
                async with asyncio.timeout(2):
                    await seen.wait()
            except TimeoutError:
                continue
            times.append(time.perf_counter() - begun)
            await asyncio.sleep(0.03)
    finally:
        view.render_lines = original  # type: ignore[method-assign]
    return times


def told(words: str, times: list[float]) -> None:
    times = sorted(times)
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"{words:<44} p50 {p50 * 1e3:6.1f} ms   p95 {p95 * 1e3:6.1f} ms   of {len(times)}")


async def streamed(app: AutocoderApp, pilot: Pilot[str], mode: str, view: LineScroller) -> None:
    app.modes.choose("query" if mode == "query" else "generate")
    app.main.query_one("#requirements", TextArea).text = "And now?"
    await pilot.press("ctrl+r")
    await until(pilot, lambda: app.runner.state.text.count("\n") > 60, 60)
    await until(pilot, lambda: app.focused is view)
    told(f"key to paint, {mode}", await key_times(app, view))
    print(f"{'':<44} still streaming: {app.runner.running}")
    app.action_stop()
    await until(pilot, lambda: not app.runner.running)


async def main(messages: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        setup = setup_for(folder)
        last = fill(setup.places.state, str(setup.root), messages)
        script = [Reply(FILE), Reply(LONG)] * 3 + [Reply(ANSWER)] * 30
        async with DemoServer(script, tokens_per_second=300) as server:
            setup = setup_for(folder, "--base-url", server.base_url, "-m", "test-model")
            async with driven(setup) as (app, pilot):
                await until(pilot, lambda: app.recovery.done)
                for _ in range(5):
                    whole, read = await opened(app, pilot, last)
                    print(f"opened: {whole * 1e3:6.1f} ms, of which read {read * 1e3:6.1f} ms")
                print(f"entries: {len(app.main.query_one(AnswerView).entries)}")
                before = memory()
                for _ in range(10):
                    await opened(app, pilot, last)
                print(f"memory: {before:.1f} MB, opened ten times more {memory():.1f} MB")
                for _ in range(3):
                    await streamed(app, pilot, "generate", app.main.query_one(StreamView))
                    await streamed(app, pilot, "query", app.main.query_one(AnswerView))
                print(f"memory: {memory():.1f} MB after three more answers")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
