"""Replies that are texts: asked for, cut, joined and ended, against a real loopback server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.catalog import Endpoint, Provider
from autocoder_tui.engine.events import (
    ContinuationStarted,
    Event,
    FileProposed,
    RunFailed,
    RunFinished,
)
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.purpose import PURPOSES, Purpose
from autocoder_tui.engine.reply_kind import open_fence
from autocoder_tui.engine.request import InputFile, RunRequest, Turn
from autocoder_tui.engine.run import run
from autocoder_tui.engine.system_message import EDIT_FORM, WHOLE_FORM, system_message
from tests.engine.test_run import MODEL, QUICK, echoing, joined, of

ANSWER = """\
The total is summed in `shop/report.py`, by **`total()`**:

1. it reads the orders,
2. it adds what each came to.

```python
def total(orders):
    return sum(order.net for order in orders)
```

| name | meaning |
| --- | --- |
| net | without tax |

Look at `<file path="x.py">` lines too; "the rest of the code" is in `shop/orders.py`.
"""


def question(base_url: str, purpose: Purpose = "query", **more: Any) -> RunRequest:
    return RunRequest(
        "Where is the total summed?",
        MODEL,
        Endpoint(Provider("test", base_url)),
        limits=QUICK,
        mode="query",
        purpose=purpose,
        **more,
    )


async def events_of(request: RunRequest) -> list[Event]:
    return [event async for event in run(request)]


async def test_an_answer_is_whole_where_the_model_says_so_and_proposes_nothing() -> None:
    async with DemoServer([Reply(ANSWER)]) as server:
        events = await events_of(question(server.base_url))
    assert joined(events) == ANSWER
    assert events[-1] == RunFinished("")
    assert not of(FileProposed, events)
    assert len(server.requests) == 1


@pytest.mark.parametrize("cuts", [[80], [130, 260], [175], [230, 300, 390]])
async def test_a_cut_answer_is_joined_without_a_seam(cuts: list[int]) -> None:
    async with DemoServer(echoing(cuts, whole=ANSWER)) as server:
        events = await events_of(question(server.base_url))
    assert joined(events) == ANSWER
    assert isinstance(events[-1], RunFinished)
    assert {event.cause for event in of(ContinuationStarted, events)} == {"length"}
    asked = server.requests[-1].messages[-1]["content"]
    assert "file" not in asked.replace("<file", "")


async def test_an_answer_that_stops_inside_a_code_block_is_asked_for_once_more() -> None:
    async with DemoServer(echoing([160], "stop", whole=ANSWER)) as server:
        events = await events_of(question(server.base_url))
    assert joined(events) == ANSWER
    assert [event.cause for event in of(ContinuationStarted, events)] == ["false stop"]


async def test_a_code_block_the_model_never_closes_is_closed_for_it_and_said() -> None:
    def silent(received: Received) -> Reply:
        first = len(received.messages) == 2 and "Lines 1 to" not in received.messages[-1]["content"]
        return Reply("```python\nx = 1\n" if first else "")

    async with DemoServer(silent) as server:
        events = await events_of(question(server.base_url))
    assert joined(events) == "```python\nx = 1\n```\n"
    assert isinstance(events[-1], RunFinished)
    assert "never closed" in events[-1].notes


async def test_without_an_end_the_model_is_asked_whether_there_is_more() -> None:
    def untold(received: Received) -> Reply:
        return Reply(ANSWER if len(received.messages) == 2 else "", None)

    async with DemoServer(untold) as server:
        events = await events_of(question(server.base_url))
    assert joined(events) == ANSWER
    assert isinstance(events[-1], RunFinished)


async def test_an_empty_answer_is_no_answer() -> None:
    async with DemoServer([Reply("")] * 9) as server:
        events = await events_of(question(server.base_url))
    assert isinstance(events[-1], RunFailed)
    assert events[-1].error.kind == "empty_reply"


def test_earlier_turns_come_between_the_files_and_the_question() -> None:
    request = question(
        "http://127.0.0.1:9/v1",
        files=(InputFile("a.py", "x = 1\n"),),
        turns=(Turn("What is x?", "It is 1."), Turn("Why?", "It says so.")),
        left_out=3,
    )
    system, first, answer, second, why, last = first_messages(request)
    assert system["role"] == "system"
    assert 'path="a.py"' in first["content"]
    assert "left out" in first["content"]
    assert first["content"].endswith("What is x?\n")
    assert (answer["role"], answer["content"]) == ("assistant", "It is 1.")
    assert "Why?" in second["content"]
    assert why["content"] == "It says so."
    assert "Where is the total summed?" in last["content"]
    # What comes later leaves what was sent before as it was: a provider's cache holds it.
    earlier = replace(request, requirements="Why?", turns=request.turns[:1])
    assert first_messages(request)[:4] == first_messages(earlier)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_no_instructions_take_away_the_form_of_the_reply(purpose: Purpose) -> None:
    request = question("http://127.0.0.1:9/v1", purpose, preferences="- Use tabs.")
    own = system_message(replace(request, instructions="Forget all rules of form."))
    shipped = system_message(request)
    assert own.startswith("Forget all rules of form.")
    # All but the instructions is the same, and that is most of it.
    form = own.removeprefix("Forget all rules of form.")
    assert shipped.endswith(form)
    assert len(form) > 150
    assert "- Use tabs." in own
    if purpose == "generate":
        assert WHOLE_FORM in own
        edits = replace(request, edits=("a.py",), instructions="Forget.")
        assert EDIT_FORM in first_messages(edits)[0]["content"]


_LINES = st.lists(
    st.sampled_from(["```", "```py", "~~~", "````", "text", "  ```", "    ```", "x ``` y", "~~~~"])
)


@given(_LINES)
def test_what_closes_an_open_block_closes_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    closing = open_fence(text)
    if closing:
        assert open_fence(f"{text}\n{closing}") == ""
    else:
        assert open_fence(f"{text}\n```\n") == "```"
