"""The journal of a batch: what is in it comes back, whatever cut it off."""

from __future__ import annotations

import os
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.batch.job import BatchJob, JobResult
from autocoder_tui.batch.journal import (
    BatchHead,
    BatchJournal,
    BatchUnavailable,
    find_batch,
    read_batch,
)
from autocoder_tui.engine.request import Limits
from autocoder_tui.runs.setup import ResultOptions, Task, WantedModel
from tests.effort import examples

HEAD = BatchHead("/home/me/shop", 3, Decimal("1.50"), "apply", report="/tmp/report")
JOBS = [
    BatchJob(
        1,
        "jobs/a.toml",
        Task(("a.py", "b.py"), "a.py", "Add \ud800 a flag\n", system_prompt="Be short."),
        WantedModel("small", "http://127.0.0.1:9/v1", ("other",), 0.5, "edits"),
        Limits(max_cost_usd=Decimal("0.1"), max_parts=3),
        ResultOptions(force=True),
        "a.py",
    ),
    BatchJob(2, "jobs/b.toml", Task(requirements="x"), after=1),
    BatchJob(3, "jobs/c.toml", Task(requirements="y")),
]
DONE = JobResult("done", "", "", 2, 2, 300, 200, Decimal("0.0123"), 4.5, ("a.py",), True)
FAILED = JobResult("failed", "timed_out", "It took too long.", 5)


def nobody(said: str) -> None:
    raise AssertionError(said)


def written(state: Path) -> Path:
    journal = BatchJournal.create(state, HEAD, JOBS, nobody)
    journal.write(ended=1, result=DONE.to_data())
    journal.write(ended=2, result=FAILED.to_data())
    journal.write(order=[3, 2, 1])
    journal.write(back=[2])
    journal.write(opened=1)
    journal.close()
    return journal.path


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    kept = read_batch(written(tmp_path))
    assert kept.head == HEAD
    assert kept.jobs == JOBS
    assert kept.results == {1: DONE}
    assert kept.order == [3, 2, 1]
    assert kept.opened == {1}


@examples(500)
@given(st.floats(0, 1))
def test_cut_off_anywhere_it_is_read_as_far_as_it_goes_and_gone_on_with(share: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder))
        whole = path.read_bytes()
        begun = whole.index(b'{"ended":1')
        cut = begun + round((len(whole) - begun) * share)
        path.write_bytes(whole[:cut])
        journal, kept = BatchJournal.reopen(path, nobody)
        assert kept.jobs == JOBS
        ended = whole[:cut].count(b"\n") - 1 - len(JOBS)
        assert (1 in kept.results) == (ended >= 1)
        assert (2 in kept.results) == (2 <= ended < 4)
        journal.write(ended=3, result=DONE.to_data())
        journal.close()
        assert read_batch(path).results == {**kept.results, 3: DONE}


def test_damaged_lines_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    odd = [b"\xff\xfe\n", b"[1]\n", b'{"ended":"x"}\n', b'{"job":7}\n', b'{"order":["a"]}\n']
    path.write_bytes(b"".join([*lines[:4], *odd, *lines[4:]]))
    assert read_batch(path).results == {1: DONE}


@pytest.mark.parametrize("first", [b"", b"{}\n", b'{"batch":99,"settings":{}}\n', b"\0\0\n"])
def test_one_without_a_beginning_is_refused_with_a_sentence(tmp_path: Path, first: bytes) -> None:
    path = written(tmp_path)
    path.write_bytes(first)
    with pytest.raises(BatchUnavailable, match="history"):
        BatchJournal.reopen(path, nobody)


def test_two_cannot_have_it_at_once(tmp_path: Path) -> None:
    path = written(tmp_path)
    journal, _ = BatchJournal.reopen(path, nobody)
    with pytest.raises(BatchUnavailable, match="another program"):
        BatchJournal.reopen(path, nobody)
    journal.close()
    BatchJournal.reopen(path, nobody)[0].close()


def test_each_change_is_synced_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    path = written(tmp_path)
    # The beginning with all jobs, its folder, and five changes.
    assert len(synced) >= 6
    assert synced[-1] == path.stat().st_size
    assert sorted(set(synced[-5:])) == synced[-5:]


def test_a_disk_that_refuses_is_told_about_once_and_nothing_is_torn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    journal = BatchJournal.create(tmp_path, HEAD, JOBS, said.append)
    full = True
    real = os.write

    def write(descriptor: int, data: bytes) -> int:
        if full:
            real(descriptor, bytes(data[:5]))
            raise OSError(28, "No space left on device")
        return real(descriptor, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        journal.write(ended=1, result=DONE.to_data())
        journal.write(ended=2, result=FAILED.to_data())
        assert len(said) == 1
        assert read_batch(journal.path).results == {}
        full = False
        journal.write(opened=1)
    journal.close()
    assert read_batch(journal.path).results == {1: DONE, 2: FAILED}


def test_a_batch_is_found_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert find_batch(tmp_path, path.stem[:4]) == path
    assert find_batch(tmp_path, "last") == path
    with pytest.raises(BatchUnavailable, match="batch --list"):
        find_batch(tmp_path, "zzz")
