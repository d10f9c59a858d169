"""A plan of many files, written one by one by a loopback model with a 32k window.

python -m tests.bench.project_bench [FILES] [FUNCTIONS-PER-FILE] [WINDOW]

Printed: requests, tokens, the request that came nearest to the window with its reply, seconds,
and the memory held after each ten files; then what the steps cost by their meters.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
from pathlib import Path

from autocoder_tui.steps.context import Spent
from autocoder_tui.steps.progress import ProjectProgress
from autocoder_tui.steps.shipped.benchmark import table
from autocoder_tui.system.malloc import return_freed_memory
from tests.steps.large_plan import WINDOW, LargeModel, large_session
from tests.steps.places import PlainFace


class Watching(PlainFace):
    """Notes how much memory is held as files come."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.held: list[tuple[int, int]] = []

    def progressed(self, progress: ProjectProgress) -> None:
        count = len(progress.steps[1].files)
        if count % 10 == 0 and count > (self.held[-1][0] if self.held else 0):
            gc.collect()
            self.held.append((count, held_kb()))


def held_kb() -> int:
    (line,) = (
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    )
    return int(line.split()[1])


async def measure(files: int, functions: int, window: int) -> None:
    model = LargeModel(files, functions)
    with tempfile.TemporaryDirectory() as name:
        async with large_session(Path(name), model, window, Watching) as session:
            began, used = time.monotonic(), time.process_time()
            await session.run()
            seconds, used = time.monotonic() - began, time.process_time() - used
    face = session.place.face
    assert isinstance(face, Watching)
    steps = session.progress.steps
    print({step.name: (step.state, step.detail) for step in steps})
    print(
        f"{files} files, window {window:,}: {len(model.asked)} requests, "
        f"{sum(sent for _, sent in model.asked):,} tokens sent, {sum(model.reply_tokens):,} came, "
        f"fullest request with its reply {model.fullest:,} ({model.fullest / window:.0%} of the "
        f"window), {seconds:.1f} s, {used:.1f} s of CPU with the server"
    )
    print(f"with the text of all files before it, the last request had {model.with_all_texts:,}")
    print("memory, MB: " + ", ".join(f"{n} files {kb / 1024:.0f}" for n, kb in face.held))
    spent = {
        step.name: Spent(step.requests, step.tokens, step.cost_usd, step.seconds) for step in steps
    }
    print(table(spent), end="")


if __name__ == "__main__":
    return_freed_memory()  # as the program does
    given = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(measure(*(given + [60, 8, WINDOW][len(given) :])))
