"""`run --mode query`: questions answered on stdout, and the ones after them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.store.history.history import History
from tests.headless.test_run import Ended, Runs, ended, environment, run, started

__all__ = ["run"]

STEPPED = "Steps:\n- look at a.py\n\nAnswer:\nIt is **one**.\n"
ASK = ("--mode", "query")


def inputs(folder: Path) -> None:
    (folder / "project").mkdir(exist_ok=True)
    (folder / "project" / "a.py").write_text("A = 1\n")


async def test_the_answer_goes_to_stdout_without_its_steps(tmp_path: Path, run: Runs) -> None:
    inputs(tmp_path)
    done: Ended = await run([Reply(STEPPED)], *ASK, "-i", "a.py", "-r", "What is A?")
    assert (done.code, done.out) == (0, "It is **one**.\n")
    assert (tmp_path / "project" / "a.py").read_text() == "A = 1\n"
    assert sorted(path.name for path in (tmp_path / "project").iterdir()) == ["a.py"]


async def test_the_report_has_the_answer(tmp_path: Path, run: Runs) -> None:
    inputs(tmp_path)
    done: Ended = await run([Reply(STEPPED)], *ASK, "-i", "a.py", "-r", "What is A?", "--json")
    report = done.report
    assert (report["status"], report["files"]) == ("done", [])
    assert (report["answer"], report["steps"]) == ("It is **one**.\n", "- look at a.py")


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (("-o", "a.py"), "-o"),
        (("-f",), "-f"),
        (("--patch",), "--patch"),
        (("--check",), "--check"),
        (("--check-command", "true"), "--check"),
        (("--fix", "1"), "--fix"),
        (("--despite-warnings",), "--despite-warnings"),
    ],
)
async def test_what_is_about_files_is_refused_before_anything_is_sent(
    tmp_path: Path, flags: tuple[str, ...], named: str
) -> None:
    inputs(tmp_path)
    async with DemoServer([Reply(STEPPED)]) as server:
        at = ("--base-url", server.base_url, "-m", "m")
        done = await ended(await started(tmp_path, *at, *ASK, "-i", "a.py", "-r", "?", *flags))
        assert not server.requests
    assert done.code == 2
    assert f"leave out {named}" in done.err
    assert done.out == ""


async def test_the_next_question_follows_the_conversation(tmp_path: Path) -> None:
    inputs(tmp_path)
    script = [Reply(STEPPED), Reply("Because.\n"), Reply("Never.\n")]
    async with DemoServer(script) as server:
        at = ("--base-url", server.base_url, "-m", "m", *ASK)
        await ended(await started(tmp_path, *at, "-i", "a.py", "-r", "What is A?"))
        first = History(tmp_path / "state").list()[0]
        (tmp_path / "project" / "a.py").write_text("A = 2\n")
        done = await ended(await started(tmp_path, *at, "--resume", "last", "-r", "Why?"))
        assert (done.code, done.out) == (0, "Because.\n")
        other = await ended(await started(tmp_path, *at, "--resume", first.run_id, "-r", "When?"))
        assert other.out == "Never.\n"
        messages = [request.messages for request in server.requests]
    assert [message["role"] for message in messages[1]] == ["system", "user", "assistant", "user"]
    assert "A = 2" in messages[1][1]["content"]
    assert messages[1][2]["content"] == STEPPED
    assert messages[1][3]["content"] == "Question:\n\nWhy?\n"
    assert messages[2][2:] == [messages[1][2], {"role": "user", "content": "Question:\n\nWhen?\n"}]
    runs = History(tmp_path / "state").list()
    assert {run.thread for run in runs} == {first.run_id}
    assert [run.parent for run in runs] == [first.run_id, first.run_id, ""]
    shown = history(tmp_path, "show", "last")
    assert shown.endswith("\n> What is A?\n\nIt is **one**.\n\n> When?\n\nNever.\n")
    assert "Why?" not in shown
    listed = history(tmp_path, "list", "--json").splitlines()
    assert [json.loads(line)["mode"] for line in listed] == ["query"] * 3
    assert " query " in history(tmp_path, "list")


async def test_an_answer_that_was_kept_is_printed_again_and_nothing_is_sent(
    tmp_path: Path, run: Runs
) -> None:
    inputs(tmp_path)
    await run([Reply(STEPPED)], *ASK, "-i", "a.py", "-r", "What is A?")
    again: Ended = await run([], "--resume", "last")
    assert (again.code, again.out) == (0, "It is **one**.\n")
    refused: Ended = await run([], "--resume", "last", "--patch")
    assert refused.code == 1
    assert "is an answer: leave out --patch" in refused.err


async def test_a_run_that_wrote_files_is_asked_nothing(tmp_path: Path, run: Runs) -> None:
    inputs(tmp_path)
    await run([Reply('<file path="b.py">\nB = 1\n</file>\n')], "-r", "B")
    refused: Ended = await run([], *ASK, "--resume", "last", "-r", "Why?")
    assert refused.code == 1
    assert "asked for files and is no question" in refused.err


async def test_the_estimate_counts_the_conversation(tmp_path: Path, run: Runs) -> None:
    inputs(tmp_path)
    await run([Reply("word " * 500)], *ASK, "-i", "a.py", "-r", "What is A?")
    more = ("--estimate-cost", "--json")
    first: Ended = await run([], *ASK, "-i", "a.py", "-r", "What is A?", *more)
    then: Ended = await run([], *ASK, "--resume", "last", "-r", "What is A?", *more)
    assert (first.report["turns"], then.report["turns"]) == (0, 1)
    assert then.report["turns_left_out"] == 0
    told: Ended = await run([], *ASK, "--resume", "last", "-r", "What is A?", "--estimate-cost")
    assert "an answer, with steps first, after 1 turn" in told.out
    assert then.report["prompt_tokens"] > first.report["prompt_tokens"] + 450


def history(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "autocoder_tui", "history", *arguments],
        cwd=folder / "project",
        env={**environment(folder), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


async def test_a_model_is_asked_for_steps_after_it_added_nothing_to_a_file(
    tmp_path: Path,
) -> None:
    """What it said in place of more of the file stands with its thoughts, and never was one."""
    cut = '<file path="out.py">\n' + "".join(f"a{number} = {number}\n" for number in range(60))
    said = Reply("The file is already complete.\n")
    script = [Reply(cut, finish_reason="length"), *[said] * 8]
    async with DemoServer(lambda got: script.pop(0) if script else Reply(STEPPED)) as server:
        at = ("--base-url", server.base_url, "-m", "m")
        failed = await ended(await started(tmp_path, *at, "-r", "x", "-o", "out.py"))
        assert failed.code == 1
        script.clear()
        done = await ended(await started(tmp_path, *at, *ASK, "-r", "What is A?"))
        asked = server.requests[-1].messages[0]["content"]
    assert done.out == "It is **one**.\n"
    assert "steps" in asked
