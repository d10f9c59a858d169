"""Requests written to a file for another program, and its results taken in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autocoder_tui.batch.provider.exchange import Taken, collect_results, export_requests
from autocoder_tui.batch.provider.record import NoSuchBatch
from tests.batch.provider.batch_server import BatchServer, answered
from tests.batch.provider.test_rounds import Trial, lines


async def test_rounds_of_files_until_nothing_is_awaited(tmp_path: Path) -> None:
    trial = Trial(tmp_path, BatchServer(base_url="http://127.0.0.1:1/v1"), [2, 60], most=200)
    rounds = trial.rounds()
    for number in range(1, 20):
        sent, back = tmp_path / f"out-{number}.jsonl", tmp_path / f"in-{number}.jsonl"
        if not await export_requests(trial.record, rounds, sent):
            break
        asked = [json.loads(line) for line in sent.read_text().splitlines()]
        results = [answered(line) for line in reversed(asked)]
        back.write_text("\n".join(json.dumps(line) for line in results))
        record, count = collect_results(trial.state, back)
        assert (record.id, count) == (trial.record.id, len(asked))
        trial.record = record
        rounds = trial.rounds()
    assert number > 2, "what was cut off takes a second file"
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(60)}


async def test_what_another_program_left_out_is_named_and_offered_again(tmp_path: Path) -> None:
    trial = Trial(tmp_path, BatchServer(base_url="http://127.0.0.1:1/v1"), [2, 3, 60], most=200)
    first, back, second = (tmp_path / f"{name}.jsonl" for name in ("first", "back", "second"))
    assert await export_requests(trial.record, trial.rounds(), first) == 3
    asked = [json.loads(line) for line in first.read_text().splitlines()]
    back.write_text("\n".join(json.dumps(answered(line)) for line in (asked[2], asked[0])))
    trial.record, _ = collect_results(trial.state, back)
    assert trial.said == []
    assert await export_requests(trial.record, trial.rounds(), second) == 2
    # Job 2 was cut off: what goes on with it is asked for the first time.
    assert trial.said == ["1 jobs have no answer to an earlier file yet: job 1."]
    offered = [json.loads(line)["custom_id"] for line in second.read_text().splitlines()]
    assert asked[1]["custom_id"] in offered
    assert asked[0]["custom_id"] not in offered


async def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    trial = Trial(tmp_path, BatchServer(base_url="http://127.0.0.1:1/v1"), [2])
    target = tmp_path / "mine.jsonl"
    target.write_text("mine")
    with pytest.raises(Taken):
        await export_requests(trial.record, trial.rounds(), target)
    assert target.read_text() == "mine"


@pytest.mark.parametrize(
    "text", ["", "{}", "not json\n", '{"custom_id": "nobody.1.a-0", "response": null}\n']
)
def test_a_file_without_a_known_result_is_refused(tmp_path: Path, text: str) -> None:
    source = tmp_path / "results.jsonl"
    source.write_text(text)
    with pytest.raises(NoSuchBatch):
        collect_results(tmp_path / "state", source)
