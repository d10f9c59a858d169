"""Joins where the text so far ends with whole lines: its blank lines stay, and are not doubled."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.seam import PartReader, plan_continuation

FUNCTIONS = [
    f"def area_{number}(width):\n    if width < {number}:\n        raise ValueError('negative')\n"
    f"    return width * {number}\n"
    for number in range(6)
]
BEFORE = '<file path="a.py">\n' + "".join(f"{function}\n\n" for function in FUNCTIONS[:4])
REST = "\n\n".join(FUNCTIONS[4:])
LAST = FUNCTIONS[3]
REPEATED = {
    "the lines asked for": "".join(LAST.splitlines(keepends=True)[1:]),
    "its last two lines": "".join(LAST.splitlines(keepends=True)[2:]),
    "all of the last function": LAST,
    "one more": f"{FUNCTIONS[2]}\n\n{LAST}",
}


@pytest.mark.parametrize("name", REPEATED)
@pytest.mark.parametrize("blank", [0, 1, 2, 4])
@pytest.mark.parametrize("whole", [False, True])
def test_blank_lines_behind_what_is_repeated(name: str, blank: int, whole: bool) -> None:
    reply = REPEATED[name] + "\n" * blank + REST
    plan = plan_continuation(BEFORE, finish_reason="length")
    reader = PartReader(plan, BEFORE)
    for piece in [reply] if whole else reply.splitlines(keepends=True):
        reader.feed(piece)
    reader.finish("stop")
    assert reader.text == BEFORE + "\n" * max(0, blank - 2) + REST
