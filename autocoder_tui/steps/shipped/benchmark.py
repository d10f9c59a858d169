"""What it took to make the program, and whether it stands the check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from autocoder_tui.engine.metering.money import format_usd
from autocoder_tui.steps.context import Spent, StepContext
from autocoder_tui.steps.shipped.check import try_out
from autocoder_tui.steps.step import takes

_HEAD = ("step", "seconds", "requests", "sent", "came", "cost")


@takes(0, 0)
async def benchmark(context: StepContext) -> str:
    """Measure the steps before: time, requests, tokens and cost of each, and what a check says."""
    checked = await try_out(context)
    result = "passed" if checked.passed else "failed" if checked.note else "not run"
    text = f"{table(context.spent)}\ncheck: {result} ({checked.words.strip()})\n"
    files = [text for text in context.draft.values() if text is not None]
    lines = sum(text.count("\n") for text in files)
    return f"{text}files: {len(files)} with {lines:,} lines\n"


def table(spent: Mapping[str, Spent]) -> str:
    """The steps as rows of a table, and their sum."""
    rows = [_row(name, each) for name, each in spent.items()]
    cells = [_HEAD, *rows, _row("all", total(spent.values()))]
    widths = [max(len(row[at]) for row in cells) for at in range(len(_HEAD))]
    lines = []
    for row in cells:
        name, *figures = (
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([name, *figures]).rstrip())
    return "".join(f"{line}\n" for line in lines)


def total(each: Iterable[Spent]) -> Spent:
    """The sum of several."""
    requests, sent, came, seconds = 0, 0, 0, 0.0
    cost: Decimal | None = Decimal(0)
    for spent in each:
        requests += spent.requests
        sent += spent.tokens[0]
        came += spent.tokens[1]
        seconds += spent.seconds
        cost = None if cost is None or spent.cost_usd is None else cost + spent.cost_usd
    return Spent(requests, (sent, came), cost, seconds)


def _row(name: str, spent: Spent) -> tuple[str, ...]:
    cost = "not known" if spent.cost_usd is None else format_usd(spent.cost_usd)
    sent, came = spent.tokens
    return (name, f"{spent.seconds:.1f}", str(spent.requests), f"{sent:,}", f"{came:,}", cost)
