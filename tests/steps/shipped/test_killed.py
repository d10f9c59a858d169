"""Every shipped configuration is killed in the middle of each of its steps, and gone on with: no
reply that came whole is asked for again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.steps.configuration import load_configurations
from autocoder_tui.steps.shipped import SHIPPED
from autocoder_tui.steps.step import Step
from tests.headless.test_run import ended
from tests.steps.counting_model import FILES, CountingModel
from tests.steps.shipped.test_configurations import COURSES, PROMPT, WISH
from tests.steps.test_commands import started
from tests.steps.test_kills import goes_on
from tests.watched_server import WatchedServer

SLOW_RUN = FILES["run.sh"].replace("exec", "sleep 1\nexec")


class Hanging(CountingModel):
    """Hangs in the middle of each reply the first time, and writes it whole the second."""

    def __init__(self) -> None:
        super().__init__({"run.sh": f'<file path="run.sh">\n{SLOW_RUN}</file>\n'})
        self.cut: dict[str, str] = {}
        self.whole: list[str] = []

    def __call__(self, received: Received) -> Reply:
        messages = received.messages
        before, shown = json.dumps(messages[:-2]), str(messages[-2]["content"])
        cut = self.cut.get(before, "")
        # What it had written as a whole is a question before the next one.
        if cut.startswith(shown) and len(shown) < 0.7 * len(cut):
            self.whole.append(before)
            return goes_on(received, cut)
        key = json.dumps(messages)
        reply = super().__call__(received)
        if key in self.cut:
            self.whole.append(key)
            return reply
        self.cut[key] = reply.text
        return replace(reply, stall="middle", cut_after=len(reply.text) // 2)


def state_of(root: Path, number: int) -> str:
    """How the step of this number stands on disk."""
    for log in (root / ".autocoder" / "logs").glob(f"*/{number:02}-*.json"):
        if ".before-" not in log.name:
            data: dict[str, Any] = json.loads(log.read_text())
            return str(data["state"])
    return ""


@pytest.mark.parametrize("name", sorted(COURSES))
async def test_no_reply_is_paid_for_twice(tmp_path: Path, name: str) -> None:
    course, root = COURSES[name], tmp_path / "project"
    root.mkdir()
    for path in course.there:
        (root / path).write_text(FILES[path].replace("words", "word s"))
    (tmp_path / "answers.txt").write_text(
        "".join(f"{line}\n" for line in [*course.answers, "yes", "yes", "no", "slow"])
    )
    found, _ = load_configurations(tmp_path, tmp_path)
    count = len(found[name].steps)
    model = Hanging()
    async with WatchedServer(model) as server:
        flags = (
            *("--base-url", server.base_url, "-m", "test-model", "--answers", "../answers.txt"),
            *("--yes", "--run-scripts"),
        )
        begin = ("project", "-r", WISH if "improve" in name else PROMPT, "--steps", name)
        go_on = ("project", "--resume")
        begun = False
        for number, step in enumerate(found[name].steps, 1):
            least, _ = Step(step, SHIPPED[step]).requests
            asks = least > 0 or (step == "gen_entrypoint" and "run.sh" in course.kinds)
            # A step that asks twice is killed twice.
            for _ in range(4):
                process = await started(tmp_path, *(go_on if begun else begin), *flags)
                begun = True
                asked = len(model.cut)
                await at_work(process, root, number, model, asks=asks)
                if process.returncode is None:
                    process.kill()
                await process.wait()
                if state_of(root, number) != "running" or len(model.cut) == asked:
                    break
        done = await ended(await started(tmp_path, *go_on, *flags, "--json"))
        states = [step["state"] for step in done.report["steps"]]
        assert states == ["done"] * count, done.err
        kinds = len(course.kinds)
        assert len(model.cut) == kinds
        assert sorted(model.whole) == sorted(model.cut)
        assert len(server.requests) == 2 * kinds
    if not course.there:
        assert (root / "counter.py").read_text() == FILES["counter.py"]


async def at_work(
    process: asyncio.subprocess.Process, root: Path, number: int, model: Hanging, *, asks: bool
) -> None:
    """Return once the step works: a reply hangs, or one that `asks` nothing has run for a moment,
    or it is over."""
    asked = len(model.cut)
    async with asyncio.timeout(120):
        while process.returncode is None:
            if len(model.cut) > asked:
                await asyncio.sleep(0.3)  # for the text to be in the journal
                return
            state = state_of(root, number)
            if state not in ("", "waiting", "stopped", "running"):
                return
            if state == "running" and not asks:
                await asyncio.sleep(0.3)
                return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("name", sorted(name for name, course in COURSES.items() if course.kinds))
async def test_a_log_is_run_again_after_an_edit(tmp_path: Path, name: str) -> None:
    course, root = COURSES[name], tmp_path / "project"
    root.mkdir()
    for path in course.there:
        (root / path).write_text(FILES[path].replace("words", "word s"))
    (tmp_path / "answers.txt").write_text(
        "".join(f"{line}\n" for line in [*course.answers, "yes", "yes", "no", "slow"])
    )
    prompt = WISH if "improve" in name else PROMPT
    model = CountingModel()
    async with WatchedServer(model) as server:
        flags = (
            *("--base-url", server.base_url, "-m", "test-model", "--answers", "../answers.txt"),
            *("--yes", "--run-scripts", "--json"),
        )
        done = await ended(
            await started(tmp_path, "project", "-r", prompt, "--steps", name, *flags)
        )
        assert {step["state"] for step in done.report["steps"]} == {"done"}, done.err
        before = len(server.requests)
        number, log = first_log_with_messages(root)
        data = json.loads(log.read_text())
        last = next(one for one in data["effects"] if one.get("messages"))["messages"][-1]
        said = last["content"]
        last["content"] = (
            [*said[:-1], said[-1] + " Heed this, too."]
            if isinstance(said, list)
            else said + " Heed this, too."
        )
        log.write_text(json.dumps(data))
        again = await ended(await started(tmp_path, "rerun", str(log.relative_to(root)), *flags))
        states = [step["state"] for step in again.report["steps"]]
        assert states[: number - 1] == ["done"] * (number - 1), again.err
        assert states[number - 1] == "done", again.err
        assert set(states[number:]) <= {"stale"}
        asked = server.requests[before].messages
        assert "Heed this, too." in asked[-1]["content"]


def first_log_with_messages(root: Path) -> tuple[int, Path]:
    for log in sorted((root / ".autocoder" / "logs").glob("*/*-*.json")):
        effects = json.loads(log.read_text()).get("effects", ())
        if any(one.get("messages") for one in effects):
            return int(log.name.split("-")[0]), log
    raise AssertionError("no request was logged")
