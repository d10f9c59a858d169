"""A run ends in its state, its journal and its bookings, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply, Script
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import Event, RunFailed, RunFinished
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.preparation import Job, Prepared, prepare
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.setup import choose_model
from autocoder_tui.runs.supervision import RunSupervisor
from autocoder_tui.store.usage import read_usage
from autocoder_tui.workspace.errors import MissingFile
from tests.ui.driving import framed, setup_for

SENTENCE = "An internal error ended the run; the report is in a file."


class Listener:
    """Notes what it is told; `wrong` names the call that raises, every time."""

    def __init__(self, wrong: str = "") -> None:
        self.wrong = wrong
        self.calls: list[str] = []
        self.events: list[Event] = []
        self.told: list[str] = []

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if name == self.wrong:
            raise LookupError(name)

    def run_began(self, prepared: Prepared) -> None:
        self._called("began")

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        self._called("brought")
        self.events += events

    def run_told(self, message: str) -> None:
        self.told.append(message)

    def run_remarked(self, remark: str) -> None:
        self.told.append(remark)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        self._called("taught")


class Supervised:
    """A supervisor with its journal, a request to a loopback server, and what was reported."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.setup = setup_for(folder, "--base-url", base_url, "-m", "test-model", "-r", "x")
        self.keeping = RunRecorder(self.setup)
        self.reported: list[Exception] = []
        self.supervisor = RunSupervisor(self.keeping, self._report)
        self.state = RunState()

    def _report(self, error: Exception) -> str:
        self.reported.append(error)
        return SENTENCE

    def make(self) -> Prepared:
        setup = self.setup
        job = Job(setup.root, (), None, setup.task.requirements)
        return prepare(job, choose_model(setup), setup.limits)

    async def run(self, listener: Listener, make: Callable[[], Prepared] | None = None) -> None:
        await self.supervisor.run(make or self.make, self.state, listener)

    async def status(self) -> str:
        """How the run stands in history."""
        await self.keeping.close(self.state, delivered=False)
        (run,) = self.keeping.history.list()
        return run.status


@asynccontextmanager
async def supervised(
    folder: Path, script: Script | None = None
) -> AsyncIterator[tuple[Supervised, DemoServer]]:
    async with DemoServer(script or [framed("a.py", "a = 1\n")]) as server:
        yield Supervised(folder, server.base_url), server


async def test_a_run_that_ends_well_is_shown_written_down_and_booked(tmp_path: Path) -> None:
    listener = Listener()
    async with supervised(tmp_path) as (run, _):
        await run.run(listener)
    assert listener.calls[:2] == ["began", "brought"]
    assert isinstance(listener.events[-1], RunFinished)
    assert run.state.status == "completed"
    assert await run.status() == "finished"
    (record,) = read_usage(run.setup.places.state)[0]
    assert record.status == "completed"


@pytest.mark.parametrize("wrong", ["began", "brought"])
async def test_whatever_a_face_raises_ends_the_run_as_failed(tmp_path: Path, wrong: str) -> None:
    async with supervised(tmp_path) as (run, _):
        await run.run(Listener(wrong))
    assert [type(error) for error in run.reported] == [LookupError]
    assert run.state.error is not None
    assert (run.state.error.kind, run.state.error.message) == ("internal", SENTENCE)
    assert await run.status() == "failed"


async def test_whatever_the_engine_raises_ends_the_run_as_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wrong(*_: object, **__: object) -> AsyncIterator[Event]:
        raise RecursionError
        yield

    monkeypatch.setattr("autocoder_tui.runs.supervision.run", wrong)
    listener = Listener()
    async with supervised(tmp_path) as (run, _):
        await run.run(listener)
    assert listener.events == [RunFailed(run.state.error)] if run.state.error else False
    assert [type(error) for error in run.reported] == [RecursionError]
    assert await run.status() == "failed"


async def test_a_request_that_cannot_be_made_fails_without_a_report(tmp_path: Path) -> None:
    def make() -> Prepared:
        raise MissingFile("gone.py is gone.", paths=("gone.py",))

    listener = Listener()
    async with supervised(tmp_path) as (run, server):
        await run.run(listener, make)
    assert not run.reported
    assert not server.requests
    assert run.state.error is not None
    assert run.state.error.message == "gone.py is gone."
    assert listener.calls == ["brought"]


async def test_a_request_that_raises_what_nobody_foresaw_fails_with_a_report(
    tmp_path: Path,
) -> None:
    def make() -> Prepared:
        raise ZeroDivisionError

    async with supervised(tmp_path) as (run, _):
        await run.run(Listener(), make)
    assert [type(error) for error in run.reported] == [ZeroDivisionError]
    assert run.state.error is not None
    assert run.state.error.message == SENTENCE


async def test_a_cancel_ends_the_run_as_stopped_and_goes_on(tmp_path: Path) -> None:
    listener = Listener()
    text = framed("a.py", "a = 1\n" * 2000).text
    async with supervised(tmp_path, [Reply(text, delay=0.02)]) as (run, _):
        task = asyncio.ensure_future(run.run(listener))
        async with asyncio.timeout(10):
            while not run.state.text:
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert run.state.status == "cancelled"
    assert await run.status() == "cancelled"
    (record,) = read_usage(run.setup.places.state)[0]
    assert record.status == "cancelled"


async def test_usage_that_cannot_be_booked_is_told_and_fails_nothing(tmp_path: Path) -> None:
    listener = Listener()
    async with supervised(tmp_path) as (run, _):
        (run.setup.places.state / "usage.jsonl").mkdir(parents=True)
        await run.run(listener)
    assert run.state.status == "completed"
    (message,) = listener.told
    assert "could not be kept" in message
