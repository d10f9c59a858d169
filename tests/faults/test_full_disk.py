"""A disk that fills while a reply streams in, as the whole program meets it."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.store.history import History
from autocoder_tui.store.recovery import recover_runs
from tests.test_headless import ROOT, environment, framed

BIG = framed("".join(f"value_{number} = {number}\n" for number in range(2500)))


@pytest.mark.parametrize("ends_well", [True, False])
async def test_a_disk_that_fills_ends_no_run_and_costs_no_text(
    tmp_path: Path, ends_well: bool
) -> None:
    (tmp_path / "project").mkdir()
    script = [Reply(BIG)] if ends_well else [Reply(BIG, cut="short")]
    async with DemoServer(script, tokens_per_second=20_000) as server:
        # No file can grow beyond 16 kB: the system's own way of a disk without room.
        command = (
            f"ulimit -f 16; exec {sys.executable} -m autocoder_tui run -m m -r x "
            f"--max-attempts 1 --base-url {server.base_url}"
        )
        process = await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            command,
            cwd=tmp_path / "project",
            env={**environment(tmp_path), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
    said = err.decode()
    assert "Traceback" not in said
    assert said.count("What the run brings can't be kept") == 1
    assert process.returncode == (0 if ends_well else 1)
    whole = BIG.split("\n", 1)[1].removesuffix("</file>\n") if ends_well else BIG
    assert out.decode() == whole
    # What did fit is there when there is room again.
    history = History(tmp_path / "state")
    recover_runs(history)
    kept = history.get("last").reply
    assert kept
    assert BIG.startswith(kept)
