"""One line of numbers about a run: tokens, share of the window, money, speed, time."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.events import CostEstimate
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.ui.widgets.meters.line import (
    ALARM_SHARE,
    WARN_SHARE,
    MeterView,
    placed_fields,
)

_PERIOD = 0.25
"""Seconds between two updates while a run goes on."""


def estimate_view(estimate: CostEstimate, context_length: int | None) -> MeterView:
    """The line before a run: what it would send, and what it may cost."""
    return MeterView(
        phase="estimate",
        prompt_tokens=estimate.prompt_tokens,
        prompt_estimated=not estimate.exact,
        max_output_tokens=estimate.max_output_tokens,
        context_tokens=estimate.prompt_tokens,
        context_length=context_length,
        least_usd=estimate.least_usd,
        most_usd=estimate.most_usd,
        method=estimate.method,
    )


def run_view(state: RunState, now: float, context_length: int | None = None) -> MeterView:
    """The line during and after a run. `now` is of the clock given to `state.apply`."""
    estimate, usage = state.estimate, state.usage
    sent = usage.prompt_tokens if usage is not None else None
    first_prompt = estimate.prompt_tokens if estimate is not None else sent
    if sent is None and estimate is not None:
        sent = estimate.prompt_tokens
    limit = estimate.max_output_tokens if estimate is not None else None
    part = max(1, state.part)
    return MeterView(
        phase="retrying" if state.waiting is not None else state.status,
        prompt_tokens=sent,
        prompt_estimated=usage is None or usage.estimated,
        completion_tokens=state.completion_tokens,
        completion_estimated=state.tokens_estimated and state.completion_tokens > 0,
        # The limit is one of each reply, the count of all.
        max_output_tokens=None if limit is None else limit * part,
        context_tokens=None if first_prompt is None else first_prompt + state.completion_tokens,
        context_length=context_length,
        cost_usd=usage.cost_usd if usage is not None else _nothing_yet(state),
        cost_reported=usage is not None and usage.cost_reported,
        most_usd=estimate.most_usd if estimate is not None else None,
        tokens_per_second=state.tokens_per_second(now),
        speeds=state.speeds(now),
        part=part,
        elapsed_seconds=state.stats.seconds(now),
        cached_tokens=usage.cached_tokens if usage is not None else 0,
        reasoning_tokens=usage.reasoning_tokens if usage is not None else 0,
        first_token_seconds=state.first_token_seconds,
        retries=state.retries,
        prompt_percent=state.prompt_percent,
        waiting_seconds=_left(state.waiting_until, now),
    )


def _nothing_yet(state: RunState) -> Decimal | None:
    """What a run has cost before anything came: nothing, where a price is known at all."""
    priced = state.estimate is not None and state.estimate.least_usd is not None
    return Decimal(0) if priced and state.completion_tokens == 0 else None


def _left(until: float | None, now: float) -> float | None:
    return None if until is None else max(0.0, until - now)


class Meters(Widget, can_focus=True):
    """The line on the screen, redrawn only when it reads differently.

    While a run goes on it keeps itself up to date, four times a second. At rest no timer runs.
    With the keyboard a figure is chosen, and its meaning asked for; so is that of one clicked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose(-1)", "Left", id="meters.left", show=False),
        Binding("right", "choose(1)", "Right", id="meters.right", show=False),
        Binding("question_mark,enter", "explain", "Explain", id="meters.explain"),
    ]

    @dataclass
    class Asked(Message):
        """What the figures mean is asked, above all that of `field`; "" for none."""

        field: str

    DEFAULT_CSS = """
    Meters { height: 1; background: $panel; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.thresholds = (WARN_SHARE, ALARM_SHARE)
        """Shares of the context window at which the line warns, and warns in earnest."""
        self.cap_usd: Decimal | None = None
        """What the next run, or the one that goes on, may cost by the spending caps."""
        self.session_usd = Decimal(0)
        """What all runs since the program started have cost, as far as their price is known."""
        self.left_out = 0
        """Turns of the conversation that are not sent with the next question, or were not."""
        self._view: MeterView | None = None
        self._context_length: int | None = None
        self._state: RunState | None = None
        self._clock_ahead = 0.0
        self._timer: Timer | None = None
        self._paused = False
        self._spans: list[tuple[int, int, str]] = []
        self._chosen = ""

    @property
    def view(self) -> MeterView | None:
        """What is shown now."""
        return self._view

    @property
    def shows_run(self) -> bool:
        """Whether a run is shown that goes on or has ended, not the estimate of the next."""
        return self._view is not None and self._view.phase not in ("estimate", "blocked")

    def show(self, view: MeterView | None) -> None:
        """Show `view`, or an empty line, and nothing else until asked."""
        self._rest()
        self._set(view)

    def show_estimate(self, estimate: CostEstimate, model: Model, *, fits: bool = True) -> None:
        """What a run with `model` would send and may cost; `fits`: whether it can be sent."""
        self._context_length = model.context_length
        view = estimate_view(estimate, model.context_length)
        self.show(view if fits else replace(view, phase="blocked"))

    def show_run(self, state: RunState, now: float) -> None:
        """Show `state`, as it is and, until it has ended, as it becomes.

        `now` is of the clock given to `state.apply`; any steady clock will do.
        """
        self._state = state
        self._clock_ahead = now - time.monotonic()
        if state.ended:
            self._rest()
        elif self._timer is None:
            self._timer = self.set_interval(_PERIOD, self._show_state)
        self._show_state()

    def _show_state(self) -> None:
        if self._state is not None:
            now = time.monotonic() + self._clock_ahead
            view = run_view(self._state, now, self._context_length)
            if self._paused and not self._state.ended:
                view = replace(view, phase="paused")
            self._set(view)

    def pause(self, paused: bool) -> None:
        """Say that the run waits for a person, or that it does no longer."""
        self._paused = paused
        self._show_state()

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _set(self, view: MeterView | None) -> None:
        if view is not None:
            warn, alarm = self.thresholds
            view = replace(
                view,
                warn_share=warn,
                alarm_share=alarm,
                cap_usd=self.cap_usd,
                session_usd=self.session_usd,
                left_out=self.left_out,
            )
        if view != self._view:
            self._view = view
            self.refresh()

    # ------------------------------------------------------------------ asking for a meaning

    def action_choose(self, step: int) -> None:
        """Go to the figure on the right or left."""
        names = [name for _, _, name in self._spans]
        if names:
            at = names.index(self._chosen) + step if self._chosen in names else 0
            self._chosen = names[max(0, min(at, len(names) - 1))]
            self.refresh()

    def action_explain(self) -> None:
        self.post_message(self.Asked(self._chosen))

    def on_focus(self) -> None:
        if self._chosen not in [name for _, _, name in self._spans]:
            self._chosen = self._spans[0][2] if self._spans else ""
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        for start, end, name in self._spans:
            if start <= event.x < end:
                self._chosen = name
                self.action_explain()

    def render(self) -> Content:
        if self._view is None:
            return Content("")
        marked = self._chosen if self.has_focus else ""
        line, self._spans = placed_fields(self._view, self.size.width, marked)
        return line
