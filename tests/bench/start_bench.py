"""How long the program takes to its first paint, beside an empty Textual app in the same run.

    python -m tests.bench.start_bench [TIMES]

Each is a process of its own in a pseudo-terminal of 120x40, begun anew each time, in turns: the
empty app, until it shows its one word; the program until its frame is there (the first character
on the screen), until its workspace is (the files are listed), until letters that were typed as soon
as the frame was there stand in the requirements, and until it is idle; and commands without the
screen until they have ended. Wall clock and CPU (user and system, of all threads) in seconds;
medians. The state folder is empty.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TypeAlias

from tests.terminal.program import ROOT, Pseudoterminal

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("ready")
Empty().run()
"""
TYPED = "zqx"
OURS = {"frame": "", "workspace": "module_19.py", "typed is there": TYPED}
FLAGS = ("--base-url", "http://127.0.0.1:9/v1", "-m", "m")
"""With a model nothing opens in front of the workspace."""
COMMANDS = (["--version"], ["--help"], ["run", "--help"], ["--list-models"])
TICKS = os.sysconf("SC_CLK_TCK")
SIZE = (120, 40)

Row: TypeAlias = tuple[str, float, float]


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


def measured(command: list[str], marks: dict[str, str], typed: str = "") -> list[Row]:
    """Wall and CPU seconds until each of `marks` is on the screen ("" for anything at all), and
    at last until it is idle. `typed` is typed at the first of them."""
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
            for name, mark in marks.items():
                screen.until(partial(shows, screen, mark))
                found.append((name, time.monotonic() - begun, cpu_seconds(screen.process.pid)))
                if typed:
                    screen.press(typed)
                    typed = ""
            while True:
                before = cpu_seconds(screen.process.pid)
                time.sleep(0.5)
                if cpu_seconds(screen.process.pid) - before <= 0.02:
                    found.append(("idle", time.monotonic() - begun - 0.5, before))
                    return found
        finally:
            screen.process.kill()
            screen.process.wait()
            screen.hang_up()


def ended(command: list[str]) -> tuple[float, float]:
    """The same until a command has ended by itself."""
    with tempfile.TemporaryDirectory() as folder:
        begun, before = time.monotonic(), os.times()
        subprocess.run(
            command, env=environment(Path(folder)), cwd=folder, capture_output=True, check=True
        )
        after = os.times()
    cpu = sum(after[2:4]) - sum(before[2:4])
    return time.monotonic() - begun, cpu


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    ours = [sys.executable, "-m", "autocoder_tui"]
    rows: dict[str, list[tuple[float, float]]] = {}
    for _ in range(times):
        empty = measured([sys.executable, "-c", EMPTY], {"painted": ""})
        full = measured([*ours, *FLAGS], OURS, TYPED)
        for who, found in (("empty", empty), ("ours", full)):
            for name, wall, cpu in found:
                rows.setdefault(f"{who}: {name}", []).append((wall, cpu))
        for command in COMMANDS:
            rows.setdefault(" ".join(command), []).append(ended([*ours, *command]))
    one = [statistics.median(values) for values in zip(*rows["empty: painted"], strict=True)]
    print(f"{'':22}{'wall s':>8}{'ratio':>7}{'CPU s':>8}{'ratio':>7}   median of {times}")
    for name, figures in rows.items():
        wall, cpu = (statistics.median(values) for values in zip(*figures, strict=True))
        print(f"{name:22}{wall:8.2f}{wall / one[0]:7.2f}{cpu:8.2f}{cpu / one[1]:7.2f}")


if __name__ == "__main__":
    main()
