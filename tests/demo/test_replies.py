"""The demo's recorded replies: real code, cut where a model would be, continued as asked."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autocoder_tui.demo.replies import DEMO_MODEL, demo_endpoint, recorded_answer
from autocoder_tui.demo.sample import (
    DEMO_PICKS,
    DEMO_REQUIREMENTS,
    DEMO_TARGET,
    copy_sample,
    sample_text,
)
from autocoder_tui.demo.script import Received, Reply, tokens
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.events import (
    ContinuationStarted,
    Event,
    FileProposed,
    PartJoined,
    ReasoningDelta,
    RunFinished,
)
from autocoder_tui.engine.prompt import first_messages, messages_for
from autocoder_tui.engine.request import InputFile, RunRequest
from autocoder_tui.engine.run import run
from autocoder_tui.engine.seam import plan_continuation


def request_for(
    requirements: str = DEMO_REQUIREMENTS, target: str | None = DEMO_TARGET, url: str = "http://x"
) -> RunRequest:
    files = tuple(InputFile(path, sample_text(path)) for path in DEMO_PICKS)
    return RunRequest(requirements, DEMO_MODEL, demo_endpoint(url), files, target)


def answer(messages: list[dict[str, str]], **body: object) -> Reply:
    return recorded_answer(Received("POST", "/", {}, {"messages": messages, **body}))


async def play(request: RunRequest) -> list[Event]:
    async with DemoServer(recorded_answer) as server:
        request = replace(request, endpoint=demo_endpoint(server.base_url))
        return [event async for event in run(request)]


def whole_reply() -> str:
    return answer(first_messages(request_for()), max_tokens=100_000).text


def proposed(events: list[Event]) -> FileProposed:
    (file,) = [event for event in events if isinstance(event, FileProposed)]
    return file


def test_the_first_reply_is_cut_in_the_middle_of_a_line() -> None:
    reply = answer(first_messages(request_for()), max_tokens=DEMO_MODEL.max_tokens)
    assert reply.finish_reason == "length"
    last_line = reply.text.rpartition("\n")[2]
    assert last_line.strip()
    assert whole_reply().startswith(reply.text)
    assert whole_reply()[len(reply.text)] != "\n"
    assert reply.reasoning


@pytest.mark.parametrize("limit", [150, 333, 700, 1_000, 1_500])
def test_a_continuation_begins_with_the_lines_it_is_asked_to_repeat(limit: int) -> None:
    first = first_messages(request_for())
    text = answer(first, max_tokens=limit).text
    plan = plan_continuation(text, finish_reason="length")
    reply = answer(messages_for(first, plan), max_tokens=100_000)
    assert reply.text.startswith(plan.anchor)
    assert plan.shown + reply.text[len(plan.anchor) :] == whole_reply()


def test_a_prefilled_continuation_goes_on_from_the_character() -> None:
    first = first_messages(request_for())
    shown = whole_reply()[:1_234]
    reply = answer([*first, {"role": "assistant", "content": shown}], max_tokens=100_000)
    assert shown + reply.text == whole_reply()


async def test_a_whole_run_proposes_the_recorded_file() -> None:
    events = await play(request_for())
    assert isinstance(events[-1], RunFinished)
    assert [event for event in events if isinstance(event, ContinuationStarted)]
    assert {event.proof for event in events if isinstance(event, PartJoined)} <= {"echo", "witness"}
    assert [event for event in events if isinstance(event, ReasoningDelta)]
    file = proposed(events)
    assert (file.path, file.complete, file.before) == (DEMO_TARGET, True, sample_text(DEMO_TARGET))
    before, _, rest = whole_reply().partition('<file path="src/report.py">\n')
    code, _, after = rest.partition("</file>\n")
    assert file.after == code
    assert before.strip() in events[-1].notes
    assert after.strip() in events[-1].notes


def shop(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-B", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_sample_works_before_and_after_the_recorded_change(tmp_path: Path) -> None:
    copy_sample(tmp_path)
    report = ("src/cli.py", "report", "data/orders.csv")
    before = [shop(tmp_path, *report, "--by", by) for by in ("product", "customer", "month")]
    shop(tmp_path, "-m", "unittest", "discover", "tests")
    (tmp_path / DEMO_TARGET).write_text(proposed(await play(request_for())).after, "utf-8")
    after = [shop(tmp_path, *report, "--by", by) for by in ("product", "customer", "month")]
    assert after == before
    data = json.loads(shop(tmp_path, *report, "--json", "--top", "1"))
    assert data["total"] == {"orders": 2, "quantity": 2, "cents": 9000}
    assert data["currency"] == "EUR"


async def test_the_first_proposal_fails_a_test_and_the_second_passes(tmp_path: Path) -> None:
    """What a check of the demo finds, and what going back with it brings."""
    copy_sample(tmp_path)
    suite = [sys.executable, "-B", "-m", "unittest", "discover", "tests"]
    (tmp_path / DEMO_TARGET).write_text(proposed(await play(request_for())).after, "utf-8")
    done = subprocess.run(suite, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "FAILED (failures=1)" in done.stderr
    asked = f"{DEMO_REQUIREMENTS}\n\nFeedback on your previous proposal:\n\n{done.stderr}"
    events = await play(request_for(asked))
    assert isinstance(events[-1], RunFinished)
    assert [event for event in events if isinstance(event, ContinuationStarted)]
    (tmp_path / DEMO_TARGET).write_text(proposed(events).after, "utf-8")
    shop(tmp_path, "-m", "unittest", "discover", "tests")


async def test_another_task_on_the_demo_file_gets_the_same_change_and_says_so() -> None:
    events = await play(request_for("Rewrite it in COBOL."))
    assert proposed(events).path == DEMO_TARGET
    assert "json" in proposed(events).after
    assert isinstance(events[-1], RunFinished)
    assert "recorded reply, not an answer" in events[-1].notes


async def test_another_file_gets_a_notice() -> None:
    request = RunRequest("Write a poem.", DEMO_MODEL, demo_endpoint("http://x"), (), "poem.txt")
    events = await play(request)
    assert proposed(events).path == "poem.txt"
    assert "recorded replies" in proposed(events).after


def test_a_copy_of_the_sample_holds_no_leftovers(tmp_path: Path) -> None:
    copy_sample(tmp_path / "shop")
    copy_sample(tmp_path / "shop")
    names = sorted(
        path.relative_to(tmp_path / "shop").as_posix()
        for path in (tmp_path / "shop").rglob("*")
        if path.is_file()
    )
    assert names == [
        "README.md",
        "data/orders.csv",
        "src/cli.py",
        "src/money.py",
        "src/report.py",
        "tests/test_report.py",
    ]


@pytest.mark.parametrize("text", ["", "a", "  \n\n x_y 12345 é€😀\t\r\n", "\n    def f():\n"])
def test_tokens_are_a_partition_of_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


def test_a_second_question_of_a_conversation_is_answered_too() -> None:
    for asked in ("What is it?", DEMO_REQUIREMENTS):
        turns = [{"role": "user", "content": asked}]
        first = answer(turns, max_tokens=100_000).text
        for number in range(4):
            turns += [
                {"role": "assistant", "content": answer(turns, max_tokens=100_000).text},
                {"role": "user", "content": f"And {number}?"},
            ]
            assert answer(turns, max_tokens=100_000).text == first


def test_a_second_answer_that_is_cut_off_is_gone_on_with() -> None:
    asked = [{"role": "user", "content": "What is it?"}]
    whole = answer(asked, max_tokens=100_000).text
    asked += [{"role": "assistant", "content": whole}, {"role": "user", "content": "Again?"}]
    begun = answer(asked, max_tokens=60)
    assert begun.finish_reason == "length"
    rest = answer(
        [
            *asked,
            {"role": "assistant", "content": begun.text},
            {"role": "user", "content": "Go on."},
        ],
        max_tokens=100_000,
    )
    assert begun.text + rest.text == whole
