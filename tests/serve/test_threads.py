"""What clients of `/ws` sent stands in the history as conversations of the program do."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.engine.request import Turn
from autocoder_tui.runs.conversation import conversation_of
from autocoder_tui.runs.export import conversation_text
from autocoder_tui.serve.payloads import SocketMessage
from autocoder_tui.serve.threads import Place, Threads, turns_of
from autocoder_tui.store.history.history import History
from tests.serve.served import serving
from tests.serve.test_generate_code import ANSWER
from tests.serve.test_socket import conversing, socket_of, text_of


def said(*texts: str) -> list[dict[str, str]]:
    """Messages of a user and an assistant in turn."""
    roles = ("user", "assistant")
    return [{"role": roles[at % 2], "content": text} for at, text in enumerate(texts)]


async def send(
    socket: ClientConnection, messages: list[dict[str, str]], **more: Any
) -> dict[str, Any]:
    """The last frame of the answer, with its whole text."""
    await socket.send(json.dumps({"messages": messages, **more}))
    frames = []
    while True:
        frames.append(json.loads(await asyncio.wait_for(socket.recv(), 30)))
        if frames[-1]["type"] in ("exit_token", "error"):
            return {**frames[-1], "text": text_of(frames)}


def echo(received: Received) -> Reply:
    return Reply(f"{received.messages[-1]['content']}, indeed\n")


async def test_a_follow_up_goes_on_from_the_run_before_it(tmp_path: Path) -> None:
    async with conversing(echo, tmp_path) as (served, socket):
        first = await send(socket, said("One"))
        second = await send(socket, said("One", first["text"].strip(), "Two"))
        # Another socket, and another way on from the first answer.
        async with socket_of(served) as again:
            system = [{"role": "system", "content": "Be brief."}]
            other = await send(again, [*system, *said("One", first["text"], "Three")])
        history = History(served.state)
    runs = history.thread(first["run_id"])
    assert [run.question for run in runs] == ["One", "Two", "Three"]
    assert [run.summary.parent for run in runs] == ["", first["run_id"], first["run_id"]]
    talk = conversation_of(first["run_id"], runs, second["run_id"])
    assert talk.turns == (Turn("One", "One, indeed\n"), Turn("Two", "Two, indeed\n"))
    assert talk.siblings(second["run_id"]) == (second["run_id"], other["run_id"])
    # What came before is kept once.
    assert history.get(second["run_id"]).snapshot.turns == ()
    assert history.get(other["run_id"]).snapshot.system_prompt == "Be brief."


async def test_what_was_said_elsewhere_is_kept_with_the_run(tmp_path: Path) -> None:
    earlier = said("Who?", "I.", "Why?", "Because.")
    async with conversing(echo, tmp_path) as (served, socket):
        done = await send(socket, [*earlier, *said("And now?")])
        follows = await send(socket, [*earlier, *said("And now?", done["text"], "Then?")])
        history = History(served.state)
    runs = history.thread(done["run_id"])
    talk = conversation_of(done["run_id"], runs)
    assert [one.question for one in talk.path] == ["Who?", "Why?", "And now?", "Then?"]
    assert talk.turns[:2] == (Turn("Who?", "I."), Turn("Why?", "Because."))
    assert talk.parent == follows["run_id"]
    shown = conversation_text(runs, history.get(follows["run_id"]))
    assert "> Who?\n\nI.\n\n> Why?\n\nBecause.\n\n> And now?" in shown
    # The program goes on from there with all of it, also at the place of the first question.
    assert talk.before(done["run_id"]).turns == talk.turns[:2]


async def test_an_answer_that_was_stopped_can_be_followed(tmp_path: Path) -> None:
    replies = [Reply(ANSWER, stall="middle", cut_after=60), Reply("on")]
    async with conversing(replies, tmp_path) as (served, socket):
        await socket.send(json.dumps({"messages": said("Greet."), "announce": True}))
        text = ""
        while len(text) < 60:
            frame = json.loads(await asyncio.wait_for(socket.recv(), 30))
            text += frame.get("content", "")
        await socket.send("stop")
        while json.loads(await asyncio.wait_for(socket.recv(), 30))["type"] != "exit_token":
            pass
        done = await send(socket, said("Greet.", text, "Go on."))
        kept = History(served.state).get(done["run_id"])
    assert kept.snapshot.parent
    assert kept.snapshot.thread == kept.snapshot.parent


async def test_a_complaint_is_told_what_it_is_about(tmp_path: Path) -> None:
    replies = [Reply("Long words."), Reply("Be short."), Reply("Hi."), Reply("Bye.")]
    async with conversing(replies, tmp_path) as (served, socket):
        first = await send(socket, said("Greet."))
        done = await send(socket, said("Greet.", first["text"], "too long"), feedback=True)
        sent = served.model.requests[1].messages[-1]["content"]
        assert "Greet." in sent
        assert "Long words." in sent
        assert "Complaint: too long" in sent
        # The client keeps the instruction in the place of the complaint, and so does the history.
        messages = said("Greet.", first["text"], "Be short.", done["text"], "Leave.")
        last = await send(socket, messages)
        history = History(served.state)
    talk = conversation_of(first["run_id"], history.thread(first["run_id"]), last["run_id"])
    assert [one.question for one in talk.path] == ["Greet.", "Be short.", "Leave."]


async def test_another_server_keeps_what_it_does_not_know(tmp_path: Path) -> None:
    async with conversing(echo, tmp_path) as (_, socket):
        first = await send(socket, said("One"))
    async with serving(echo, tmp_path) as served, socket_of(served) as socket:
        second = await send(socket, said("One", first["text"], "Two"))
        kept = History(served.state).get(second["run_id"])
    assert kept.snapshot.parent == ""
    assert kept.snapshot.turns == (Turn("One", first["text"]),)


_MESSAGES = st.lists(
    st.builds(
        SocketMessage,
        role=st.sampled_from(["system", "user", "assistant"]),
        content=st.text(st.characters(exclude_categories=["Cs"])),
    ),
    max_size=9,
)


@given(_MESSAGES)
def test_nothing_that_was_said_is_lost(messages: list[SocketMessage]) -> None:
    turns = turns_of(messages)
    for role, texts in (
        ("user", [turn.question for turn in turns]),
        ("assistant", [turn.answer for turn in turns]),
    ):
        together = "".join(texts)
        at = 0
        for message in messages:
            if message.role == role:
                at = together.index(message.content, at) + len(message.content)


@given(_MESSAGES, _MESSAGES)
def test_only_what_reads_the_same_is_found(
    one: list[SocketMessage], other: list[SocketMessage]
) -> None:
    threads, place = Threads(), Place("a" * 12, "b" * 12)
    threads.answered(one, "Yes.", place)
    after = [
        SocketMessage(role="assistant", content=" Yes.\n"),
        SocketMessage(role="user", content="x"),
    ]
    assert threads.place_of([*one, *after]) == place

    def spoken(messages: list[SocketMessage]) -> list[tuple[str, str]]:
        return [(each.role, each.content.strip()) for each in messages if each.role != "system"]

    if spoken(one) != spoken(other):
        assert threads.place_of([*other, *after]) == Place()


def test_only_so_many_are_remembered() -> None:
    threads = Threads()
    for number in range(5_000):
        asked = [SocketMessage(role="user", content=str(number))]
        threads.answered(asked, "Yes.", Place("t", str(number)))
    after = [
        SocketMessage(role="assistant", content="Yes."),
        SocketMessage(role="user", content="x"),
    ]
    known = [
        bool(threads.place_of([SocketMessage(role="user", content=str(number)), *after]).parent)
        for number in range(5_000)
    ]
    assert known == [False] * 1_000 + [True] * 4_000
