"""Times of the diff view, for four kinds of edit at four sizes. Run as a script:

    python tests/bench/diff_bench.py [lines ...]

It prints, in milliseconds: the diff itself (in the application, off the event loop); from
`show()` to the first frame and to the coloured one; one frame after a scroll by one row, by
a page and after a jump to the next hunk (median and 95th percentile); the same page wrapped;
from a key press to the frame that shows it, through the application and its compositor; a
search of the whole file; and megabytes held for one review on show. But for "key to frame",
frames are painted in full, without a terminal.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from rich.console import RenderableType
from textual import app as source
from textual.app import App, ComposeResult
from textual.events import Key
from textual.pilot import Pilot
from textual.screen import Screen

from autocoder_tui.review import FileReview, Verdict
from autocoder_tui.review.rows.search import find
from autocoder_tui.ui.widgets.diff.view import DiffView

SIZE = (120, 40)


def program(count: int) -> list[str]:
    """`count` lines of a real program, repeated with different names where it is too short."""
    text = Path(source.__file__).read_text(encoding="utf-8")
    lines = text.split("\n")
    found: list[str] = []
    while len(found) < count:
        turn = len(found) // len(lines)
        found += [line + f"  # {turn}" if turn and line.strip() else line for line in lines]
    return found[:count]


def few(lines: list[str], dice: random.Random) -> list[str]:
    edited = list(lines)
    for _ in range(3):
        edited[dice.randrange(len(edited))] = f"edited = {dice.random()}"
    return edited


def scattered(lines: list[str], dice: random.Random) -> list[str]:
    edited: list[str] = []
    for line in lines:
        chance = dice.random()
        if not 0.04 <= chance < 0.07:
            edited.append(line + " edited" if chance < 0.04 else line)
        if 0.07 <= chance < 0.1:
            edited.append(f"    inserted = {dice.randrange(50)}")
    return edited


def rewritten(lines: list[str], dice: random.Random) -> list[str]:
    return [line and f"{number} {line[::-1]}" for number, line in enumerate(reversed(lines))]


def repetitive(lines: list[str], dice: random.Random) -> list[str]:
    """Stands for both sides: eight different lines only."""
    choice = ["}", "{", "", "    return x", "    x = 1", "    y = 2", "    call()", "else:"]
    return [dice.choice(choice) for _ in lines]


class Stage(App[None]):
    shown_at = 0.0

    def compose(self) -> ComposeResult:
        yield DiffView()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        self.shown_at = time.perf_counter()


async def key_to_frame(app: Stage, pilot: Pilot[None], key: str) -> float:
    """Milliseconds from a key event to the frame that shows it."""
    start = time.perf_counter()
    app.post_message(Key(key, key))
    while app.shown_at < start:
        await asyncio.sleep(0)
    taken = (app.shown_at - start) * 1_000
    await pilot.pause()
    return taken


def frame(diff: DiffView) -> None:
    for y in range(diff.size.height):
        diff.render_line(y)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000


def spread(times: list[float]) -> str:
    times = sorted(times)
    return f"{times[len(times) // 2]:6.1f}/{times[int(len(times) * 0.95)]:6.1f}"


async def measure(name: str, before: str, after: str) -> None:
    diffing = timed(lambda: FileReview.of("bench.py", before, after))
    review = FileReview.of("bench.py", before, after)
    app = Stage()
    async with app.run_test(size=SIZE) as pilot:
        diff = app.query_one(DiffView)
        diff.show(FileReview.of("warm.py", "a\n", "b\n"))
        diff.focus()
        await app.workers.wait_for_complete()
        start = time.perf_counter()

        def show() -> None:
            diff.show(review)
            frame(diff)

        first = timed(show)
        await app.workers.wait_for_complete()
        frame(diff)
        coloured = (time.perf_counter() - start) * 1_000
        await pilot.pause()
        rows: list[float] = []
        pages: list[float] = []
        hunks: list[float] = []
        verdicts: list[float] = []
        for _ in range(100):
            for times, action in (
                (rows, diff.action_scroll_down),
                (pages, diff.action_page_down),
                (hunks, diff.action_next_hunk),
                (verdicts, lambda: diff.action_decide(Verdict.ACCEPTED.value)),
            ):
                action()
                times.append(timed(lambda: frame(diff)))
        keys = [await key_to_frame(app, pilot, key) for key in "pn" * 20]
        diff.action_scroll_home()
        diff.wrap = True
        wrapped = []
        for _ in range(50):
            diff.action_page_down()
            wrapped.append(timed(lambda: frame(diff)))
        diff.wrap = False
        found = [timed(lambda: find(review.diff, review.hunks, "return", side_by_side=True))]
        jumps = [timed(diff.action_next_hunk) for _ in range(50)]
        decisions = [timed(lambda: diff.action_decide("accepted")) for _ in range(50)]
    tracemalloc.start()
    held = FileReview.of("bench.py", before, after)
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    print(
        f"{name:24} {diffing:7.1f} {len(held.hunks):6} {first:7.1f} {coloured:8.0f}"
        f" {spread(rows)} {spread(pages)} {spread(hunks)} {spread(verdicts)}"
        f" {spread(wrapped)} {spread(keys)} {spread(jumps)} {spread(decisions)}"
        f" {found[0]:7.1f} {megabytes:6.1f}",
        flush=True,
    )


async def main(sizes: list[int]) -> None:
    print(
        f"{'':24} {'diff':>7} {'hunks':>6} {'first':>7} {'coloured':>8} {'by row':>13}"
        f" {'by page':>13} {'by hunk':>13} {'verdict':>13} {'wrapped page':>13}"
        f" {'key to frame':>13} {'jump only':>13} {'decide only':>13} {'search':>7} {'MB':>6}"
    )
    for size in sizes:
        old = program(size)
        for edit in (few, scattered, rewritten, repetitive):
            dice = random.Random(1)
            base = repetitive(old, dice) if edit is repetitive else old
            change = scattered if edit is repetitive else edit
            texts = ["\n".join(side) + "\n" for side in (base, change(base, dice))]
            await measure(f"{size:6,} {edit.__name__}", *texts)


if __name__ == "__main__":
    asyncio.run(main([int(n) for n in sys.argv[1:]] or [200, 2_000, 10_000, 50_000]))
