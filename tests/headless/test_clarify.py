"""`run --mode clarify`: questions answered from a file, on the terminal, or assumed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply, Script, error_reply
from autocoder_tui.store.history.history import History
from tests.headless.test_run import Ended, Runs, ended, environment, framed, run, started
from tests.watched_server import WatchedServer

__all__ = ["run"]

Q1 = "QUESTION: Which format?\n- JSON\n- CSV\nASSUME: JSON"
Q2 = "QUESTION: Which time zone?\nASSUME: UTC"
Q3 = "QUESTION: Keep old entries?\n- yes\n- no"
DONE = Reply("DONE")
FILE = Reply(framed("x = 1\n"))
ASKS = ("--mode", "clarify", "-r", "Write the log.", "-o", "out.py")


async def asked(folder: Path, script: Script, *flags: str) -> tuple[Ended, list[str]]:
    """The end of a run, and the last text that each of its requests sent."""
    async with WatchedServer(script) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        done = await ended(await started(folder, *at, *ASKS, *flags))
        return done, [one.messages[-1]["content"] for one in server.requests]


def answers(folder: Path, text: str) -> str:
    (folder / "answers.txt").write_text(text)
    return str(folder / "answers.txt")


async def test_paragraphs_answer_in_order_and_the_rest_is_assumed(tmp_path: Path) -> None:
    file = answers(tmp_path, "CSV,\nwith a heading\n\n-\n")
    script = [Reply(Q1), Reply(Q2), Reply(Q3), DONE, FILE]
    done, texts = await asked(tmp_path, script, "--answers", file, "--json")
    assert done.code == 0
    assert (tmp_path / "project" / "out.py").read_text() == "x = 1\n"
    assert (
        texts[-1]
        .rstrip()
        .endswith(
            "Write the log.\n\nQuestions and answers:\n\n1. Which format?\n   CSV,\n"
            "   with a heading\n\n"
            "Not answered, and taken for granted:\n\n2. Which time zone?\n   UTC\n\n"
            "3. Keep old entries?\n   yes"
        )
    )
    assert "Which time zone? Assumed: UTC" in done.err
    assert "Keep old entries? Assumed: yes" in done.err
    told = done.report["clarification"]
    assert [one["answer"] for one in told["questions"]] == ["CSV,\nwith a heading", None, None]
    assert [one["assumed"] for one in told["questions"]] == [None, "UTC", "yes"]
    assert told["questions"][0]["suggestions"] == ["JSON", "CSV"]
    assert (told["ended"], told["requests"]) == ("settled", 4)
    assert done.report["requests"] == 5
    assert 0 < told["prompt_tokens"] < done.report["prompt_tokens"]
    rows = History(tmp_path / "state").list()
    assert {(row.mode, row.purpose) for row in rows} == {
        ("clarify", "clarify"),
        ("clarify", "generate"),
    }
    assert len({row.thread for row in rows}) == 1


async def test_pairs_answer_the_question_they_are_like(tmp_path: Path) -> None:
    text = (
        "Q: What time zone is it in?\nA: Europe/Berlin\n\nQ: The format\nA: CSV\n\nQ: Colour?\n"
        "A: purple\n"
    )
    script = [Reply(Q1), Reply(Q2), Reply(Q3), DONE, FILE]
    done, texts = await asked(tmp_path, script, "--answers", answers(tmp_path, text))
    assert done.code == 0
    assert "1. Which format?\n   CSV" in texts[-1]
    assert "2. Which time zone?\n   Europe/Berlin" in texts[-1]
    assert "3. Keep old entries?\n   yes" in texts[-1]
    assert "purple" not in texts[-1]


async def test_yes_assumes_all_and_says_so(tmp_path: Path) -> None:
    done, texts = await asked(tmp_path, [Reply(Q1), Reply(Q2), DONE, FILE], "--yes", "-d", "0")
    assert done.code == 0
    assert "Question 1: Which format? Assumed: JSON" in done.err
    assert "Question 2: Which time zone? Assumed: UTC" in done.err
    assert "Questions and answers" not in texts[-1]


async def test_a_loop_and_the_limit_end_it(tmp_path: Path) -> None:
    def looping(received: object) -> Reply:
        return next(again)

    again = iter([Reply(Q1), Reply(Q1), FILE])
    done, texts = await asked(tmp_path, looping, "--yes", "--json")
    assert (done.code, len(texts)) == (0, 3)
    again = iter([Reply(Q1), Reply(Q2), FILE])
    done, texts = await asked(tmp_path, looping, "--yes", "--json", "--clarify-limit", "2", "-f")
    assert (done.code, len(texts)) == (0, 3)
    assert done.report["clarification"]["ended"] == "limit"


@pytest.mark.parametrize(
    "reply", ["```python\nx = 1\n```", framed("x = 1\n"), "I would start by reading the file."]
)
async def test_what_is_no_question_is_nothing_left_to_ask(tmp_path: Path, reply: str) -> None:
    done, texts = await asked(tmp_path, [Reply(reply), FILE], "--yes")
    assert (done.code, len(texts)) == (0, 2)
    assert texts[-1].rstrip().endswith("Write the log.")


async def test_a_reply_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    endless = Reply(Q1 + "\n- again and again" * 10_000, delay=0.001)
    done, _ = await asked(tmp_path, [endless, DONE, FILE], "--yes", "--json")
    assert done.code == 0
    assert done.report["clarification"]["questions"][0]["question"] == "Which format?"
    assert done.report["clarification"]["completion_tokens"] < 2000


async def test_a_question_cut_off_for_its_length_is_one_all_the_same(tmp_path: Path) -> None:
    script = [Reply(Q1, finish_reason="length"), DONE, FILE]
    done, texts = await asked(tmp_path, script, "--yes")
    assert (done.code, len(texts)) == (0, 3)
    assert "1. Which format?\n   JSON" in texts[-1]


async def test_nobody_to_answer_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    done, texts = await asked(tmp_path, [FILE])
    assert (done.code, texts) == (2, [])
    assert "--answers FILE" in done.err
    done, texts = await asked(tmp_path, [FILE], "--json")
    assert (done.code, done.report["status"]) == (2, "refused")


async def test_answers_that_are_not_there_are_refused(tmp_path: Path) -> None:
    done, texts = await asked(tmp_path, [FILE], "--answers", str(tmp_path / "none.txt"), "--json")
    assert (done.code, done.report["status"], texts) == (1, "refused", [])
    assert "none.txt" in done.report["error"]["message"]


async def test_a_question_that_fails_ends_the_run(tmp_path: Path) -> None:
    script = [Reply(Q1), error_reply(400, "no")]
    done, _ = await asked(tmp_path, script, "--yes", "--json")
    assert (done.code, done.report["status"]) == (1, "failed")
    assert "question" in done.report["error"]["message"]
    assert done.report["clarification"]["questions"][0]["assumed"] == "JSON"
    assert not (tmp_path / "project" / "out.py").exists()


async def test_an_estimate_asks_nothing_and_counts_the_questions(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.toml").write_text(
        '[providers.near]\nbase_url = "http://127.0.0.1:9/v1"\n\n[[models]]\nname = "priced"\n'
        'provider = "near"\ncontext_length = 20000\nmax_tokens = 4000\n'
        "input_price = 1.0\noutput_price = 2.0\n"
    )
    figures = []
    for mode, *flags in (("generate",), ("clarify",), ("clarify", "--clarify-limit", "1")):
        process = await started(
            tmp_path, "-m", "priced", "--mode", mode, "-r", "x", "--estimate-cost", "--json", *flags
        )
        done = await ended(process)
        assert done.code == 0
        figures.append(json.loads(done.out))
    plain, five, one = figures
    assert plain["least_usd"] < one["least_usd"] == five["least_usd"]
    assert plain["most_usd"] < one["most_usd"] < five["most_usd"]


def typed(folder: Path, base_url: str, lines: bytes) -> tuple[int, str]:
    """The run on a terminal on which these lines are typed: exit code, and what it said."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    (folder / "project").mkdir(exist_ok=True)
    flags = ("--base-url", base_url, "-m", "test-model", *ASKS)
    process = subprocess.Popen(
        [sys.executable, "-m", "autocoder_tui", "run", *flags],
        cwd=folder / "project",
        env={**environment(folder), "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    os.write(ours, lines)
    try:
        _, err = process.communicate(timeout=60)
    finally:
        os.close(ours)
    return process.returncode, err.decode()


async def test_on_a_terminal_they_are_answered_line_by_line(tmp_path: Path) -> None:
    script = [Reply(Q1), Reply(Q2), Reply(Q3), DONE, FILE]
    lines = b"2\n\n/back\nBerlin\nfor a month\n"
    async with WatchedServer(script) as server:
        code, err = await asyncio.to_thread(typed, tmp_path, server.base_url, lines)
        sent = server.requests[-1].messages[-1]["content"]
    assert code == 0
    assert "1/5 Which format?" in err
    assert "  2  CSV" in err
    assert "1. Which format?\n   CSV" in sent
    assert "2. Which time zone?\n   Berlin" in sent
    assert "3. Keep old entries?\n   for a month" in sent


async def test_the_end_of_the_input_writes_with_what_there_is(tmp_path: Path) -> None:
    async with WatchedServer([Reply(Q1), FILE]) as server:
        code, _ = await asyncio.to_thread(typed, tmp_path, server.base_url, b"\x04")
        sent = server.requests[-1].messages[-1]["content"]
    assert code == 0
    assert "taken for granted:\n\n1. Which format?\n   JSON" in sent
    assert len(server.requests) == 2


async def test_ctrl_c_at_a_question_ends_the_run(tmp_path: Path) -> None:
    async with WatchedServer([Reply(Q1), FILE]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        process = await started(tmp_path, *at, *ASKS, "--yes", "--json")
        await ended(process)
    script = [Reply(Q1, stall="middle", cut_after=4)]
    async with WatchedServer(script) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        process = await started(tmp_path, *at, *ASKS, "--yes", "--json", "-f")
        async with asyncio.timeout(30):
            while not server.requests:
                await asyncio.sleep(0.02)
        process.send_signal(2)
        done = await ended(process)
    assert (done.code, done.report["status"]) == (130, "cancelled")


async def test_a_question_is_nothing_to_go_on_with(tmp_path: Path, run: Runs) -> None:
    await asked(tmp_path, [Reply(Q1), error_reply(400, "no")], "--yes")
    first = min(History(tmp_path / "state").list(), key=lambda row: row.started)
    done = await run([], "--resume", first.run_id, "--json")
    assert (done.code, done.report["status"]) == (1, "refused")
    assert "only asked something" in done.report["error"]["message"]
