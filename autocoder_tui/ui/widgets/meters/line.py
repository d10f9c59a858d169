"""How the numbers about a run are drawn in one line, in any width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from rich.cells import cell_len
from textual.content import Content

from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.engine.run_state import StreamStatus
from autocoder_tui.values import dataclass

Phase: TypeAlias = Literal["estimate", "blocked", "retrying", "paused"] | StreamStatus

_STATUS: dict[Phase, tuple[str, str]] = {
    "estimate": ("· ready", "$muted"),
    "blocked": ("✗ too big", "$text-error"),
    "initializing": ("◌ waiting", "$text-accent"),
    "processing": ("▶ running", "$text-accent"),
    "retrying": ("↻ retrying", "$text-warning"),
    "paused": ("‖ paused", "$text-warning"),
    "completed": ("✓ done", "$text-success"),
    "error": ("✗ failed", "$text-error"),
    "cancelled": ("■ stopped", "$text-warning"),
}
BEFORE = ("estimate", "blocked")
ENDED = ("completed", "error", "cancelled")
_STATUS_CELLS = max(len(word) for word, _ in _STATUS.values())
_BAR_CELLS = 8
_SPARKS = "▁▂▃▄▅▆▇█"
_MUTED = "$muted"

WARN_SHARE = 0.40
ALARM_SHARE = 0.48
"""Shares of the context window at which models are known to get worse, and worse still."""


@dataclass(frozen=True, slots=True)
class MeterView:
    """What the line shows. None means not known, and is shown as that or left out.

    `*_estimated` marks our own counts; they are shown with a "~". `context_tokens` is what the
    request and its reply take of the window, `speeds` tokens of the last seconds in order.
    `prompt_percent`: how much of the prompt the server has read, while it reads and says so.
    `method` says how tokens are counted before a run. `waiting_seconds` are left until a retry.
    `cap_usd` is what the run may cost by its spending cap, `session_usd` what all runs since the
    program started have cost. `cost_reported`: `cost_usd` is what the provider says it charges.
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
    cost_reported: bool = False
    least_usd: Decimal | None = None
    most_usd: Decimal | None = None
    tokens_per_second: float | None = None
    speeds: tuple[float, ...] = ()
    part: int = 1
    elapsed_seconds: float | None = None
    method: str = ""
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    first_token_seconds: float | None = None
    retries: int = 0
    waiting_seconds: float | None = None
    prompt_percent: int | None = None
    cap_usd: Decimal | None = None
    session_usd: Decimal | None = None
    left_out: int = 0
    """Turns of the conversation that the context window has no room for any more."""
    warn_share: float = WARN_SHARE
    alarm_share: float = ALARM_SHARE


_Field: TypeAlias = list[tuple[str, str]]
"""Pieces of text with their styles; empty where there is nothing to show."""

_ORDER = ("prompt", "output", "context", "turns", "cost", "session", "speed", "first", "part")
_SACRIFICES = (
    ("output", 1),
    ("session", 1),
    ("turns", 1),
    ("context", 1),
    ("first", 1),
    ("prompt", 1),
    ("cost", 1),
    ("output", 2),
    ("speed", 1),
    ("prompt", 2),
    ("output", 3),
    ("speed", 2),
    ("part", 1),
    ("context", 2),
    ("cost", 2),
    ("turns", 2),
    ("output", 4),
    ("status", 1),
    ("status", 2),
)
"""Which field takes which shorter form, one after the other, until the line fits."""
_ENDED_SACRIFICES = (("cost", 1), ("speed", 1), ("context", 1))
"""What it might have cost at most and how its speed went are past once a run has ended."""
_ESTIMATE_SACRIFICES = (
    ("prompt", 1),
    ("session", 1),
    ("turns", 1),
    ("context", 1),
    ("prompt", 2),
    ("output", 4),
    ("cost", 1),
    ("status", 2),
    ("context", 2),
    ("cost", 2),
    ("turns", 2),
)
"""Before a run what it sends and costs at most is the news."""


def meter_line(view: MeterView, width: int, marked: str = "") -> Content:
    """`view` in one line of at most `width` cells, the field `marked` as one that is chosen."""
    return placed_fields(view, width, marked)[0]


def placed_fields(
    view: MeterView, width: int, marked: str = ""
) -> tuple[Content, list[tuple[int, int, str]]]:
    """That line; and the first column, the column after the last and the name of each field.

    What does not fit is shortened and left out, the least telling first. Numbers keep their
    places while they grow; the time and the state stand at the right end.
    """
    forms: dict[str, list[_Field]] = {
        "prompt": _prompts(view),
        "output": [
            _output(view, details=True, percent=True),
            _output(view, details=True),
            _output(view),
            _output(view, limit=False),
            [],
        ],
        "context": [_context(view), _context(view, bar=False), []],
        "cost": [_cost(view), _cost(view, range_=False), []],
        "turns": [_turns(view), _turns(view, short=True), []],
        "session": [_session(view), []],
        "speed": [_speed(view), _speed(view, history=False), []],
        "first": [_first(view), []],
        "part": [_part(view), []],
        "status": [_status(view), _status(view, time=False), []],
    }
    chosen = {name: fields[0] for name, fields in forms.items()}
    for name, form in _sacrifices(view.phase):
        if _cells([chosen[field] for field in (*_ORDER, "status")]) <= width:
            break
        chosen[name] = forms[name][form]
    line, spans, end = list[tuple[str, str] | Content](), list[tuple[int, int, str]](), 0
    for name in (*(name for name in _ORDER if chosen[name]), "status"):
        cells = _cells([chosen[name]])
        if name == "status":
            room = max(0, width - end - cells)
        else:
            room = 2 if spans else 0
        line.append((" " * room, ""))
        start = end + room
        end = start + cells
        if name == marked:
            line.append(Content.assemble(*chosen[name]).stylize("reverse"))
        else:
            line += chosen[name]
        spans.append((start, end, name))
    # Put together once: four times a second while a run goes on.
    return Content.assemble(*line).truncate(width), spans


def _sacrifices(phase: Phase) -> tuple[tuple[str, int], ...]:
    if phase in BEFORE:
        return _ESTIMATE_SACRIFICES
    return (*_ENDED_SACRIFICES, *_SACRIFICES) if phase in ENDED else _SACRIFICES


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


def _prompts(view: MeterView) -> list[_Field]:
    """Before a run with how it was counted; then with what the provider had cached."""
    if view.prompt_tokens is None:
        return [[], [], []]
    plain: _Field = [("in ", _MUTED), (_count(view.prompt_tokens, view.prompt_estimated), "")]
    if view.phase in BEFORE:
        method = view.method.removeprefix("estimate ")
        short = "by server" if method == "counted by the server" else method.partition(",")[0]
        return [
            [*plain, (f" {method}", _MUTED)] if method else plain,
            [*plain, (f" {short}", _MUTED)] if short else plain,
            plain,
        ]
    if not view.cached_tokens:
        return [plain, plain, []]
    cached = f" ({format_tokens(view.cached_tokens)} cached)"
    return [[*plain, (cached, _MUTED)], plain, []]


def _first(view: MeterView) -> _Field:
    """Seconds until the first token: how long the model thought, or a server loaded it."""
    if view.first_token_seconds is None:
        return []
    return [("first ", _MUTED), (f"{view.first_token_seconds:.1f} s", "")]


def _output(
    view: MeterView, *, limit: bool = True, details: bool = False, percent: bool = False
) -> _Field:
    if view.phase in BEFORE:
        if view.max_output_tokens is None:
            return []
        return [("out ≤ ", _MUTED), (format_tokens(view.max_output_tokens), "")]
    if view.completion_tokens is None:
        return []
    most = view.max_output_tokens
    # Room for the "~" and for all digits it may come to have.
    full = format_tokens(max(view.completion_tokens, most or 99_999))
    room = 0 if view.phase in ENDED else 1 + len(full)
    number = f"{_count(view.completion_tokens, view.completion_estimated):>{room}}"
    field = [("out ", _MUTED), (number, "")]
    if most is not None and limit:
        field.append((f"/{format_tokens(most)}", _MUTED))
        if details:
            done = min(_BAR_CELLS, math.ceil(view.completion_tokens / most * _BAR_CELLS))
            field += [(" " + "▰" * done, "$text-accent"), ("▱" * (_BAR_CELLS - done), _MUTED)]
        if percent and view.phase not in ENDED:
            # Of what is allowed: how long the reply will be nobody knows.
            share = round(min(1.0, view.completion_tokens / most) * 100)
            field.append((f" {share:>3} % of the limit", _MUTED))
    if details and view.reasoning_tokens:
        field.append((f" ({format_tokens(view.reasoning_tokens)} thought)", _MUTED))
    return field


def _context(view: MeterView, *, bar: bool = True) -> _Field:
    if view.context_tokens is None or not view.context_length:
        return []
    share = view.context_tokens / view.context_length
    # A sign with every colour: not everybody sees both.
    if share >= view.alarm_share:
        label, style = "CTX!", "bold $text-error"
    elif share >= view.warn_share:
        label, style = "ctx!", "$text-warning"
    else:
        label, style = "ctx ", ""
    full = min(_BAR_CELLS, math.ceil(share * _BAR_CELLS))
    field = [(label, style or _MUTED)]
    if bar:
        field += [("▰" * full, style or "$text-accent"), ("▱" * (_BAR_CELLS - full) + " ", _MUTED)]
    room = 0 if view.phase in ENDED else 2 if bar else 3
    return [*field, (f"{min(999, round(share * 100)):>{room}} %", style)]


def _turns(view: MeterView, *, short: bool = False) -> _Field:
    """What of the conversation is not sent."""
    if not view.left_out:
        return []
    turns = f"{view.left_out:,} turn{'s' * (view.left_out != 1)}"
    return [(f"−{turns}" if short else f"{turns} left out", "$text-warning")]


def _cost(view: MeterView, *, range_: bool = True) -> _Field:
    if view.phase in BEFORE:
        if view.least_usd is None or view.most_usd is None:
            return [("cost unknown", _MUTED)]
        least = f"{format_usd(view.least_usd)}–" if range_ else "≤ "
        field: _Field = [(f"{least}{format_usd(view.most_usd)}", "")]
        if view.cap_usd is not None and view.cap_usd < view.most_usd:
            return [*field, (f", cap {format_usd(view.cap_usd)}", _MUTED)]
        return field
    if view.cost_usd is None:
        return [("cost unknown", _MUTED)]
    limits = [limit for limit in (view.most_usd, view.cap_usd) if limit is not None]
    most = format_usd(min(limits)) if limits else None
    sign = "~" if view.completion_estimated and not view.cost_reported else ""
    room = 0 if view.phase in ENDED else 1 + max(len(most or ""), len("$0.0000"))
    field = [(f"{sign + format_usd(view.cost_usd):>{room}}", "")]
    if view.cost_reported and view.phase in ENDED and range_:
        field.append((" as reported", _MUTED))
    elif most is not None and range_:
        field.append((f" of ≤ {most}", _MUTED))
    return field


def _session(view: MeterView) -> _Field:
    """What the session has cost, where that is more than this run."""
    if not view.session_usd or view.phase not in (*BEFORE, *ENDED):
        return []
    if view.phase in ENDED and view.session_usd == view.cost_usd:
        return []
    return [("session ", _MUTED), (format_usd(view.session_usd), "")]


def _speed(view: MeterView, *, history: bool = True) -> _Field:
    rate = view.tokens_per_second
    if rate is None and view.phase not in ("initializing", "processing", "retrying", "paused"):
        return []
    number = "–" if rate is None else f"{rate:.0f}" if rate < 9999.5 else f"{rate:,.0f}"
    room = 0 if view.phase in ENDED else 4
    field = [(f"{number:>{room}}", ""), (" t/s", _MUTED)]
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
    field: _Field = [("part ", _MUTED), (str(view.part), "")] if view.part > 1 else []
    if view.retries:
        again = f"{view.retries} retr{'y' if view.retries == 1 else 'ies'}"
        field.append((("  " if field else "") + again, "$text-warning"))
    if view.waiting_seconds is not None:
        left = math.ceil(view.waiting_seconds)
        wait = f"{left} s" if left <= 120 else f"{math.ceil(left / 60)} min"
        field.append((f", next in {wait}", "$text-warning"))
    return field


def _status(view: MeterView, *, time: bool = True) -> _Field:
    word, style = _STATUS[view.phase]
    if view.prompt_percent is not None and view.phase in ("initializing", "processing"):
        word = f"◌ reading{' the prompt' if time else ''} {view.prompt_percent:>2} %"
    field = [(f"{word:<{0 if view.phase in ENDED else _STATUS_CELLS}}", style)]
    if time and view.elapsed_seconds is not None:
        room = 0 if view.phase in ENDED else 5
        return [(f"{clock(view.elapsed_seconds):>{room}}  ", ""), *field]
    return field


def clock(seconds: float) -> str:
    """Elapsed time as 0:29, 12:05 or 1:02:03."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minutes}:{second:02}"
