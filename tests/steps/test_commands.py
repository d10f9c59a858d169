"""`autocoder-tui project`, `rerun` and `steps` as programs, against a real loopback server."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Received, Reply, Script, error_reply
from autocoder_tui.store.history.history import History
from tests.headless.test_run import Ended, ended, environment
from tests.steps.places import framed
from tests.watched_server import WatchedServer

ROOT = Path(__file__).parents[2]
HELLO = "print('hello')\n"


async def started(folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    (folder / "project").mkdir(exist_ok=True)
    (folder / "config").mkdir(exist_ok=True)
    if not (folder / "config" / "config.toml").exists():
        (folder / "config" / "config.toml").write_text('[steps.one]\nsteps = ["simple"]\n')
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "autocoder_tui",
        *arguments,
        cwd=folder / "project",
        env={**environment(folder), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


async def project(folder: Path, script: Script, *flags: str) -> Ended:
    async with WatchedServer(script) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        return await ended(await started(folder, "project", *flags, *at))


async def test_an_empty_folder_is_written_to(tmp_path: Path) -> None:
    reply = [Reply("Here.\n" + framed(main_py=HELLO))]
    done = await project(tmp_path, reply, "-r", "Say hello.", "--steps", "one", "--yes", "--json")
    root = tmp_path / "project"
    assert done.code == 0, done.err
    assert (root / "main.py").read_text() == HELLO
    assert (root / ".autocoder" / "prompt").read_text() == "Say hello.\n"
    report = done.report
    assert report["status"] == "done"
    assert report["written"] == ["main.py"]
    assert [(one["name"], one["state"]) for one in report["steps"]] == [("simple", "done")]
    rows = History(tmp_path / "state").list()
    run = History(tmp_path / "state").get(rows[-1].run_id)
    assert run.snapshot.project_run == f"{report['run']}/01-simple"


async def test_what_it_wrote_itself_is_written_again_until_somebody_changes_it(
    tmp_path: Path,
) -> None:
    flags = ("--steps", "one", "--yes")
    root = tmp_path / "project"
    await project(tmp_path, [Reply(framed(main_py=HELLO))], "-r", "Say hello.", *flags)
    again = framed(main_py="print('hello again')\n", more_py="x = 1\n")
    done = await project(tmp_path, [Reply(again)], *flags)
    assert done.code == 0, done.err
    assert (root / "main.py").read_text() == "print('hello again')\n"
    (root / "more.py").write_text("x = 2  # mine\n")
    done = await project(tmp_path, [Reply(framed(more_py="x = 3\n"))], *flags, "--json")
    assert done.code == 1
    assert (root / "more.py").read_text() == "x = 2  # mine\n"
    assert done.report["status"] == "waiting"
    assert done.report["waiting"] == ["more.py"]
    assert "more.py" in done.err
    assert "autocoder-tui resume" in done.err
    (offered,) = History(tmp_path / "state").list(offered=True)
    assert f"autocoder-tui resume {offered.run_id}" in done.err


async def test_elsewhere_there_is_a_patch(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "main.py").write_text("print('mine')\n")
    flags = ("-r", "Say hello.", "--steps", "one", "--patch", "-i", "main.py")
    done = await project(tmp_path, [Reply(framed(main_py=HELLO, new_py="x = 1\n"))], *flags)
    assert done.code == 0, done.err
    assert (root / "main.py").read_text() == "print('mine')\n"
    assert not (root / "new.py").exists()
    (tmp_path / "it.patch").write_text(done.out)
    subprocess.run(["patch", "-p1", "-i", str(tmp_path / "it.patch")], cwd=root, check=True)
    assert (root / "main.py").read_text() == HELLO
    assert (root / "new.py").read_text() == "x = 1\n"


async def test_without_yes_nothing_is_written(tmp_path: Path) -> None:
    done = await project(
        tmp_path, [Reply(framed(main_py=HELLO))], "-r", "Say hello.", "--steps", "one"
    )
    assert done.code == 0
    assert not (tmp_path / "project" / "main.py").exists()
    assert "wait for a review" in done.err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--steps", "onne"), 'the nearest is "one"'),
        (("--resume",), "no run"),
        (("--run", "1999"), "There is no run 1999"),
        ((), "write it into"),
    ],
)
async def test_what_can_not_be_done_is_said(
    tmp_path: Path, flags: tuple[str, ...], said: str
) -> None:
    done = await project(tmp_path, [], *flags, "--json")
    assert done.code == 1
    assert said in done.err
    assert done.report["status"] == "refused"
    assert said in done.report["error"]["message"]


async def test_a_step_is_done_anew_by_its_name_or_number(tmp_path: Path) -> None:
    flags = ("--yes", "--json")
    await project(
        tmp_path, [Reply(framed(main_py=HELLO))], "-r", "Say hello.", "--steps", "one", *flags
    )
    over = await project(tmp_path, [], "--resume", *flags)
    assert over.code == 0
    assert "All steps of the run" in over.err
    for name in ("simple", "1"):
        again = [Reply(framed(main_py=f"print('{name}')\n"))]
        done = await project(tmp_path, again, "--resume", "--from", name, *flags)
        assert done.code == 0, done.err
        assert (tmp_path / "project" / "main.py").read_text() == f"print('{name}')\n"
    assert done.report["steps"][0]["requests"] == 3
    wrong = await project(tmp_path, [], "--resume", "--from", "nosuch", *flags)
    assert wrong.code == 1
    assert "its steps are simple" in wrong.err
    alone = await project(tmp_path, [], "--from", "1", *flags)
    assert alone.code == 2


async def test_wrong_usage_is_told_apart(tmp_path: Path) -> None:
    done = await project(tmp_path, [], "--resume", "-r", "x", "--json")
    assert done.code == 2
    assert "leave out -r" in done.err
    assert done.report["error"]["kind"] == "usage"


async def test_another_model_goes_on_where_one_is_not_there(tmp_path: Path) -> None:
    def answer(received: Received) -> Reply:
        if received.body["model"] == "test-model":
            return error_reply(404, "no such model", code="model_not_found")
        return Reply(framed(main_py=HELLO))

    flags = ("-r", "Say hello.", "--steps", "one", "--yes", "--json", "--fallback", "other")
    done = await project(tmp_path, answer, *flags)
    assert done.code == 0, done.err
    assert (tmp_path / "project" / "main.py").read_text() == HELLO
    (log,) = (tmp_path / "project" / ".autocoder" / "logs").glob("*/01-simple.json")
    assert json.loads(log.read_text())["effects"][0]["model"] == "other"


async def test_a_log_is_run_again_as_it_was_changed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    flags = ("-r", "Say hello.", "--steps", "one", "--yes")
    await project(tmp_path, [Reply(framed(main_py=HELLO))], *flags)
    (log,) = (root / ".autocoder" / "logs").glob("*/01-simple.json")
    data: dict[str, Any] = json.loads(log.read_text())
    messages = data["effects"][0]["messages"]
    messages[-1]["content"] = "Say goodbye.\nIn one line."
    log.write_text(json.dumps(data))
    async with WatchedServer([Reply(framed(main_py="print('bye')\n"))]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        done = await ended(await started(tmp_path, "rerun", str(log), "--yes", *at))
        assert done.code == 0, done.err
        (sent,) = server.requests
        assert sent.messages[-1]["content"] == "Say goodbye.\nIn one line."
        assert sent.messages[0]["content"] == "\n".join(messages[0]["content"])
    assert (root / "main.py").read_text() == "print('bye')\n"
    assert len(list(log.parent.glob("01-simple.before-1.json"))) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('"state": "done",', '"state": "done"'), "line"),
        (lambda text: text.replace('"kind": "generate"', '"kind": "magic"'), '"kind" in entry 1'),
        (lambda text: text.replace('"role": "system"', '"role": "boss"'), '"messages" in entry 1'),
        (lambda text: text.replace('"log": 1', '"log": "one"'), "the log of a step"),
        (lambda text: "[]", "expected a JSON object"),
    ],
)
async def test_a_log_that_can_not_be_read_says_where(
    tmp_path: Path, change: Any, said: str
) -> None:
    flags = ("-r", "Say hello.", "--steps", "one", "--yes")
    await project(tmp_path, [Reply(framed(main_py=HELLO))], *flags)
    (log,) = (tmp_path / "project" / ".autocoder" / "logs").glob("*/01-simple.json")
    log.write_text(change(log.read_text()))
    done = await ended(
        await started(tmp_path, "rerun", str(log), "--base-url", "http://localhost:9", "-m", "x")
    )
    assert done.code == 1
    assert said in done.err
    assert "nothing was sent" in done.err
    assert log.exists()
