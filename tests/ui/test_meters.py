"""The meter line at every width, before, during and after a run."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.events import (
    CostEstimate,
    RequestStarted,
    RetryScheduled,
    RunFinished,
    RunStarted,
    TextDelta,
    UsageUpdated,
)
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.ui.widgets.meters.line import MeterView, clock, meter_line, sparkline
from autocoder_tui.ui.widgets.meters.meters import Meters, run_view

ESTIMATE = MeterView(
    "estimate",
    prompt_tokens=3512,
    max_output_tokens=8192,
    context_tokens=3512,
    context_length=131072,
    least_usd=Decimal("0.0007"),
    most_usd=Decimal("0.0024"),
)
RUNNING = MeterView(
    "processing",
    prompt_tokens=3512,
    prompt_estimated=False,
    completion_tokens=1204,
    max_output_tokens=8192,
    context_tokens=11796,
    context_length=131072,
    cost_usd=Decimal("0.0011"),
    most_usd=Decimal("0.0024"),
    tokens_per_second=41.3,
    speeds=(3, 5, 20, 41),
    part=2,
    elapsed_seconds=29.4,
)
FAILED = MeterView(
    "error",
    prompt_tokens=3512,
    completion_tokens=1204,
    context_tokens=64716,
    context_length=131072,
    elapsed_seconds=3929,
)

GOLDEN = """\
 40|in ~3,512  ctx   3 %  ≤ $0.0024         |
 60|in ~3,512  ctx   3 %  $0.0007–$0.0024             · ready   |
 80|in ~3,512  out ≤ 8,192  ctx ▰▱▱▱▱▱▱▱  3 %  $0.0007–$0.0024            · ready   |
 40|out ~1,204  ~$0.0011    0:29  ▶ running |
 60|out ~1,204  ctx   9 %  ~$0.0011  part 2     0:29  ▶ running |
 80|out ~1,204/8,192  ctx   9 %  ~$0.0011    41 t/s  part 2         0:29  ▶ running |
100|in 3,512  out ~1,204/8,192  ctx   9 %  ~$0.0011    41 t/s     ▂▂▄█  part 2          0:29  ▶ running |
120|in 3,512  out ~1,204/8,192 ▰▰▱▱▱▱▱▱  ctx   9 %  ~$0.0011 of ≤ $0.0024    41 t/s     ▂▂▄█  part 2        0:29  ▶ running |
 80|in ~3,512  out ~1,204  CTX!▰▰▰▰▱▱▱▱ 49 %  cost unknown         1:05:29  ✗ failed|
"""  # noqa: E501


def test_the_line_at_some_widths() -> None:
    views = [ESTIMATE] * 3 + [RUNNING] * 5 + [FAILED]
    widths = [int(line[:3]) for line in GOLDEN.splitlines()]
    drawn = [
        f"{width:>3}|{meter_line(view, width).plain}|"
        for view, width in zip(views, widths, strict=True)
    ]
    assert "\n".join(drawn) + "\n" == GOLDEN


def test_never_wider_than_the_window() -> None:
    for view in (ESTIMATE, RUNNING, FAILED, MeterView("initializing")):
        for width in range(1, 201):
            assert cell_len(meter_line(view, width).plain) <= width


@given(st.integers(0, 8192), st.integers(0, 9999), st.integers(40, 200))
def test_numbers_keep_their_places(tokens: int, speed: int, width: int) -> None:
    view = replace(RUNNING, completion_tokens=tokens, tokens_per_second=speed)
    line, still = meter_line(view, width).plain, meter_line(RUNNING, width).plain
    for mark in ("/8,192", "ctx", " t/s", "part", "▶"):
        assert line.find(mark) == still.find(mark)


def test_thresholds_have_signs_as_well_as_colours() -> None:
    def context(share: float) -> str:
        tokens = round(share * 1000)
        return meter_line(
            MeterView("processing", context_tokens=tokens, context_length=1000), 80
        ).plain

    assert "ctx ▰▰▰▰▱▱▱▱ 39 %" in context(0.39)
    assert "ctx!▰▰▰▰▱▱▱▱ 40 %" in context(0.40)
    assert "CTX!▰▰▰▰▱▱▱▱ 48 %" in context(0.48)
    assert "CTX!▰▰▰▰▰▰▰▰ 250 %" in context(2.5)


def test_an_unknown_price_is_never_zero() -> None:
    assert "cost unknown" in meter_line(FAILED, 120).plain
    assert "cost unknown" in meter_line(MeterView("estimate", prompt_tokens=5), 120).plain


def test_a_cost_the_provider_names_is_no_estimate() -> None:
    state = running_state()
    named = UsageUpdated(3000, 100, 0, Decimal("0.0125"), True, cost_reported=True)
    state.apply(named, 2.0)
    assert "  $0.0125" in meter_line(run_view(state, 2.0), 120).plain
    state.apply(RunFinished(), 3.0)
    assert "$0.0125 as reported" in meter_line(run_view(state, 3.0), 120).plain
    state.apply(replace(named, cost_reported=False), 3.0)
    line = meter_line(run_view(state, 3.0), 120).plain
    assert "~$0.0125" in line
    assert "as reported" not in line


def test_before_the_first_count_a_known_price_is_not_called_unknown() -> None:
    for least, words in ((Decimal("0.001"), "$0.00 of ≤ $0.0200"), (None, "cost unknown")):
        state = RunState()
        most = None if least is None else Decimal("0.02")
        state.apply(RunStarted("r", "m", CostEstimate(50, 100, False, least, most)), 0.0)
        assert words in meter_line(run_view(state, 1.0), 120).plain


def test_clock_and_sparkline() -> None:
    assert [clock(second) for second in (0, 29.9, 725, 3723)] == [
        "0:00",
        "0:29",
        "12:05",
        "1:02:03",
    ]
    assert sparkline(()) == ""
    assert sparkline((0, 0)) == "▁▁"
    assert sparkline((0, 1, 2)) == "▁▅█"
    assert len(sparkline(tuple(range(20)))) == 8


def running_state() -> RunState:
    state = RunState()
    estimate = CostEstimate(3000, 8000, True, Decimal("0.001"), Decimal("0.002"))
    state.apply(RunStarted("r", "m", estimate), 0.0)
    state.apply(RequestStarted(1), 0.0)
    state.apply(TextDelta("x" * 400), 1.0)
    return state


def test_a_run_as_a_view() -> None:
    state = running_state()
    view = run_view(state, 2.0, 100_000)
    assert (view.phase, view.prompt_tokens, view.completion_tokens) == ("processing", 3000, 100)
    assert view.prompt_estimated
    assert view.completion_estimated
    assert (view.context_tokens, view.max_output_tokens, view.cost_usd) == (3100, 8000, None)
    state.apply(RetryScheduled(2.0, "429", 2), 3.0)
    assert run_view(state, 3.0).phase == "retrying"
    state.apply(RequestStarted(2), 5.0)
    state.apply(UsageUpdated(6100, 180, 0, Decimal("0.0015"), False), 6.0)
    state.apply(RunFinished(), 6.0)
    view = run_view(state, 60.0, 100_000)
    assert (view.phase, view.prompt_tokens, view.completion_tokens) == ("completed", 6100, 180)
    # The second prompt holds the first reply: the window is not used twice for it.
    assert (view.context_tokens, view.max_output_tokens, view.part) == (3180, 16000, 2)
    assert (view.elapsed_seconds, view.cost_usd) == (6.0, Decimal("0.0015"))
    assert not view.completion_estimated


class Harness(App[None]):
    def compose(self) -> ComposeResult:
        yield Meters()


async def test_the_widget_follows_a_run_until_its_end() -> None:
    app = Harness()
    async with app.run_test(size=(100, 5)) as pilot:
        meters = app.query_one(Meters)
        await pilot.pause()
        assert str(meters.render()) == ""
        model = Model("m", "p", context_length=100_000)
        meters.show_estimate(CostEstimate(3000, 8000, False, None, None), model)
        assert str(meters.render()).startswith("in ~3,000")
        state = running_state()
        meters.show_run(state, 2.0)
        assert meters.view is not None
        before = meters.view.elapsed_seconds
        while meters.view.elapsed_seconds == before:
            await pilot.pause(0.01)
        assert "▶ running" in str(meters.render())
        state.apply(RunFinished(), 9.0)
        meters.show_run(state, 9.0)
        assert "0:09  ✓ done" in str(meters.render())
        assert meters._timer is None, "it keeps nothing up to date"


def test_before_a_run_the_line_names_its_method() -> None:
    view = replace(ESTIMATE, method="estimate ±8 %, from 14 runs")
    assert "in ~3,512 ±8 %, from 14 runs  " in meter_line(view, 120).plain
    assert "in ~3,512 ±8 %  " in meter_line(view, 88).plain
    assert "±" not in meter_line(view, 60).plain
    assert "in ~3,512 exact" in meter_line(replace(ESTIMATE, method="exact"), 120).plain


def test_details_of_a_run_where_there_is_room() -> None:
    view = replace(
        RUNNING, cached_tokens=1024, reasoning_tokens=300, first_token_seconds=1.24, retries=2
    )
    line = meter_line(view, 200).plain
    for words in ("(1,024 cached)", "▰▰▱▱▱▱▱▱", "(300 thought)", "first 1.2 s", "2 retries"):
        assert words in line


def test_after_a_run_every_figure_is_there_at_120_columns() -> None:
    view = replace(
        RUNNING,
        phase="completed",
        completion_estimated=False,
        cached_tokens=1024,
        first_token_seconds=1.24,
        session_usd=Decimal("0.0411"),
    )
    line = meter_line(view, 120).plain
    figures = ("in 3,512 (1,024 cached)", "1,204/8,192 ▰▰▱▱▱▱▱▱", "ctx 9 %", "$0.0011", "41 t/s")
    for words in (*figures, "first 1.2 s", "part 2", "0:29  ✓ done"):
        assert words in line
    assert "session $0.0411" in meter_line(view, 140).plain
    alone = replace(view, session_usd=view.cost_usd)
    assert "session" not in meter_line(alone, 140).plain


def test_while_a_run_goes_on_its_bar_outlasts_that_of_the_window() -> None:
    view = replace(RUNNING, first_token_seconds=1.24, retries=1)
    line = meter_line(view, 120).plain
    assert "1,204/8,192 ▰▰▱▱▱▱▱▱  ctx   9 %  ~$0.0011    41 t/s     ▂▂▄█" in line


def test_a_cap_below_the_most_it_may_cost_is_named() -> None:
    capped = replace(ESTIMATE, cap_usd=Decimal("0.0012"))
    assert "$0.0007–$0.0024, cap $0.0012" in meter_line(capped, 120).plain
    assert "cap" not in meter_line(replace(ESTIMATE, cap_usd=Decimal(1)), 120).plain
    running = meter_line(replace(RUNNING, cap_usd=Decimal("0.0012")), 160).plain
    assert "~$0.0011 of ≤ $0.0012" in running


def test_what_cannot_be_sent_is_not_called_ready() -> None:
    line = meter_line(replace(ESTIMATE, phase="blocked", context_tokens=140_000), 120).plain
    assert "CTX!" in line
    assert line.rstrip().endswith("✗ too big")


def test_a_retry_counts_down() -> None:
    view = replace(RUNNING, phase="retrying", part=1, retries=1, waiting_seconds=11.2)
    assert "1 retry, next in 12 s" in meter_line(view, 120).plain
    assert "↻ retrying" in meter_line(view, 80).plain


def test_thresholds_can_be_set() -> None:
    view = MeterView("processing", context_tokens=300, context_length=1000)
    assert "ctx!" in meter_line(replace(view, warn_share=0.3), 80).plain
    assert "CTX!" in meter_line(replace(view, alarm_share=0.3), 80).plain
