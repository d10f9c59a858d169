"""Replies that say more than the rest: what of it stands, and how sure the join is."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.seam import MARKER, PartReader, plan_continuation
from tests.seam.test_seam_rules import CUT, TEXT, join

FRAME = '<file path="a.py">\n'
FUNCTION = (
    "def area_{0}(width):\n    if width < {0}:\n        raise ValueError('negative {0}')\n"
    "    return width * {0}\n\n\n"
)


def test_a_long_restart_that_comes_to_a_short_cut_line_line_for_line_is_sure() -> None:
    body = "".join(FUNCTION.format(number) for number in range(30))
    end = "def last(one):\n    other = one + 1\n    o"
    before = f"{FRAME}import os\nimport sys\n\n\n{body}{end}"
    rest = "ther += 1\n    return other\n</file>\n"
    text, joined = join(before, f"{FRAME}import os, sys\n\n\n{body}{end}{rest}")
    assert (text, joined.proof) == (before + rest, "witness")


@pytest.mark.parametrize("thought", ["I should go on.\n", "So be it.\n\nIt goes on so:\n"])
def test_bare_code_goes_on_behind_a_thought_that_ends(thought: str) -> None:
    code = TEXT.removeprefix(FRAME).removesuffix("</file>\n")
    for cut in (60, 120):
        text, joined = join(code[:cut], f"{thought}</think>\n{code[cut:]}")
        assert (text, joined.offset) == (code, cut)


@pytest.mark.parametrize("newline", ["", "\n"])
def test_a_last_line_right_behind_a_thought_is_not_lost(newline: str) -> None:
    code = TEXT.removeprefix(FRAME).removesuffix("</file>\n").rstrip("\n") + newline
    cut = code.index("return None", CUT - len(FRAME))
    text, _ = join(code[:cut], f"What is left:\n</think>{code[cut:]}")
    assert text == code


@pytest.mark.parametrize(("cut_line", "proof"), [("    abc", "witness"), ("    ab", "guess")])
def test_a_cut_line_said_again_without_its_indentation(cut_line: str, proof: str) -> None:
    before = f"{FRAME}def first(path):\n    other = path\n{cut_line}"
    text, joined = join(before, f"{cut_line.strip()}_def = other\n    return 1\n")
    assert text == f"{before}_def = other\n    return 1\n"
    assert joined.proof == proof


def test_a_frame_or_a_fence_behind_a_thought_is_the_answer() -> None:
    for answer in (TEXT, f"```python\n{TEXT.removeprefix(FRAME).removesuffix('</file>')}```\n"):
        text, joined = join("I look at the paths first, then at", f" the rest.\n</think>\n{answer}")
        assert (text, joined.offset) == (answer, 0)


def test_only_a_fence_that_the_reply_opened_is_taken_off_at_its_end() -> None:
    plan = plan_continuation(TEXT[:CUT], finish_reason="length")
    fenced = TEXT.replace("</file>", "```\n</file>")
    again = plan.anchor + fenced[len(plan.shown) :]
    assert join(TEXT[:CUT], f"```python\n{again}")[0] == TEXT
    assert join(TEXT[:CUT], again)[0] == fenced


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_marker_on_a_line_of_its_own_goes_with_its_line(newline: str) -> None:
    whole = TEXT.replace("\n", newline)
    before = whole[: whole.index("def second")]
    plan = plan_continuation(before, finish_reason="length")
    reply = f"{plan.anchor}{plan.witness}{MARKER}{newline}{whole[len(before) :]}"
    assert join(before, reply)[0] == whole


@pytest.mark.parametrize("size", [3, 40, 10_000])
@pytest.mark.parametrize("between", [f"{MARKER}\n", MARKER])
def test_every_marker_of_a_reply_is_taken_out(size: int, between: str) -> None:
    before = TEXT[: TEXT.index("def second")]
    plan = plan_continuation(before, finish_reason="length")
    lines = TEXT[len(before) :].splitlines(keepends=True)
    reply = plan.anchor + plan.witness + between.join(["", *lines])
    reader = PartReader(plan, before)
    for at in range(0, len(reply), size):
        reader.feed(reply[at : at + size])
    reader.finish("stop")
    assert reader.text == TEXT


@pytest.mark.parametrize("blank", ["\n", "\n\n", "   \n", "    "])
@pytest.mark.parametrize("resamples", [False, True])
@pytest.mark.parametrize("cut", [CUT, TEXT.index("return None") - 1, TEXT.index("def second")])
def test_a_blank_reply_takes_nothing_back(blank: str, resamples: bool, cut: int) -> None:
    text, joined = join(TEXT[:cut], blank, resamples=resamples)
    assert text.startswith(TEXT[:cut])
    assert not text[cut:].strip()
    assert (joined.proof, joined.progress) == ("remainder", False)


@pytest.mark.parametrize("body", ["0,0\n", "a = 1\nb = 2\n"])
@pytest.mark.parametrize("rest", ["1,1\n2,2\n", "\n1,1\n2,2\n"])
def test_all_of_many_equal_lines_and_then_others_are_counted(body: str, rest: str) -> None:
    before = f"{FRAME}name,amount\n{body * 30}"
    plan = plan_continuation(before, finish_reason="length")
    text, joined = join(before, plan.witness + rest)
    assert (text, joined.proof) == (before + rest, "witness")


def test_lines_that_stand_there_twice_make_the_rest_no_restart() -> None:
    block = "    if path:\n        return None\n    value = read(path)\n\n\n"
    before = f"{FRAME}def first(path):\n{block}def second(path):\n{block}"
    rest = f"def third(path):\n{block}    items.append(value)\n    total = total + width\n"
    text, joined = join(before, FRAME + rest)
    assert joined.progress
    assert text.endswith(rest)
    assert text.startswith(before)


def test_a_last_line_that_goes_on_in_a_longer_word_is_another_line() -> None:
    before = f"{FRAME}value = first\n    return x\n    return x\n"
    reply = "    return x\n    return xx\n    y = 2\n    other = None\n"
    text, joined = join(before, reply)
    assert (text, joined.proof) == (before + reply, "guess")
