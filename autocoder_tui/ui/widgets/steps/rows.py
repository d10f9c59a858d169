"""The texts of the panel of steps: a row for each, the line above, what is said of one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.progress import ProjectProgress, StepProgress
from autocoder_tui.steps.step import StepState

LOOKS: Final[Mapping[StepState, tuple[str, str]]] = {
    "waiting": ("·", "$muted"),
    "running": ("▶", "$text-accent"),
    "done": ("✓", "$text-success"),
    "failed": ("✗", "$text-error"),
    "stopped": ("■", "$text-warning"),
    "skipped": ("»", "$muted"),
    "stale": ("~", "$text-warning"),
}
"""The sign and the colour of each state."""

_STATE: Final = 8
_TOKENS, _COST, _TIME = 6, 9, 7
_NAME: Final = (8, 28)
"""Least and most cells of a name, which gets what the figures leave."""
_CENT: Final = Decimal("0.01")
_LONGEST_SAID: Final = 500
_PREVIEWED: Final = 4000
"""Characters of an output that are shown beside the list."""


def columns(room: int) -> tuple[int, bool]:
    """Cells of the names in a list of `room` cells, and whether costs have a column."""
    least, most = _NAME
    left = room - 2 - _STATE - _TOKENS - _COST - _TIME
    if left >= least:
        return min(most, left), True
    return max(least, left + _COST), False


def head_row(room: int) -> Content:
    """What the columns are."""
    name, costs = columns(room)
    line = f"  {'step':<{name}}{'':<{_STATE}}{'tokens':>{_TOKENS}}"
    return Content(f"{line}{'cost' if costs else '':>{_COST if costs else 0}}{'time':>{_TIME}}")


def step_row(step: StepProgress, room: int, seconds: float) -> Content:
    """A step in one line; it has worked for `seconds`."""
    sign, colour = LOOKS[step.state]
    name, costs = columns(room)
    asked = step.requests > 0
    tokens = format_tokens(sum(step.tokens), short=True) if asked else ""
    cost = _cost(step.cost_usd) if asked and costs else ""
    return Content.assemble(
        (sign, colour),
        " ",
        _cell(visible(step.name), name),
        (_cell(step.state, _STATE), colour),
        f"{tokens:>{_TOKENS}}",
        f"{cost.replace('< ', '<'):>{_COST if costs else 0}}",
        f"{duration(seconds) if seconds else '':>{_TIME}}",
    )


def money(progress: ProjectProgress) -> str:
    """What was spent, what the rest may cost, and the cap over all."""
    spent = progress.spent_usd
    said = ["spent: not all known" if spent is None else f"spent {format_usd(spent)}"]
    if progress.cap_usd is not None:
        said.append(f"cap {format_usd(progress.cap_usd)}")
    if progress.left_usd is not None and not progress.ended:
        said.append(f"to come {_range(progress.left_usd)}")
    return " · ".join(said)


def standing(progress: ProjectProgress, waits: str) -> str:
    """Which steps these are, and how far. `waits` is why none runs on by itself, "" for no
    reason."""
    ended = sum(step.state in ("done", "skipped") for step in progress.steps)
    said = [visible(progress.configuration), f"{ended}/{len(progress.steps)}"]
    if progress.ended:
        said.append("all done")
    elif waits:
        said.append(waits)
    elif progress.at is not None:
        said.append(f"runs {visible(progress.steps[progress.at].name)}")
    return " · ".join(said)


def detail(step: StepProgress, seconds: float, *, says: str, whole: bool) -> Content:
    """What there is to say of the step under the cursor: in one line or two, or with what came
    of it. `says` is said in place of its own word on how it stands."""
    sign, colour = LOOKS[step.state]
    said = says or visible((step.detail or step.summary)[:_LONGEST_SAID])
    if not whole:
        return Content.assemble((f"{sign} ", colour), said)
    sent, came = step.tokens
    figures = [f"{step.state}"]
    if step.requests:
        plural = "s" * (step.requests != 1)
        figures.append(f"{step.requests} request{plural}")
        figures.append(f"{format_tokens(sent)} tokens in, {format_tokens(came)} out")
        figures.append(_cost(step.cost_usd) or "cost unknown")
    if seconds:
        figures.append(duration(seconds))
    lines: list[Content | str] = [Content.styled(visible(step.name), "bold")]
    if step.summary:
        lines += ["\n", Content.styled(visible(step.summary), "$muted")]
    lines += ["\n", Content.styled(f"{sign} {' · '.join(figures)}", colour)]
    if says or step.detail:
        lines += ["\n", said]
    if step.files:
        lines += ["\n\n", Content.styled("Files: ", "bold"), _names(step.files)]
    if step.output.strip():
        shown = step.output.strip()[:_PREVIEWED]
        more = " …" if len(shown) < len(step.output.strip()) else ""
        lines += ["\n\n", visible(shown, lines=True) + more]
    return Content.assemble(*lines)


def duration(seconds: float) -> str:
    """A time in at most six cells."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"


def _names(files: tuple[str, ...]) -> str:
    shown = [visible(path) for path in files[:40]]
    return ", ".join(shown) + (f" and {len(files) - 40} more" if len(files) > 40 else "")


def _cost(cost: Decimal | None) -> str:
    return "" if cost is None else format_usd(cost)


def _range(both: tuple[Decimal, Decimal]) -> str:
    """An estimate has no use for more than cents."""
    least, most = map(_about, both)
    return least if least == most else f"{least}–{most}"


def _about(value: Decimal) -> str:
    return format_usd(value) if value < _CENT else f"${value:,.2f}"


def _cell(text: str, width: int) -> str:
    """`text` cut or filled to `width` cells, one of them a space."""
    if cell_len(text) >= width:
        while cell_len(text) >= width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - cell_len(text))
