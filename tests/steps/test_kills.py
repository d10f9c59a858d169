"""A project killed in the middle of every step: nothing that was answered is asked again."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.store.history.history import History
from tests.headless.test_run import Ended, ended
from tests.steps.places import framed
from tests.steps.test_commands import started
from tests.watched_server import WatchedServer

PLAN = "".join(f"{n}. Write file {n}, which has to do with {n * 7}.\n" for n in range(1, 20))
WORDS = framed(words_py="WORDS = [\n" + "".join(f"    'word {n}',\n" for n in range(40)) + "]\n")
MAIN = framed(main_py="".join(f"print('line {n}')\n" for n in range(40)))
REPLIES = (PLAN, WORDS, MAIN)
STEPS = {
    "sketch": "async def step(context):\n"
    "    '''Plan it.'''\n"
    "    return await context.ask('Plan: ' + context.prompt)\n",
    "words": "async def step(context):\n"
    "    '''Write the words.'''\n"
    "    await context.generate('Words: ' + context.outputs['sketch'])\n",
    "main": "async def step(context):\n"
    "    '''Write the program.'''\n"
    "    colour = await context.ask_person('Which colour?', ['red', 'blue'], 'red')\n"
    "    await context.generate('Main in ' + colour)\n"
    "    await context.propose()\n",
}


def prepared(folder: Path) -> Path:
    root = folder / "project"
    own = root / ".autocoder" / "steps"
    own.mkdir(parents=True)
    for name, text in STEPS.items():
        (own / f"{name}.py").write_text(text)
    # Beside the project: in it, it would be a file that no run wrote.
    config = folder / "config"
    config.mkdir()
    (config / "config.toml").write_text(
        '[steps.three]\nsummary = "Three."\nsteps = ["sketch", "words", "main"]\n'
    )
    (folder / "answers.txt").write_text("blue\n")
    return root


def goes_on(received: Received, whole: str) -> Reply:
    """The rest of `whole`, as a model that repeats the lines it is asked to."""
    shown = str(received.messages[-2]["content"])
    tail = shown.splitlines(keepends=True)
    asked = str(received.messages[-1]["content"])
    count = max((n for n in range(1, 13) if "".join(tail[-n:]) in asked), default=0)
    return Reply(whole[len(shown) - len("".join(tail[-count:] if count else [])) :])


class Model:
    """Answers each step by what it is asked; the first time it hangs at request `at`."""

    def __init__(self, at: int, moment: str) -> None:
        self._at, self._moment = at, moment
        self.hangs = True

    def __call__(self, received: Received) -> Reply:
        words = str(received.messages[1]["content"])
        which = 0 if "Plan: " in words else 1 if "Words: " in words else 2
        whole = REPLIES[which]
        if self.hangs and which == self._at:
            if self._moment == "asked":
                return Reply(whole, stall="accept")
            return Reply(whole, stall="middle", cut_after=len(whole) // 2)
        if len(received.messages) > 2:
            return goes_on(received, whole)
        return Reply(whole)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


def kept_text(folder: Path) -> int:
    """How much text stands in journals."""
    count = 0
    for journal in (folder / "state" / "journals").glob("*.jsonl"):
        for line in journal.read_text().splitlines()[1:]:
            for event in json.loads(line).get("events", ()):
                if isinstance(event, dict):
                    count += len(str(event.get("text", "")))
    return count


async def resumed(folder: Path, server: WatchedServer, *flags: str) -> Ended:
    at = ("--base-url", server.base_url, "-m", "test-model", "--answers", "../answers.txt")
    return await ended(await started(folder, "project", "--yes", "--run-scripts", *at, *flags))


@pytest.mark.parametrize("moment", ["asked", "streaming"])
@pytest.mark.parametrize("at", [0, 1, 2])
async def test_no_answered_request_is_made_again(tmp_path: Path, at: int, moment: str) -> None:
    root = prepared(tmp_path)
    model = Model(at, moment)
    async with WatchedServer(model) as server:
        flags = ("--base-url", server.base_url, "-m", "test-model", "--answers", "../answers.txt")
        wanted = ("-r", "Words.", "--steps", "three", "--yes", "--run-scripts")
        process = await started(tmp_path, "project", *wanted, *flags)
        await until(lambda: len(server.requests) == at + 1)
        if moment == "streaming":
            half = len(REPLIES[at]) // 2
            await until(lambda: kept_text(tmp_path) > half - 80)
        process.kill()
        await process.wait()
        model.hangs = False
        done = await resumed(tmp_path, server, "--resume", "--json")
        assert done.code == 0, done.err
        requests = [one.messages for one in server.requests]
        assert len(requests) == 4
        if moment == "asked":
            assert requests[at] == requests[at + 1]
        else:
            assert requests[at + 1][:2] == requests[at][:2]
            assert REPLIES[at][: len(REPLIES[at]) // 3] in requests[at + 1][2]["content"]
        firsts = [json.dumps(one[:2]) for one in requests]
        assert len(set(firsts)) == 3
        again = await resumed(tmp_path, server, "--resume")
        assert again.code == 0
        assert len(server.requests) == 4
    report: dict[str, Any] = done.report
    assert [one["state"] for one in report["steps"]] == ["done"] * 3
    assert report["steps"][0]["output"] == PLAN
    assert f"{WORDS}{MAIN}" == "".join(
        f'<file path="{name}">\n{(root / name).read_text()}</file>\n'
        for name in ("words.py", "main.py")
    )
    rows = (root / ".autocoder" / "token_usage.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["sketch", "words", "main"]
    assert "blue" in server.requests[-1].messages[1]["content"]
    # It is gone on with in the project: no start asks about it.
    assert History(tmp_path / "state").list(offered=True) == []


async def test_stopped_it_ends_in_order_and_goes_on(tmp_path: Path) -> None:
    root = prepared(tmp_path)
    model = Model(1, "streaming")
    async with WatchedServer(model) as server:
        flags = ("--base-url", server.base_url, "-m", "test-model", "--answers", "../answers.txt")
        wanted = ("-r", "Words.", "--steps", "three", "--yes", "--run-scripts", "--json")
        process = await started(tmp_path, "project", *wanted, *flags)
        await until(lambda: len(server.requests) == 2)
        await until(lambda: kept_text(tmp_path) > len(WORDS) // 2 - 80)
        process.send_signal(signal.SIGINT)
        stopped = await ended(process)
        assert stopped.code == 130
        assert stopped.report["status"] == "cancelled"
        states = [one["state"] for one in stopped.report["steps"]]
        assert states == ["done", "stopped", "waiting"]
        assert "--resume" in stopped.err
        (log,) = (root / ".autocoder" / "logs").glob("*/02-words.json")
        (cut,) = json.loads(log.read_text())["effects"]
        assert (cut["done"], cut["error"]) == (False, "stopped")
        used = sum(one["prompt_tokens"] for one in stopped.report["steps"])
        model.hangs = False
        done = await resumed(tmp_path, server, "--resume", "--json")
        assert done.code == 0, done.err
        assert len(server.requests) == 4
        assert done.report["prompt_tokens"] > used
    rows = (root / ".autocoder" / "token_usage.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["sketch", "words", "main"]
    assert int(rows[-1].split(",")[4]) == done.report["prompt_tokens"]
    assert int(rows[-1].split(",")[5]) == done.report["completion_tokens"]
