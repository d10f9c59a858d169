"""The batch screen of the real App: begun, paused, changed, reviewed, left and gone on with."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from textual.pilot import Pilot

from autocoder_tui.batch.journal import batch_paths, read_batch
from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.batch import BatchScreen
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.row_list import RowList
from tests.batch.server import JobServer
from tests.batch.test_caps import priced
from tests.ui.driving import NARROW, WIDE, driven, setup_for, until
from tests.ui.test_recovery import texts


def write_jobs(folder: Path, count: int, output: str = "{n}.py") -> None:
    lines = [
        {"requirements": f"JOB-{n}- write it", "output_file": output.format(n=n), "force": True}
        for n in range(1, count + 1)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "project" / "jobs.jsonl").write_text(text)


async def opened(app: AutocoderApp, pilot: Pilot[str]) -> BatchScreen:
    await until(pilot, lambda: app.recovery.done and app.screen is app.main)
    await pilot.press("f2", "Q")
    await until(pilot, lambda: isinstance(app.screen, BatchScreen))
    screen = app.screen
    assert isinstance(screen, BatchScreen)
    return screen


async def begun(app: AutocoderApp, pilot: Pilot[str]) -> BatchScreen:
    screen = await opened(app, pilot)
    await pilot.press("n")
    await until(pilot, lambda: isinstance(app.screen, LineDialog))
    await pilot.press(*"jobs.jsonl", "enter")
    await until(pilot, lambda: not isinstance(app.screen, LineDialog))
    return screen


def at(server: JobServer) -> tuple[str, ...]:
    return ("--base-url", server.base_url, "-m", "small")


def cap_of(app: AutocoderApp) -> Decimal | None:
    batch = app.batches.batch
    return None if batch is None else batch.budget.cap


def over(app: AutocoderApp) -> bool:
    return app.batches.batch is not None and app.batches.batch.queue.over


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_batch_is_begun_and_a_result_opened_in_the_review(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "project").mkdir()
    write_jobs(tmp_path, 5)
    async with (
        JobServer() as server,
        driven(setup_for(tmp_path, *at(server)), size) as (
            app,
            pilot,
        ),
    ):
        screen = await begun(app, pilot)
        await until(pilot, lambda: over(app) and "5/5" in texts(app))
        await until(pilot, lambda: "5 to review" in texts(app))
        rows = [str(screen._row(at)) for at in range(5)]
        assert all("to review" in row and row.endswith(" s") for row in rows)
        assert all(len(row) <= size[0] - 6 for row in rows)
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.main.pane == "review" and app.screen is app.main)
        assert "2.py" in texts(app)
        await pilot.press("f2", "Q")
        await until(pilot, lambda: isinstance(app.screen, BatchScreen) and "4 to rev" in texts(app))
    assert set(server.finished.values()) == {1}


async def test_a_paused_batch_starts_nothing_more_until_it_goes_on(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    write_jobs(tmp_path, 12)
    async with (
        JobServer(lines=20) as server,
        driven(setup_for(tmp_path, *at(server))) as (app, pilot),
    ):
        server.may_answer.clear()
        await begun(app, pilot)
        await until(pilot, lambda: server.at_once >= 2)
        await pilot.press("space")
        await until(pilot, lambda: "paused" in texts(app))
        server.may_answer.set()
        await until(pilot, lambda: not app.batches.running)
        asked = sum(server.asked.values())
        assert asked < 12
        assert "paused" in texts(app)
        await pilot.press("end", "K", "x")
        batch = app.batches.batch
        assert batch is not None
        await until(pilot, lambda: batch.queue.status(12) == "cancelled")
        assert batch.queue.order.index(12) == 10
        await pilot.press("space")
        await until(pilot, lambda: over(app))
        assert sum(server.asked.values()) == 11
        await pilot.press("r")
        await until(pilot, lambda: over(app) and batch.all_done)
    assert dict(server.finished) == dict.fromkeys(range(1, 13), 1)


async def test_what_failed_says_why_and_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    write_jobs(tmp_path, 3)
    broken = True

    def refuse(server: JobServer, number: int) -> Reply | None:
        return error_reply(400, "no such thing") if broken and number == 1 else None

    async with (
        JobServer(refuse=refuse) as server,
        driven(setup_for(tmp_path, *at(server))) as (
            app,
            pilot,
        ),
    ):
        await begun(app, pilot)
        await until(pilot, lambda: over(app) and "1 failed" in texts(app))
        await until(pilot, lambda: "(400)" in texts(app))
        broken = False
        await pilot.press("r")
        await until(pilot, lambda: over(app) and "3 to review" in texts(app))


async def test_a_batch_that_was_left_goes_on_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    write_jobs(tmp_path, 8)
    async with JobServer(lines=30, tokens_per_second=300) as server:
        setup = setup_for(tmp_path, *at(server))
        async with driven(setup) as (app, pilot):
            await begun(app, pilot)
            await server.until_asked(3)
            server.client_ends()
        (path,) = batch_paths(tmp_path / "state")
        done = set(read_batch(path).results)
        assert len(done) < 8
        async with driven(setup) as (app, pilot):
            await opened(app, pilot)
            await until(pilot, lambda: "Space goes on" in texts(app))
            await pilot.press("space")
            await until(pilot, lambda: over(app))
            batch = app.batches.batch
            assert batch is not None
            assert batch.all_done
    assert all(server.asked[number] == 1 for number in done)
    assert max(server.asked.values()) <= 2, "of one that was under way what is missing is asked for"


async def test_the_results_of_an_earlier_batch_are_still_there(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    write_jobs(tmp_path, 2)
    async with (
        JobServer() as server,
        driven(setup_for(tmp_path, *at(server))) as (app, pilot),
    ):
        screen = await begun(app, pilot)
        await until(pilot, lambda: over(app) and "2 to review" in texts(app))
        write_jobs(tmp_path, 3)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, LineDialog))
        await pilot.press(*"jobs.jsonl", "enter")
        await until(pilot, lambda: over(app) and "3 to review" in texts(app))
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "2 to review" in texts(app))
        assert screen.query_one(RowList).row_count == 2
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "no earlier batch" in texts(app))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "3 to review" in texts(app))


async def test_jobs_for_the_same_file_are_asked_about(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    write_jobs(tmp_path, 2, "one.py")
    async with JobServer() as server, driven(setup_for(tmp_path, *at(server))) as (app, pilot):
        await begun(app, pilot)
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "one.py" in texts(app)
        assert not server.asked
        await pilot.press("o")
        await until(pilot, lambda: over(app))
        assert server.most_at_once == 1


async def test_a_thousand_jobs_are_listed_and_keys_are_answered(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    write_jobs(tmp_path, 1000)
    async with (
        JobServer(lines=40, tokens_per_second=100) as server,
        driven(setup_for(tmp_path, *at(server))) as (app, pilot),
    ):
        screen = await begun(app, pilot)
        await server.until_asked(2)
        rows = screen.query_one(RowList)
        assert rows.row_count == 1000
        await pilot.press("end")
        await until(pilot, lambda: rows.highlighted == 999 and "1000 jobs" in texts(app))
        await pilot.press("space")
        await until(pilot, lambda: not app.batches.running)


async def test_what_a_batch_costs_counts_towards_the_cap_of_the_session(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    write_jobs(tmp_path, 2)
    async with JobServer() as server:
        priced(tmp_path, server, small=2)
        setup = setup_for(tmp_path, "-m", "small")
        setup = replace(setup, limits=replace(setup.limits, max_session_cost_usd=Decimal("0.5")))
        async with driven(setup, WIDE) as (app, pilot):
            await begun(app, pilot)
            await until(pilot, lambda: over(app) and not app.batches.running)
            assert app.batches.batch is not None
            cost = app.batches.batch.spent
            assert cost > 0
            assert app.spending.spent == cost
            assert app.batches.batch.budget.cap == Decimal("0.5")
            await pilot.press("n")
            await until(pilot, lambda: isinstance(app.screen, LineDialog))
            await pilot.press(*"jobs.jsonl", "enter")
            await until(pilot, lambda: cap_of(app) == Decimal("0.5") - cost)
            await until(pilot, lambda: over(app) and not app.batches.running)
            assert app.spending.spent > cost
