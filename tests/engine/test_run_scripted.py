"""Runs against servers that send the plain rest of their text, whatever they are asked."""

from __future__ import annotations

import pytest

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.events import FileProposed, PartJoined, RequestStarted, RunFinished
from tests.engine.test_run import events_of, joined, of, request_to

FUNCTIONS = "\n\n".join(
    f'def area_{number}(width, height):\n    """The area of shape {number}."""\n'
    f'    if width < 0 or height < 0:\n        raise ValueError("negative size")\n'
    f"    return {number} * width * height\n"
    for number in range(30)
)
WHOLE = f'<file path="src/code.py">\n{FUNCTIONS}</file>\n'


@pytest.mark.parametrize(
    ("end", "requests"),
    [
        ("    return ", 2),  # its value can only belong to this line
        ("    return 19 * wid", 2),  # the word is made whole
        ("    if width < 0 or height < 0:\n", 3),  # any line may come next, or once more
        ("    if width < 0 or height < 0:\n      ", 3),
    ],
)
async def test_the_same_rest_to_whatever_is_asked_is_joined_surely(end: str, requests: int) -> None:
    cut = WHOLE.index(end, WHOLE.index("def area_19")) + len(end)

    def answer(received: Received) -> Reply:
        first = len(received.messages) == 2
        return Reply(WHOLE[:cut], "length") if first else Reply(WHOLE[cut:])

    async with DemoServer(answer) as server:
        events = await events_of(request_to(server))
    assert joined(events) == WHOLE
    assert of(RunFinished, events)
    assert [event.proof for event in of(PartJoined, events)] == ["remainder"]
    assert len(of(RequestStarted, events)) == requests
    (file,) = of(FileProposed, events)
    assert (file.complete, file.guesses, file.remark) == (True, 0, "")
