"""What a request may cost, and whether it fits, before it is sent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.errors import InputTooLarge
from autocoder_tui.engine.events import CostEstimate
from autocoder_tui.engine.metering.money import (
    ROOM_FOR_REPLY,
    cost_usd,
    format_tokens,
    format_usd,
)
from autocoder_tui.engine.metering.tokens import TokenCounter, load_counter
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.safety.sanitize import visible

CONTINUATION_TOKENS = 200
"""What asking for a continuation adds to the prompt, beyond the text so far."""


def estimate(
    model: Model,
    prompt_tokens: int,
    max_output_tokens: int | None,
    max_parts: int,
    exact: bool,
    calibration: Calibration | None = None,
    *,
    by_server: bool = False,
) -> CostEstimate:
    """What a run may cost, before it is sent. `by_server`: its server counted the prompt.

    Least: the prompt once, all of it at the price of cached input where that is known, and a
    single token of output.

    Most: `max_parts` parts, each cut off at the largest reply allowed. Part k sends the prompt
    again together with all the text so far, so with prompt P and replies of M tokens

        input(1) = P,  input(k) = P + CONTINUATION_TOKENS + output(1) + ... + output(k - 1)
        output(k) = min(M, context window - input(k)),  the sum ending where that is 0.

    M is the smallest of `max_output_tokens`, the model's own limit and the window; when none
    is known neither is the most. All of it is at the full price: a cache may have forgotten
    what it was sent. A count that is not `exact` is taken lower for the least and
    higher for the most by the margin of `calibration`, 15 % while nothing is learnt. Requests
    that fail and are tried again are not counted. Both are None where the price is not known.
    """
    largest = _largest_reply(model, prompt_tokens, max_output_tokens)
    known = calibration or Calibration()
    low = high = prompt_tokens
    if not exact:
        low = math.floor(prompt_tokens * (1 - known.margin))
        high = math.ceil(prompt_tokens * (1 + known.margin))
    most = None
    reply = _largest_reply(model, high, max_output_tokens)
    if reply is not None:
        most = cost_usd(model, *_most_tokens(high, reply, model.context_length, max_parts))
    return CostEstimate(
        prompt_tokens=prompt_tokens,
        max_output_tokens=largest,
        exact=exact,
        least_usd=cost_usd(model, low, 1, low),
        most_usd=most,
        margin=known.margin,
        runs=known.runs,
        by_server=by_server,
    )


def estimate_request(request: RunRequest, counter: TokenCounter) -> CostEstimate:
    """What `request` sends and may cost: as its server counted it, else by `counter`."""
    counted, limits = request.counted_tokens, request.limits
    return estimate(
        request.model,
        counter.count_messages(first_messages(request)) if counted is None else counted,
        limits.max_output_tokens,
        limits.max_parts,
        counter.exact or counted is not None,
        request.calibration,
        by_server=counted is not None,
    )


def counted(
    request: RunRequest, messages: Sequence[Mapping[str, str]]
) -> tuple[TokenCounter, CostEstimate]:
    """What counts the tokens of `request`, which begins with `messages`, and what it may cost.
    Blocking: loads a vocabulary."""
    counter = load_counter(request.model, request.calibration)
    counter = counter.fitted(messages, request.counted_tokens)
    return counter, estimate_request(request, counter)


def _largest_reply(model: Model, prompt_tokens: int, asked: int | None) -> int | None:
    limits = [limit for limit in (asked, model.max_tokens) if limit is not None]
    if model.context_length is not None:
        limits.append(model.context_length - prompt_tokens)
    return max(0, min(limits)) if limits else None


def _most_tokens(prompt: int, reply: int, window: int | None, max_parts: int) -> tuple[int, int]:
    """(input, output) tokens summed over the parts; see `estimate`."""
    total_input, total_output = prompt, reply
    for _ in range(1, max_parts):
        part_input = prompt + CONTINUATION_TOKENS + total_output
        part_output = reply if window is None else min(reply, window - part_input)
        if part_output <= 0:
            break
        total_input += part_input
        total_output += part_output
    return total_input, total_output


def file_weights(request: RunRequest, counter: TokenCounter, prompt_tokens: int) -> dict[str, int]:
    """Tokens of each input file by path, the heaviest first, of a request of `prompt_tokens`.

    Counted one by one they may come to more than the whole, which its server counted or the
    calibration tells; the rest of the request always has its share.
    """
    counted = {file.path: counter.count_file(file.text) for file in request.files}
    rest = counter.count_messages(first_messages(replace(request, files=())))
    room, files = max(0, prompt_tokens - rest), sum(counted.values())
    if files > room:
        counted = {path: tokens * room // files for path, tokens in counted.items()}
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def check_fits(model: Model, weights: Mapping[str, int], overhead: int) -> None:
    """Raise InputTooLarge when the input does not fit the model's context window.

    `weights`: tokens of each input file by path; `overhead`: all other input tokens
    (requirements, framing), less than none where the files are estimated too high. The
    message says by how much it is too large and which files weigh most. A model whose window
    is not known takes anything.
    """
    if model.context_length is None:
        return
    total = sum(weights.values()) + overhead
    room = model.context_length - min(ROOM_FOR_REPLY, model.context_length // 8)
    if total <= room:
        return
    raise InputTooLarge(
        f"The input is {format_tokens(total)} tokens, {format_tokens(total - room)} more than fit "
        f"the {format_tokens(model.context_length)}-token context window of "
        f"{visible(model.name)} with room for a reply. {_heaviest(weights, overhead)}"
    )


def _heaviest(weights: Mapping[str, int], overhead: int) -> str:
    advice = "or choose a model with a larger window."
    ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:3]
    if not ranked or overhead > ranked[0][1]:
        alone = f"The requirements and framing alone are {format_tokens(overhead)}"
        return f"{alone}: shorten them, {advice}"
    files = ", ".join(f"{visible(path)} ({format_tokens(tokens)})" for path, tokens in ranked)
    return f"Heaviest: {files}. Drop some, {advice}"


def format_cost_range(estimate: CostEstimate) -> str:
    """ "$0.0007 to $0.0024", "at least $0.0007", "cost unknown"."""
    least, most = estimate.least_usd, estimate.most_usd
    if least is None:
        return "cost unknown"
    if most is None:
        return f"at least {format_usd(least)}"
    if format_usd(least) == format_usd(most):
        return format_usd(most)
    return f"{format_usd(least)} to {format_usd(most)}"


def spread(estimate: CostEstimate) -> str:
    """ "3,512 tokens", or "3,100 to 3,900 tokens" where the count is an estimate."""
    count = estimate.prompt_tokens
    if estimate.exact:
        return f"{format_tokens(count)} tokens"
    low = math.floor(count * (1 - estimate.margin))
    high = math.ceil(count * (1 + estimate.margin))
    return f"{format_tokens(low)} to {format_tokens(high)} tokens"
