"""Commands and scripts of steps: run after a yes only, in the closed place, with the draft."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.steps import shipped
from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.session import ProjectSession
from autocoder_tui.steps.step import Work
from autocoder_tui.store.project_checks import ProjectChecks
from tests.steps.places import bench, framed

MAIN = framed(main_py="print('hello')\n")
RUN = f"{sys.executable} main.py"
SCRIPT = '<file path="run.sh">\n#!/bin/sh\n{}\n</file>\n'


async def plan(context: StepContext) -> str:
    """Say it."""
    return "Plan."


async def write(context: StepContext) -> None:
    """Write it."""
    await context.generate(f"As planned: {context.outputs.get('plan', '')}")


async def check(context: StepContext) -> str:
    """Run it."""
    checked = await context.run_check(RUN)
    return f"{checked.passed} {checked.words} {checked.note}"


async def start(context: StepContext) -> str:
    """Run the script."""
    ended = await context.run_script("run.sh")
    return f"{ended.code} {ended.words} {ended.output}"


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, Work]:
    known = {**shipped.SHIPPED, "plan": plan, "write": write, "check": check, "start": start}
    monkeypatch.setattr("autocoder_tui.steps.registry.SHIPPED", known)
    return known


def last(session: ProjectSession) -> str:
    return session.progress.steps[-1].output


async def test_commands_run_after_a_yes_that_is_remembered(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply(MAIN)]) as made:
        made.face.agrees = False
        session = await made.begin("write", "check")
        await session.run()
        assert session.progress.steps[1].state == "failed"
        assert "Nobody has said yes" in session.progress.steps[1].detail
        assert not (made.root / "main.py").exists()
        made.face.agrees = True
        await session.run()
        session.close()
        assert last(session).startswith("True ✓ passed")
        assert [asked.wish for asked in made.face.asked] == ["check", "check"]
        assert RUN in made.face.asked[0].question
        # It is a yes to this command, and not the project's choice of commands.
        assert ProjectChecks(tmp_path / "state", made.root).named == ()
        later = made.restarted()
        again = await later.resume()
        await again.again_from(1)
        await again.run()
        again.close()
        assert later.face.asked == []
        assert len(made.requests) == 1


async def test_a_check_that_was_done_is_done_anew_where_an_earlier_step_changed(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, [Reply(MAIN)]) as made:
        session = await made.begin("plan", "write", "check")
        await session.run()
        first = made.face.messages.count(f"$ {RUN}")
        session.close()
        later = made.restarted()
        again = await later.resume()
        await again.run()
        assert f"$ {RUN}" not in later.face.messages
        text = again.output_text(1).replace("hello", "bye")
        await again.edit(1, text)
        await again.run()
        again.close()
        assert (first, later.face.messages.count(f"$ {RUN}")) == (1, 1)


async def test_what_fails_goes_back_in_words(tmp_path: Path) -> None:
    wrong = framed(main_py="raise SystemExit('no such luck')\n")
    async with bench(tmp_path, [Reply(wrong)]) as made:
        session = await made.begin("write", "check")
        await session.run()
        session.close()
        assert last(session).startswith("False ✗")
        assert "no such luck" in last(session)


async def test_a_script_is_shown_whole_and_runs_where_one_says(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply(MAIN + SCRIPT.format("echo ran $(pwd)"))]) as made:
        session = await made.begin("write", "start")
        await session.run()
        session.close()
        assert last(session).startswith("None run.sh was not run")
        (asked,) = made.face.asked
        assert asked.shown == "#!/bin/sh\necho ran $(pwd)\n"
        later = made.restarted()
        later.face.script = "closed"
        again = await later.resume()
        await again.again_from(1)
        await again.run()
        assert last(again).startswith("0 run.sh ended with exit code 0.")
        assert "ran " in last(again)
        assert str(made.root) + "\n" not in last(again)
        later.face.script = "terminal"
        await again.again_from(1)
        await again.run()
        again.close()
        assert again.progress.steps[1].state == "failed"
        assert "not written yet" in again.progress.steps[1].detail


async def test_a_script_that_deletes_the_folder_above_deletes_nothing_of_anybodys(
    tmp_path: Path,
) -> None:
    script = SCRIPT.format("cd .. && rm -rf ./* ..?* 2>&1\nrm -rf $OLDPWD/../*\necho gone")
    async with bench(tmp_path, [Reply(MAIN + script)]) as made:
        (tmp_path / "beside").mkdir()
        (tmp_path / "beside" / "kept").write_text("kept")
        (made.root / "mine.py").write_text("mine = 1\n")
        made.face.script = "closed"
        session = await made.begin("write", "start")
        await asyncio.wait_for(session.run(), 60)
        session.close()
        assert "gone" in last(session)
        assert (tmp_path / "beside" / "kept").read_text() == "kept"
        assert (made.root / "mine.py").read_text() == "mine = 1\n"
        assert (made.logs() / "02-start.json").exists()


async def test_named_commands_are_a_yes_to_them(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply(MAIN)]) as made:
        result = replace(made.setup.result, check_commands=(RUN,))
        made.setup = made.face.setup = replace(made.setup, result=result)
        session = await made.begin("write", "check")
        await session.run()
        session.close()
        assert last(session).startswith("True")
        assert made.face.asked == []
