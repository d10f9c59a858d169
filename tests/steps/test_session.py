"""A project's steps, one after the other, kept on disk: run, stopped, gone on with, changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.steps import shipped
from autocoder_tui.steps.context import StepContext
from tests.steps.places import bench, framed

HELLO = "print('hello')\n"


async def plan(context: StepContext) -> str:
    """Say what is to be written."""
    return await context.ask(context.prompt, instructions="Plan it.")


async def write(context: StepContext) -> None:
    """Write what was planned."""
    await context.generate(context.outputs["plan"])


async def offer(context: StepContext) -> str:
    """Let the person decide."""
    return ",".join((await context.propose()).written)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**shipped.SHIPPED, "plan": plan, "write": write, "offer": offer}
    monkeypatch.setattr("autocoder_tui.steps.registry.SHIPPED", known)


def script(*texts: str) -> list[Reply]:
    return [Reply(text) for text in texts]


async def test_the_shipped_step_writes_files(tmp_path: Path) -> None:
    async with bench(tmp_path, script(framed(main_py=HELLO))) as made:
        session = await made.begin("simple")
        await session.run()
        assert [step.state for step in session.progress.steps] == ["done"]
        assert (made.root / "main.py").read_text() == HELLO
        assert session.progress.ended
        session.close()


async def test_each_step_sees_what_the_earlier_ones_made(tmp_path: Path, steps: None) -> None:
    async with bench(tmp_path, script("One file.", framed(main_py=HELLO))) as made:
        session = await made.begin("plan", "write", "offer")
        await session.run()
        session.close()
        progress = session.progress
        assert [step.state for step in progress.steps] == ["done"] * 3
        assert progress.steps[0].output == "One file."
        assert progress.steps[1].files == ("main.py",)
        assert progress.steps[2].output == "main.py"
        assert made.requests[1].rstrip().endswith("One file.")
        rows = (made.root / ".autocoder" / "token_usage.csv").read_text().splitlines()
        assert [row.split(",")[0] for row in rows] == ["step_name", "plan", "write"]
        logged: dict[str, Any] = json.loads((made.logs() / "01-plan.json").read_text())
        (effect,) = logged["effects"]
        assert [one["role"] for one in effect["messages"]] == ["system", "user"]
        assert effect["reply"] == "One file."
        assert effect["model"] == "test-model"
