"""How soon a large diff is on the screen, and how it scrolls, in the program as a person runs it.

    python -m tests.bench.review_bench [LINES]

The program is opened in a pseudo-terminal of 120x40 on a reply that changes a small file and one
of 10,000 lines (`autocoder-tui review`). Timed are: from the key that goes to the large file to
its first hunk on the screen, each time in a program begun anew; and from a key that scrolls it by
a page or a row to what is written then. Beside it: the new text of that file in a text area of
Textual, shown by a key and scrolled by the same keys.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.diff_bench import program, scattered
from tests.bench.raw_terminal import RawTerminal
from tests.bench.run_bench import SIZE, end
from tests.bench.start_bench import environment
from tests.terminal.program import Pseudoterminal

LINES = 10_000
SCROLLS = 30
_MARK = "ЖЩЖ"
"""Letters that were not on the screen before: what was there already is not written again."""
_REST = 1.5
"""Seconds until what was asked for is drawn to its last colour, and the program rests."""
_BETWEEN = 0.06
_KEYS = {"page": "\x1b[6~", "row": "\x1b[B"}

PLAIN = """
import sys
from pathlib import Path
from textual.app import App
from textual.binding import Binding
from textual.widgets import TextArea
text = Path(sys.argv[1]).read_text()
class Plain(App):
    BINDINGS = [Binding("right_square_bracket", "load", priority=True)]
    def compose(self):
        yield TextArea("smallchange", read_only=True)
    def action_load(self):
        self.query_one(TextArea).load_text(text)
Plain().run()
"""


def make_project(folder: Path, lines: int) -> Path:
    """A project of two files and a reply that changes both; the path of the reply."""
    old = program(lines)
    new = scattered(old, random.Random(1))
    new[0] = f"# {_MARK}"
    (folder / "a.py").write_text("small = 1\n")
    (folder / "b.py").write_text("\n".join(old) + "\n")
    large = "\n".join(new) + "\n"
    reply = folder.parent / "reply.txt"
    reply.write_text(
        f'<file path="a.py">\nsmallchange = 2\n</file>\n<file path="b.py">\n{large}</file>\n'
    )
    (folder.parent / "large.txt").write_text(large)
    return reply


def of_screen(screen: Pseudoterminal) -> tuple[float, dict[str, list[float]]]:
    """Seconds to the large text, and of each key that scrolls it."""
    screen.until_shows("smallchange")
    time.sleep(_REST)
    raw = RawTerminal(screen)
    first = raw.timed("]", _MARK)
    raw.drain(_REST)
    times: dict[str, list[float]] = {}
    for name, key in _KEYS.items():
        for _ in range(SCROLLS):
            times.setdefault(name, []).append(raw.timed(key))
            raw.drain(_BETWEEN)
    return first, times


def measured(lines: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Of the program and of the text area, in turns: "first" and the names of the keys."""
    found: dict[str, dict[str, list[float]]] = {"plain": {}, "program": {}}
    for _ in range(rounds):
        for name, rows in found.items():
            with tempfile.TemporaryDirectory() as folder:
                place = Path(folder)
                project = place / "project"
                project.mkdir()
                reply = make_project(project, lines)
                command = [sys.executable, "-c", PLAIN, str(place / "large.txt")]
                if name == "program":
                    command = [sys.executable, "-m", "autocoder_tui", "review", str(reply)]
                environ = environment(place)
                screen = Pseudoterminal(command, environ=environ, folder=project, size=SIZE)
                try:
                    first, times = of_screen(screen)
                finally:
                    end(screen)
            for what, values in {"first": [first], **times}.items():
                rows.setdefault(what, []).extend(values)
    return found


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    for name, rows in measured(lines, 3).items():
        for what, times in rows.items():
            ordered = sorted(times)
            middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
            print(
                f"{name:8} {what:6} p50 {middle * 1000:6.1f} ms   p95 {late * 1000:6.1f} ms"
                f"   n {len(times)}"
            )


if __name__ == "__main__":
    main()
