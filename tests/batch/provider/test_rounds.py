"""A batch of jobs through a loopback server's batch API, to the text of each file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.batch.provider.frozen_job import FrozenJob
from autocoder_tui.batch.provider.record import BatchRecord
from autocoder_tui.batch.provider.requests import finder
from autocoder_tui.batch.provider.rounds import BatchCancelled, Rounds
from autocoder_tui.engine.catalog import Endpoint, Model, Provider, Secret
from autocoder_tui.engine.errors import KeyRejected
from autocoder_tui.engine.events import FileProposed, RunFailed, RunFinished
from autocoder_tui.engine.provider.batch_lines import read_result
from autocoder_tui.engine.provider.batches import BatchApi
from autocoder_tui.engine.provider.stored_replies import StoredAnswers, StoredReplies
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.run import run
from autocoder_tui.runs.preparation import Job, prepare
from autocoder_tui.runs.setup import ChosenModel
from tests.batch.provider.batch_server import (
    BatchServer,
    End,
    Line,
    answered,
    failed,
    serving,
)

KEY = "sk-test-batch"


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serving(BatchServer()) as state:
        yield state


class Trial:
    """Jobs `f0.py`, `f1.py` ... of `lines` lines each, and what was said of them."""

    def __init__(
        self, folder: Path, server: BatchServer, sizes: list[int], most: int = 4000
    ) -> None:
        self.server, self.state = server, folder / "state"
        self.said: list[str] = []
        provider = Provider("here", server.base_url)
        self.endpoint = Endpoint(provider, Secret(KEY), "a test")
        self.model = Model("gpt-test", "here", Decimal(1), Decimal(2), 100_000, 4000)
        chosen = ChosenModel(self.model, self.endpoint)
        project = folder / "project"
        project.mkdir(exist_ok=True)
        limits = Limits(max_output_tokens=most, max_parts=40)
        self.jobs = [
            FrozenJob.of(
                number,
                f"job {number}",
                prepare(Job(project, (), None, f"write f{number}.py with {size} lines"), chosen,
                        limits),
                {"server": ""},
            )
            for number, size in enumerate(sizes)
        ]  # fmt: skip
        self.record = BatchRecord.create(self.state, "abcd1234")
        for job in self.jobs:
            self.record.add_job(job)
        self.record.begin()

    def rounds(self, key: str = KEY) -> Rounds:
        endpoint = replace(self.endpoint, key=Secret(key))
        self.last = Rounds(
            self.record,
            lambda place: BatchApi(endpoint, replace(self.model, name=place[1])),
            self.said.append,
            lambda progress: None,
            first_poll=0.01,
        )
        return self.last

    async def outcome(self, job: FrozenJob) -> tuple[dict[str, str], RunFailed | RunFinished]:
        """What comes of `job`, played with the results that are there."""
        find = finder(self.record.id, job.number, self.last.results, self.last.lost)
        session, known = StoredReplies(find), StoredAnswers(find, job.capabilities).capabilities
        texts, end = {}, None
        async for event in run(job.prepared(find).request, capabilities=known, session=session):
            if isinstance(event, FileProposed):
                texts[event.path] = event.after
            if isinstance(event, RunFailed | RunFinished):
                end = event
        assert session.awaited is None
        assert end is not None
        return texts, end

    async def files(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for job in self.jobs:
            texts, end = await self.outcome(job)
            assert isinstance(end, RunFinished), end
            found |= texts
        return found


def lines(count: int) -> str:
    return "".join(f"line_{number} = {number * 7}\n" for number in range(count))


async def test_what_the_output_limit_cut_is_continued_in_further_rounds(
    tmp_path: Path, server: BatchServer
) -> None:
    trial = Trial(tmp_path, server, [3, 40, 150], most=200)
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(3), "f1.py": lines(40), "f2.py": lines(150)}
    assert len(server.batches) > 2
    assert server.files == {}, "what was uploaded, and what came, is removed"
    assert len(server.answered) == len({line["custom_id"] for line in server.answered})


async def test_results_in_another_order(tmp_path: Path, server: BatchServer) -> None:
    server.endings = [lambda asked: End(output=[answered(line) for line in reversed(asked)])]
    trial = Trial(tmp_path, server, [2, 3, 4])
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(3), "f2.py": lines(4)}


async def test_a_completed_batch_with_an_error_file_only(
    tmp_path: Path, server: BatchServer
) -> None:
    server.endings = [lambda asked: End(errors=[failed(line, 400, "bad thing") for line in asked])]
    trial = Trial(tmp_path, server, [2])
    await trial.rounds().run()
    texts, end = await trial.outcome(trial.jobs[0])
    assert isinstance(end, RunFailed)
    assert "bad thing" in end.error.message
    assert texts == {}
    assert len(server.batches) == 1, "what another try would not cure is not sent again"


@pytest.mark.parametrize("status", [200, 429, 500])
async def test_errors_that_another_try_cures_are_sent_again(
    tmp_path: Path, server: BatchServer, status: int
) -> None:
    def half(asked: list[Line]) -> End:
        bad = failed(asked[0], status, "the server was busy")
        return End(output=[bad, *map(answered, asked[1:])])

    server.endings = [half]
    trial = Trial(tmp_path, server, [2, 3])
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(3)}
    assert [len(batch["_lines"]) for batch in server.batches.values()] == [2, 1]
    assert any("job 0" in said for said in trial.said)


async def test_missing_results_are_named_and_sent_again(
    tmp_path: Path, server: BatchServer
) -> None:
    server.endings = [lambda asked: End(output=[answered(asked[1])])]
    trial = Trial(tmp_path, server, [2, 3, 4])
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(3), "f2.py": lines(4)}
    assert any("job 0, job 2" in said for said in trial.said)
    assert len(server.answered) == 3


async def test_a_file_of_results_that_was_cut_off_is_fetched_again(
    tmp_path: Path, server: BatchServer
) -> None:
    server.torn = 1
    trial = Trial(tmp_path, server, [2, 3])
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(3)}
    assert len(server.answered) == 2, "paid for once"
    assert server.files == {}


async def test_a_file_that_stays_cut_off_is_not_removed_from_the_provider(
    tmp_path: Path, server: BatchServer
) -> None:
    server.torn = 3
    trial = Trial(tmp_path, server, [2, 3])
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(3)}
    assert any("stay there" in said for said in trial.said)
    assert any(name.startswith("file-out-batch_1") for name in server.files)


async def test_a_request_that_is_never_answered_is_given_up(
    tmp_path: Path, server: BatchServer
) -> None:
    server.endings = 5 * [lambda asked: End(output=[])]
    trial = Trial(tmp_path, server, [2])
    await trial.rounds().run()
    _, end = await trial.outcome(trial.jobs[0])
    assert isinstance(end, RunFailed)
    assert "without a result" in end.error.message
    assert len(server.batches) == 3


async def test_expired_with_a_part_of_the_results(tmp_path: Path, server: BatchServer) -> None:
    def expired(asked: list[Line]) -> End:
        error = {"code": "batch_expired", "message": "could not be executed in time"}
        lost = {"id": "b", "custom_id": asked[1]["custom_id"], "response": None, "error": error}
        return End("expired", output=[answered(asked[0])], errors=[lost])

    server.endings = [expired]
    trial = Trial(tmp_path, server, [2, 3])
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(3)}
    assert any("within a day" in said for said in trial.said)


async def test_a_full_queue_is_a_status_and_waited_for(tmp_path: Path, server: BatchServer) -> None:
    fault = {"code": "token_limit_exceeded", "message": "Enqueued token limit reached for gpt"}
    server.endings = [lambda asked: End("failed", faults=[fault])]
    trial = Trial(tmp_path, server, [2])
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2)}
    uploads = server.calls.count("POST /files")
    assert uploads == 1, "the same file is begun again"


async def test_a_line_at_fault_fails_its_job_and_no_other(
    tmp_path: Path, server: BatchServer
) -> None:
    fault = {"code": "invalid_value", "message": "this one is odd", "line": 2}
    server.endings = [lambda asked: End("failed", faults=[fault])]
    trial = Trial(tmp_path, server, [2, 3, 4])
    await trial.rounds().run()
    _, end = await trial.outcome(trial.jobs[1])
    assert isinstance(end, RunFailed)
    assert "this one is odd" in end.error.message
    for number in (0, 2):
        texts, _ = await trial.outcome(trial.jobs[number])
        assert texts == {f"f{number}.py": lines(number + 2)}


async def test_a_cancelled_batch_is_not_sent_again_unasked(
    tmp_path: Path, server: BatchServer
) -> None:
    server.endings = [lambda asked: End("cancelled", output=[answered(asked[0])])]
    trial = Trial(tmp_path, server, [2, 3])
    with pytest.raises(BatchCancelled, match=trial.record.id):
        await trial.rounds().run()
    assert len(server.batches) == 1
    trial.record = BatchRecord.open(trial.state, trial.record.id)
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(3)}
    assert len(server.answered) == 2


async def test_a_wrong_key_is_said_and_nothing_is_lost(tmp_path: Path, server: BatchServer) -> None:
    trial = Trial(tmp_path, server, [2])
    with pytest.raises(KeyRejected):
        await trial.rounds(key="sk-wrong-key").run()
    trial.record = BatchRecord.open(trial.state, trial.record.id)
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2)}


class _Killed(BaseException):
    """Stands for the end of the program: nothing catches it."""


@pytest.mark.parametrize("call", range(18))
async def test_ended_at_any_call_it_goes_on_and_pays_for_nothing_twice(
    tmp_path: Path, server: BatchServer, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`call`: after how many calls the program ends, with the answer on its way."""
    trial = Trial(tmp_path, server, [2, 60], most=200)
    real, seen = BatchApi._json, 0

    async def json_until(self: BatchApi, method: str, path: str, **sent: Any) -> dict[str, Any]:
        nonlocal seen
        answer = await real(self, method, path, **sent)
        seen += 1
        if seen == call + 1:
            raise _Killed
        return answer

    monkeypatch.setattr(BatchApi, "_json", json_until)
    with suppress(_Killed):
        await trial.rounds().run()
    monkeypatch.setattr(BatchApi, "_json", real)
    trial.record = BatchRecord.open(trial.state, trial.record.id)
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(60)}
    names = [line["custom_id"] for line in server.answered]
    assert len(names) == len(set(names)), "paid twice"


async def test_what_failed_for_good_is_sent_again_when_it_is_forgiven(
    tmp_path: Path, server: BatchServer
) -> None:
    server.endings = [
        lambda asked: End(output=[answered(asked[0]), failed(asked[1], 400, "not today")])
    ]
    trial = Trial(tmp_path, server, [2, 3])
    await trial.rounds().run()
    assert isinstance((await trial.outcome(trial.jobs[1]))[1], RunFailed)
    trial.record = BatchRecord.open(trial.state, trial.record.id)
    trial.record.forgive(1)
    await trial.rounds().run()
    assert await trial.files() == {"f0.py": lines(2), "f1.py": lines(3)}
    assert len(server.answered) == 2, "what was answered is not paid for again"
    assert BatchRecord.open(trial.state, trial.record.id).job(1) == trial.jobs[1]


def test_a_result_with_an_error_in_its_body_is_an_error() -> None:
    line = {
        "custom_id": "1.a-0",
        "response": {"status_code": 200, "body": {"error": {"message": "no", "code": "429"}}},
    }
    result = read_result(json.dumps(line))
    assert result is not None
    assert result.reply.status_code == 429
    assert result.worth_another_try


async def test_more_requests_than_a_file_takes_go_in_several(
    tmp_path: Path, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autocoder_tui.batch.provider.record.MOST_REQUESTS", 2)
    trial = Trial(tmp_path, server, [1, 2, 3, 4, 5])
    await trial.rounds().run()
    assert len(await trial.files()) == 5
    assert sorted(len(batch["_lines"]) for batch in server.batches.values()) == [1, 2, 2]
