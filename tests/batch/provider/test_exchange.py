"""Requests written to a file for another program, and its results taken in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autocoder_tui.batch.provider.exchange import (
    Taken,
    batch_in,
    collect_results,
    export_requests,
)
from autocoder_tui.batch.provider.record import BatchRecord, NoSuchBatch
from autocoder_tui.batch.provider.requests import number_of
from autocoder_tui.batch.provider.results import Results
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
        trial.record = BatchRecord.open(trial.state, batch_in(trial.state, back))
        assert collect_results(trial.record, back) == len(asked)
        rounds = trial.rounds()
    assert number > 2, "what was cut off takes a second file"
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(60)}


async def test_what_another_program_left_out_is_named_and_offered_again(tmp_path: Path) -> None:
    trial = Trial(tmp_path, BatchServer(base_url="http://127.0.0.1:1/v1"), [2, 3, 60], most=200)
    first, back, second = (tmp_path / f"{name}.jsonl" for name in ("first", "back", "second"))
    assert await export_requests(trial.record, trial.rounds(), first) == 3
    asked = [json.loads(line) for line in first.read_text().splitlines()]
    back.write_text("\n".join(json.dumps(answered(line)) for line in (asked[2], asked[0])))
    trial.record = BatchRecord.open(trial.state, batch_in(trial.state, back))
    assert collect_results(trial.record, back) == 2
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
        batch_in(tmp_path / "state", source)


def test_lines_of_nobody_hide_no_results(tmp_path: Path) -> None:
    record, other = (BatchRecord.create(tmp_path, name) for name in ("aaaa1111", "aaaa2222"))
    record.begin()
    other.begin()
    source = tmp_path / "results.jsonl"
    names = ["nobody.1.a-0", "", "aaaa.1.a-0", f"aaaa1111.{'9' * 5000}.a-0", "aaaa1111.1.a-0"]
    response = {"status_code": 200, "body": {"choices": []}}
    found = [{"custom_id": name, "response": response} for name in names]
    source.write_text("\n".join(map(json.dumps, found)))
    assert batch_in(tmp_path, source) == "aaaa1111"
    assert collect_results(record, source) == 2
    results = Results(
        record.result_files(), lambda name, file: record.forgives(number_of(name), file)
    )
    assert results.is_final("aaaa1111.1.a-0")
    assert results.unread == 0
    line = json.dumps({"custom_id": "aaaa2222.1.b-0", "error": {"code": "5" * 5000}})
    source.write_text(f"{source.read_text()}\n{line}\n")
    with pytest.raises(NoSuchBatch, match="aaaa2222"):
        batch_in(tmp_path, source)
