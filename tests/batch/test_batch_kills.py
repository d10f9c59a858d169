"""kill -9 of a batch at random moments: every job is done once and paid for once.

A few kills by default, 20 with AUTOCODER_TUI_FUZZ=full.
"""

import asyncio
import json
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

from autocoder_tui.batch.journal import batch_paths
from autocoder_tui.demo.script import Reply
from autocoder_tui.engine.events import Event, TextDelta, TextHeld
from autocoder_tui.store.journal.reader import UnreadableJournal, journals, read_journal
from tests.batch.program import batch, started, write_jobs
from tests.batch.server import JobServer, limited
from tests.effort import FULL

JOBS = 50
AT_ONCE = 8
KILLS = 20 if FULL else 3


def bursts(server: JobServer, number: int) -> Reply | None:
    """Every tenth to thirteenth request that arrives is one too many."""
    return limited() if sum(server.asked.values()) % 13 >= 10 else None


def of_jobs(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the report says of the jobs, but for what each run of it measures anew."""
    names = ("job", "name", "status", "output_file", "files", "written", "error")
    return [{name: line[name] for name in names} for line in lines[:-1]]


async def test_killed_at_random_moments_each_job_is_done_once_and_paid_for_once(
    tmp_path: Path,
) -> None:
    chance = random.Random(JOBS)
    async with JobServer(lines=14, tokens_per_second=150, refuse=bursts) as server:
        at = ("--base-url", server.base_url, "-m", "small", "--jobs", str(AT_ONCE), "--json")
        jobs = write_jobs(tmp_path, JOBS)
        state = tmp_path / "state"
        killed = 0
        while killed < KILLS:
            flags = (str(jobs), *at) if not batch_paths(state) else ("--resume", "last", *at)
            process = await started(tmp_path, *flags)
            before = sum(server.asked.values())
            while sum(server.asked.values()) == before and process.returncode is None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), 0.02)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), chance.uniform(0.05, 2.5))
            if process.returncode is not None:
                break  # it was done before
            server.client_ends()
            process.kill()
            await process.wait()
            killed += 1
        done = await batch(tmp_path, "--resume", "last", *at)
        assert done.code == 0, done.err
        assert max(server.finished.values()) == 1
        totals = done.totals
        assert totals["done"] == JOBS
        # One that was written down and killed before it had left may be counted too many.
        asked = sum(server.asked.values())
        assert asked <= totals["requests"] <= asked + killed * AT_ONCE
        again = await batch(tmp_path, "--resume", "last", *at)
        assert again.code == 0
        assert again.lines == done.lines
    other = tmp_path / "undisturbed"
    other.mkdir()
    async with JobServer(lines=14, refuse=bursts) as server:
        at = ("--base-url", server.base_url, "-m", "small", "--jobs", str(AT_ONCE), "--json")
        plain = await batch(other, str(write_jobs(other, JOBS)), *at)
        assert plain.code == 0, plain.err
    wanted = json.dumps(of_jobs(plain.lines)).replace(str(other), str(tmp_path))
    assert json.loads(wanted) == of_jobs(done.lines)
    assert killed


async def test_a_reply_that_was_whole_is_not_asked_for_again(tmp_path: Path) -> None:
    """Killed when all of the text had come, but not yet the word that it is all."""
    async with JobServer(stall="finish") as server:
        at = ("--base-url", server.base_url, "-m", "small", "--json")
        process = await started(tmp_path, str(write_jobs(tmp_path, 3)), *at)
        async with asyncio.timeout(60):
            while await asyncio.to_thread(whole_in_journals, tmp_path / "state") < 3:
                await asyncio.sleep(0.02)
        process.kill()
        await process.wait()
        done = await batch(tmp_path, "--resume", "last", *at)
    assert done.code == 0, done.err
    assert dict(server.asked) == {1: 1, 2: 1, 3: 1}
    assert done.totals["done"] == done.totals["requests"] == 3


def whole_in_journals(state: Path) -> int:
    """How many runs have all of their text written down."""
    whole = 0
    for path in journals(state):
        events: list[Event] = []
        with suppress(UnreadableJournal):  # it is being begun
            read_journal(path, events.append)
        text = "".join(event.text for event in events if isinstance(event, TextDelta | TextHeld))
        whole += "</file>" in text
    return whole
