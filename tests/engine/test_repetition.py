"""A model that says the same again and again is stopped, and nobody else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.end_words import STOPPED_REPEATING
from autocoder_tui.engine.events import FileProposed, PartFinished, RunFailed, RunFinished
from autocoder_tui.engine.repetition import Repetition
from autocoder_tui.engine.request import InputFile
from tests.engine.test_run import CODE, FRAMED, end_of, events_of, joined, of, request_to
from tests.watched_server import WatchedServer

OTHER = '<file path="b.py">\nx = 1\n</file>\n'
EMPTY = '<file path="a.md" id="1">\n</file id="1">\n'
LOOP = "def again(x):\n    if x:\n        return x\n    return None\n\n\n"


def found(text: str, size: int = 7, given_text: str = "") -> int | None:
    """Where the first copy ends, fed in chunks of `size`."""
    repetition = Repetition([given_text])
    for at in range(0, len(text), size):
        repetition.append(text[at : at + size])
    return None if repetition.found is None else repetition.found.end


def test_the_second_copy_of_a_file_is_one_too_many() -> None:
    assert found(FRAMED) is None
    assert found(FRAMED * 2) == len(FRAMED)
    assert found(EMPTY * 2) == len(EMPTY)
    assert found((FRAMED + OTHER) * 2) == len(FRAMED + OTHER)


def test_a_second_version_and_what_is_between_are_no_repetition() -> None:
    assert found(FRAMED + FRAMED.replace("39 * 39", "39 ** 2")) is None
    # Perhaps another file is still to come.
    assert found(FRAMED + OTHER + FRAMED) is None
    assert found(FRAMED + FRAMED.replace("code.py", "copy.py")) is None


@pytest.mark.parametrize(
    ("block", "copies"), [(LOOP, 40), ("    pass\n", 600), ("x = 1\ny = 2\n", 300)]
)
def test_a_file_that_never_ends_is_cut_to_the_first_copy(block: str, copies: int) -> None:
    begin = '<file path="a.py">\nimport os\n\n\n'
    end = found(begin + block * copies)
    assert end is not None
    assert begin + block == (begin + block * copies)[:end]


def test_tables_and_generated_code_are_no_repetition() -> None:
    begin = '<file path="a.py">\n'
    assert found(begin + "    0, 0, 0, 0,\n" * 400) is None
    assert found(begin + LOOP * 7) is None
    numbered = "".join(LOOP.replace("again", f"again_{number}") for number in range(200))
    assert found(begin + numbered) is None
    assert found(begin + "\n" * 300) is None


def test_a_given_file_that_is_a_table_makes_tables_ordinary() -> None:
    begin, row = '<file path="a.csv">\n', "0;0;0\n"
    assert found(begin + row * 900) is not None
    assert found(begin + row * 900, given_text=row * 300) is None


def test_after_the_last_file_less_is_enough() -> None:
    assert found(FRAMED + "</file>\n" * 60) is not None
    assert found(FRAMED + "Done. Enjoy!\n" * 20) is None


@given(st.integers(1, 900))
def test_chunks_make_no_difference(size: int) -> None:
    text = FRAMED + OTHER + '<file path="c.py">\n' + LOOP * 40
    assert found(text, size) == found(text, len(text))


async def test_the_stream_is_closed_and_the_first_copy_delivered_and_said() -> None:
    async with WatchedServer([Reply(FRAMED * 2_000)]) as server:
        events = await events_of(request_to(server))
        await server.wait_for_drop()
    assert joined(events) == FRAMED
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (CODE, True)
    assert isinstance(events[-1], RunFinished)
    assert "a second time" in end_of(RunFinished, events).notes
    assert of(PartFinished, events)[0].finish_reason == STOPPED_REPEATING


async def test_a_loop_inside_a_file_is_no_success_and_keeps_what_came() -> None:
    begin = '<file path="src/code.py">\nimport os\n\n\n'
    async with DemoServer([Reply(begin + LOOP * 3_000)]) as server:
        events = await events_of(request_to(server))
    assert isinstance(events[-1], RunFailed)
    assert end_of(RunFailed, events).error.kind == "repeats_itself"
    assert end_of(RunFailed, events).resumable
    assert joined(events) == begin + LOOP
    assert [file.complete for file in of(FileProposed, events)] == [False]


async def test_a_continuation_that_repeats_is_stopped_too() -> None:
    cut = FRAMED.index("function_20")

    def answer(received: Received) -> Reply:
        if len(received.messages) == 2:
            return Reply(FRAMED[:cut], "length")
        shown = received.messages[-2]["content"]
        return Reply(FRAMED[len(shown) :] + FRAMED * 500)

    async with DemoServer(answer) as server:
        files = (InputFile("src/code.py", "old\n"),)
        events = await events_of(request_to(server, files=files))
    assert joined(events) == FRAMED
    assert "a second time" in end_of(RunFinished, events).notes


async def test_going_on_for_long_after_the_file_is_said() -> None:
    talk = "".join(f"Step {number} is to look at line {number}.\n" for number in range(60))
    async with DemoServer([Reply(FRAMED + talk)]) as server:
        events = await events_of(request_to(server))
    (file,) = of(FileProposed, events)
    assert file.complete
    assert "goes on for 60 lines" in file.remark
