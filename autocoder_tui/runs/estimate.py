"""What a request would send and may cost, before any of it is sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from autocoder_tui.engine.base_url import host_of
from autocoder_tui.engine.errors import InputTooLarge
from autocoder_tui.engine.events import CostEstimate
from autocoder_tui.engine.metering.cost import (
    check_fits,
    estimate_request,
    file_weights,
    format_cost_range,
    spread,
)
from autocoder_tui.engine.metering.money import format_tokens
from autocoder_tui.engine.metering.server_tokenizer import ServerCounts
from autocoder_tui.engine.metering.tokens import load_counter
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.purpose import writes_files
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Weighed:
    """`weights` are tokens of each input file by path, the heaviest first; `problem` says why
    the input does not fit the context window, None if it does."""

    request: RunRequest
    estimate: CostEstimate
    weights: dict[str, int]
    problem: str | None

    @property
    def share(self) -> float | None:
        """Share of the context window the input takes; None where no window is known."""
        window = self.request.model.context_length
        return None if window is None else self.estimate.prompt_tokens / window

    def with_request_before(self, before: CostEstimate) -> Weighed:
        """The same with what a request costs that comes before it."""
        own = self.estimate
        least = _both(own.least_usd, before.least_usd)
        most = _both(own.most_usd, before.most_usd)
        return replace(self, estimate=replace(own, least_usd=least, most_usd=most))

    def report(self) -> dict[str, Any]:
        """For `--json`. Amounts are US dollars, null where the price is not known."""
        figure, model = self.estimate, self.request.model
        least, most = figure.least_usd, figure.most_usd
        return {
            "model": model.name,
            "provider": self.request.endpoint.provider.name,
            "prompt_tokens": figure.prompt_tokens,
            "method": figure.method,
            "exact": figure.exact,
            "margin": 0.0 if figure.exact else float(figure.margin),
            "max_output_tokens": figure.max_output_tokens,
            "max_parts": self.request.limits.max_parts,
            "context_length": model.context_length,
            "context_share": None if self.share is None else round(self.share, 4),
            "least_usd": None if least is None else float(least),
            "most_usd": None if most is None else float(most),
            "priced_on": model.priced_on,
            "fits": self.problem is None,
            "edits": list(self.request.edits),
            **_turns(self.request),
            "files": [{"path": path, "tokens": count} for path, count in self.weights.items()],
        }

    def text(self) -> str:
        """The same for a person, without a line break at the end."""
        figure, model = self.estimate, self.request.model
        window = "context window unknown"
        if self.share is not None and model.context_length is not None:
            size = format_tokens(model.context_length)
            window = f"{self.share:.1%} of the {size}-token context window"
        replies = self.request.limits.max_parts
        output = "no limit known"
        if figure.max_output_tokens is not None:
            output = f"at most {format_tokens(figure.max_output_tokens)} tokens a reply"
        priced = f", prices {model.price_age}" if model.price_age else ""
        lines = [
            f"model   {model.name} ({self.request.endpoint.provider.name})",
            f"input   {spread(figure)} ({figure.method}), {window}",
            f"output  {output}, at most {replies} repl{'y' if replies == 1 else 'ies'}",
            f"format  {_format(self.request)}",
            f"cost    {format_cost_range(figure).removeprefix('cost ')}{priced}",
        ]
        for path, count in list(self.weights.items())[:10]:
            lines.append(f"{format_tokens(count):>8}  {path}")
        if len(self.weights) > 10:
            lines.append(f"{'':>8}  and {len(self.weights) - 10} more files")
        if self.problem is not None:
            lines.append(self.problem)
        sent = f" but the text to be counted, to {host_of(self.request.endpoint.provider.base_url)}"
        lines.append(f"Nothing was sent{sent if figure.by_server else ''}.")
        return "\n".join(visible(line) for line in lines)


def _both(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _turns(request: RunRequest) -> dict[str, int]:
    """What of a conversation is sent."""
    if writes_files(request.purpose):
        return {}
    return {"turns": len(request.turns), "turns_left_out": request.left_out}


def _format(request: RunRequest) -> str:
    """In which form the reply is asked for."""
    if not writes_files(request.purpose):
        steps = ", with steps first" if request.steps else ""
        turns = len(request.turns)
        before = f", after {turns:,} turn{'s' * (turns != 1)}" if turns else ""
        left_out = f" ({request.left_out:,} left out)" if request.left_out else ""
        return f"an answer{steps}{before}{left_out}"
    if not request.edits:
        return "whole files"
    edits = request.edits[0] if len(request.edits) == 1 else f"{len(request.edits)} files"
    return f"edits of {edits}, else whole files"


def weigh(request: RunRequest) -> Weighed:
    """Count a request and what it may cost. Blocking: loads a vocabulary."""
    counter = load_counter(request.model, request.calibration)
    counter = counter.fitted(first_messages(request), request.counted_tokens)
    figure = estimate_request(request, counter)
    weights = file_weights(request, counter, figure.prompt_tokens)
    problem = None
    try:
        check_fits(request.model, weights, figure.prompt_tokens - sum(weights.values()))
    except InputTooLarge as error:
        problem = error.message
    return Weighed(request, figure, weights, problem)


async def counted(prepared: Prepared, counts: ServerCounts) -> Prepared:
    """The same with the first prompt counted by its server, where that can count."""
    if prepared.demo:
        return prepared
    tokens = await counts.count(prepared.request)
    return replace(prepared, request=replace(prepared.request, counted_tokens=tokens))
