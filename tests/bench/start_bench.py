"""How long the program takes to its first paint, beside an empty Textual app in the same run.

    python -m tests.bench.start_bench [TIMES]

Each is a process of its own in a pseudo-terminal of 120x40, begun anew each time, in turns: the
empty app, which shows one word; the program to its first paint (the first character on the
screen), to a screen that takes keys (its requirements are focused), and until it is idle. Wall
clock and CPU (user and system, of all threads) in seconds; medians. The state folder is empty.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.terminal.program import ROOT, Pseudoterminal

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("ready")
Empty().run()
"""
TICKS = os.sysconf("SC_CLK_TCK")
SIZE = (120, 40)


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def shows(screen: Pseudoterminal, mark: str) -> bool:
    return mark in screen.picture.text if mark else bool(screen.picture.text.strip())


def environment(place: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": str(ROOT),
        "AUTOCODER_TUI_CONFIG_DIR": str(place / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(place / "state"),
    }


def measured(command: list[str], marks: list[str]) -> list[tuple[float, float]]:
    """Wall and CPU seconds until each of `marks` is on the screen ("" for anything at all), and
    at last until it is idle."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        project = place / "shop"
        project.mkdir()
        for number in range(20):
            (project / f"module_{number}.py").write_text("x = 1\n" * 50)
        begun = time.monotonic()
        screen = Pseudoterminal(command, environ=environment(place), folder=project, size=SIZE)
        found = []
        try:
            for mark in marks:
                screen.until(partial(shows, screen, mark))
                found.append((time.monotonic() - begun, cpu_seconds(screen.process.pid)))
            while True:
                before = cpu_seconds(screen.process.pid)
                time.sleep(0.5)
                if cpu_seconds(screen.process.pid) - before <= 0.02:
                    found.append((time.monotonic() - begun - 0.5, before))
                    return found
        finally:
            screen.process.kill()
            screen.process.wait()
            screen.hang_up()


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    empty = [sys.executable, "-c", EMPTY]
    ours = [sys.executable, "-m", "autocoder_tui"]
    rows: dict[str, list[tuple[float, float]]] = {}
    for _ in range(times):
        for name, figure in zip(
            ("empty: painted", "empty: idle"), measured(empty, [""]), strict=True
        ):
            rows.setdefault(name, []).append(figure)
        for name, figure in zip(
            ("ours: painted", "ours: panes", "ours: idle"),
            measured(ours, ["", "module_19.py"]),
            strict=True,
        ):
            rows.setdefault(name, []).append(figure)
    one = [statistics.median(values) for values in zip(*rows["empty: painted"], strict=True)]
    print(f"{'':18}{'wall s':>8}{'ratio':>7}{'CPU s':>8}{'ratio':>7}   median of {times}")
    for name, figures in rows.items():
        wall, cpu = (statistics.median(values) for values in zip(*figures, strict=True))
        print(f"{name:18}{wall:8.2f}{wall / one[0]:7.2f}{cpu:8.2f}{cpu / one[1]:7.2f}")


if __name__ == "__main__":
    main()
