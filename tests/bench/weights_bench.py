"""What a key press waits for while 2,000 files are counted in the background.

    python -m tests.bench.weights_bench

Keys are pressed in the requirements, and timed until the screen has been drawn again.
"""

from __future__ import annotations

import asyncio
import inspect
import tempfile
import time
from pathlib import Path

from textual.events import Key
from textual.widgets import TextArea

from autocoder_tui.engine import run_state as state
from autocoder_tui.engine.metering import tokens
from autocoder_tui.ui.widgets.files.picker import FilePicker
from tests.ui.driving import driven, setup_for, until

FILES = 2_000


def make_project(folder: Path) -> None:
    text = inspect.getsource(state) + inspect.getsource(tokens)
    for number in range(FILES):
        path = folder / f"part{number % 40}" / f"file{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {number}\n{text[number : number + 6000]}")


async def measure(folder: Path) -> None:
    key = {"HYPERBOLIC_API_KEY": "none-is-sent"}
    async with driven(setup_for(folder, environ=key)) as (app, pilot):
        picker = app.main.query_one(FilePicker)
        await until(pilot, lambda: picker._weights._files)
        area = app.main.query_one("#requirements", TextArea)
        area.focus()

        async def one_key() -> float:
            # Not through the pilot, which waits until nothing at all is being done.
            changed = asyncio.Event()
            length, pressed = len(area.text), time.monotonic()
            app.post_message(Key("x", "x"))
            while len(area.text) == length:
                await asyncio.sleep(0)
            area.call_after_refresh(changed.set)
            await changed.wait()
            return time.monotonic() - pressed

        waited: list[float] = []
        begun = time.monotonic()
        while len(picker._weights._files) < FILES:
            waited.append(await one_key())
            await asyncio.sleep(0.01)
        print(f"{FILES} files counted in {time.monotonic() - begun:.1f} s")
        await until(pilot, lambda: not app.weigher._working)
        still = []
        for _ in range(100):
            still.append(await one_key())
            await asyncio.sleep(0.01)
    for name, times in (("while counting", waited), ("at rest", still)):
        times.sort()
        print(f"{name}: {len(times)} keys, median {times[len(times) // 2] * 1000:.0f} ms, ", end="")
        print(f"p95 {times[int(len(times) * 0.95)] * 1000:.0f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        make_project(Path(folder) / "project")
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
