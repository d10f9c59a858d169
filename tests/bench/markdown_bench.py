"""What Markdown costs while it streams, beside the code view with the same text in the same app.

    python tests/bench/markdown_bench.py                 everything, about ten minutes
    python tests/bench/markdown_bench.py --tokens 10000  one length only
    python tests/bench/markdown_bench.py open            a conversation of 300 entries opened

Each measurement is a process of its own under a pseudo-terminal of 120 x 40 that is read as fast
as it is written. The text comes as it does at 1,000 tokens a second, 33 tokens a picture, but the
next piece as soon as the picture is painted. CPU seconds are those of the process, all threads,
from the first to the last token; a token is four characters. The numbers depend on the machine:
compare them with each other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

LENGTHS = (10_000, 50_000, 100_000)
PICTURE = 33 * 4
SENTENCE = "The quick `brown` fox jumps over **the lazy** dog, and *it* is here for you to see. "
ITEM = "{}. Item with `code` and some words to read\n   - nested item, **bold** in it\n"
TEXTS = {
    "prose": ("", SENTENCE * 4 + "\n\n"),
    "lists": ("", "".join(ITEM.format(number) for number in range(1, 40))),
    "one fence": ("```python\n", "    value = compute(1, 'two')  # three\n    return value\n"),
    "one table": (
        "| a | b | c |\n|---|--:|---|\n",
        "| name of row | 12345 | a `code` and more |\n",
    ),
    "one line": ("", SENTENCE),
    "one quote": ("", "> " + SENTENCE + "\n> - an item in a quote\n"),
    "fence in a list": ("1. Do\n\n   ```python\n", "   value = compute(1, 'two')  # three\n"),
}


def text_of(kind: str, tokens: int) -> str:
    head, unit = TEXTS[kind]
    length = tokens * 4
    return (head + unit * (length // len(unit) + 1))[:length]


# ---------------------------------------------------------------------- in the process


def measure(kind: str, view_name: str, tokens: int, result: Path) -> None:
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    from autocoder_tui.ui.widgets.markdown.view import MarkdownView
    from autocoder_tui.ui.widgets.stream.view import StreamView

    text = text_of(kind, tokens)

    class BenchApp(App[None]):
        CSS = "StreamView, MarkdownView { height: 1fr; } #left { width: 24; dock: left; }"

        def compose(self) -> ComposeResult:
            yield Static("files", id="left")
            if view_name != "none":
                yield MarkdownView() if view_name == "markdown" else StreamView()

        def on_mount(self) -> None:
            self.run_worker(self.work())

        async def work(self) -> None:
            await asyncio.sleep(0.5)
            view: Any = None if view_name == "none" else self.query("MarkdownView, StreamView")[0]
            begun, worst = time.process_time(), 0.0
            for at in range(0, len(text), PICTURE):
                before = time.process_time()
                if view is not None:
                    view.append(text[at : at + PICTURE])
                if view_name == "markdown":
                    view.take_in()
                painted = asyncio.Event()
                self.call_after_refresh(painted.set)
                await painted.wait()
                worst = max(worst, time.process_time() - before)
            seconds = time.process_time() - begun
            result.write_text(json.dumps({"seconds": seconds, "worst": worst}))
            self.exit()

    BenchApp().run()


def open_conversation(count: int, result: Path) -> None:
    from textual.app import App, ComposeResult

    from autocoder_tui.ui.widgets.markdown.entries import Entry
    from autocoder_tui.ui.widgets.markdown.view import MarkdownView

    answer = "".join(text_of(kind, 250) + "\n\n" for kind in ("prose", "lists", "one fence"))
    entries = [
        Entry(f"Question {number}: how is this done?", "plain", "You")
        if number % 2 == 0
        else Entry(answer, head="model", note="$0.0012")
        for number in range(count)
    ]

    class BenchApp(App[None]):
        CSS = "MarkdownView { height: 1fr; }"

        def compose(self) -> ComposeResult:
            yield MarkdownView()

        def on_mount(self) -> None:
            self.run_worker(self.work())

        async def work(self) -> None:
            await asyncio.sleep(0.5)
            view = self.query_one(MarkdownView)
            kept = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            begun = time.perf_counter()
            view.set_entries(entries)
            view.take_in()
            painted = asyncio.Event()
            self.call_after_refresh(painted.set)
            await painted.wait()
            seconds = time.perf_counter() - begun
            view.settle()
            measured = time.perf_counter() - begun
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - kept
            result.write_text(
                json.dumps({"seconds": seconds, "measured": measured, "kilobytes": grown})
            )
            self.exit()

    BenchApp().run()


# ---------------------------------------------------------------------- the table


def run(*arguments: str) -> dict[str, float]:
    from tests.bench.stream_bench import under_terminal

    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result"
        under_terminal([sys.executable, str(Path(__file__)), *arguments, str(result)], limit=900)
        found: dict[str, float] = json.loads(result.read_text())
        return found


def table(lengths: list[int]) -> None:
    print("CPU microseconds a token; in brackets the worst picture in ms; aim: at most 2.0 times")
    print(f"{'':<16} {'tokens':>8} {'no view':>9} {'code view':>17} {'markdown':>17}   ratio   net")
    for kind in TEXTS:
        for tokens in lengths:
            cost = {view: run("measure", kind, view, str(tokens)) for view in
                    ("none", "code", "markdown")}  # fmt: skip
            each = {view: found["seconds"] / tokens * 1e6 for view, found in cost.items()}
            ratio = each["markdown"] / each["code"]
            net = (each["markdown"] - each["none"]) / (each["code"] - each["none"])
            cells = "".join(
                f" {each[view]:8.1f} ({cost[view]['worst'] * 1e3:5.1f})"
                for view in ("code", "markdown")
            )
            print(f"{kind:<16} {tokens:8,} {each['none']:9.1f} {cells}  {ratio:6.2f} {net:6.2f}")
            sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", nargs="?", default="stream")
    parser.add_argument("arguments", nargs="*")
    parser.add_argument("--tokens", type=int)
    options = parser.parse_args()
    if options.what == "measure":
        kind, view, tokens, result = options.arguments
        measure(kind, view, int(tokens), Path(result))
    elif options.what == "entries":
        open_conversation(int(options.arguments[0]), Path(options.arguments[1]))
    elif options.what == "open":
        for count in (2, 300, 3_000):
            found = run("entries", str(count))
            print(
                f"{count:5} entries: painted after {found['seconds'] * 1e3:6.1f} ms, all measured "
                f"after {found['measured'] * 1e3:7.1f} ms, {found['kilobytes'] / 1024:.1f} MB more"
            )
    else:
        table([options.tokens] if options.tokens else list(LENGTHS))


if __name__ == "__main__":
    main()
