"""Writes the goldens anew: `python -m tests.ui.goldens`."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.ui.goldens import FOLDER, MOMENTS, SIZES, golden, pictured


async def renew() -> None:
    """Write each picture; those of moments there are no more go."""
    wanted = {golden(moment, size) for moment in MOMENTS for size in SIZES}
    for file in set(FOLDER.glob("*.txt")) - wanted:
        file.unlink()
    for moment in MOMENTS:
        for size in SIZES:
            with tempfile.TemporaryDirectory() as place:
                text = await pictured(Path(place), moment, size)
            golden(moment, size).write_text(text, encoding="utf-8")
            print(golden(moment, size).name)


asyncio.run(renew())
