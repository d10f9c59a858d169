"""The loop against a real loopback server: whole replies, cuts, losses, retries, limits."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from autocoder_tui.demo.script import Received, Reply, chunk, error_reply
from autocoder_tui.demo.script import tokens as server_tokens
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.events import (
    CapReached,
    ContinuationStarted,
    Event,
    FileProposed,
    PartFinished,
    PartJoined,
    PartWithdrawn,
    ReasoningDelta,
    RequestStarted,
    RetryScheduled,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunStarted,
    TextDelta,
    TextRetracted,
    UsageUpdated,
)
from autocoder_tui.engine.metering.budget import CapQuestion
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.request import InputFile, Limits, RunRequest
from autocoder_tui.engine.run import run
from autocoder_tui.engine.run_state import RunState
from tests.watched_server import WatchedServer

CODE = "".join(
    f"def function_{number}():\n    return {number} * {number}\n\n\n" for number in range(40)
)
FRAMED = f'<file path="src/code.py">\n{CODE}</file>\n'
MODEL = Model(
    "test-model", "test", Decimal("0.2"), Decimal("0.4"), context_length=32768, max_tokens=8192
)
QUICK = Limits(
    connect_timeout=5, first_byte_timeout=5, idle_timeout=5, total_timeout=30, max_attempts=3
)


def request_to(server: DemoServer, limits: Limits = QUICK, **more: object) -> RunRequest:
    values = {"target": "src/code.py", **more}
    return RunRequest(
        requirements="Write the functions.",
        model=MODEL,
        endpoint=Endpoint(Provider("test", server.base_url)),
        limits=limits,
        **values,  # type: ignore[arg-type]
    )


async def events_of(request: RunRequest) -> list[Event]:
    return [event async for event in run(request)]


def joined(events: list[Event]) -> str:
    text = ""
    for event in events:
        if isinstance(event, TextDelta):
            text += event.text
        elif isinstance(event, TextRetracted):
            text = text[: len(text) - event.count]
    return text


E = TypeVar("E")


def of(kind: type[E], events: Iterable[object]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def end_of(kind: type[E], events: Sequence[object]) -> E:
    """The last event, which must be one of `kind`."""
    last = events[-1]
    assert isinstance(last, kind)
    return last


def spent(events: Sequence[object]) -> Decimal:
    """Dollars, as the last figure of the run has them."""
    cost = of(UsageUpdated, events)[-1].cost_usd
    assert cost is not None
    return cost


def echoing(
    parts: list[int], finish: str | None = "length", whole: str = FRAMED, **more: Any
) -> Callable[[Received], Reply]:
    """A model that is cut after so many characters and, asked to go on, repeats the anchor."""
    state = {"asked": 0}

    def answer(received: Received) -> Reply:
        asked = state["asked"]
        state["asked"] += 1
        start = 0
        if asked:
            shown = received.messages[-2]["content"]
            instruction = received.messages[-1]["content"]
            tail = shown.splitlines(keepends=True)
            # The anchor is the last lines of what was shown that the instruction also holds.
            count = max(n for n in range(1, 13) if "".join(tail[-n:]) in instruction)
            start = whole.index(shown) + len(shown) - len("".join(tail[-count:]))
        end = parts[asked] if asked < len(parts) else len(whole)
        last = end >= len(whole)
        return Reply(whole[start:end], "stop" if last else finish, **({} if last else more))

    return answer


async def test_a_whole_reply_is_one_part_and_one_complete_file() -> None:
    async with DemoServer([Reply(FRAMED)]) as server:
        events = await events_of(request_to(server, files=(InputFile("src/code.py", "old\n"),)))
    assert isinstance(events[0], RunStarted)
    assert events[-1] == RunFinished("")
    assert joined(events) == FRAMED
    assert of(FileProposed, events) == [FileProposed("src/code.py", "old\n", CODE, True, "")]
    (part,) = of(PartFinished, events)
    assert (part.part, part.finish_reason) == (1, "stop")
    usage = of(UsageUpdated, events)[-1]
    assert not usage.estimated
    assert usage.cost_usd == (
        Decimal(usage.prompt_tokens) * Decimal("0.2") + usage.completion_tokens * Decimal("0.4")
    ) / Decimal(1_000_000)


@pytest.mark.parametrize("cuts", [[700], [333, 1200], [100, 333, 999, 1500]])
async def test_a_reply_cut_by_length_is_continued_byte_for_byte(cuts: list[int]) -> None:
    async with DemoServer(echoing(cuts)) as server:
        events = await events_of(request_to(server))
    assert joined(events) == FRAMED
    assert of(FileProposed, events)[-1].after == CODE
    assert len(of(PartFinished, events)) == len(cuts) + 1
    assert [event.cause for event in of(ContinuationStarted, events)] == ["length"] * len(cuts)
    assert [event.proof for event in of(PartJoined, events)] != []
    # The prefix stays byte-identical, so that the provider can cache it.
    first = server.requests[0].messages
    assert all(received.messages[:2] == first for received in server.requests)
    assert (
        server.requests[1]
        .messages[-1]["content"]
        .endswith("<!--generation interrupted, continuing-->")
    )


@pytest.mark.parametrize("cut", ["reset", "close", "short"])
async def test_a_dropped_connection_is_waited_out_and_continued(cut: str) -> None:
    async with DemoServer(echoing([900], None, cut=cut)) as server:
        events = await events_of(request_to(server))
    assert joined(events) == FRAMED
    assert len(of(RetryScheduled, events)) == 1
    assert of(ContinuationStarted, events)[0].cause == "lost connection"
    assert isinstance(events[-1], RunFinished)


async def test_a_stop_before_the_end_of_the_file_is_continued() -> None:
    async with DemoServer(echoing([900], "stop")) as server:
        events = await events_of(request_to(server))
    assert joined(events) == FRAMED
    assert of(ContinuationStarted, events)[0].cause == "false stop"


async def test_a_busy_server_is_tried_again_as_it_asks() -> None:
    busy = error_reply(429, "slow down", headers={"retry-after": "0.05"})
    async with DemoServer([busy, error_reply(503, "later"), Reply(FRAMED)]) as server:
        events = await events_of(request_to(server))
    waits = of(RetryScheduled, events)
    assert waits[0].delay_seconds == 0.05
    assert [wait.attempt for wait in waits] == [2, 3]
    assert [event.attempt for event in of(RequestStarted, events)] == [1, 2, 3]
    assert isinstance(events[-1], RunFinished)


async def test_attempts_are_bounded_and_the_last_error_is_told() -> None:
    async with DemoServer([error_reply(500, "broken")] * 9) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 3
    assert isinstance(events[-1], RunFailed)
    assert end_of(RunFailed, events).error.kind == "server_failed"


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "key_rejected"), (404, "model_not_found"), (400, "bad_request")]
)
async def test_what_no_retry_can_cure_is_asked_once(status: int, kind: str) -> None:
    async with DemoServer([error_reply(status, "no")] * 3) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 1
    assert end_of(RunFailed, events).error.kind == kind
    assert not of(FileProposed, events)


async def test_a_model_that_adds_nothing_is_stopped_and_the_text_kept() -> None:
    async with DemoServer([Reply(FRAMED[:900], "length"), *[Reply("", "stop")] * 5]) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) <= 5
    assert isinstance(events[-1], RunFailed)
    assert end_of(RunFailed, events).resumable
    assert FRAMED.startswith(joined(events))
    assert [file.complete for file in of(FileProposed, events)] == [False]


async def test_parts_are_bounded() -> None:
    cuts = list(range(200, 1800, 100))
    async with DemoServer(echoing(cuts)) as server:
        events = await events_of(request_to(server, Limits(max_parts=3)))
        assert len(server.requests) == 3
    assert end_of(RunFailed, events).error.kind == "too_many_parts"
    assert of(CapReached, events) == [CapReached("parts", "3 parts", "3 parts")]
    assert end_of(RunFailed, events).resumable


async def test_the_spending_cap_is_never_passed() -> None:
    cap = Decimal("0.0008")
    async with DemoServer(echoing([900, 1500])) as server:
        events = await events_of(request_to(server, Limits(max_cost_usd=cap)))
    asked = [received.body.get("max_tokens") for received in server.requests]
    assert all(tokens * Decimal("0.4") / 1_000_000 < cap for tokens in asked)
    assert spent(events) <= cap


LONG = '<file path="src/code.py">\n' + CODE * 100 + "</file>\n"
"""Some 70,000 tokens, $0.028 as this model costs."""


async def test_a_server_that_ignores_its_limit_is_stopped_at_the_cap() -> None:
    cap = Decimal("0.002")
    async with WatchedServer([Reply(LONG)]) as server:
        events = await events_of(request_to(server, Limits(max_cost_usd=cap)))
        await asyncio.wait_for(server.wait_for_drop(), 10)
    assert server.requests[0].body["max_tokens"] * Decimal("0.4") / 1_000_000 < cap
    text = joined(events)
    assert LONG.startswith(text)
    assert 10_000 < len(text) < len(LONG) / 3
    assert cap < spent(events) < 3 * cap
    assert [part.finish_reason for part in of(PartFinished, events)] == ["spending_cap"]
    (reached,) = of(CapReached, events)
    assert (reached.kind, reached.limit) == ("cost", "$0.0020")
    assert end_of(RunFailed, events).error.kind == "spending_cap"
    assert "it was stopped" in end_of(RunFailed, events).error.message
    assert end_of(RunFailed, events).resumable
    assert [file.complete for file in of(FileProposed, events)] == [False]


@pytest.mark.parametrize("cap", ["run", "session"])
async def test_a_reply_stopped_at_a_cap_is_continued_when_the_cap_is_raised(cap: str) -> None:
    limits = (
        Limits(max_cost_usd=Decimal("0.002"))
        if cap == "run"
        else Limits(max_session_cost_usd=Decimal("1.002"), session_spent_usd=Decimal(1))
    )
    asked: list[CapQuestion] = []

    async def raise_cap(question: CapQuestion) -> Decimal:
        asked.append(question)
        return Decimal(5)

    whole = '<file path="src/code.py">\n' + CODE * 25 + "</file>\n"
    async with DemoServer(echoing([], whole=whole)) as server:
        request = request_to(server, limits)
        events = [event async for event in run(request, raise_cap=raise_cap)]
    (question,) = asked
    assert question.cap == cap
    assert question.spent > question.limit
    assert question.stopped
    assert joined(events) == whole
    assert [event.cause for event in of(ContinuationStarted, events)] == ["spending cap"]
    assert [part.finish_reason for part in of(PartFinished, events)] == ["spending_cap", "stop"]
    assert isinstance(events[-1], RunFinished)


async def test_a_reply_that_may_still_be_within_the_cap_is_not_stopped() -> None:
    tokens = len(server_tokens(FRAMED))
    cap = tokens * Decimal("0.4") / 1_000_000
    async with DemoServer([Reply(FRAMED, delay=0.0005)]) as server:
        events = await events_of(request_to(server, Limits(max_cost_usd=cap)))
    assert spent(events) > cap
    assert isinstance(events[-1], RunFinished)


async def test_a_prompt_larger_than_the_window_is_refused_before_anything_is_sent() -> None:
    big = InputFile("data/big.txt", "word " * 40_000)
    async with DemoServer([Reply(FRAMED)]) as server:
        events = await events_of(request_to(server, files=(big,)))
        assert not server.requests
    assert end_of(RunFailed, events).error.kind == "input_too_large"
    assert "data/big.txt" in end_of(RunFailed, events).error.message


async def test_reasoning_never_reaches_the_file() -> None:
    thought = "<think>The user wants functions.</think>\n\n"
    async with DemoServer([Reply(thought + FRAMED, reasoning="Let me think. ")]) as server:
        events = await events_of(request_to(server))
    assert of(FileProposed, events)[0].after == CODE
    assert "think" not in joined(events)


async def test_cancelling_closes_the_connection_and_keeps_the_text() -> None:
    events: list[Event] = []
    async with WatchedServer([Reply(FRAMED, delay=0.01)]) as server:

        async def consume() -> None:
            async for event in run(request_to(server)):
                events.append(event)
                if len(of(TextDelta, events)) == 5:
                    task = asyncio.current_task()
                    assert task is not None
                    task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(consume())
        await asyncio.wait_for(server.wait_for_drop(), 5)
    assert events[-1] == RunCancelled()
    assert FRAMED.startswith(joined(events))


async def test_a_kept_partial_is_continued_by_hand() -> None:
    kept = FRAMED[:1000]
    script = echoing([0, len(FRAMED)])
    script(Received("POST", "/", {}, {"messages": []}))
    async with DemoServer(script) as server:
        events = await events_of(request_to(server, partial=kept))
    assert joined(events) == FRAMED
    assert of(ContinuationStarted, events)[0].cause == "by hand"


async def test_a_kept_partial_is_not_lost_where_nothing_fits_any_more() -> None:
    big = InputFile("data/big.txt", "word " * 40_000)
    async with DemoServer([Reply(FRAMED)]) as server:
        events = await events_of(request_to(server, files=(big,), partial=FRAMED[:1000]))
    assert end_of(RunFailed, events).error.kind == "input_too_large"
    assert joined(events) == FRAMED[:1000]


async def test_a_run_that_never_ends_is_ended() -> None:
    limits = Limits(total_timeout=2, idle_timeout=60, first_byte_timeout=60)
    endless = Reply(FRAMED, stall="middle", cut_after=500)
    async with DemoServer([Reply(FRAMED), endless]) as server:
        # What is loaded at the first request takes longer than that on a busy machine.
        await events_of(request_to(server, Limits()))
        events = await events_of(request_to(server, limits))
    assert end_of(RunFailed, events).error.kind == "run_timed_out"
    assert joined(events) == FRAMED[:500]


async def test_an_idle_stream_is_given_up_and_continued() -> None:
    limits = Limits(idle_timeout=0.3, max_attempts=3)
    first = Reply(FRAMED[:900], stall="middle")
    rest = echoing([0, len(FRAMED)])
    rest(Received("POST", "/", {}, {"messages": []}))
    async with DemoServer(lambda got: first if len(got.messages) == 2 else rest(got)) as server:
        events = await events_of(request_to(server, limits))
    assert joined(events) == FRAMED
    assert of(ContinuationStarted, events)[0].cause == "silence"
    assert isinstance(events[-1], RunFinished)


async def test_an_error_inside_the_stream_is_waited_out_and_continued() -> None:
    frames = [chunk({"content": FRAMED[:900]}), '{"error": {"message": "overloaded", "code": 503}}']
    rest = echoing([0, len(FRAMED)])
    rest(Received("POST", "/", {}, {"messages": []}))
    first = Reply(frames=frames)
    async with DemoServer(lambda got: first if len(got.messages) == 2 else rest(got)) as server:
        events = await events_of(request_to(server))
    assert joined(events) == FRAMED
    assert len(of(RetryScheduled, events)) == 1


async def test_a_guessed_part_is_taken_back_and_asked_for_once_more() -> None:
    """The first continuation skips a line, so that nothing proves where it goes on."""
    cut = FRAMED.index("function_20") + 9
    rest = echoing([0, len(FRAMED)])
    rest(Received("POST", "/", {}, {"messages": []}))
    asked = []

    def answer(received: Received) -> Reply:
        asked.append(received)
        if len(received.messages) == 2:
            return Reply(FRAMED[:cut], "length")
        if len(asked) == 2:
            return Reply(FRAMED[FRAMED.index("    return 23") :])
        return rest(received)

    known = Capabilities(echo=True)
    async with DemoServer(answer) as server:
        events = [event async for event in run(request_to(server), capabilities=known)]
    assert of(PartWithdrawn, events) == [PartWithdrawn(2)]
    assert joined(events) == FRAMED
    assert [event.proof for event in of(PartJoined, events)] != ["guess"]


async def test_a_guess_that_stays_one_is_said_in_the_review() -> None:
    cut = FRAMED.index("function_20") + 9
    rest = Reply(FRAMED[FRAMED.index("    return 23") :])
    async with DemoServer([Reply(FRAMED[:cut], "length"), rest, rest]) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 3
    (file,) = of(FileProposed, events)
    assert "guess at line" in file.remark
    assert file.guesses == 1
    assert joined(events) == FRAMED[:cut] + "\n" + FRAMED[FRAMED.index("    return 23") :]


@pytest.mark.parametrize("end", ["nothing more", "an error", "the rest in two parts"])
async def test_a_server_that_keeps_its_own_place_is_asked_again_without_loss(end: str) -> None:
    """What a first reply said that was taken back, such a server never says again."""
    cut, middle = FRAMED.index("function_20") + 9, FRAMED.index("function_35") + 4
    first = FRAMED[cut:middle] if end == "the rest in two parts" else FRAMED[cut:]
    after = {
        "nothing more": Reply(""),
        "an error": Reply(status=400, body='{"error": {"message": "no"}}'),
        "the rest in two parts": Reply(FRAMED[middle:]),
    }[end]
    replies = [
        Reply(FRAMED[:cut], "length"),
        Reply(first, "length" if first != FRAMED[cut:] else "stop"),
    ]
    async with DemoServer([*replies, after]) as server:
        events = await events_of(request_to(server))
    assert joined(events) == FRAMED
    assert of(RunFinished, events)


async def test_a_refused_prefill_falls_back_to_the_echo_once_per_endpoint() -> None:
    capabilities = Capabilities(prefill="vllm")
    rest = echoing([0, 900, len(FRAMED)])
    rest(Received("POST", "/", {}, {"messages": []}))
    prefilled = []

    def answer(received: Received) -> Reply:
        if len(received.messages) == 2:
            return Reply(FRAMED[:500], "length")
        if received.messages[-1]["role"] == "assistant":
            prefilled.append(received)
            return error_reply(400, "continue_final_message is not supported")
        return rest(received)

    async with DemoServer(answer) as server:
        events = [event async for event in run(request_to(server), capabilities=capabilities)]
    assert joined(events) == FRAMED
    assert len(prefilled) == 1
    assert capabilities.prefill == "none"


async def test_a_prefill_that_is_taken_needs_no_echo() -> None:
    def answer(received: Received) -> Reply:
        if len(received.messages) == 2:
            return Reply(FRAMED[:501], "length")
        assert received.messages[-1]["role"] == "assistant"
        return Reply(FRAMED[len(received.messages[-1]["content"]) :])

    async with DemoServer(answer) as server:
        request = request_to(server)
        capabilities = Capabilities(prefill="vllm")
        events = [event async for event in run(request, capabilities=capabilities)]
        assert server.requests[1].body["continue_final_message"] is True
    assert joined(events) == FRAMED
    assert [event.proof for event in of(PartJoined, events)] == ["prefill"]


async def test_code_without_a_name_belongs_to_the_only_file_given() -> None:
    fenced = Reply(f"Here it is:\n\n```python\n{CODE}```\n")
    only = (InputFile("src/code.py", "old\n"),)
    async with DemoServer([fenced]) as server:
        events = await events_of(request_to(server, target=None, files=only))
    (file,) = of(FileProposed, events)
    assert (file.path, file.after) == ("src/code.py", CODE)
    assert "named no file" in file.remark


async def test_code_without_a_name_and_no_file_it_could_be_is_said() -> None:
    async with DemoServer([Reply(f"```python\n{CODE}```\n")]) as server:
        events = await events_of(request_to(server, target=None))
    assert isinstance(events[-1], RunFailed)
    assert "names no file" in end_of(RunFailed, events).error.message


async def test_a_model_that_adds_nothing_is_not_taken_for_one_that_reasons() -> None:
    """What of its words has no place in a file is shown with its thoughts, and never was one."""
    script = [Reply(FRAMED[:2000], finish_reason="length")]
    script += [Reply("The file is already complete.\n")] * 8
    known = Capabilities()
    async with DemoServer(script) as server:
        events = [event async for event in run(request_to(server), capabilities=known)]
    assert "already complete" in "".join(event.text for event in of(ReasoningDelta, events))
    assert known.reasons is None


@pytest.mark.parametrize(
    "reply",
    [
        Reply(FRAMED, reasoning="So."),
        Reply(f"<think>\nSo.\n</think>\n{FRAMED}"),
        Reply(f"So.\n</think>\n{FRAMED}"),
    ],
)
async def test_a_model_that_reasons_is_known_to(reply: Reply) -> None:
    known = Capabilities()
    async with DemoServer([reply]) as server:
        events = [event async for event in run(request_to(server), capabilities=known)]
    assert isinstance(events[-1], RunFinished)
    assert known.reasons


async def test_an_answer_in_prose_is_notes() -> None:
    async with DemoServer([Reply("It already does that, see line 3.")]) as server:
        events = await events_of(request_to(server, target=None))
    assert events[-1] == RunFinished("It already does that, see line 3.")


async def test_what_an_endpoint_honoured_is_learnt() -> None:
    capabilities = Capabilities()
    async with DemoServer(echoing([700])) as server:
        async for _ in run(request_to(server), capabilities=capabilities):
            pass
    assert capabilities.echo is True


async def test_every_chunk_is_counted_the_empty_ones_too() -> None:
    pieces = ["", FRAMED[:100], "", "", FRAMED[100:]]
    frames = [chunk({"content": piece}) for piece in pieces]
    reply = Reply(frames=[*frames, chunk({}, finish_reason="stop")])
    async with DemoServer([reply]) as server:
        events = await events_of(request_to(server))
    assert joined(events) == FRAMED
    state = RunState()
    for event in events:
        state.apply(event, 1.0)
    assert state.stats.chunks == 6


@pytest.mark.parametrize("answer", ["", "\n", "The file is already complete.", "echo"])
async def test_a_forgotten_closing_line_is_asked_for_once_and_never_made_up(answer: str) -> None:
    """The model ends inside the file, says so again when asked, and is believed no further."""
    opened = FRAMED.removesuffix("</file>\n")

    def answers(received: Received) -> Reply:
        if len(received.messages) == 2:
            return Reply(opened)
        shown = received.messages[-2]["content"]
        tail = "".join(shown.splitlines(keepends=True)[-2:])
        return Reply(tail + opened[len(shown) :] if answer == "echo" else answer)

    async with DemoServer(answers) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 2
    assert end_of(RunFailed, events).error.kind == "no_progress"
    assert "incomplete" in end_of(RunFailed, events).error.message
    (file,) = of(FileProposed, events)
    assert (file.after.rstrip("\n"), file.complete) == (CODE.rstrip("\n"), False)


async def test_a_closing_line_that_nothing_opened_is_no_part_of_a_file() -> None:
    headless = FRAMED[FRAMED.index("\n") + 1 :]
    async with DemoServer([Reply(headless)]) as server:
        events = await events_of(request_to(server))
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (CODE, False)
    assert "beginning" in file.remark
