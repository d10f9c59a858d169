"""Learning from what servers report: by kind, robust against nonsense, kept as plain values."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.calibration import (
    FIRST_MARGIN,
    Calibration,
    Weights,
    digits_of,
    kind_of,
    stretches,
)
from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.events import CostEstimate, UsageReported
from autocoder_tui.engine.metering.tokens import load_counter
from autocoder_tui.store.calibration import learn, load_calibration

CODE = "def add(left, right):\n    return [left + right for _ in range(3)]\n\n"
PROSE = "The quick brown fox jumps over the lazy dog, and then it sleeps all day.\n"
DATA = "17,4711,19.99,2024\n"
WIDE = "今天天气很好，我们去公园散步。\n"

ENDPOINT = Endpoint(Provider("local", "http://127.0.0.1:1/v1"))
MODEL = Model("m", "local")


def test_kinds_of_text() -> None:
    kinds = [kind_of(text * 20) for text in (CODE, PROSE, DATA, WIDE)]
    assert kinds == ["code", "prose", "data", "wide"]


@given(st.lists(st.sampled_from([CODE * 60, PROSE * 90, DATA * 200, WIDE * 200, "x", "\n"])))
def test_stretches_join_to_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    assert "".join(stretch for _, stretch in stretches(text)) == text


def test_nothing_learnt_counts_as_the_vocabulary_does() -> None:
    weights = Weights(code=100, prose=50, digits=7, framing=9)
    assert Calibration().tokens(weights) == 166
    assert Calibration().margin == FIRST_MARGIN


def test_ratios_of_each_kind_are_learnt_from_totals() -> None:
    prompts = [
        Weights(code=9000, prose=500, wide=200, framing=9),
        Weights(code=500, prose=10_000, digits=300, joined=500, rare=2000, framing=9),
        Weights(code=2000, wide=6000, framing=9),
        Weights(code=1000, data=3000, digits=4000, joined=6000, framing=9),
        Weights(code=4000, prose=4000, wide=1000, digits=900, joined=1600, framing=9),
    ]

    def theirs(weights: Weights) -> int:
        ratios = (1.1, 1.05, 1.1, 1.5, 1.0, 1.0, 0.6)
        return round(sum(r * w for r, w in zip(ratios, weights.by_kind, strict=True))) + 9

    learnt = Calibration()
    for weights in prompts:
        learnt = learnt.learnt(weights, theirs(weights))
    unseen = Weights(code=3000, prose=700, wide=2500, digits=400, joined=700, rare=300, framing=9)
    assert learnt.tokens(unseen) == pytest.approx(theirs(unseen), rel=0.05)
    assert abs(unseen.total - theirs(unseen)) / theirs(unseen) > 0.2
    assert learnt.runs == 5


@pytest.mark.parametrize("reported", [0, 1, 300, 100_000])
def test_a_count_of_something_else_teaches_nothing(reported: int) -> None:
    assert Calibration().learnt(Weights(code=1000, framing=9), reported) == Calibration()


def test_the_margin_comes_from_the_errors_that_were_made() -> None:
    learnt = Calibration()
    for _ in range(6):
        learnt = learnt.learnt(Weights(code=1000, framing=9), 1209)
    assert learnt.margin == Decimal("0.01")
    words = CostEstimate(1, 1, False, None, None, learnt.margin, learnt.runs).method
    assert words == "estimate ±1 %, from 6 runs"


def test_a_model_that_changes_is_learnt_anew() -> None:
    weights = Weights(code=10_000)
    learnt = Calibration()
    for _ in range(50):
        learnt = learnt.learnt(weights, 12_000)
    for _ in range(120):
        learnt = learnt.learnt(weights, 9_000)
    assert learnt.tokens(weights) == pytest.approx(9_000, rel=0.05)


weights_made = st.builds(Weights, *[st.integers(0, 10**6)] * 8)


@given(st.lists(st.tuples(weights_made, st.integers(-5, 10**7)), max_size=30), weights_made)
def test_whatever_is_reported_estimates_stay_sane(
    runs: list[tuple[Weights, int]], asked: Weights
) -> None:
    learnt = Calibration()
    for weights, reported in runs:
        learnt = learnt.learnt(weights, reported)
    assert 0.5 * asked.text - 1 <= learnt.tokens(asked) - asked.framing <= 6 * asked.text + 1
    assert Calibration.from_dict(json.loads(json.dumps(learnt.to_dict()))) == learnt


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"runs": 3},
        {"runs": True, "errors": [], "precision": [], "moment": []},
        {"runs": 3, "errors": ["x"], "precision": [0] * 25, "moment": [0] * 5},
        {"runs": 3, "errors": [], "precision": [0] * 25, "moment": [0] * 5},
        {"runs": 3, "errors": [], "precision": [float("nan")] * 25, "moment": [1] * 5},
    ],
)
def test_a_broken_record_knows_nothing(data: dict[str, object]) -> None:
    assert Calibration.from_dict(data) == Calibration()


def test_a_calibrated_counter_counts_text_and_prompts_alike() -> None:
    learnt = Calibration()
    for _ in range(4):
        learnt = learnt.learnt(Weights(code=5000, prose=5000), 13_000)
    plain, counter = load_counter(MODEL), load_counter(MODEL, learnt)
    text = CODE * 200
    assert counter.count(text) == pytest.approx(1.3 * plain.count(text), rel=0.05)
    messages = [{"role": "user", "content": text}]
    assert counter.count_messages(messages) == pytest.approx(counter.count(text) + 7, abs=2)


def test_digits_taken_one_by_one_are_learnt_and_told_from_other_text() -> None:
    plain = load_counter(MODEL)
    rows = [f"{n * 7919},{n % 97},{n * 31 % 1000 / 7:.{n % 5}f}\n" for n in range(600)]

    def theirs(text: str) -> int:
        return plain.count(text) + plain.weigh_text(text).joined + 7

    learnt = Calibration()
    for run in range(5):
        text = CODE * (20 + 9 * run) + "".join(rows[run * 40 :: 7]) * (run % 3)
        messages = [{"role": "user", "content": text}]
        learnt = learnt.learnt(plain.weigh_messages(messages), theirs(text))
    counter = load_counter(MODEL, learnt)
    for unseen in ("".join(rows[300:]), "1234567890 " * 900, CODE * 50, "7 11 " * 900):
        counted = counter.count_messages([{"role": "user", "content": unseen}])
        assert counted == pytest.approx(theirs(unseen), rel=0.05)
    assert plain.count("".join(rows)) < 0.8 * theirs("".join(rows))


pieces = st.sampled_from([*"ab \n</>'0中", '<file path="a">\n', "Requirements:\n\n", "Write "])


@given(st.lists(pieces).map("".join))
def test_weighing_by_sections_is_exact_for_exact_models(text: str) -> None:
    counter = load_counter(Model("gpt-4o-mini", "OpenAI"))
    counted = counter.count_messages([{"role": "user", "content": text}])
    assert counted == counter.count(text) + counter.count("user") + 6


def test_what_was_learnt_is_kept(tmp_path: Path) -> None:
    report = UsageReported(1, Weights(code=1000), 1000, 1200, FIRST_MARGIN)
    assert load_calibration(tmp_path, ENDPOINT, MODEL) == Calibration()
    first = learn(tmp_path, ENDPOINT, MODEL, report)
    assert load_calibration(tmp_path, ENDPOINT, MODEL) == first
    assert learn(tmp_path, ENDPOINT, MODEL, report).runs == 2
    assert load_calibration(tmp_path, ENDPOINT, Model("other", "local")) == Calibration()


def test_a_broken_file_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text("{broken")
    assert load_calibration(tmp_path, ENDPOINT, MODEL) == Calibration()
    report = UsageReported(1, Weights(code=1000), 1000, 1200, FIRST_MARGIN)
    learn(tmp_path, ENDPOINT, MODEL, report)
    assert load_calibration(tmp_path, ENDPOINT, MODEL).runs == 1


def test_a_prompt_that_was_cut_is_seen() -> None:
    def looks_cut(prompt_tokens: int, margin: str) -> bool:
        return UsageReported(1, Weights(), 6000, prompt_tokens, Decimal(margin)).looks_cut

    assert looks_cut(3000, "0.15")
    assert not looks_cut(4300, "0.15")
    assert looks_cut(4095, "0.05")
    assert not looks_cut(5400, "0.05")
    assert looks_cut(5400, "0")
    assert not looks_cut(5300, "0.01")


def test_a_prompt_that_was_cut_does_not_teach_to_expect_less() -> None:
    def teaches(prompt_tokens: int, margin: str) -> bool:
        return UsageReported(1, Weights(), 7000, prompt_tokens, Decimal(margin)).teaches

    assert not teaches(4096, "0.15")
    assert not teaches(4096, "0.02")
    assert teaches(5600, "0.02")
    assert teaches(7000, "0.15")
    assert teaches(20_000, "0.15")


_IN_DIGITS = st.sampled_from("0123456789a .\n٣１½é") | st.characters(exclude_categories=[])


@given(st.text(_IN_DIGITS))
def test_digits_are_counted_three_to_a_token(text: str) -> None:
    runs = re.findall("[0-9]+", text)
    tokens = sum((len(run) + 2) // 3 for run in runs)
    assert digits_of(text) == (tokens, sum(map(len, runs)) - tokens)
