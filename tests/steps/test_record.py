"""The log of a step: what was written is what is read, whatever stands in it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.engine.request import ChatMessage
from autocoder_tui.problems import Problem
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.safety.sanitize import has_hidden
from autocoder_tui.steps.record import Effect, GivenFile, StepRecord, Used, WrittenFile
from autocoder_tui.steps.record_json import parse_record, record_text

FILE = Path("01-x.json")
texts = st.text(
    st.characters() | st.sampled_from("\n\r\t\x1b\u202e\u200b\ud800é\u2028"), max_size=60
)
plain = texts.filter(lambda text: redacted(text) == text)
counts = st.integers(0, 10**9)
used = st.builds(
    Used, counts, counts, st.none() | st.decimals(0, 10**6, places=6), st.integers(0, 100)
)
files = st.builds(WrittenFile, plain, st.none() | plain)
effects = st.builds(
    Effect,
    kind=st.sampled_from(["ask", "generate", "answer", "propose", "check", "script"]),
    key=st.text("0123456789abcdef", max_size=8),
    done=st.booleans(),
    used=used,
    usage_row=counts,
    given=st.lists(st.builds(GivenFile, plain, plain), max_size=2).map(tuple),
    messages=st.lists(
        st.builds(ChatMessage, st.sampled_from(["system", "user", "assistant"]), plain), max_size=3
    ).map(tuple),
    reply=plain,
    notes=plain,
    files=st.lists(files, max_size=3).map(tuple),
    refused=st.lists(plain, max_size=2).map(tuple),
    question=plain,
    answer=plain,
    written=st.lists(plain, max_size=2).map(tuple),
    open=st.booleans(),
    code=st.none() | st.integers(-20, 255),
    output=plain,
)
records = st.builds(
    StepRecord,
    number=st.integers(1, 99),
    name=st.sampled_from(["plan", "gen_code"]),
    state=st.sampled_from(["waiting", "running", "done", "failed", "stale"]),
    times=st.integers(0, 5),
    seconds=st.floats(0, 10**6),
    detail=plain,
    said=st.lists(plain, max_size=2).map(tuple),
    output=st.none() | plain,
    edited_files=st.none() | st.lists(files, max_size=2).map(tuple),
    earlier=used,
    effects=st.lists(effects, max_size=4).map(tuple),
    resend=st.lists(effects, max_size=2).map(tuple),
)


@given(records)
@settings(max_examples=150, deadline=None)
def test_what_was_written_is_what_is_read(record: StepRecord) -> None:
    text = record_text(record, "run", "configuration")
    text.encode()
    assert not has_hidden(text.replace("\n", ""))
    assert parse_record(FILE, text) == record


@given(records, st.data())
@settings(max_examples=150, deadline=None)
def test_damage_is_a_problem_or_another_record_and_never_an_error(
    record: StepRecord, data: st.DataObject
) -> None:
    text = record_text(record, "run", "configuration")
    at = data.draw(st.integers(0, len(text)))
    count = data.draw(st.integers(0, 40))
    damaged = text[:at] + data.draw(st.text(max_size=3)) + text[at + count :]
    assert isinstance(parse_record(FILE, damaged), Problem | StepRecord)


def test_several_lines_stand_as_lines() -> None:
    effect = Effect("ask", "k", messages=(ChatMessage("user", "One.\nTwo."),), reply="A\nB\n")
    data = json.loads(record_text(StepRecord(1, "plan", effects=(effect,)), "run", "lite"))
    assert data["effects"][0]["messages"] == [{"role": "user", "content": ["One.", "Two."]}]
    assert data["effects"][0]["reply"] == ["A", "B", ""]
    assert data["run"] == "run"
    assert data["configuration"] == "lite"


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        ('"seconds": 2.5', None, ""),
        ('"done": "yes"', 10, '"done" in entry 1 of effects'),
        ('"usage_row": 1.5', 10, '"usage_row" in entry 1 of effects'),
        ('"files": [{"path": 1}]', 10, '"files" in entry 1 of effects'),
    ],
)
def test_what_is_wrong_is_named_with_its_line(change: str, line: int | None, said: str) -> None:
    text = record_text(StepRecord(1, "plan", effects=(Effect("ask", "k"),)), "run", "lite")
    changed = text.replace('"key": "k"', f'"key": "k", {change}')
    found = parse_record(FILE, changed)
    if not said:
        assert isinstance(found, StepRecord)
        return
    assert isinstance(found, Problem)
    assert said in found.message
    assert found.line is not None
    assert '"kind"' in "".join(changed.splitlines()[found.line - 1 :][:3])


def test_costs_are_kept_to_the_last_digit_and_unknown_ones_are_unknown() -> None:
    one, other = Used(1, 2, Decimal("0.1"), 1), Used(3, 4, Decimal("0.2"), 1)
    assert one.plus(other) == Used(4, 6, Decimal("0.3"), 2)
    assert one.plus(Used(1, 1, None, 1)).cost_usd is None
