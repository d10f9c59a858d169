"""What a batch may cost: its cap holds for models that step in, and for what was spent before."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from autocoder_tui.batch.batch import Batch
from autocoder_tui.batch.job import BatchJob, JobResult
from autocoder_tui.batch.journal import BatchHead, BatchJournal, KeptBatch
from autocoder_tui.batch.rate import Rates
from autocoder_tui.batch.runner import JobOrder
from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.runs.setup import Task
from autocoder_tui.store.history.history import History
from tests.batch.program import batch, write_jobs
from tests.batch.server import JobServer, text_of


def priced(folder: Path, server: JobServer, **outputs: float | None) -> None:
    """Models of `server` by name, with what a million tokens of a reply cost."""
    (folder / "config").mkdir(exist_ok=True)
    text = f'[providers.near]\nbase_url = "{server.base_url}"\nkey_variable = "LOCAL_API_KEY"\n'
    for name, price in outputs.items():
        prices = "" if price is None else f"input_price = 0.1\noutput_price = {price}\n"
        text += (
            f'\n[[models]]\nname = "{name}"\nprovider = "near"\n{prices}'
            "max_tokens = 1000\ncontext_length = 8000\n"
        )
    (folder / "config" / "models.toml").write_text(text)


def _away(server: JobServer, number: int) -> Reply | None:
    if server.requests[-1].body.get("model") == "big":
        return None
    return error_reply(404, "no such model", code="model_not_found")


async def test_the_cap_holds_for_a_fallback_model(tmp_path: Path) -> None:
    async with JobServer(lines=80, refuse=_away) as server:
        priced(tmp_path, server, small=2, big=1000)
        jobs = write_jobs(tmp_path, 1, fallback=["big"])
        flags = ("-m", "small", "--max-cost", "0.05", "--json")
        done = await batch(tmp_path, str(jobs), *flags)
    assert done.code == 1, done.err
    assert done.lines[0]["error"]["kind"] == "spending_cap", done.err
    assert (done.totals["cost_usd"] or 0) <= 0.05


async def test_no_fallback_model_without_a_price_is_taken_under_a_cap(tmp_path: Path) -> None:
    async with JobServer(refuse=_away) as server:
        priced(tmp_path, server, small=2, big=None)
        jobs = write_jobs(tmp_path, 1, fallback=["big"])
        done = await batch(tmp_path, str(jobs), "-m", "small", "--max-cost", "0.05", "--json")
    assert done.code == 1
    assert "price" in done.err
    assert not server.finished


async def test_text_that_was_paid_for_is_gone_on_with_after_a_limit(tmp_path: Path) -> None:
    def first_half(server: JobServer, number: int) -> Reply | None:
        whole = f'<file path="out/1.py">\n{text_of(1, 40)}</file>\n'
        return Reply(whole[:400], "length") if server.asked[1] == 1 else None

    async with JobServer(lines=40, refuse=first_half) as server:
        priced(tmp_path, server, small=2)
        jobs = write_jobs(tmp_path, 1, model="small", max_parts=1)
        first = await batch(tmp_path, str(jobs), "--json")
        assert first.lines[0]["error"]["kind"] == "too_many_parts", first.err
        again = await batch(tmp_path, "--resume", "last", "--retry-failed", "--json")
    assert again.code == 0, again.err
    assert server.requests[1].messages[-2]["role"] == "assistant", "what came is gone on with"
    (run,) = History(tmp_path / "state").list()
    assert History(tmp_path / "state").get(run.run_id).files[0].after == text_of(1, 40)


class _Spender:
    """A runner whose jobs had cost `earlier` when they were killed; each may cost `more`."""

    def __init__(self, earlier: Decimal, more: Decimal) -> None:
        self.earlier, self.more = earlier, more
        self.spent: dict[int, Decimal] = {}

    async def weigh(self, order: JobOrder) -> Decimal:
        return self.earlier + self.more

    async def run(self, order: JobOrder, hear: object) -> JobResult:
        self.spent[order.job.number] = cost = self.earlier + self.more
        return JobResult("done", completion_tokens=1, cost_usd=cost)

    async def stopped(self, order: JobOrder) -> JobResult:
        return JobResult("cancelled", completion_tokens=1, cost_usd=self.earlier)


class _Quiet:
    def job_changed(self, number: int) -> None: ...

    def batch_told(self, message: str) -> None: ...


async def test_what_was_spent_before_a_kill_counts_towards_the_cap(tmp_path: Path) -> None:
    jobs = [BatchJob(number, str(number), Task()) for number in range(1, 5)]
    head = BatchHead(str(tmp_path), at_once=4, max_cost=Decimal("1"))
    journal = BatchJournal.create(tmp_path, head, jobs, print)
    runner = _Spender(Decimal("0.2"), Decimal("0.2"))
    killed = KeptBatch(head, jobs)
    run = Batch(killed, journal, runner, Rates(4), _Quiet(), again=True)
    await run.run()
    journal.close()
    spent = sum((runner.spent.get(job.number, runner.earlier) for job in jobs), Decimal(0))
    assert run.counts["done"] == 1
    assert run.budget.spent == spent <= Decimal("1")


async def test_a_job_whose_result_cannot_be_handed_out_ends_as_failed(tmp_path: Path) -> None:
    async def deliver(job: BatchJob, result: JobResult) -> JobResult:
        raise OSError(28, "No space left on device")

    jobs = [BatchJob(1, "1", Task())]
    head = BatchHead(str(tmp_path))
    journal = BatchJournal.create(tmp_path, head, jobs, print)
    runner = _Spender(Decimal(0), Decimal(0))
    run = Batch(KeptBatch(head, jobs), journal, runner, Rates(4), _Quiet(), deliver=deliver)
    await run.run()
    journal.close()
    assert run.counts["failed"] == 1
    assert "No space" in run.results[1].error
