"""Fence and frame lines that a continuation brings along, and that are none of the file."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.seam import PartReader, plan_continuation, verify
from autocoder_tui.engine.seam.filters import closing_filter

CODE = "".join(f"def f{n}(x):\n    y = x * {n}\n    return y + {n}\n\n\n" for n in range(6))
FRAMED = f'<file path="a.py">\n{CODE}</file>\n'


def verified(before: str, reply: str) -> str:
    reader = PartReader(plan_continuation(before, finish_reason="length"), before)
    reader.feed(reply)
    _, join = reader.finish("stop")
    return verify(reader.text, [join], target="a.py").text


@pytest.mark.parametrize("cut", [100, 133, 150])
@pytest.mark.parametrize(
    "shape",
    [
        "```python\n{echo}{rest}</file>\n",
        "```python\n{echo}{rest}```\n</file>\n",
        "{echo}```python\n{rest}</file>\n",
        "{echo}```python\n{rest}```\n</file>\n",
        "{echo}{rest}```\n</file>\n",
        "```python\n{rest}</file>\n",
    ],
)
def test_a_fence_around_or_in_a_continuation_stays_out_of_a_framed_file(
    cut: int, shape: str
) -> None:
    before = FRAMED[:cut]
    line = before.rfind("\n") + 1
    echo = "".join(before[:line].splitlines(keepends=True)[-2:])
    rest = FRAMED[line:].removesuffix("</file>\n")
    assert verified(before, shape.format(echo=echo, rest=rest)) == FRAMED


def test_fences_of_the_file_itself_stay() -> None:
    doc = f'S = """\n```sh\nls\n```\n"""\n\n\n{CODE}'
    framed = f'<file path="a.py">\n{doc}</file>\n'
    cut = framed.index("ls")
    echo = framed[:cut].splitlines(keepends=True)
    assert verified(framed[:cut], "".join(echo[-2:]) + framed[cut:]) == framed


@pytest.mark.parametrize(
    ("before", "dropped"),
    [
        ("```python\nx = 1\n", True),
        ("```\nx = 1\n", True),
        ("The file:\n<b>It</b> is:\n```\nx = 1\n", True),
        ("The file:\n<b>It</b> is:\n~~~\nx = 1\n", True),
        ("```\n", False),
        ("```\n<a>\n", False),
        ("```xml\n<a>\n", False),
        ("x = 1\n", False),
    ],
)
def test_a_closing_frame_line_is_left_out_of_a_fence_of_code_alone(
    before: str, dropped: bool
) -> None:
    closing = closing_filter(before, opened=False)
    said = "y = 2\n</file>\n"
    kept = said if closing is None else closing.feed(said) + closing.finish()
    assert (kept == "y = 2\n") == dropped
