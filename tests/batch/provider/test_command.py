"""`autocoder-tui batch --provider-batch`, `--export` and `--collect` as programs of their own."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from autocoder_tui.batch.journal import BatchJournal, find_batch
from autocoder_tui.batch.provider.record import BatchRecord
from tests.batch.program import Ended, batch, environment, project, started
from tests.batch.provider.batch_server import BatchServer, End, answered, failed, serving
from tests.batch.provider.test_rounds import lines
from tests.effort import FULL

_KEY = "sk-test-batch"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    monkeypatch.setattr(
        "tests.batch.program.environment",
        lambda folder: {**environment(folder), "LOCAL_API_KEY": _KEY},
    )
    with serving(BatchServer()) as state:
        yield state


def jobs(folder: Path, server: BatchServer, sizes: list[int], **options: object) -> str:
    """A list of jobs `out/f0.py` ... of so many lines."""
    made = [
        {
            "requirements": f"write out/f{number}.py with {size} lines",
            "output_file": f"out/f{number}.py",
            "model": "test-model",
            "base_url": server.base_url,
            "max_output": 200,
            "max_parts": 20,
            **options,
        }
        for number, size in enumerate(sizes)
    ]
    (project(folder) / "jobs.jsonl").write_text("\n".join(map(json.dumps, made)))
    return "jobs.jsonl"


PATCH = ("--patch", "all.patch", "--json")


def patched(folder: Path, sizes: list[int]) -> None:
    text = (project(folder) / "all.patch").read_text()
    added = [line[1:] for line in text.splitlines() if line[:1] == "+" and line[:3] != "+++"]
    assert added == "".join(map(lines, sizes)).splitlines()


def _said(ended: Ended) -> str:
    return ended.err + ended.out


async def test_all_jobs_through_the_batch_api(tmp_path: Path, server: BatchServer) -> None:
    sizes = [3, 60, 5]
    came = await batch(
        tmp_path, jobs(tmp_path, server, sizes), "--provider-batch", "--poll", "0.02", *PATCH
    )
    assert came.code == 0, _said(came)
    patched(tmp_path, sizes)
    assert came.totals["requests"] == len(server.answered)
    assert server.files == {}
    assert not list((tmp_path / "state" / "provider-batches").glob("*")), "all is in history"


async def test_a_failed_job_is_named_and_sent_again_on_request(
    tmp_path: Path, server: BatchServer
) -> None:
    server.endings = [
        lambda asked: End(output=[answered(asked[0]), failed(asked[1], 400, "not today")])
    ]
    named = jobs(tmp_path, server, [3, 4])
    came = await batch(tmp_path, named, "--provider-batch", "--poll", "0.02", "--json")
    assert came.code == 1
    assert "not today" in came.err
    assert [line["status"] for line in came.lines[:-1]] == ["done", "failed"]
    again = await batch(tmp_path, "--resume", "last", "--retry-failed", "--poll", "0.02", "--json")
    assert again.code == 0, _said(again)
    assert len(server.answered) == 2


async def test_for_another_program_and_back(tmp_path: Path, server: BatchServer) -> None:
    sizes = [3, 60]
    came = await batch(tmp_path, jobs(tmp_path, server, sizes), "--export", "out-1.jsonl", *PATCH)
    assert came.code == 0, _said(came)
    assert server.calls == []
    for number in range(1, 30):
        asked = (project(tmp_path) / f"out-{number}.jsonl").read_text().splitlines()
        results = [json.dumps(answered(json.loads(line))) for line in asked]
        (project(tmp_path) / "in.jsonl").write_text("\n".join(results))
        following = f"out-{number + 1}.jsonl"
        came = await batch(tmp_path, "--collect", "in.jsonl", "--export", following, "--json")
        if came.code == 0:
            break
        assert "--collect" in came.err, _said(came)
    assert number > 1
    patched(tmp_path, sizes)


async def test_jobs_that_go_on_from_each_other_are_refused(
    tmp_path: Path, server: BatchServer
) -> None:
    named = jobs(tmp_path, server, [3, 3], output_file="out/same.py")
    came = await batch(tmp_path, named, "--provider-batch", "--same-file", "sequential")
    assert came.code == 1
    assert "each other" in came.err
    assert server.calls == []


def _priced(tmp_path: Path, server: BatchServer) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "models.toml").write_text(
        f"""[providers.here]
base_url = "{server.base_url}"
key_variable = "LOCAL_API_KEY"

[[models]]
name = "test-model"
provider = "here"
input_price = 1.0
output_price = 1000.0
context_length = 100000
max_tokens = 4000
"""
    )


def _of_catalog(tmp_path: Path, server: BatchServer, sizes: list[int], **options: object) -> str:
    named = jobs(tmp_path, server, sizes, base_url=None, model="test-model", **options)
    made = (project(tmp_path) / named).read_text().replace('"base_url": null, ', "")
    (project(tmp_path) / named).write_text(made)
    return named


async def test_no_more_is_sent_than_the_cap_has_room_for(
    tmp_path: Path, server: BatchServer
) -> None:
    _priced(tmp_path, server)
    named = _of_catalog(tmp_path, server, [3, 3, 3], max_parts=1)
    came = await batch(
        tmp_path, named, "--provider-batch", "--poll", "0.02", "--max-cost", "0.45", "--json"
    )
    assert came.code == 1, _said(came)
    assert [line["status"] for line in came.lines[:-1]] == ["done", "done", "failed"], _said(came)
    assert len(server.answered) == 2


@pytest.mark.parametrize("seed", range(20 if FULL else 2))
async def test_killed_at_random_it_goes_on_and_nothing_is_paid_for_twice(
    tmp_path: Path, server: BatchServer, seed: int
) -> None:
    rng, sizes = random.Random(seed), [3, 60, 5, 30]
    named = jobs(tmp_path, server, sizes)
    flags: tuple[str, ...] = (named, "--provider-batch", *PATCH)
    stop_at = rng.randrange(1, 30)
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hook(_: str) -> None:
        if len(server.calls) + 1 == stop_at:
            loop.call_soon_threadsafe(reached.set)

    server.hook = hook
    process = await started(tmp_path, *flags, "--poll", "0.02")
    over = asyncio.ensure_future(process.wait())
    waiting = asyncio.ensure_future(reached.wait())
    await asyncio.wait({over, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
    waiting.cancel()
    if process.returncode is None:
        process.kill()
    await ended_anyhow(process)
    server.hook = lambda call: None
    came = await batch(tmp_path, "--resume", "last", "--poll", "0.02", "--json")
    if "no batch" in came.err:
        came = await batch(tmp_path, *flags, "--poll", "0.02")
    assert came.code == 0, _said(came)
    patched(tmp_path, sizes)
    names = [line["custom_id"] for line in server.answered]
    assert len(names) == len(set(names)), "paid twice"


async def ended_anyhow(process: asyncio.subprocess.Process) -> None:
    await asyncio.wait_for(process.communicate(), 60)


async def test_what_is_all_done_is_not_sent_again(tmp_path: Path, server: BatchServer) -> None:
    sizes = [3, 5]
    named = jobs(tmp_path, server, sizes)
    came = await batch(tmp_path, named, "--provider-batch", "--poll", "0.02", *PATCH)
    assert came.code == 0, _said(came)
    asked = list(server.calls)
    (project(tmp_path) / "all.patch").unlink()
    again = await batch(tmp_path, "--resume", "last", "--poll", "0.02", "--json")
    assert again.code == 0, _said(again)
    assert server.calls == asked
    patched(tmp_path, sizes)


async def test_a_batch_of_a_provider_is_gone_on_with_in_no_other_way(
    tmp_path: Path, server: BatchServer
) -> None:
    server.endings = [lambda asked: End(output=[answered(asked[0])], status="cancelled")]
    named = jobs(tmp_path, server, [3, 4])
    came = await batch(tmp_path, named, "--provider-batch", "--poll", "0.02")
    assert came.code == 1
    asked = list(server.calls)
    for flags in (["--dask", "tcp://127.0.0.1:9"], ["--export", "out.jsonl"], ["--apply"]):
        came = await batch(tmp_path, "--resume", "last", *flags)
        assert came.code != 0
        assert flags[0] in came.err, came.err
    assert server.calls == asked


async def test_results_are_taken_in_by_nobody_but_who_has_the_batch(
    tmp_path: Path, server: BatchServer
) -> None:
    came = await batch(tmp_path, jobs(tmp_path, server, [3]), "--export", "out.jsonl")
    assert came.code == 0, _said(came)
    asked = (project(tmp_path) / "out.jsonl").read_text().splitlines()
    results = [json.dumps(answered(json.loads(line))) for line in asked]
    (project(tmp_path) / "in.jsonl").write_text("\n".join(results))
    state = tmp_path / "state"
    journal, kept = BatchJournal.reopen(find_batch(state, "last"), print)
    try:
        came = await batch(tmp_path, "--collect", "in.jsonl")
        assert came.code == 1
        assert "another program" in came.err
        assert BatchRecord.open(state, kept.head.batch_id).imported == []
    finally:
        journal.close()
    came = await batch(tmp_path, "--collect", "in.jsonl")
    assert came.code == 0, _said(came)


async def test_what_is_answered_is_not_refused_for_the_cap_when_it_is_tried_again(
    tmp_path: Path, server: BatchServer
) -> None:
    """Its first reply has used up much of the cap, and counts once."""
    _priced(tmp_path, server)
    whole = server.endings
    whole.append(lambda asked: End(output=[answered(asked[0])]))
    whole.append(lambda asked: End(output=[failed(asked[0], 400, "not today")]))
    named = _of_catalog(tmp_path, server, [60], max_parts=2)
    cap = ("--max-cost", "0.45")
    came = await batch(tmp_path, named, "--provider-batch", "--poll", "0.02", *cap, "--json")
    assert came.code == 1, _said(came)
    assert came.totals["cost_usd"] > 0
    raised = await batch(tmp_path, "--resume", "last", "--max-cost", "9")
    assert raised.code == 1
    assert "--max-cost" in raised.err
    again = await batch(tmp_path, "--resume", "last", "--retry-failed", "--poll", "0.02", "--json")
    assert again.code == 0, _said(again)
    assert again.totals["cost_usd"] <= 0.45, "what was answered is paid for once"
    assert again.totals["requests"] == len(server.answered)
