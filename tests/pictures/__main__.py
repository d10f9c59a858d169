"""Writes the pictures anew: `python -m tests.pictures`; `--check` writes nothing, names those that
are not as the program draws them today, and ends with 1 where there are any."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from tests.pictures.image import moving, still
from tests.pictures.recording import recorded
from tests.pictures.scenes import TITLES, pictured

FOLDER: Final = Path(__file__).parents[2] / "autocoder_tui" / "docs" / "pictures"
THEMES: Final = {"dark": "autocoder-dark", "light": "autocoder-light"}
_JOB: Final = (
    "A recording: a run streams code and is continued, its hunks are reviewed, a failing test is "
    "sent back, the tests pass, and the change is written and committed."
)


async def pictures(only: str) -> AsyncIterator[tuple[str, str]]:
    """The name and the text of each file whose name holds `only`."""
    for ground, theme in THEMES.items():
        if any(only in f"{name}-{ground}.svg" for name in TITLES):
            async for name, screen in pictured(theme):
                if only in f"{name}-{ground}.svg":
                    yield f"{name}-{ground}.svg", still(screen, TITLES[name])
        if only in f"job-{ground}.svg":
            yield f"job-{ground}.svg", moving(await recorded(theme), _JOB)


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("only", nargs="?", default="", help="a part of the names of some of them")
    parser.add_argument("--check", action="store_true", help="write nothing, name what differs")
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    different = 0
    async for name, text in pictures(options.only):
        file = FOLDER / name
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            print(f"{name}: as it was")
            continue
        different += 1
        if not options.check:
            file.write_text(text, encoding="utf-8")
        print(f"{name}: {'differs' if options.check else 'written'}, {len(text) // 1024} kB")
    return 1 if options.check and different else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
