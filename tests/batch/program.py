"""`autocoder-tui batch` as a program of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CANARY = "sk-canary-0123456789abcdef"


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The report: a line for each job, and the totals."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def totals(self) -> dict[str, Any]:
        totals: dict[str, Any] = self.lines[-1]["totals"]
        return totals


def project(folder: Path) -> Path:
    place = folder / "project"
    place.mkdir(exist_ok=True)
    (place / "out").mkdir(exist_ok=True)
    return place


def write_jobs(folder: Path, count: int, **options: Any) -> Path:
    """A list of `count` jobs, each with a file of its own."""
    path = project(folder) / "jobs.jsonl"
    lines = [
        json.dumps({"requirements": f"JOB-{n}- write it", "output_file": f"out/{n}.py", **options})
        for n in range(1, count + 1)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return {
        **kept,
        "AUTOCODER_TUI_CONFIG_DIR": str(folder / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(folder / "state"),
        "LOCAL_API_KEY": CANARY,
        "PYTHONPATH": str(ROOT),
    }


async def started(folder: Path, *flags: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "autocoder_tui",
        "batch",
        *flags,
        cwd=project(folder),
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> Ended:
    out, err = await asyncio.wait_for(process.communicate(), 100)
    assert CANARY not in out.decode() + err.decode()
    assert "Traceback" not in err.decode(), err.decode()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def batch(folder: Path, *flags: str) -> Ended:
    return await ended(await started(folder, *flags))
