"""JSON as people write it: what is JSON is read as such, and nothing makes the reader give up."""

from __future__ import annotations

import json
import random
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.config.lenient_json import parse_lenient_json

FILE = Path("job.json")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LEAF = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT
DATA = st.dictionaries(
    TEXT.filter(bool), st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3), max_leaves=6)
)
EXAMPLE = """{
  "input_files": ["a.py", "b.py"],
  "requirements": "one \\"two\\"
three",  // why
  "temperature": 0.5,
  "force": true, /* and */
  "endpoint": null,
}
"""


def read(text: str) -> tuple[Any, list[str]]:
    parsed, problems = parse_lenient_json(FILE, text)
    return parsed.data, [str(problem) for problem in problems]


@given(DATA, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_what_is_json_is_read_as_such(data: Any, indent: Any, ascii_only: bool) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    assert read(text) == (data, [])


@given(DATA, st.data())
def test_comments_and_commas_at_the_end_change_nothing(data: Any, draw: st.DataObject) -> None:
    comments = st.sampled_from(["", "// x\n", "# {\n", '/* " ] */', "\n"])
    lines = json.dumps(data, indent=1, ensure_ascii=True).split("\n")
    text = "".join(
        re.sub(r"([^,{\[])$", r"\1", line) + " " + draw.draw(comments) + "\n" for line in lines
    )
    text = re.sub(r'(["\dle\]])\s*\n(\s*[}\]])', r"\1,\n\2", text)
    found, problems = read(text)
    assert (found, problems) == (data, [])


def test_a_text_over_several_lines_and_an_exact_number() -> None:
    data, problems = read(EXAMPLE)
    assert problems == []
    assert data["requirements"] == 'one "two"\nthree'
    assert data["temperature"] == Decimal("0.5")
    assert data["endpoint"] is None


def test_a_text_keeps_its_tabs_and_its_line_ends_become_one() -> None:
    assert read('{"a": "x\ty\r\nz"}') == ({"a": "x\ty\nz"}, [])


def test_the_lines_are_those_of_the_file() -> None:
    parsed, _ = parse_lenient_json(FILE, EXAMPLE, first_line=10)
    assert parsed.lines["input_files",] == 11
    assert parsed.lines["input_files", 1] == 11
    assert parsed.lines["temperature",] == 14


@pytest.mark.parametrize("seed", range(200))
def test_spoilt_json_is_read_on_and_never_in_silence(seed: int) -> None:
    """A character taken out, doubled or replaced: all else is still there, and what is no JSON
    any more is said."""
    chance = random.Random(seed)
    at = chance.randrange(len(EXAMPLE))
    new = chance.choice(["", EXAMPLE[at] * 2, chance.choice('{}[]",:\\/#x0\n\x00')])
    data, problems = read(EXAMPLE[:at] + new + EXAMPLE[at + 1 :])
    if not problems:
        # Then it says the same, or one of its own texts or names is another.
        assert set(map(type, data.values())) <= {list, str, Decimal, bool, type(None), int}
        assert len(data) >= 4
    assert len(problems) < 12


@pytest.mark.parametrize(
    "text",
    [
        "{" + '"a": 1,' * 20_000 + "}",
        '{"a": "' + "x\n" * 100_000,
        '{"a": [' + "1," * 50_000,
        "{" + "a: b\n" * 10_000,
        '{"' + '\\"' * 100_000,
        "{" + "'a': 'b'\n" * 10_000,
        "{" * 100_000,
        "/*" * 100_000,
    ],
)
def test_a_long_file_is_read_in_one_go(text: str) -> None:
    parse_lenient_json(FILE, text)
