"""Real files to cut, found at run time, and a few kinds that must not be missing.

Nothing is stored in the repository: the Python standard library and the installed packages
give Python, Markdown, JSON, HTML, TOML and others. Which files tuned the rules is decided by
a hash of the file's path, so that the other half can be measured apart.
"""

from __future__ import annotations

import functools
import hashlib
import os
import random
import sysconfig
from dataclasses import dataclass
from pathlib import Path

SMALLEST, LARGEST = 900, 14_000
"""Characters of a corpus file."""
ROOT = Path(__file__).parents[2]
OTHER_SUFFIXES = (".md", ".rst", ".json", ".html", ".toml", ".css", ".js", ".c", ".h", ".yaml")


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to be generated. `tuned`: rules may have been tuned on it."""

    path: str
    text: str
    tuned: bool


def share(name: str) -> int:
    """A number from 0 to 99 that only depends on the name."""
    return hashlib.sha256(name.encode()).digest()[0] * 100 // 256


@functools.cache
def _listing(*roots: Path) -> dict[str, Path]:
    """Every file below the roots that may be a sample, by its path below its root."""
    found: dict[str, Path] = {}
    for root in roots:
        for folder, _, names in os.walk(root):
            for name in names:
                if name.endswith((".py", *OTHER_SUFFIXES)):
                    # Tens of thousands: a Path for each to be taken apart would take seconds.
                    path = f"{folder}/{name}"
                    inside = path[len(str(root)) + 1 :]
                    if not inside.startswith("site-packages"):
                        found.setdefault(inside, Path(path))
    return found


def load(count: int, *, seed: int = 1, roots: tuple[Path, ...] = ()) -> list[Sample]:
    """`count` files: two thirds Python, the rest everything else. From below `roots`, or
    whatever is installed."""
    made = [_sample(name, text) for name, text in made_files().items()]
    python = count * 2 // 3
    files = _listing(*(roots or _installed()))
    found = _pick(files, (".py",), python, seed)
    return [*found, *_pick(files, OTHER_SUFFIXES, count - python, seed), *made]


def own(count: int) -> list[Sample]:
    """Files of this project: the same on every machine, whatever is installed there."""
    return load(count, roots=(ROOT / "autocoder_tui", ROOT / "tests" / "seam", ROOT / "themes"))


def _installed() -> tuple[Path, ...]:
    paths = sysconfig.get_paths()
    return Path(paths["stdlib"]), Path(paths["purelib"])


def _pick(files: dict[str, Path], suffixes: tuple[str, ...], count: int, seed: int) -> list[Sample]:
    order = sorted(name for name, path in files.items() if path.suffix in suffixes)
    random.Random(seed).shuffle(order)
    if len(suffixes) > 1:
        # Not let one suffix, of which there are many, crowd out the others.
        order = _in_turns(order)
    samples: list[Sample] = []
    for name in order:
        if len(samples) == count:
            break
        text = _read(files[name])
        if text is not None:
            samples.append(_sample(name, text))
    return samples


def _in_turns(names: list[str]) -> list[str]:
    by_suffix: dict[str, list[str]] = {}
    for name in names:
        by_suffix.setdefault(Path(name).suffix, []).append(name)
    ordered: list[str] = []
    while any(by_suffix.values()):
        for group in by_suffix.values():
            if group:
                ordered.append(group.pop())
    return ordered


def _read(path: Path) -> str | None:
    try:
        if not SMALLEST <= path.stat().st_size <= LARGEST:
            return None
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if "\x00" in text or "\ufffd" in text or (not text.isprintable() and "\x1b" in text):
        return None
    return text


def _sample(name: str, text: str) -> Sample:
    return Sample(name, text, share(name) < 50)


def made_files() -> dict[str, str]:
    """Kinds of file that are hard to join: nested fences, tables, equal lines, CRLF, one line."""
    fenced = "".join(
        f"## Step {n}\n\nRun this and see step {n} work:\n\n```python\nfrom shop import step_{n}\n"
        f"\n\ndef main():\n    print(step_{n}(rows={n}))\n```\n\nThen:\n\n```\n$ shop --step {n}\n"
        "ok\n```\n\n"
        for n in range(1, 16)
    )
    docstring = '"""Examples.\n\n```python\nfrom m import f\n```\n"""\n\n' + "".join(
        f'def f_{n}(value):\n    """Do {n}.\n\n    ```python\n    f_{n}(1)\n    ```\n    """\n'
        f"    if value > {n}:\n        return value\n    return {n}\n\n\n"
        for n in range(30)
    )
    braces = "".join(
        f"void f{n}(int a) {{\n  if (a) {{\n    while (a) {{\n      a -= {n};\n    }}\n  }}\n}}\n"
        for n in range(60)
    )
    table = (
        "id,name,amount\n"
        + "0,none,0\n" * 40
        + "".join(f"{n},row {n % 3},{n % 7}\n" for n in range(160))
    )
    twins = "".join(
        f"x{n} = 1\npush(stack, x{n})\npush(stack, x{n})\nadd(stack)\nadd(stack)\n"
        for n in range(80)
    )
    records = (
        "[\n"
        + ",\n".join(
            f'  {{\n    "id": {n},\n    "tags": [\n      "a",\n      "b"\n    ],\n    "on": true\n  }}'  # noqa: E501
            for n in range(60)
        )
        + "\n]\n"
    )
    one_line = "[" + ",".join(f'{{"id":{n},"name":"item {n * 7919}"}}' for n in range(150)) + "]\n"
    prose = "# Größe und Maß\n\n" + "".join(
        f"Absatz {n}: Die Straße führt "
        f"über den Fluß – «hier» ist {n}€ zu zahlen. 日本語の文{n}。\n\n"
        for n in range(40)
    )
    crlf = "".join(f'[part{n}]\r\nname = "p{n}"\r\nsize = {n}\r\n\r\n' for n in range(60))
    return {
        "made/steps.md": fenced,
        "made/examples.py": docstring,
        "made/braces.c": braces,
        "made/table.csv": table,
        "made/twins.txt": twins,
        "made/records.json": records,
        "made/one_line.json": one_line,
        "made/prose.md": prose,
        "made/crlf.toml": crlf,
    }
