"""What a second reply tells of a first one that could only be joined by a guess."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.seam import Join, PartReader, SetAside, plan_continuation
from autocoder_tui.engine.seam.set_aside import Settled
from autocoder_tui.engine.seam.ways import FURTHER_UP, LINES, WHOLE_TAIL

SOURCE = "".join(
    f"def area_{number}(width):\n    if width < {number}:\n        return {number}\n"
    f"    total = width * {number}\n    return total\n\n\n"
    for number in range(12)
)
WHOLE = f'<file path="a.py">\n{SOURCE}</file>\n'
IN_BLANKS = WHOLE.index("    if width < 7") + 2
"""Within an indentation: what comes next may lack the rest of it, or have all of it again."""
IN_WORD = WHOLE.index("def area_7") + 6


def read(before: str, reply: str, way: str, ended: str | None = "stop") -> tuple[PartReader, Join]:
    plan = plan_continuation(before, finish_reason="length", way=way)
    reader = PartReader(plan, before)
    reader.feed(reply)
    return reader, reader.finish(ended)[1]


def settled(
    before: str, first: str, second: str, *, way: str = FURTHER_UP.name, ended: str | None = "stop"
) -> Settled:
    """What is taken of two replies, the first asked for by the numbered last lines."""
    reader, join = read(before, first, LINES.name)
    assert join.proof == "guess"
    aside = SetAside(reader, join, "stop")
    reader.withdraw()
    aside.hear(second)
    again, after = read(before, second, way, ended)
    found = aside.settle(again, after, ended)
    end = again.text[: len(again.text) - found.edit.retract] + found.edit.text
    assert end == found.text
    return found


LEFT_OUT = WHOLE[WHOLE.index("        return 7") :]
REST = WHOLE[IN_BLANKS:]
DOUBTFUL = "\n" + WHOLE[WHOLE.index("        return 7") :]


def test_a_server_that_is_silent_has_sent_the_exact_remainder() -> None:
    before = WHOLE[: WHOLE.index("    total = width * 7")]
    rest = WHOLE[len(before) :]
    found = settled(before, rest, "")
    assert (found.text, found.second) == (WHOLE, False)
    assert [join.proof for join in found.joins] == ["remainder"]
    assert found.joins[0].offset == len(before)


@pytest.mark.parametrize("way", [FURTHER_UP.name, WHOLE_TAIL.name])
def test_the_same_whatever_was_shown_is_the_exact_remainder(way: str) -> None:
    before = WHOLE[: WHOLE.index("    total = width * 7")]
    rest = WHOLE[len(before) :]
    found = settled(before, rest, rest, way=way)
    assert (found.text, [join.proof for join in found.joins]) == (WHOLE, ["remainder"])


@pytest.mark.parametrize("said", ["Here is the rest:\n", "Sure, here is the rest:\n\n"])
def test_the_same_after_some_talk_is_the_same(said: str) -> None:
    before = WHOLE[: WHOLE.index("    total = width * 7")]
    rest = WHOLE[len(before) :]
    found = settled(before, rest, said + rest)
    assert (found.text, [join.proof for join in found.joins]) == (WHOLE, ["remainder"])


def test_the_same_of_the_same_text_tells_nothing() -> None:
    before = WHOLE[: WHOLE.index("    total = width * 7")]
    rest = WHOLE[len(before) :]
    found = settled(before, rest, rest, way=LINES.name)
    assert [join.proof for join in found.joins] == ["guess"]


def test_a_lost_connection_is_no_silence() -> None:
    before = WHOLE[: WHOLE.index("    total = width * 7")]
    found = settled(before, WHOLE[len(before) :], "", ended=None)
    assert [join.proof for join in found.joins] == ["guess"]


def test_the_rest_of_a_line_left_out_twice_stays_a_guess() -> None:
    """No server that sends the exact remainder leaves out the rest of a line."""
    before = WHOLE[:IN_WORD]
    found = settled(before, LEFT_OUT, LEFT_OUT)
    assert [join.proof for join in found.joins] == ["guess"]
    assert found.text == before + "\n" + LEFT_OUT


def test_a_second_reply_that_proves_its_place_is_taken_alone() -> None:
    before = WHOLE[:IN_WORD]
    plan = plan_continuation(before, finish_reason="length", way=FURTHER_UP.name)
    found = settled(before, LEFT_OUT, plan.anchor + WHOLE[len(plan.shown) :])
    assert (found.text, found.second) == (WHOLE, True)
    assert [join.proof for join in found.joins] == ["echo"]


@pytest.mark.parametrize("first", ["</file>\n", "    return None\n\n\nprint(area_0(1))\n</file>\n"])
def test_a_second_reply_with_new_lines_before_the_same_end_is_not_the_same(first: str) -> None:
    """It is the rest, and the first left most of it out."""
    before = '<file path="a.py">\ndef area_0(width):\n    if width < 0:\n        return x\n'
    rest = "    return None\n\n\ndef three():\n    pass\n\n\nprint(area_0(1))\n</file>\n"
    reader, join = read(before, first, LINES.name)
    aside = SetAside(reader, join, "stop")
    reader.withdraw()
    aside.hear(rest)
    again, after = read(before, rest, FURTHER_UP.name)
    found = aside.settle(again, after, "stop")
    assert "def three" in found.text or [one.proof for one in found.joins] == ["guess"]


def test_what_a_failed_trial_said_is_forgotten() -> None:
    before = WHOLE[: WHOLE.index("    total = width * 7")]
    reader, join = read(before, WHOLE[len(before) :], LINES.name)
    aside = SetAside(reader, join, "stop")
    reader.withdraw()
    aside.hear("Sure, here is the whole file once more:\n")
    aside.forget()
    again, after = read(before, "", FURTHER_UP.name)
    assert aside.settle(again, after, "stop").text == WHOLE
