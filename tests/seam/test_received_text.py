"""What was received stands: no second wording, closing or restart takes any of it away."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.seam import Continuation, Join, PartReader, SetAside, plan_continuation
from tests.effort import examples
from tests.seam.model import body_in_other_words

SOURCE = """\
class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()

    def peek(self):
        return self.items[-1]

    def is_empty(self):
        return not self.items
"""
FRAME = '<file path="stack.py">\n'
WHOLE = FRAME + SOURCE + "</file>\n"
CLOSINGS = ("```\n", "</file>\n", "```", "</file>", "</file>\n```\n", "```\n\nThat is all of it.\n")


def join(
    before: str, reply: str | Callable[[Continuation], str], ended: str | None = "stop"
) -> tuple[str, Join]:
    plan = plan_continuation(before, finish_reason="length")
    reader = PartReader(plan, before)
    reader.feed(reply if isinstance(reply, str) else reply(plan))
    _, joined = reader.finish(ended)
    return reader.text, joined


@pytest.mark.parametrize("kept", ["```python\n", FRAME])
@pytest.mark.parametrize("cut", [0, 1, 6, 22, 30])
@pytest.mark.parametrize("opening", ["", "```python\n", FRAME])
@pytest.mark.parametrize("closing", CLOSINGS)
def test_the_anchor_and_a_closing_add_nothing(
    kept: str, cut: int, opening: str, closing: str
) -> None:
    before = kept + SOURCE[: len(SOURCE) - cut]
    text, joined = join(before, lambda plan: opening + plan.anchor + closing)
    assert (text, joined.progress) == (before, False)


@pytest.mark.parametrize("echo", [True, False])
def test_a_line_that_lines_up_keeps_the_one_above_it(echo: bool) -> None:
    """`pop` returned something: a reply that leaves the word out does not take it back."""
    before = WHOLE[: WHOLE.index("def peek") + 3]
    assert before.endswith("        return self.items.pop()\n\n    def")
    rest = "        self.items.pop()\n" + WHOLE[WHOLE.index("\n    def peek") :]
    text, joined = join(before, lambda plan: plan.anchor * echo + rest)
    assert (text, joined.progress) == (WHOLE, True)


@pytest.mark.parametrize("closing", CLOSINGS[:4])
def test_a_cut_line_said_anew_in_part_stands(closing: str) -> None:
    before = WHOLE[: WHOLE.index("\n\n    def peek")]
    text, joined = join(before, lambda plan: plan.anchor + "        return self.its\n" + closing)
    assert (text, joined.progress) == (before, False)


def test_a_whole_line_in_other_words_is_passed_over() -> None:
    before = WHOLE[: WHOLE.index("\n    def peek")]
    rest = "        value = self.items.pop()\n" + WHOLE[WHOLE.index("\n    def peek") :]
    assert join(before, lambda plan: plan.anchor + rest)[0].startswith(before)


OTHERWISE = {
    "whole": WHOLE,
    "without its frame": SOURCE + "</file>\n",
    "in other words": WHOLE.replace("item)", "value)"),
    "with a docstring more": WHOLE.replace("Stack:\n", 'Stack:\n    """A stack of things."""\n\n'),
    "with a method less": WHOLE.replace(
        "    def push(self, item):\n        self.items.append(item)\n\n", ""
    ),
}


@pytest.mark.parametrize("name", OTHERWISE)
@pytest.mark.parametrize("at", ["def peek", "items[-1]", "return not", "\n    def is_empty"])
def test_a_restart_goes_on_at_the_end_of_what_is_held(name: str, at: str) -> None:
    before = WHOLE[: WHOLE.index(at)]
    text, joined = join(before, OTHERWISE[name])
    assert (text, joined.progress) == (WHOLE, True)


@pytest.mark.parametrize("name", OTHERWISE)
@pytest.mark.parametrize("less", [0, 1, 40, 150])
def test_a_restart_cut_at_the_same_place_brings_nothing(name: str, less: int) -> None:
    before = WHOLE[: WHOLE.index("    def is_empty")]
    restart = OTHERWISE[name]
    restart = restart[: restart.index("    def is_empty") - less]
    text, joined = join(before, restart, "length")
    assert (text, joined.progress) == (before, False)


def test_a_restart_broken_off_after_new_lines_keeps_them() -> None:
    before = WHOLE[: WHOLE.index("    def peek")]
    text, _ = join(before, WHOLE[: WHOLE.index("[-1]")], "length")
    assert text == WHOLE[: WHOLE.index("[-1]")]


def test_the_block_it_stood_in_is_aligned_below_a_frame_opened_again() -> None:
    before = WHOLE[: WHOLE.index("items[-1]")]
    block = WHOLE[WHOLE.index("    def pop") :]
    assert join(before, FRAME + block)[0] == WHOLE


def filled(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


@pytest.mark.parametrize("end", ["def peek", "def is_empty", "def pop"])
@pytest.mark.parametrize("newline", ["\n", ""])
def test_the_rest_below_a_frame_opened_again_is_whole(end: str, newline: str) -> None:
    """The half below it stands nowhere in what is held, though its lines are like those."""
    at = WHOLE.index(f"    {end}")
    closed = WHOLE[:at].rstrip("\n") + "\n" + newline
    before = f"{closed}</file>\n(continued in the next message)\n"
    plan = plan_continuation(before, finish_reason="stop")
    reader = PartReader(plan, before)
    reader.feed(FRAME + WHOLE[at:])
    _, joined = reader.finish("stop")
    # Where nothing is repeated the blank lines at the seam can be told by nobody.
    assert filled(reader.text) == filled(closed + WHOLE[at:])
    assert joined.proof == "guess"


@pytest.mark.parametrize(
    "function",
    [
        "def function_{0}():\n    return {0} * {0}\n\n\n",
        "def function_{0}(value):\n    total = value + {0}\n    return total\n\n\n",
        "function f{0}(a) {{\n  if (!a) {{\n    return null;\n  }}\n  return a + {0};\n}}\n",
    ],
)
def test_numbered_functions_below_a_frame_opened_again_are_the_rest(function: str) -> None:
    functions = [function.format(number) for number in range(40)]
    before = FRAME + "".join(functions[:20])
    rest = "".join(functions[20:]) + "</file>\n"
    assert filled(join(before, FRAME + rest)[0]) == filled(before + rest)


@pytest.mark.parametrize("opening", [FRAME, ""])
@pytest.mark.parametrize("end", ["    def peek", "        return self.items[-1]"])
def test_a_withheld_line_left_out_takes_nothing_below_it(opening: str, end: str) -> None:
    at = WHOLE.index(end)
    before = WHOLE[:at]
    text, joined = join(before, lambda plan: opening + plan.anchor + WHOLE[at:])
    assert (text, joined.progress) == (WHOLE, True)


@pytest.mark.parametrize("times", [1, 2, 40])
def test_the_tag_again_and_again_brings_nothing(times: int) -> None:
    before = WHOLE[: WHOLE.index("items[-1]")]
    text, joined = join(before, FRAME * times)
    assert (text, joined.progress) == (before, False)


@pytest.mark.parametrize("mark", ["", "# ", "// "])
def test_the_instruction_is_no_code(mark: str) -> None:
    before = WHOLE[: WHOLE.index("items[-1]")]

    def reply(plan: Continuation) -> str:
        asked = plan.anchor.splitlines()
        said = [line for line in plan.instruction.splitlines() if len(line.split()) > 3]
        said = [line for line in said if line not in asked]
        return "".join(f"{mark}{line}\n" for line in said) + plan.anchor + before_and_on(plan)

    def before_and_on(plan: Continuation) -> str:
        return WHOLE[len(plan.shown) :]

    assert join(before, reply)[0] == WHOLE


def test_nothing_but_the_instruction_is_no_progress() -> None:
    before = WHOLE[: WHOLE.index("items[-1]")]
    text, joined = join(before, lambda plan: plan.instruction.replace(plan.anchor, "") * 3)
    assert (text, joined.progress) == (before, False)


FOREIGN = [
    ("```python\n", "</file>\n```\n", "```\n"),
    ("```python\n", "</file>\n\n```", "```"),
    ("```python\n", "</file>\n", ""),
    (FRAME, "</file>\n```\n", "</file>\n```\n"),
    ("```markdown\n", "</file>\n```\n", "</file>\n```\n"),
    ('<file path="a.md">\n', "```\n</file>\n", "```\n</file>\n"),
    (FRAME, "```\n</file>\n", "```\n</file>\n"),
    ('<file path="a.py">\nS = """\n```\n', "```\n</file>\n", "```\n</file>\n"),
    ("```xml\n<file>\n", "</file>\n```\n", "</file>\n```\n"),
]


@pytest.mark.parametrize(("kept", "closing", "left"), FOREIGN)
@pytest.mark.parametrize("cut", ["items[-1]", "    def is_empty"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_closing_of_the_other_kind_is_no_part_of_the_file(
    kept: str, closing: str, left: str, cut: str, size: int
) -> None:
    before, rest = kept + SOURCE[: SOURCE.index(cut)], SOURCE[SOURCE.index(cut) :]
    plan = plan_continuation(before, finish_reason="length")
    reader = PartReader(plan, before)
    reply = plan.anchor + plan.witness + rest + closing
    for at in range(0, len(reply), size):
        reader.feed(reply[at : at + size])
    reader.finish("stop")
    assert reader.text == before + rest + left


def other_words(line: str, number: int) -> str:
    return body_in_other_words(line, random.Random(number), 1.0)


@st.composite
def odd_replies(draw: st.DrawFn) -> tuple[str, str, str | None]:
    """Received text, and a reply out of everything models were seen to do."""
    names = draw(st.lists(st.integers(0, 30), min_size=3, max_size=14))
    opening = draw(st.sampled_from(['<file path="a.py">\n', "```python\n"]))
    lines = [
        line
        for name in names
        for line in (
            f"def function_{name}(value):\n",
            f"    total = value + {name}\n",
            "    return total\n",
            "\n",
        )
    ]
    whole = opening + "".join(lines)
    before = whole[: draw(st.integers(len(opening) + 30, len(whole)))]
    plan = plan_continuation(before, finish_reason="length")
    number = draw(st.integers(0, 99))
    older = draw(st.integers(0, len(lines) - 1))
    pieces = {
        "opening": opening,
        "other opening": "```\n" if opening[0] == "<" else '<file path="a.py">\n',
        "anchor": plan.anchor,
        "anchor otherwise": other_words(plan.anchor, number),
        "witness": plan.witness,
        "witness otherwise": other_words(plan.witness, number),
        "cut line": before[before.rfind("\n") + 1 :],
        "rest": whole[len(plan.shown) :],
        "remainder": whole[len(before) :],
        "restart": whole,
        "restart cut": before[: len(before) - number],
        "older lines": "".join(lines[older : older + 5]),
        "new lines": f"def other_{number}(thing):\n    return thing * {number}\n",
        "close": draw(st.sampled_from(CLOSINGS)),
        "talk": "Sure, continuing from where I left off:\n\n",
        "instruction": plan.instruction,
        "newline": "\n",
    }
    chosen = draw(st.lists(st.sampled_from(sorted(pieces)), max_size=6))
    return before, "".join(pieces[name] for name in chosen), draw(st.sampled_from(["stop", None]))


@examples(500)
@given(odd_replies(), st.lists(st.integers(0, 5_000), max_size=6))
def test_no_reply_takes_back_a_whole_line(
    case: tuple[str, str, str | None], places: list[int]
) -> None:
    before, reply, ended = case
    plan = plan_continuation(before, finish_reason="length")
    texts = []
    for cuts in ([], places, range(len(reply))):
        reader = PartReader(plan, before)
        edges = sorted({0, len(reply), *(at % (len(reply) + 1) for at in cuts)})
        for start, end in itertools.pairwise(edges):
            reader.feed(reply[start:end])
        _, joined = reader.finish(ended)
        texts.append(reader.text)
    assert texts[0] == texts[1] == texts[2]
    if not plan.shown:
        return
    line = before.rfind("\n", 0, plan.keep) + 1
    assert texts[0].startswith(before[:line].rstrip())
    if not texts[0].startswith(before[: plan.keep].rstrip()):
        # The cut line was written anew: said, and only where the reply goes on from there.
        assert joined.progress
        assert len(texts[0]) > line


def test_a_second_reply_that_proves_nothing_is_read_after_the_first() -> None:
    before, middle = WHOLE[: WHOLE.index("items[-1]")], WHOLE.index("return not") + 3
    plan = plan_continuation(before, finish_reason="length")
    first = PartReader(plan, before)
    first.feed(WHOLE[len(before) : middle])
    aside = SetAside(first, first.finish("length")[1], "length")
    second = PartReader(plan, before)
    aside.hear(WHOLE[middle:])
    second.feed(WHOLE[middle:])
    _, after = second.finish("stop")
    settled = aside.settle(second, after, "stop")
    assert (settled.text, settled.second) == (WHOLE, True)


def test_a_restart_that_comes_to_another_line_leaves_the_cut_one_where_it_is() -> None:
    """A small model wrote the file anew and left out what it had begun to write."""
    head = '<file path="backup.sh">\n#!/bin/sh\nset -eu\n\nsource_folder=$1\n'
    head += 'target_folder=$2\n\nmkdir -p "$target_folder"\n\nwhile getopts "vnh" opt; do\n'
    head += '    case $opt in\n        h)\n            echo "help mode enabled"\n'
    before = head + '            echo "Usage: backup.sh -v -n -h source'
    reply = head + "            ;;\n        *)\n            exit 1\n            ;;\n"
    for way in ("last lines, numbered", "further up"):
        plan = plan_continuation(before, finish_reason="length", way=way)
        reader = PartReader(plan, before)
        reader.feed(reply)
        _, join = reader.finish("length")
        assert reader.text.startswith(before)
        assert join.proof == "guess"
        assert any(other.applied(reader.text) == reply for other in join.alternatives)
