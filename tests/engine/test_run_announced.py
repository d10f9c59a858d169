"""Runs whose model stops by itself though it says that more is to come, or where its text holds
what only looks like an end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.events import FileProposed, RunFailed, RunFinished
from autocoder_tui.engine.request import InputFile
from tests.engine.test_run import CODE, FRAMED, QUICK, events_of, joined, of, request_to

HALF = CODE.index("def function_20")
FENCES = [
    ("```python\n", "```\n"),
    ('<file path="src/code.py">\n', "</file>\n"),
    ("", ""),
]


@pytest.mark.parametrize(("opening", "closing"), FENCES)
@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize("echoed", [0, 2])
async def test_what_is_announced_is_asked_for(
    opening: str, closing: str, again: bool, echoed: int
) -> None:
    first = f"{opening}{CODE[:HALF]}{closing}\n(continued in the next message)\n"
    above = CODE[:HALF].rstrip("\n").splitlines(keepends=True)
    shown = "".join(above[-echoed:]) + "\n\n\n" if echoed else ""
    second = (opening if again else "") + shown + CODE[HALF:] + closing
    async with DemoServer([Reply(first), Reply(second)]) as server:
        events = await events_of(request_to(server))
        # A part that nothing proves is asked for once more, and kept.
        assert len(server.requests) == (2 if echoed else 3)
    assert isinstance(events[-1], RunFinished)
    (file,) = of(FileProposed, events)
    assert file.complete
    assert "continued" not in file.after
    # Where nothing is repeated the blank lines at the seam can be told by nobody.
    assert [line for line in file.after.split("\n") if line] == [
        line for line in CODE.split("\n") if line
    ]


@pytest.mark.parametrize(("opening", "closing"), FENCES[:2])
@pytest.mark.parametrize("said", ["Part 1 of 2:", "[1/2]", "Here is the first half of the file:"])
async def test_what_is_announced_before_the_file_is_asked_for(
    opening: str, closing: str, said: str
) -> None:
    first = f"{said}\n\n{opening}{CODE[:HALF]}{closing}"
    shown = "".join(CODE[:HALF].rstrip("\n").splitlines(keepends=True)[-2:]) + "\n\n\n"
    second = f"Part 2 of 2:\n\n{opening}{shown}{CODE[HALF:]}{closing}"
    async with DemoServer([Reply(first), Reply(second)]) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 2
    assert isinstance(events[-1], RunFinished)
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (CODE, True)


async def test_the_second_of_three_parts_is_not_the_last() -> None:
    third = CODE.index("def function_30")

    def part(begin: int, end: int, said: str) -> str:
        above = CODE[:begin].rstrip("\n").splitlines(keepends=True)[-2:] if begin else []
        shown = "".join(above) + "\n\n\n" if above else ""
        return f"```python\n{shown}{CODE[begin:end]}```\n{said}"

    more = "\n(continued in the next message)\n"
    script = [part(0, HALF, more), part(HALF, third, more), part(third, len(CODE), "")]
    async with DemoServer([Reply(text) for text in script]) as server:
        events = await events_of(request_to(server))
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (CODE, True)


async def test_a_reply_whose_second_part_never_comes_is_taken_once_that_is_said() -> None:
    whole = f"Part 1 of 2:\n\n```python\n{CODE}```\n"
    async with DemoServer([Reply(whole), Reply("There is nothing more to add.")]) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 2
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (CODE, True)


@pytest.mark.parametrize(
    "text",
    [
        f"```python\nS = '''\n```\n'''\n{CODE}```\n",
        f"```python\nS = '''\n```\n'''\n{CODE}```<|eot_id|>",
        f"<file path=\"src/code.py\">\nS = '''\n```\n'''\n{CODE}</file><|im_end|>",
    ],
)
async def test_a_whole_reply_with_a_fence_in_a_string_is_one_request(text: str) -> None:
    async with DemoServer([Reply(text)]) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 1
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (f"S = '''\n```\n'''\n{CODE}", True)


async def test_a_closing_line_with_a_token_ends_a_continued_reply() -> None:
    first = f'<file path="src/code.py">\n{CODE[:HALF]}'
    last = "".join(CODE[:HALF].splitlines(keepends=True)[-4:])
    replies = [
        Reply(first, "length"),
        Reply(f"```python\n{last}{CODE[HALF:]}```\n</file><|im_end|>"),
    ]
    async with DemoServer(replies) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 2
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (CODE, True)


async def test_a_reply_that_changes_nothing_says_so() -> None:
    given = (InputFile("src/code.py", CODE),)
    async with DemoServer([Reply(f"```python\n{CODE}```\n")]) as server:
        events = await events_of(request_to(server, files=given))
    (file,) = of(FileProposed, events)
    assert "changes nothing" in file.remark


@pytest.mark.parametrize(("opening", "closing"), FENCES[:2])
@pytest.mark.parametrize("question", ["Would you like me to continue?", "Shall I go on?"])
@pytest.mark.parametrize("answer", ["", "The code is already complete.\n"])
async def test_a_false_announcement_ends_when_the_model_says_that_all_is_there(
    opening: str, closing: str, question: str, answer: str
) -> None:
    whole = f"{opening}{CODE}{closing}\n{question}\n"
    async with DemoServer([Reply(whole), *[Reply(answer)] * 12]) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 2
    assert isinstance(events[-1], RunFinished)
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (CODE, True)


@pytest.mark.parametrize("closing", ["</file>\n", "</file>", "\n</file>\n"])
async def test_a_closing_that_is_all_that_was_missing_is_no_guess(closing: str) -> None:
    replies = [Reply(f'<file path="src/code.py">\n{CODE}', "length"), *[Reply(closing)] * 6]
    async with DemoServer(replies) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 3
    assert isinstance(events[-1], RunFinished)
    (file,) = of(FileProposed, events)
    assert (file.after.rstrip(), file.complete, file.remark) == (CODE.rstrip(), True, "")


@pytest.mark.parametrize("finish", ["stop", "length"])
async def test_a_later_part_of_nothing_but_thoughts_is_followed_by_another_way(
    finish: str,
) -> None:
    script = [
        Reply(FRAMED[:HALF], finish_reason="length"),
        Reply("", reasoning="Where was I?", finish_reason=finish),
        Reply(FRAMED),
    ]
    async with DemoServer(script) as server:
        events = await events_of(request_to(server))
        assert len(server.requests) == 3
        asked = [request.body for request in server.requests[1:]]
        assert asked[0] != asked[1]
    assert isinstance(events[-1], RunFinished)
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (CODE, True)


async def test_a_later_part_at_work_without_a_word_ends_the_run_and_keeps_the_text() -> None:
    """To ask in another way would be to pay for the same wait again, so that is left to the
    person: what came is kept, and the run can be resumed."""
    limits = replace(QUICK, first_byte_timeout=0.1, idle_timeout=0.1, keepalive_timeout=0.1)
    script = [
        Reply(FRAMED[:HALF], finish_reason="length"),
        Reply(stall="headers", comment_every=0.02),
    ]
    async with DemoServer(script) as server:
        events = await events_of(request_to(server, limits=limits))
        assert len(server.requests) == 2
    failed = events[-1]
    assert isinstance(failed, RunFailed)
    assert (failed.error.kind, failed.resumable) == ("timed_out", True)
    assert "".join(joined(events)) == FRAMED[:HALF]
