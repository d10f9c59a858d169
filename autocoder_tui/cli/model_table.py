"""The table `-l` prints."""

from __future__ import annotations

from decimal import Decimal

from autocoder_tui.engine.catalog import Catalog
from autocoder_tui.safety.sanitize import visible

_HEAD = ("model", "provider", "in $/M", "out $/M", "context", "max tokens", "price as of")


def model_table(catalog: Catalog) -> str:
    """Name, provider, prices per million tokens, context length, max tokens, price date."""
    rows = [
        (
            visible(model.name),
            visible(catalog.provider_of(model).name),
            _price(model.input_price),
            _price(model.output_price),
            _tokens(model.context_length),
            _tokens(model.max_tokens),
            visible(model.priced_on or "unknown"),
        )
        for model in catalog.models
    ]
    widths = [max(len(row[column]) for row in [_HEAD, *rows]) for column in range(len(_HEAD))]
    lines = []
    for row in [_HEAD, *rows]:
        cells = [
            cell.rjust(width) if 2 <= column <= 5 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _price(price: Decimal | None) -> str:
    return "unknown" if price is None else f"{price.normalize():f}"


def _tokens(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,}"
