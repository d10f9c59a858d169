"""What a model is asked for, and what becomes of changes without a place: over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.shapes.search import render_block
from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.edit_format import LARGE, files_to_edit, manages_edits, told
from autocoder_tui.engine.events import (
    EditsSentBack,
    Event,
    FileProposed,
    RunFinished,
    RunStarted,
)
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.reply.parse import parse_reply
from autocoder_tui.engine.request import InputFile, Limits, RunRequest
from autocoder_tui.engine.run import run
from autocoder_tui.engine.system_message import EDIT_FORM, WHOLE_FORM
from autocoder_tui.review.file_edits import FileEdits, in_words
from tests.engine.test_run import joined

TEXT = "".join(f"value_{n} = {n * n}\n" for n in range(120))
MODEL = Model("m", "test", Decimal("0.2"), Decimal("0.4"), context_length=32768, max_tokens=8192)


def edit(*pairs: tuple[str, str]) -> str:
    blocks = "".join(render_block(EditBlock.of(old, new)) for old, new in pairs)
    return f'<edit path="a.py">\n{blocks}</edit>\n'


def request_to(server: DemoServer, **more: object) -> RunRequest:
    values = {"edits": ("a.py",), **more}
    return RunRequest(
        "Count.",
        MODEL,
        Endpoint(Provider("test", server.base_url)),
        (InputFile("a.py", TEXT),),
        **values,  # type: ignore[arg-type]
    )


async def events_of(
    replies: list[Reply], known: Capabilities | None = None, **more: object
) -> tuple[list[Event], list[Received]]:
    async with DemoServer(replies) as server:
        request = request_to(server, **more)
        events = [event async for event in run(request, capabilities=known)]
        return events, list(server.requests)


def proposed(events: list[Event]) -> FileProposed:
    (file,) = [event for event in events if isinstance(event, FileProposed)]
    return file


GOOD = ("value_3 = 9\n", "value_3 = 10\n")
LOST = ("result_of_nothing = None\n", "value_7 = 50\n")
FOUND = ("value_7 = 49\n", "value_7 = 50\n")


async def test_a_change_without_a_place_is_sent_back_once() -> None:
    events, requests = await events_of([Reply(edit(GOOD, LOST)), Reply(edit(FOUND))])
    file = proposed(events)
    assert file.complete
    assert file.after == TEXT.replace(*GOOD).replace(*FOUND)
    assert [event.count for event in events if isinstance(event, EditsSentBack)] == [1]
    assert len(requests) == 2
    asked = requests[1].messages[-1]["content"]
    assert LOST[0] in asked
    assert "value_3" in asked
    assert len(asked) < len(TEXT) + 2_000
    assert joined(events) == edit(GOOD, FOUND)
    assert isinstance(events[-1], RunFinished)


@pytest.mark.parametrize("answer", [edit(LOST), "I can't.", edit(("also lost\n", "x\n"))])
async def test_what_still_has_no_place_stays_and_is_not_asked_for_again(answer: str) -> None:
    first = edit(GOOD, LOST)
    events, requests = await events_of(
        [Reply(first), Reply(answer), Reply(answer)], limits=Limits(edit_retries=3)
    )
    file = proposed(events)
    assert not file.complete
    assert file.after == TEXT.replace(*GOOD)
    assert file.placed is not None
    assert [one.block for one in file.placed.unplaced] == [1]
    assert len(requests) == 2
    assert joined(events) == first


async def test_no_change_is_sent_back_where_none_is_to_be() -> None:
    events, requests = await events_of([Reply(edit(LOST))], limits=Limits(edit_retries=0))
    assert len(requests) == 1
    assert not proposed(events).complete


async def test_a_failed_request_for_a_change_fails_no_run() -> None:
    events, requests = await events_of([Reply(edit(GOOD, LOST)), Reply("", status=500)])
    assert isinstance(events[-1], RunFinished)
    assert len(requests) == 2
    assert not proposed(events).complete


async def test_a_change_that_comes_in_two_and_one_that_does_not_come() -> None:
    lost = [("gone_1 = 1\ngone_2 = 2\n", "value_5 = 26\nvalue_90 = 1\n"), ("never\n", "ever\n")]
    split = [("value_5 = 25\n", "value_5 = 26\n"), ("value_90 = 8100\n", "value_90 = 1\n")]
    three = edit(*split, ("value_9 = 81\n", "value_9 = 1\n"))
    events, _ = await events_of([Reply(edit(*lost)), Reply(three)])
    file = proposed(events)
    assert not file.complete
    assert "value_5 = 26" in file.after
    assert "never" in joined(events)


async def test_changes_that_build_on_each_other_go_through_a_run_and_are_marked() -> None:
    text = edit(GOOD, ("value_3 = 10\nvalue_4 = 16\n", "value_3 = 11\n"))
    events, requests = await events_of([Reply(text)])
    file = proposed(events)
    assert len(requests) == 1
    assert file.complete
    assert file.after == TEXT.replace("value_3 = 9\nvalue_4 = 16\n", "value_3 = 11\n")
    assert file.placed is not None
    (placement,) = FileEdits.of(file.edits, file.placed).placements
    assert (placement.manner, placement.also) == ("built", (0,))
    assert "earlier change" in in_words(placement)


DIFF = """\
--- a/a.py
+++ b/a.py
@@ -4,2 +4,2 @@
-value_3 = 9
+value_3 = 10
 value_4 = 16
@@ -70,1 +70,1 @@
-result_of_nothing = None
+value_7 = 50
"""
PATCH = """\
*** Begin Patch
*** Update File: a.py
@@
-value_3 = 9
+value_3 = 10
@@
-result_of_nothing = None
+value_7 = 50
*** End Patch
"""
_LOST = render_block(EditBlock.of(*LOST))


@pytest.mark.parametrize(
    "first",
    [
        f"```diff\n{DIFF}```\nThat is all.\n",
        DIFF,
        PATCH,
        f"Sure:\n\n```\n{PATCH}```\n",
        f"a.py\n```python\n{render_block(EditBlock.of(*GOOD))}{_LOST}```\n",
        f"```python a.py\n{render_block(EditBlock.of(*GOOD))}```\n\n```python a.py\n{_LOST}```\n",
        f'<edit path="a.py">\n{DIFF}</edit>\n',
    ],
)
async def test_a_change_in_a_form_not_asked_for_is_sent_back_once_too(first: str) -> None:
    events, requests = await events_of([Reply(first), Reply(edit(FOUND))])
    file = proposed(events)
    assert len(requests) == 2
    asked = requests[1].messages[-1]["content"]
    assert LOST[0] in asked
    assert "line" in asked
    assert file.after == TEXT.replace(*GOOD).replace(*FOUND)
    assert file.complete
    assert FOUND[0].strip() in joined(events)


def as_json(*changes: Mapping[str, object], fenced: bool = False) -> str:
    text = json.dumps([{"path": "a.py", **change} for change in changes])
    return f"Sure:\n\n```json\n{text}\n```\nThat is all.\n" if fenced else text


GOOD_JSON = {"search": GOOD[0].strip(), "replace": GOOD[1].strip()}


@pytest.mark.parametrize("fenced", [False, True])
@pytest.mark.parametrize(
    "lost",
    [
        {"search": LOST[0].strip(), "replace": LOST[1].strip()},
        {"start_line": 8, "end_line": 8, "replace": LOST[1].strip()},
        {"start_line": 70, "end_line": 71, "old_str": LOST[0], "new_str": LOST[1]},
    ],
)
async def test_changes_in_json_are_sent_back_and_the_others_stay(
    lost: dict[str, object], fenced: bool
) -> None:
    first = as_json(GOOD_JSON, lost, {"path": "b.py", "content": "b = 1\n"}, fenced=fenced)
    events, requests = await events_of([Reply(first), Reply(edit(FOUND))])
    assert len(requests) == 2
    asked = requests[1].messages[-1]["content"]
    assert LOST[1] in asked
    assert ":start_line:" not in asked
    if lost.get("start_line") == 8:
        assert "Lines 1 to 16 of a.py are:" in asked
    files = {event.path: event for event in events if isinstance(event, FileProposed)}
    assert files["a.py"].after == TEXT.replace(*GOOD).replace(*FOUND)
    assert files["a.py"].complete
    assert files["b.py"].after == "b = 1\n"
    assert "That is all." in joined(events) or not fenced


@pytest.mark.parametrize("answer", ["No.", edit(LOST), edit(("also lost\n", "x\n"))])
async def test_changes_in_json_that_find_no_place_stay_as_they_came(answer: str) -> None:
    first = as_json(GOOD_JSON, {"search": LOST[0], "replace": LOST[1]})
    events, requests = await events_of(
        [Reply(first), Reply(answer), Reply(answer)], limits=Limits(edit_retries=3)
    )
    assert len(requests) == 2
    assert joined(events) == first
    assert not proposed(events).complete


@pytest.mark.parametrize("answer", ["I can't.", edit(LOST), edit(("also lost\n", "x\n"))])
async def test_such_a_change_that_finds_no_place_stays_and_is_not_asked_a_third_time(
    answer: str,
) -> None:
    first = f"```diff\n{DIFF}```\n"
    events, requests = await events_of(
        [Reply(first), Reply(answer), Reply(answer)], limits=Limits(edit_retries=3)
    )
    assert len(requests) == 2
    assert joined(events) == first
    assert not proposed(events).complete


async def test_what_was_placed_is_counted_and_what_edits_save_is_told() -> None:
    known = Capabilities()
    events, _ = await events_of([Reply(edit(GOOD, LOST)), Reply(edit(FOUND))], known)
    assert (known.edits_tried, known.edits_placed) == (2, 1)
    assert Capabilities.from_dict(known.to_dict()) == known
    assert proposed(events).saved_tokens > 400
    started = next(event for event in events if isinstance(event, RunStarted))
    assert started.asked_for == "asked for edits of a.py"


async def test_every_continuation_begins_with_the_same_messages() -> None:
    whole = edit(GOOD, FOUND)
    cut = whole.index("value_7 = 50") + 4
    events, requests = await events_of(
        [Reply(whole[:cut], finish_reason="length"), Reply(whole[whole.rindex("<<<<<<<") :])]
    )
    assert len(requests) >= 2
    for received in requests[1:]:
        assert received.messages[:2] == requests[0].messages
    assert joined(events) == whole
    assert proposed(events).complete


# ---------------------------------------------------------------------- the prompt


def test_the_prompt_for_whole_files_is_as_it_was() -> None:
    request = RunRequest("x", MODEL, Endpoint(Provider("t", "http://127.0.0.1:9/v1")),
                         (InputFile("a.py", TEXT),))  # fmt: skip
    system, user = first_messages(request)
    assert WHOLE_FORM in system["content"]
    assert "edit" not in system["content"]
    asked = first_messages(replace(request, edits=("a.py",)))
    assert EDIT_FORM in asked[0]["content"]
    assert "a.py" in asked[1]["content"].partition("Requirements")[0].rpartition("</file>")[2]


def test_the_example_in_the_prompt_is_read_as_it_is_meant() -> None:
    begin = EDIT_FORM.index("<edit")
    example = EDIT_FORM[begin : EDIT_FORM.index("\n\nThe lines after SEARCH")] + "\n"
    given = EDIT_FORM[EDIT_FORM.index("TAX") : EDIT_FORM.index("</file>")]
    edited, new, gone = parse_reply(example, given={"shop/prices.py": given}).files
    assert [block.closed for block in edited.edits] == [True, True]
    assert all("".join(block.old) in given for block in edited.edits)
    assert new.text.startswith("from shop.prices")
    assert gone.deletes
    assert "..." not in EDIT_FORM


def test_more_signs_are_asked_for_where_a_file_holds_marks() -> None:
    endpoint = Endpoint(Provider("t", "http://127.0.0.1:9/v1"))
    heading = InputFile("a.rst", "Title\n=======\n")
    asked = first_messages(RunRequest("x", MODEL, endpoint, (heading,), edits=("a.rst",)))
    assert "<<<<<<<<<<<< SEARCH" in asked[1]["content"]
    whole = first_messages(RunRequest("x", MODEL, endpoint, (heading,)))
    assert "SEARCH" not in whole[1]["content"]


# ---------------------------------------------------------------------- what is asked for

SMALL, BIG = InputFile("s.py", "x = 1\n"), InputFile("b.py", "x = 1\n" * LARGE)


@pytest.mark.parametrize(
    ("wanted", "model", "known", "files"),
    [
        (None, MODEL, Capabilities(), ()),
        ("auto", MODEL, Capabilities(), ()),
        ("auto", replace(MODEL, edits=True), Capabilities(), ("b.py",)),
        ("auto", MODEL, Capabilities(edits_tried=10, edits_placed=10), ("b.py",)),
        ("auto", MODEL, Capabilities(edits_tried=2, edits_placed=2), ()),
        ("auto", replace(MODEL, edits=True), Capabilities(edits_tried=10, edits_placed=3), ()),
        ("edits", MODEL, Capabilities(), ("s.py", "b.py")),
        ("whole", replace(MODEL, edits=True), Capabilities(), ()),
        (None, replace(MODEL, edit_format="edits"), Capabilities(), ("s.py", "b.py")),
        ("whole", replace(MODEL, edit_format="edits"), Capabilities(), ()),
        ("auto", replace(MODEL, edit_format="whole", edits=True), Capabilities(), ()),
    ],
)
def test_which_files_are_asked_for_as_edits(
    wanted: str | None, model: Model, known: Capabilities, files: tuple[str, ...]
) -> None:
    assert files_to_edit((SMALL, BIG), None, wanted, model, known) == files


def test_of_one_file_that_is_asked_for_only_that_is_edited() -> None:
    able = replace(MODEL, edits=True)
    assert files_to_edit((SMALL, BIG), "s.py", "edits", able, Capabilities()) == ("s.py",)
    assert files_to_edit((SMALL, BIG), "new.py", "edits", able, Capabilities()) == ()
    assert files_to_edit((InputFile("e.py", "\n"),), None, "edits", able, Capabilities()) == ()


def test_what_is_long_ago_is_forgotten() -> None:
    known = Capabilities()
    known.tried_edits(300, 300)
    assert manages_edits(MODEL, known)
    for _ in range(6):
        known.tried_edits(100, 0)
    assert not manages_edits(MODEL, known)
    assert "had a place" in told((), known)
