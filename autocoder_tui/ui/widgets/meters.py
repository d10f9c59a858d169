"""One line of numbers about a run: tokens, share of the window, money, speed, time."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from rich.cells import cell_len
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.cost import format_tokens, format_usd
from autocoder_tui.engine.events import CostEstimate
from autocoder_tui.engine.state import RunState, StreamStatus

Phase: TypeAlias = Literal["estimate", "retrying"] | StreamStatus

_STATUS: dict[Phase, tuple[str, str]] = {
    "estimate": ("· ready", "$text-muted"),
    "initializing": ("◌ waiting", "$text-accent"),
    "processing": ("▶ running", "$text-accent"),
    "retrying": ("↻ retrying", "$text-warning"),
    "completed": ("✓ done", "$text-success"),
    "error": ("✗ failed", "$text-error"),
    "cancelled": ("■ stopped", "$text-warning"),
}
_STATUS_CELLS = max(len(word) for word, _ in _STATUS.values())
_PERIOD = 0.25
"""Seconds between two updates while a run goes on."""
_BAR_CELLS = 8
_SPARKS = "▁▂▃▄▅▆▇█"
_MUTED = "$text-muted"

WARN_SHARE = 0.40
ALARM_SHARE = 0.48
"""Shares of the context window at which models are known to get worse, and worse still."""


@dataclass(frozen=True, slots=True)
class MeterView:
    """What the line shows. None means not known, and is shown as that or left out.

    `*_estimated` marks our own counts; they are shown with a "~". `context_tokens` is what the
    request and its reply take of the window, `speeds` tokens of the last seconds in order.
    """

    phase: Phase
    prompt_tokens: int | None = None
    prompt_estimated: bool = True
    completion_tokens: int | None = None
    completion_estimated: bool = True
    max_output_tokens: int | None = None
    context_tokens: int | None = None
    context_length: int | None = None
    cost_usd: Decimal | None = None
    least_usd: Decimal | None = None
    most_usd: Decimal | None = None
    tokens_per_second: float | None = None
    speeds: tuple[float, ...] = ()
    part: int = 1
    elapsed_seconds: float | None = None


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
        cost_usd=usage.cost_usd if usage is not None else None,
        most_usd=estimate.most_usd if estimate is not None else None,
        tokens_per_second=state.tokens_per_second(now),
        speeds=state.speeds(now),
        part=part,
        elapsed_seconds=state.stats.seconds(now),
    )


# ---------------------------------------------------------------------- the line

_Field: TypeAlias = list[tuple[str, str]]
"""Pieces of text with their styles; empty where there is nothing to show."""

_ORDER = ("prompt", "output", "context", "cost", "speed", "part")
_SACRIFICES = (
    ("speed", 1),
    ("cost", 1),
    ("context", 1),
    ("prompt", 1),
    ("output", 1),
    ("speed", 2),
    ("part", 1),
    ("context", 2),
    ("cost", 2),
    ("output", 2),
    ("status", 1),
    ("status", 2),
)
"""Which field takes which shorter form, one after the other, until the line fits."""
_ESTIMATE_SACRIFICES = (
    ("context", 1),
    ("output", 2),
    ("cost", 1),
    ("status", 2),
    ("context", 2),
    ("cost", 2),
)
"""Before a run what it sends and costs at most is the news."""


def meter_line(view: MeterView, width: int) -> Content:
    """`view` in one line of at most `width` cells.

    What does not fit is shortened and left out, the least telling first. Numbers keep their
    places while they grow; the time and the state stand at the right end.
    """
    forms: dict[str, list[_Field]] = {
        "prompt": [_prompt(view), []],
        "output": [_output(view), _output(view, limit=False), []],
        "context": [_context(view), _context(view, bar=False), []],
        "cost": [_cost(view), _cost(view, range_=False), []],
        "speed": [_speed(view), _speed(view, history=False), []],
        "part": [_part(view), []],
        "status": [_status(view), _status(view, time=False), []],
    }
    chosen = {name: fields[0] for name, fields in forms.items()}
    for name, form in _ESTIMATE_SACRIFICES if view.phase == "estimate" else _SACRIFICES:
        if _cells([chosen[field] for field in (*_ORDER, "status")]) <= width:
            break
        chosen[name] = forms[name][form]
    left = _join([chosen[name] for name in _ORDER])
    gap = width - _cells([left]) - _cells([chosen["status"]])
    line = Content.assemble(*left, " " * max(0, gap), *chosen["status"])
    return line.truncate(width)


def _join(fields: Sequence[_Field]) -> _Field:
    joined: _Field = []
    for field in fields:
        if field and joined:
            joined.append(("  ", ""))
        joined.extend(field)
    return joined


def _cells(fields: Sequence[_Field]) -> int:
    return sum(cell_len(text) for text, _ in _join(fields))


def _count(tokens: int, estimated: bool) -> str:
    return ("~" if estimated else "") + format_tokens(tokens)


def _prompt(view: MeterView) -> _Field:
    if view.prompt_tokens is None:
        return []
    return [("in ", _MUTED), (_count(view.prompt_tokens, view.prompt_estimated), "")]


def _output(view: MeterView, *, limit: bool = True) -> _Field:
    if view.phase == "estimate":
        if view.max_output_tokens is None:
            return []
        return [("out ≤ ", _MUTED), (format_tokens(view.max_output_tokens), "")]
    if view.completion_tokens is None:
        return []
    most = view.max_output_tokens
    # Room for the "~" and for all digits it may come to have.
    room = 1 + len(format_tokens(max(view.completion_tokens, most or 99_999)))
    number = f"{_count(view.completion_tokens, view.completion_estimated):>{room}}"
    field = [("out ", _MUTED), (number, "")]
    if most is not None and limit:
        field.append((f"/{format_tokens(most)}", _MUTED))
    return field


def _context(view: MeterView, *, bar: bool = True) -> _Field:
    if view.context_tokens is None or not view.context_length:
        return []
    share = view.context_tokens / view.context_length
    # A sign with every colour: not everybody sees both.
    if share >= ALARM_SHARE:
        label, style = "CTX!", "bold $text-error"
    elif share >= WARN_SHARE:
        label, style = "ctx!", "$text-warning"
    else:
        label, style = "ctx ", ""
    full = min(_BAR_CELLS, math.ceil(share * _BAR_CELLS))
    field = [(label, style or _MUTED)]
    if bar:
        field += [("▰" * full, style or "$text-accent"), ("▱" * (_BAR_CELLS - full) + " ", _MUTED)]
    return [*field, (f"{min(999, round(share * 100)):>{2 if bar else 3}} %", style)]


def _cost(view: MeterView, *, range_: bool = True) -> _Field:
    if view.phase == "estimate":
        if view.least_usd is None or view.most_usd is None:
            return [("cost unknown", _MUTED)]
        least = f"{format_usd(view.least_usd)}–" if range_ else "≤ "
        return [(f"{least}{format_usd(view.most_usd)}", "")]
    if view.cost_usd is None:
        return [("cost unknown", _MUTED)]
    most = None if view.most_usd is None else format_usd(view.most_usd)
    sign = "~" if view.completion_estimated else ""
    room = 1 + max(len(most or ""), len("$0.0000"))
    field = [(f"{sign + format_usd(view.cost_usd):>{room}}", "")]
    if most is not None and range_:
        field.append((f" of ≤ {most}", _MUTED))
    return field


def _speed(view: MeterView, *, history: bool = True) -> _Field:
    rate = view.tokens_per_second
    if rate is None and view.phase not in ("initializing", "processing", "retrying"):
        return []
    field = [(f"{'–' if rate is None else round(rate):>4}", ""), (" t/s", _MUTED)]
    if history:
        field.append((f" {sparkline(view.speeds):>{_BAR_CELLS}}", "$text-accent"))
    return field


def sparkline(values: Sequence[float]) -> str:
    """One column a value, the last eight of them, the highest column for the greatest."""
    values = values[-_BAR_CELLS:]
    most = max(values, default=0.0)
    if most <= 0:
        return _SPARKS[0] * len(values)
    return "".join(_SPARKS[round(value / most * (len(_SPARKS) - 1))] for value in values)


def _part(view: MeterView) -> _Field:
    return [("part ", _MUTED), (str(view.part), "")] if view.part > 1 else []


def _status(view: MeterView, *, time: bool = True) -> _Field:
    word, style = _STATUS[view.phase]
    field = [(f"{word:<{_STATUS_CELLS}}", style)]
    if time and view.elapsed_seconds is not None:
        return [(f"{clock(view.elapsed_seconds):>5}  ", ""), *field]
    return field


def clock(seconds: float) -> str:
    """Elapsed time as 0:29, 12:05 or 1:02:03."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minutes}:{second:02}"


class Meters(Widget):
    """The line on the screen, redrawn only when it reads differently.

    While a run goes on it keeps itself up to date, four times a second. At rest no timer runs.
    """

    DEFAULT_CSS = """
    Meters { height: 1; background: $panel; color: $foreground; }
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._view: MeterView | None = None
        self._context_length: int | None = None
        self._state: RunState | None = None
        self._clock_ahead = 0.0
        self._timer: Timer | None = None

    @property
    def view(self) -> MeterView | None:
        """What is shown now."""
        return self._view

    @property
    def resting(self) -> bool:
        """Whether nothing is kept up to date: no timer runs."""
        return self._timer is None

    def show(self, view: MeterView | None) -> None:
        """Show `view`, or an empty line, and nothing else until asked."""
        self._rest()
        self._set(view)

    def show_estimate(self, estimate: CostEstimate, model: Model) -> None:
        """What a run with `model` would send and may cost."""
        self._context_length = model.context_length
        self.show(estimate_view(estimate, model.context_length))

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
            self._set(run_view(self._state, now, self._context_length))

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _set(self, view: MeterView | None) -> None:
        if view != self._view:
            self._view = view
            self.refresh()

    def render(self) -> Content:
        if self._view is None:
            return Content("")
        return meter_line(self._view, self.size.width)
