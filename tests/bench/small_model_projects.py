"""What a model makes of five small prompts, by the steps that are shipped.

python -m tests.bench.small_model_projects BASE_URL MODEL [CONFIGURATION[:PROMPT]...]

Each program is written into a new folder below one that is printed; whatever is proposed is
accepted, and nothing is run. Said of each: whether its steps came to their end, whether its Python
compiles, whether a call of it by `TRIALS` does what was asked, and what it took.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autocoder_tui.runs.setup import choose_model
from autocoder_tui.steps.configuration import load_configurations
from autocoder_tui.steps.opening import begin_session
from tests.steps.places import PlainFace
from tests.ui.driving import setup_for

PROMPTS = {
    "words": "A command line program in Python, words.py, that counts the lines, words and "
    "characters of the text file it is given, and prints the three numbers on one line.",
    "fizzbuzz": "FizzBuzz in Python: fizzbuzz.py has a function fizzbuzz(n) that returns the text "
    "for one number, and prints those for 1 to 100 when it is run. With unit tests in "
    "test_fizzbuzz.py.",
    "csv": "A Python script, csv_to_json.py, that reads a CSV file with a header line and writes a "
    "JSON file with a list of objects. Both names are given on the command line.",
    "todo": "A todo list for the command line in Python, todo.py. It keeps the items in todo.json. "
    "The commands are: add TEXT, list, done NUMBER.",
    "temperature": "A temperature converter in Python, convert.py. It is called with a number and "
    "one letter, C or F, and prints the value in the other unit with one digit after the point.",
}
TRIALS: dict[str, tuple[tuple[str, ...], ...]] = {
    "words": (("words.py", "text.txt"),),
    "fizzbuzz": (("fizzbuzz.py",), ("-m", "unittest", "-q")),
    "csv": (("csv_to_json.py", "data.csv", "data.json"),),
    "todo": (("todo.py", "add", "milk"), ("todo.py", "list")),
    "temperature": (("convert.py", "100", "C"),),
}
WANTED = {"words": "2", "fizzbuzz": "FizzBuzz", "csv": "", "todo": "milk", "temperature": "212.0"}
CONFIGURATIONS = ("simple", "lite", "clarify")


@dataclass
class Made:
    """What came of one prompt."""

    ended: bool
    detail: str
    files: list[str]
    compiles: bool
    works: bool
    requests: int
    tokens: tuple[int, int]
    seconds: float


async def make(folder: Path, base_url: str, model: str, prompt: str, name: str) -> Made:
    folder.mkdir(parents=True)
    setup = setup_for(folder, "--base-url", base_url, "-m", model, "--temperature", "0")
    own = setup.root / ".autocoder"
    own.mkdir()
    (own / "prompt").write_text(PROMPTS[prompt])
    face = PlainFace(setup)
    configurations, _ = load_configurations(setup.root, setup.places.config)
    began = time.monotonic()
    session = await begin_session(setup, face, lambda: choose_model(setup), configurations[name])
    try:
        await session.run()
    finally:
        session.close()
    steps = session.progress.steps
    tokens = [step.tokens for step in steps]
    files = sorted(
        path.relative_to(setup.root).as_posix()
        for path in setup.root.rglob("*")
        if path.is_file() and ".autocoder" not in path.parts
    )
    return Made(
        session.progress.ended,
        next((step.detail for step in steps if step.state != "done"), ""),
        files,
        compiles(setup.root, files),
        works(setup.root, prompt),
        sum(step.requests for step in steps),
        (sum(sent for sent, _ in tokens), sum(came for _, came in tokens)),
        time.monotonic() - began,
    )


def compiles(root: Path, files: Sequence[str]) -> bool:
    python = [path for path in files if path.endswith(".py")]
    for path in python:
        try:
            compile((root / path).read_bytes(), path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return bool(python)


def works(root: Path, prompt: str) -> bool:
    """Whether the program does what was asked of it, as far as one call shows."""
    (root / "text.txt").write_text("one two\nthree\n")
    (root / "data.csv").write_text("name,age\nAda,36\n")
    said = ""
    for command in TRIALS[prompt]:
        try:
            done = subprocess.run(
                [sys.executable, *command], cwd=root, capture_output=True, timeout=20, check=False,
                stdin=subprocess.DEVNULL, text=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
        said += done.stdout
        if done.returncode:
            return False
    if prompt == "csv":
        file = root / "data.json"
        return file.exists() and "Ada" in file.read_text()
    return WANTED[prompt] in said


async def main(base_url: str, model: str, names: Sequence[str]) -> None:
    place = Path(tempfile.mkdtemp(prefix="projects-"))
    print(f"in {place}", flush=True)
    for wanted in names or CONFIGURATIONS:
        name, _, one = wanted.partition(":")
        for prompt in [one] if one else PROMPTS:
            made = await make(place / name / prompt, base_url, model, prompt, name)
            sent, came = made.tokens
            print(
                f"{name:<8} {prompt:<12} ended {_yes(made.ended)}  compiles {_yes(made.compiles)}  "
                f"works {_yes(made.works)}  {made.requests} requests, {sent:,} + {came:,} tokens, "
                f"{made.seconds:.0f} s: {', '.join(made.files)} {made.detail[:160]}",
                flush=True,
            )


def _yes(value: bool) -> str:
    return "yes" if value else "NO "


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
