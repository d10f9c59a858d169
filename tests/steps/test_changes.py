"""Steps changed, left out and done anew; what was done later is stale, and kept."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.steps import shipped
from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.draft import NotFiles
from autocoder_tui.steps.errors import ProjectUnusable, StepFailed
from autocoder_tui.steps.session import ProjectSession
from autocoder_tui.steps.step import Work
from autocoder_tui.store.history.history import History
from tests.steps.places import Bench, PlainFace, bench, framed
from tests.steps.test_session import offer, plan, write
from tests.ui.driving import setup_for

HELLO = "print('hello')\n"


async def wonder(context: StepContext) -> str:
    """Ask the person."""
    return await context.ask_person("Which colour?", ["red"], "red")


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, Work]:
    """All steps there are, to be added to."""
    known = {**shipped.SHIPPED, "plan": plan, "write": write, "offer": offer, "wonder": wonder}
    monkeypatch.setattr("autocoder_tui.steps.registry.SHIPPED", known)
    return known


def states(session: ProjectSession) -> list[str]:
    return [step.state for step in session.progress.steps]


async def test_an_edit_makes_what_is_later_stale_and_is_what_it_is_done_with(
    tmp_path: Path,
) -> None:
    script = [Reply("One file."), Reply(framed(a_py=HELLO)), Reply(framed(b_py=HELLO))]
    async with bench(tmp_path, script) as made:
        session = await made.begin("plan", "write", "offer")
        await session.run()
        await session.edit(0, "Two files.")
        assert states(session) == ["done", "stale", "stale"]
        assert session.progress.steps[1].files == ("a.py",)
        await session.run()
        session.close()
        assert states(session) == ["done"] * 3
        assert len(made.requests) == 3
        assert made.requests[2].rstrip().endswith("Two files.")
        assert (made.root / "b.py").read_text() == HELLO
        # What was written before stays: nobody said that it is to go.
        assert (made.root / "a.py").read_text() == HELLO


async def test_an_edit_that_changes_nothing_costs_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply("One file."), Reply(framed(a_py=HELLO))]) as made:
        session = await made.begin("plan", "write")
        await session.run()
        await session.edit(0, session.output_text(0))
        await session.run()
        session.close()
        assert states(session) == ["done", "done"]
        assert len(made.requests) == 2


async def test_files_are_edited_as_a_reply_that_holds_them(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply("One file."), Reply(framed(a_py=HELLO))]) as made:
        session = await made.begin("plan", "write", "offer")
        await session.run(pause=True)
        await session.run(pause=True)
        assert states(session) == ["done", "done", "waiting"]
        text = session.output_text(1)
        assert text == framed(a_py=HELLO)
        with pytest.raises(NotFiles, match="Nothing in it"):
            await session.edit(1, "no files at all")
        with pytest.raises(Exception, match="lead out of the project"):
            await session.edit(1, '<file path="../x.py">\nx\n</file>\n')
        await session.edit(1, text.replace("hello", "bye") + framed(more_py="x = 1\n"))
        await session.run()
        session.close()
        assert (made.root / "a.py").read_text() == "print('bye')\n"
        assert (made.root / "more.py").read_text() == "x = 1\n"
        again = await made.restarted().resume()
        assert again.output_text(1) == session.output_text(1)
        again.close()


async def test_run_again_from_here_really_asks_and_keeps_the_log_before(tmp_path: Path) -> None:
    replies = ["One file.", framed(a_py=HELLO), "Another plan.", framed(b_py=HELLO)]
    async with bench(tmp_path, [Reply(text) for text in replies]) as made:
        session = await made.begin("plan", "write")
        await session.run()
        used = session.progress.steps[0]
        await session.again_from(0)
        assert states(session) == ["waiting", "stale"]
        await session.run()
        session.close()
        assert [one.output for one in session.progress.steps][:1] == ["Another plan."]
        assert session.progress.steps[0].requests == 2
        assert session.progress.steps[0].tokens[0] == 2 * used.tokens[0]
        before = json.loads((made.logs() / "01-plan.before-1.json").read_text())
        assert before["output"] == "One file."
        rows = (made.root / ".autocoder" / "token_usage.csv").read_text().splitlines()[1:]
        assert [row.split(",")[0] for row in rows] == ["plan", "write"] * 2
        totals = [int(row.split(",")[6]) for row in rows]
        assert totals == sorted(totals)
        assert totals[-1] == sum(sum(one.tokens) for one in session.progress.steps)
        ids = [run for one in session.progress.steps for run in one.run_ids]
        assert len(set(ids)) == 4
        assert {row.run_id for row in History(tmp_path / "state").list()} >= set(ids)


async def test_a_step_that_is_left_out_gives_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply("One file."), Reply("Two.")]) as made:
        session = await made.begin("plan", "wonder")
        await session.run(pause=True)
        await session.skip(1)
        await session.run()
        session.close()
        assert states(session) == ["done", "skipped"]
        assert session.progress.ended
        assert made.face.questions == []


async def test_an_answer_is_not_asked_for_again(tmp_path: Path, steps: dict[str, Work]) -> None:
    async def unsure(context: StepContext) -> str:
        colour = await context.ask_person("Which colour?", ["red"], "red")
        return await context.ask(f"A {colour} plan.")

    async with bench(tmp_path, [Reply("x", stall="accept"), Reply("Done.")]) as made:
        steps["unsure"] = unsure
        made.face.answers = ["blue"]
        session = await made.begin("unsure")
        running = asyncio.ensure_future(session.run())
        while not made.requests:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert states(session) == ["stopped"]
        session.close()
        again = await made.restarted().resume()
        await again.run()
        again.close()
        assert states(again) == ["done"]
        assert made.requests[-1].rstrip().endswith("A blue plan.")


async def test_what_an_answered_request_showed_has_changed(
    tmp_path: Path, steps: dict[str, Work]
) -> None:
    async def twice(context: StepContext) -> str:
        first = await context.ask("First.")
        return first + await context.ask("Second.")

    async with bench(tmp_path, [Reply("1"), Reply("2", stall="accept"), *map(Reply, "12")]) as made:
        steps["twice"] = twice
        (made.root / "a.py").write_text("x = 1\n")
        session = await made.begin("twice", picks=["a.py"])
        running = asyncio.ensure_future(session.run())
        while len(made.requests) < 2:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        session.close()
        (made.root / "a.py").write_text("x = 2\n")
        later = made.restarted()
        again = await later.resume()
        await again.run()
        again.close()
        assert again.progress.steps[0].output == "12"
        assert len(made.requests) == 4
        assert "x = 2" in made.server.requests[2].messages[1]["content"]
        assert any("changed since" in message for message in later.face.messages)


async def test_a_cap_is_one_over_all_steps(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "cost": 0.006}
    script = [Reply("One file.", usage=usage), Reply(framed(a_py=HELLO), usage=usage)]
    async with bench(tmp_path, script) as made:
        config = tmp_path / "config"
        config.mkdir(exist_ok=True)
        (config / "models.toml").write_text(
            f'[providers.near]\nbase_url = "{made.server.base_url}"\n\n'
            '[[models]]\nname = "priced"\nprovider = "near"\ninput_price = 1.0\n'
            "output_price = 1.0\ncontext_length = 8000\nmax_output = 100\n"
        )
        made = priced(made, "0.0061")
        session = await made.begin("plan", "write")
        await session.run()
        session.close()
        assert states(session) == ["done", "failed"]
        assert session.progress.spent_usd == Decimal("0.006")
        assert session.progress.cap_usd == Decimal("0.0061")
        assert len(made.requests) == 1
        assert "cap" in session.progress.steps[1].detail
        raised = priced(made, "1")
        again = await raised.resume()
        low, high = again.progress.left_usd or (Decimal(0), Decimal(0))
        await again.run()
        again.close()
        assert states(again) == ["done", "done"]
        assert len(made.requests) == 2
        assert again.progress.spent_usd == Decimal("0.012")
        assert again.progress.left_usd == (Decimal(0), Decimal(0))
        assert high >= low >= 0


def priced(made: Bench, cap: str) -> Bench:
    setup = setup_for(made.folder, "-m", "priced", "--max-cost", cap)
    return Bench(made.folder, made.server, setup, PlainFace(setup))


async def test_two_programs_do_not_work_in_one_project(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply("One file.")]) as made:
        session = await made.begin("plan")
        with pytest.raises(ProjectUnusable, match="Another autocoder-tui"):
            await made.restarted().resume()
        with pytest.raises(ProjectUnusable, match="Another autocoder-tui"):
            await made.restarted().begin("plan")
        session.close()
        again = await made.restarted().resume()
        again.close()


async def test_what_can_not_be_changed_is_said(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply("x", stall="accept")]) as made:
        session = await made.begin("plan", "write")
        with pytest.raises(StepFailed, match="no output yet"):
            await session.edit(0, "x")
        running = asyncio.ensure_future(session.run())
        while not made.requests:
            await asyncio.sleep(0.01)
        for change in (session.skip(0), session.again_from(1), session.edit(1, "x")):
            with pytest.raises(StepFailed, match="Stop it first"):
                await change
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        session.close()


async def test_what_a_failed_request_used_counts_where_the_step_goes_on(
    tmp_path: Path, steps: dict[str, Work]
) -> None:
    async def tries(context: StepContext) -> str:
        try:
            await context.generate("First.")
        except StepFailed:
            await context.generate("Second.")
        return "done"

    steps["tries"] = tries
    nothing = Reply("I can't help with that.\n```\nprint(1)\n```\n")
    async with bench(tmp_path, [nothing, Reply(framed(a_py=HELLO))]) as made:
        session = await made.begin("tries")
        await session.run()
        session.close()
        (step,) = session.progress.steps
        assert (step.state, step.requests) == ("done", 2)
        rows = (made.root / ".autocoder" / "token_usage.csv").read_text().splitlines()[1:]
        assert len(rows) == 2
        assert sum(int(row.split(",")[3]) for row in rows) == sum(step.tokens)
        again = await made.restarted().resume()
        assert again.progress.steps[0].tokens == step.tokens
        again.close()


async def test_a_pick_that_the_run_deleted_is_shown_no_more(
    tmp_path: Path, steps: dict[str, Work]
) -> None:
    async def drops(context: StepContext) -> str:
        await context.generate("Drop it.")
        await context.propose()
        return await context.ask("What is left?")

    steps["drops"] = drops
    script = [Reply('<delete path="old.py"/>\n'), Reply("x", stall="accept"), Reply("Nothing.")]
    async with bench(tmp_path, script) as made:
        (made.root / "old.py").write_text("old = 1\n")
        session = await made.begin("drops", picks=["old.py"])
        running = asyncio.ensure_future(session.run())
        while len(made.requests) < 2:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        session.close()
        assert not (made.root / "old.py").exists()
        later = made.restarted()
        again = await later.resume()
        await again.run()
        again.close()
        assert again.progress.steps[0].output == "Nothing."
        assert len(made.requests) == 3
        assert "old = 1" not in made.server.requests[2].messages[1]["content"]
        assert any("old.py was picked and is gone" in message for message in later.face.messages)
