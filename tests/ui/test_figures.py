"""Every figure of the meters is explained on demand, at any moment of a run."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some
from textual.widgets import Static

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.metering.cost import estimate
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.run_state import StreamStatus
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.figures import FiguresHelp
from autocoder_tui.ui.widgets.meters.explained import figures
from autocoder_tui.ui.widgets.meters.line import MeterView, placed_fields
from autocoder_tui.ui.widgets.meters.meters import Meters, estimate_view
from tests.ui.driving import NARROW, WIDE, driven, framed, serving, setup_for, until, view_of

AT = ("--base-url", "http://127.0.0.1:9/v1", "-m", "test-model")
PHASES = ("estimate", "blocked", "retrying", "paused", *get_args(StreamStatus))
COUNTS = some.none() | some.integers(0, 10**7)
DOLLARS = some.none() | some.decimals(0, 100, places=4)
VIEWS = some.builds(
    MeterView,
    phase=some.sampled_from(PHASES),
    prompt_tokens=COUNTS,
    prompt_estimated=some.booleans(),
    completion_tokens=COUNTS,
    completion_estimated=some.booleans(),
    max_output_tokens=some.none() | some.integers(1, 10**6),
    context_tokens=COUNTS,
    context_length=some.none() | some.integers(1, 10**6),
    cost_usd=DOLLARS,
    cost_reported=some.booleans(),
    least_usd=DOLLARS,
    most_usd=DOLLARS,
    tokens_per_second=some.none() | some.floats(0, 9999),
    part=some.integers(1, 9),
    elapsed_seconds=some.none() | some.floats(0, 9999),
    method=some.sampled_from(("", "exact", "counted by the server", "estimate ±8 %, from 3 runs")),
    cached_tokens=some.integers(0, 99),
    reasoning_tokens=some.integers(0, 99),
    first_token_seconds=some.none() | some.floats(0, 99),
    retries=some.integers(0, 3),
    prompt_percent=some.none() | some.integers(0, 100),
    cap_usd=DOLLARS,
    session_usd=DOLLARS,
    left_out=some.integers(0, 3),
)
MODELS = some.builds(
    Model,
    name=some.just("m"),
    provider=some.just("p"),
    input_price=DOLLARS,
    output_price=DOLLARS,
    cached_price=DOLLARS,
    context_length=COUNTS,
    max_tokens=COUNTS,
    priced_on=some.none() | some.just("2026-11-01"),
    source=some.none() | some.just("models.toml"),
)
KNOWN = Model(
    "m",
    "p",
    Decimal("0.2"),
    Decimal("0.60"),
    context_length=32_768,
    max_tokens=8192,
    priced_on="2026-11-01",
)


@given(VIEWS, MODELS, some.integers(1, 9))
def test_each_figure_of_the_line_has_its_explanation(
    view: MeterView, model: Model, parts: int
) -> None:
    found = figures(view, model, Limits(max_parts=parts))
    names = {figure.field for figure in found}
    _, spans = placed_fields(view, 1000)
    assert {name for _, _, name in spans if name != "speed"} <= names
    assert all(figure.shown and figure.says.endswith(".") for figure in found)
    assert "None" not in " ".join(f"{figure.shown} {figure.says}" for figure in found)


def said(view: MeterView, model: Model = KNOWN, **limits: object) -> dict[str, str]:
    found = figures(view, model, replace(Limits(), **limits), "2 picked files")  # type: ignore[arg-type]
    return {figure.name: f"{figure.shown}: {figure.says}" for figure in found}


def test_before_a_run_each_says_of_what_by_what_and_from_where() -> None:
    view = estimate_view(estimate(KNOWN, 1000, None, 3, False), KNOWN.context_length)
    shown = said(view, max_parts=3)
    assert "~1,000 tokens: What the next run sends: 2 picked files." in shown["in"]
    assert "±15 %" in shown["in"]
    assert "at most 8,192 tokens" in shown["out"]
    assert "8,192 of the model (from the packaged table)" in shown["out"]
    assert "3 %: 1,000 of the 32,768 tokens" in shown["ctx"]
    assert "$0.2 for a million of input" in shown["cost"]
    assert "as of 2026-11-01" in shown["cost"]
    assert "at most 3 replies" in shown["cost"]


def test_a_free_model_and_one_without_a_price_are_told_apart() -> None:
    free = replace(KNOWN, input_price=Decimal(0), output_price=Decimal(0), source="models.toml")
    view = estimate_view(estimate(free, 1000, None, 3, True), free.context_length)
    assert "It costs nothing." in said(view, free)["cost"]
    assert "from models.toml" in said(view, free)["cost"]
    unknown = replace(KNOWN, input_price=None)
    view = estimate_view(estimate(unknown, 1000, None, 3, True), 500)
    assert said(view, unknown)["cost"].startswith("unknown: No price of this model is known")


def texts(app: AutocoderApp) -> str:
    return "\n".join(str(one.render()) for one in app.screen.query(Static))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_key_a_click_and_a_question_mark_explain(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with driven(setup_for(tmp_path, *AT), size) as (app, pilot):
        meters = app.main.query_one(Meters)
        await until(pilot, lambda: meters.view is not None)
        await pilot.press("h", "i", "alt+m")
        await until(pilot, lambda: isinstance(app.screen, FiguresHelp))
        assert "How long a reply may be is not known" in texts(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert app.job().requirements == "hi"
        at = meters.render().plain.index("cost")
        await pilot.click(meters, offset=(at + 2, 0))
        await until(pilot, lambda: isinstance(app.screen, FiguresHelp))
        assert "No price" in "".join(str(one.render()) for one in app.screen.query(".-wanted"))
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is app.main)
        meters.focus()
        await until(pilot, lambda: meters.has_focus)
        await pilot.press("left", "left", "left", "question_mark")
        await until(pilot, lambda: isinstance(app.screen, FiguresHelp))
        assert "What the next run sends" in str(app.screen.query(".-wanted").first().render())


async def test_what_was_changed_during_a_run_is_estimated_when_it_has_ended(
    tmp_path: Path,
) -> None:
    reply = framed("a.py", "print(1)\n" * 40, stall="middle", cut_after=60)
    async with serving(tmp_path, [reply], "-r", "greet") as (app, pilot, _):
        meters = app.main.query_one(Meters)
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.runner.state.text_length == 60)
        await pilot.press("f3", *"ok")
        await until(pilot, lambda: "ok" in app.job().requirements)
        assert view_of(meters).phase == "processing"
        app.runner.stop()
        await until(pilot, lambda: not app.runner.running)
        await until(pilot, lambda: view_of(meters).phase == "estimate")


async def test_a_run_that_ended_keeps_its_figures_until_another_is_described(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, [framed("a.py", "print(1)\n")], "-r", "greet") as (app, pilot, _):
        meters = app.main.query_one(Meters)
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await until(pilot, lambda: view_of(meters).phase == "completed")
        await pilot.press("a", "f3")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "requirements")
        assert view_of(meters).phase == "completed"
        await pilot.press("ctrl+n")
        await until(pilot, lambda: view_of(meters).phase == "estimate")
