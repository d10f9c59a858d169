"""What a request would send and may cost, before any of it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autocoder_tui.display import visible
from autocoder_tui.engine.cost import (
    check_fits,
    estimate,
    format_cost_range,
    format_tokens,
    spread,
)
from autocoder_tui.engine.errors import InputTooLarge
from autocoder_tui.engine.events import CostEstimate
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.tokens import load_counter


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
        priced = f", prices as of {model.priced_on}" if model.priced_on else ""
        lines = [
            f"model   {model.name} ({self.request.endpoint.provider.name})",
            f"input   {spread(figure)} ({figure.method}), {window}",
            f"output  {output}, at most {replies} repl{'y' if replies == 1 else 'ies'}",
            f"cost    {format_cost_range(figure)}{priced}",
        ]
        for path, count in list(self.weights.items())[:10]:
            lines.append(f"{format_tokens(count):>8}  {path}")
        if len(self.weights) > 10:
            lines.append(f"{'':>8}  and {len(self.weights) - 10} more files")
        if self.problem is not None:
            lines.append(self.problem)
        lines.append("Nothing was sent.")
        return "\n".join(visible(line) for line in lines)


def weigh(request: RunRequest) -> Weighed:
    """Count a request and what it may cost. Blocking: loads a vocabulary."""
    counter = load_counter(request.model, request.calibration)
    prompt_tokens = counter.count_messages(first_messages(request))
    counted = {file.path: counter.count_file(file.text) for file in request.files}
    weights = dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    problem = None
    try:
        check_fits(request.model, weights, max(0, prompt_tokens - sum(weights.values())))
    except InputTooLarge as error:
        problem = error.message
    limits = request.limits
    figure = estimate(
        request.model,
        prompt_tokens,
        limits.max_output_tokens,
        limits.max_parts,
        counter.exact,
        request.calibration,
    )
    return Weighed(request, figure, weights, problem)
