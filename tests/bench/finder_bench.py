"""How long it takes from a letter typed in the finder to the list that follows it.

    python -m tests.bench.finder_bench [FILES]

The program runs in a pseudo-terminal on a project of 30,000 files, as a person starts it. Each
letter is written to the terminal, and timed until the first row of the list that is right for it
is on the screen. Beside it: a letter typed in the requirements of the same program, and the same
letters looked for by a plain scan, a loop over all names, without a screen.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autocoder_tui.workspace.file_index import FileIndex, list_files
from autocoder_tui.workspace.file_search import FileSearch
from tests.bench.run_bench import until_idle
from tests.terminal.program import Pseudoterminal, terminal

FILES = 30_000
QUERIES = ("report", "fpick", "srcview", "sess", "hist/row", "parse", "cli", "tokens")
_WORDS = [
    "report",
    "shop",
    "cli",
    "money",
    "parse",
    "token",
    "stream",
    "engine",
    "review",
    "widget",
    "file",
    "picker",
    "session",
    "store",
    "history",
    "journal",
    "config",
    "model",
    "run",
    "state",
    "test",
    "util",
    "main",
    "index",
    "base",
    "view",
    "list",
    "row",
    "line",
    "text",
]
_ENDINGS = (".py", ".ts", ".tsx", ".md", ".go", ".rs", ".c", ".h")
_PAUSE = 0.1
_KEYS = {"HYPERBOLIC_API_KEY": "none-is-sent"}


def make_project(folder: Path, files: int) -> None:
    """A project in git, with as many files, each of a few bytes."""
    random.seed(7)
    made: set[str] = set()
    while len(made) < files:
        folders = "/".join(random.choice(_WORDS) for _ in range(random.randint(1, 4)))
        sign = random.choice(("_", "", "-"))
        name = sign.join(random.sample(_WORDS, random.randint(1, 3)))
        made.add(f"{folders}/{name}{random.choice(_ENDINGS)}")
    for number, path in enumerate(sorted(made)):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{number}\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)


def plain_scan(paths: list[str], query: str) -> list[str]:
    """What a loop over the names finds, in no order but theirs."""
    found = []
    for path in paths:
        rest = iter(path.lower())
        if all(letter in rest for letter in query):
            found.append(path)
    return found


def scanned(paths: list[str]) -> list[float]:
    times = []
    for query in QUERIES:
        for count in range(1, len(query) + 1):
            begun = time.perf_counter()
            plain_scan(paths, query[:count])
            times.append(time.perf_counter() - begun)
    return times


def ranked(index: FileIndex) -> list[float]:
    times = []
    for query in QUERIES:
        search = FileSearch(index)
        for count in range(1, len(query) + 1):
            begun = time.perf_counter()
            search.search(query[:count])
            times.append(time.perf_counter() - begun)
    return times


def until_written(screen: Pseudoterminal, text: str) -> None:
    """Read what the program writes until `text` is in it: as it comes, since to keep a picture of
    the screen takes longer than to make it."""
    written = b""
    while text.encode() not in written:
        written += os.read(screen.master, 65536)


def typed(project: Path, folder: Path, index: FileIndex) -> tuple[list[float], list[float]]:
    """Seconds from each letter to its being seen in the requirements; and in the finder, from
    each to the line that says how many files have it, where that is another line than before."""
    times = []
    plain = []
    shown = f" of {len(index.paths):,}"
    with terminal(folder, project=project, environ=_KEYS) as screen:
        screen.until_shows("ready")
        # It counts what is in view.
        until_idle(screen.process.pid)
        for count in range(1, 40):
            begun = time.perf_counter()
            screen.press("x")
            screen.until_shows("x" * count)
            plain.append(time.perf_counter() - begun)
            time.sleep(_PAUSE)
        screen.press("ctrl+f")
        screen.until_shows(f"{shown} files", seconds=120)
        time.sleep(2)
        screen.stop_reading()
        time.sleep(0.2)
        for query in QUERIES:
            search = FileSearch(index)
            before = len(index.paths)
            for count in range(1, len(query) + 1):
                total = search.search(query[:count]).total
                begun = time.perf_counter()
                screen.press(query[count - 1])
                until_written(screen, f"{total:,}{shown}")
                if total != before:
                    times.append(time.perf_counter() - begun)
                before = total
                time.sleep(_PAUSE)
            screen.press("\x15")
            until_written(screen, f"{len(index.paths):,}{shown}")
    return plain, times


def told(name: str, times: list[float]) -> None:
    ordered = sorted(times)
    middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    print(f"{name:34} p50 {middle * 1000:6.1f} ms   p95 {late * 1000:6.1f} ms   n {len(times)}")


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    with tempfile.TemporaryDirectory() as place:
        project = Path(place) / "project"
        make_project(project, files)
        begun = time.perf_counter()
        index = list_files(project)
        print(f"{len(index.paths):,} files listed in {time.perf_counter() - begun:.2f} s")
        told("a plain scan, no screen", scanned(list(index.paths)))
        told("our ranking, no screen", ranked(index))
        plain, found = typed(project, Path(place), index)
        told("a letter in the requirements, pty", plain)
        told("a letter to its list, pty", found)


if __name__ == "__main__":
    main()
