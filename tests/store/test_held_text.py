"""What a reader holds back: from the events of a killed run comes what a cancel delivers."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.engine.events import (
    ContinuationStarted,
    Event,
    PartFinished,
    ReasoningDelta,
    RequestStarted,
    RunCancelled,
    TextDelta,
    TextHeld,
    TextRetracted,
)
from autocoder_tui.engine.reader_events import edits, read
from autocoder_tui.engine.reply.framing import render_file
from autocoder_tui.engine.seam import MARKER, PartReader, plan_continuation
from autocoder_tui.runs.event_batches import merge
from autocoder_tui.store.journal.held_text import HeldText
from tests.effort import examples
from tests.seam.model import TABLE, View

LINES = "".join(f"    total_{number} = price({number}) * 1.19\n" for number in range(40))
TRUTH = render_file("out.py", f"def main():\n{LINES}")


@dataclass
class Told:
    text: str = ""
    reasoning: str = ""


def released(events: list[Event]) -> list[Event]:
    held = HeldText()
    for event in events:
        held.apply(event)
    return held.released(fold(events).text)


def fold(events: list[Event]) -> Told:
    told = Told()
    for event in events:
        match event:
            case TextDelta(text):
                told.text += text
            case TextRetracted(count):
                told.text = told.text[: len(told.text) - count]
            case ReasoningDelta(text):
                told.reasoning += text
    return told


def killed_and_cancelled(
    before: str, reply: str, cuts: list[int], reason: str | None, prefill: bool
) -> tuple[Told, Told]:
    """What can be told of a run killed after `reply`, which came in pieces, and what the
    cancel at the same moment delivered."""
    events: list[Event] = []
    plan = None
    if before:
        plan = plan_continuation(before, finish_reason=reason, prefill=prefill)
        anchor = plan.anchor
        events += [TextDelta(before), ContinuationStarted(2, anchor, "length", reason)]
    events.append(RequestStarted(2))
    reader = PartReader(plan, before)
    edges = sorted({0, len(reply), *cuts})
    for start, end in itertools.pairwise(edges):
        events += read(reader, reply[start:end])
    killed = fold([*events, *released(merge(events))])
    edit, _ = reader.finish(None)
    return killed, fold([*events, *edits(edit)])


@pytest.mark.parametrize("name", TABLE)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_kill_gives_what_a_cancel_gives(name: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(30, len(TRUTH) - 1))
    reason = data.draw(st.sampled_from(["length", "stop", None]))
    prefill = data.draw(st.booleans())
    before = TRUTH[:cut]
    plan = plan_continuation(before, finish_reason=reason, prefill=prefill)
    chance = random.Random(data.draw(st.integers(0, 99)))
    begin = TRUTH.index("\n") + 1
    view = View(TRUTH, cut, len(plan.shown), plan.anchor, chance, begin)
    reply = TABLE[name](view)
    reply = reply[: data.draw(st.integers(1, max(1, len(reply))))]
    cuts = data.draw(st.lists(st.integers(0, len(reply)), max_size=30))
    killed, cancelled = killed_and_cancelled(before, reply, cuts, reason, prefill)
    assert killed == cancelled


@examples(100)
@given(
    st.lists(
        st.sampled_from(["<think>", "<", "<th", "a", "\n", "```\n", MARKER, "\r"]),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.integers(0, 60), max_size=20),
)
def test_the_beginning_of_a_first_part_is_not_lost(pieces: list[str], cuts: list[int]) -> None:
    reply = "".join(pieces)
    killed, cancelled = killed_and_cancelled(
        "", reply, [at for at in cuts if at < len(reply)], None, False
    )
    assert killed.text == cancelled.text


def test_what_was_settled_is_not_told_twice() -> None:
    events: list[Event] = [
        TextDelta("one\n"),
        ContinuationStarted(2, "one\n"),
        RequestStarted(2),
        TextHeld("one\ntwo"),
        TextDelta("two"),
    ]
    assert released(events) == []
    assert released([*events[:-1], PartFinished(2, "stop")]) == []
    assert released([*events[:-1], RunCancelled()]) == []
    assert released(events[:-1]) == [TextDelta("two")]


def test_held_text_of_two_kinds_is_not_merged() -> None:
    events: list[Event] = [TextHeld("a"), TextHeld("b"), TextHeld("c", True), TextHeld("d", True)]
    assert merge(events) == [TextHeld("ab"), TextHeld("cd", True)]


@pytest.mark.parametrize("cut", [160, 163, 170, 180, 186])
def test_an_echo_that_breaks_off_takes_nothing_back(cut: int) -> None:
    """A model may put a blank line after its echo: what follows is no exact repetition then,
    and the withheld text must not be exchanged for the beginning of itself."""
    before = TRUTH[:cut]
    plan = plan_continuation(before, finish_reason="length")
    reply = f"{plan.anchor}\n{TRUTH[len(plan.shown) :]}"
    for end in range(1, len(plan.anchor) + 60):
        killed, cancelled = killed_and_cancelled(before, reply[:end], [], "length", prefill=False)
        assert killed == cancelled
        assert len(cancelled.text) >= len(before), reply[:end]
        if end < len(plan.anchor) + len(plan.witness):
            assert cancelled.text == before


THOUGHT = "The user wants two functions.\nI should write add first.\nThen the rest, and"


@pytest.mark.parametrize("prefill", [False, True])
@pytest.mark.parametrize("said", ["echo", "rest", "tag", "anew", "glued"])
@pytest.mark.parametrize("frame", [TRUTH, f"```python\n{LINES}```\n"], ids=["file", "fence"])
def test_a_thought_that_ends_in_a_later_part_is_none_of_the_text(
    frame: str, said: str, prefill: bool
) -> None:
    """Servers that open the block of thought themselves send its closing tag alone, and a run
    cut off or killed before it has kept the beginning of the thought for text."""
    plan = plan_continuation(THOUGHT, finish_reason=None, prefill=prefill)
    asked = plan.anchor + plan.witness
    more = f" then the tests.\nFine.\n</think>\n\n{frame}"
    reply = {
        "echo": asked + more,
        "rest": more,
        "tag": f"</think>\n\n{frame}",
        "anew": THOUGHT + more,
        "glued": f"{asked} more</think>{frame}",
    }[said]
    for end in range(1, len(reply), 7):
        cuts = list(range(0, end, 5))
        killed, cancelled = killed_and_cancelled(THOUGHT, reply[:end], cuts, None, prefill)
        assert killed == cancelled
    killed, cancelled = killed_and_cancelled(THOUGHT, reply, [], None, prefill)
    assert killed.text == cancelled.text == frame
    assert THOUGHT in cancelled.reasoning


def test_a_thought_before_the_rest_of_a_file_takes_nothing_of_it() -> None:
    for before in (TRUTH[:400], f"```python\n{LINES[:400]}", LINES[:400]):
        plan = plan_continuation(before, finish_reason=None)
        rest = LINES[400:900]
        reply = f"I go on.\n</think>\n\n{plan.anchor}{plan.witness}{rest}"
        killed, cancelled = killed_and_cancelled(before, reply, [3, 60], None, False)
        assert killed == cancelled
        assert cancelled.text == before + rest


def test_a_stray_closing_tag_after_a_file_takes_nothing_of_it() -> None:
    plan = plan_continuation(THOUGHT, finish_reason=None)
    reply = f"{plan.anchor}{plan.witness}\n{TRUTH}</think>\n"
    killed, cancelled = killed_and_cancelled(THOUGHT, reply, [5, 90], None, False)
    assert killed == cancelled
    assert TRUTH in cancelled.text
