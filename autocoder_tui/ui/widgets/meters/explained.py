"""What each figure of the line means, its present value, and how that was found."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.engine.request import Limits
from autocoder_tui.ui.widgets.meters.line import BEFORE, ENDED, MeterView, clock


@dataclass(frozen=True, slots=True)
class Figure:
    """`field` is the name of its place in the line, `shown` its value."""

    field: str
    name: str
    shown: str
    says: str


def figures(view: MeterView, model: Model, limits: Limits, sent: str = "") -> tuple[Figure, ...]:
    """Every figure there is at the moment, also those the line has no room for. `sent` names what
    the next run would send."""
    found = [
        _prompt(view, sent),
        _output(view, model, limits),
        _context(view, model),
        _turns(view),
        _cost(view, model, limits),
        _cap(view, limits),
        _session(view),
        _speed(view),
        _first(view),
        _part(view, limits),
        _status(view),
    ]
    return tuple(figure for figure in found if figure is not None)


def _tokens(count: int, estimated: bool) -> str:
    return f"{'~' if estimated else ''}{format_tokens(count)} tokens"


def _prompt(view: MeterView, sent: str) -> Figure | None:
    if view.prompt_tokens is None:
        return None
    shown = _tokens(view.prompt_tokens, view.prompt_estimated)
    if view.phase in BEFORE:
        what = f"What the next run sends: {sent or 'what is asked, and the picked files'}. "
        return Figure("prompt", "in", shown, what + _method(view.method))
    how = (
        "Our own estimate, until the provider says how many it counted."
        if view.prompt_estimated
        else "As the provider counted it, all parts together."
    )
    if view.cached_tokens:
        how += f" {format_tokens(view.cached_tokens)} of them it still had, which often cost less."
    return Figure("prompt", "in", shown, f"What this run sent. {how}")


def _method(method: str) -> str:
    if method == "counted by the server":
        return "Counted by the server it goes to."
    if method == "exact":
        return "Counted here with the model's own vocabulary: exact."
    margin, _, runs = method.removeprefix("estimate ").partition(", from ")
    if not margin:
        return "Counted here."
    learnt = f"as {runs} of this model showed" if runs else "until a run shows how far"
    return f"Counted here with another vocabulary: it may be off by {margin} ({learnt})."


def _output(view: MeterView, model: Model, limits: Limits) -> Figure | None:
    most = view.max_output_tokens
    if view.phase in BEFORE:
        if most is None:
            says = "How long a reply may be is not known: neither you nor the model sets a limit."
            return Figure("output", "out", "no limit known", says)
        return Figure(
            "output", "out", f"at most {format_tokens(most)} tokens", _limit(model, limits)
        )
    if view.completion_tokens is None:
        return None
    shown = _tokens(view.completion_tokens, view.completion_estimated)
    how = "Our own count." if view.completion_estimated else "As the provider counted it."
    if view.reasoning_tokens:
        how += f" {format_tokens(view.reasoning_tokens)} of them the model thought."
    if most and view.phase not in ENDED:
        share = round(min(1.0, view.completion_tokens / most) * 100)
        parts = "" if view.part == 1 else f" of its {view.part} parts"
        how += (
            f" That is {share} % of the {format_tokens(most)} that are allowed{parts}; how long "
            "the reply will be nobody knows before its end."
        )
    return Figure("output", "out", shown, f"What has come. {how}")


def _limit(model: Model, limits: Limits) -> str:
    found = []
    if limits.max_output_tokens is not None:
        found.append(f"{format_tokens(limits.max_output_tokens)} that you set")
    if model.max_tokens is not None:
        source = model.source_of_max_tokens or "the packaged table"
        found.append(f"{format_tokens(model.max_tokens)} of the model (from {source})")
    found.append("what the context window leaves")
    parts = limits.max_parts
    joined = f"A reply that is cut off there is continued, in at most {parts} parts."
    if parts == 1:
        joined = "A reply that is cut off there is not continued."
    return f"The longest reply, the least of: {', '.join(found)}. {joined}"


def _context(view: MeterView, model: Model) -> Figure | None:
    if view.context_tokens is None:
        return None
    if not view.context_length:
        says = "How much the model can take in is not known: set context_length in models.toml."
        return Figure("context", "ctx", "window unknown", says)
    share = view.context_tokens / view.context_length
    what = "the request" if view.phase in BEFORE else "the request and what has come"
    source = model.source_of_context or "the packaged table"
    says = (
        f"{format_tokens(view.context_tokens)} of the {format_tokens(view.context_length)} tokens "
        f"the model can take in at once (from {source}): {what}. Models get worse from "
        f"{view.warn_share:.0%} on (ctx!), and much worse from {view.alarm_share:.0%} (CTX!)."
    )
    if view.phase == "blocked":
        says += " That is too much to be sent: leave files out."
    return Figure("context", "ctx", f"{round(share * 100)} %", says)


def _turns(view: MeterView) -> Figure | None:
    if not view.left_out:
        return None
    says = "The oldest questions and answers are not sent: the context window has no room for them."
    return Figure("turns", "left out", f"{view.left_out:,} turns", says)


def _cost(view: MeterView, model: Model, limits: Limits) -> Figure:
    priced = _price(model)
    if view.phase in BEFORE:
        if view.least_usd is None or view.most_usd is None:
            return Figure("cost", "cost", "unknown", priced or _no_bound(limits))
        parts = limits.max_parts
        replies = "one reply" if parts == 1 else f"{parts} replies, each sent all before it,"
        says = (
            f"At least the input once and one token of output, at most {replies} of the greatest "
            f"length. {priced}"
        )
        if view.most_usd == 0:
            says = f"It costs nothing. {priced}"
        shown = f"{format_usd(view.least_usd)} to {format_usd(view.most_usd)}"
        return Figure("cost", "cost", shown, says)
    if view.cost_usd is None:
        return Figure("cost", "cost", "unknown", priced or "The provider has not said it.")
    shown = format_usd(view.cost_usd)
    if view.cost_reported:
        return Figure("cost", "cost", shown, "What the provider says it charges for this run.")
    if view.completion_estimated:
        return Figure("cost", "cost", f"~{shown}", f"Our own count times the prices. {priced}")
    return Figure("cost", "cost", shown, f"The tokens the provider counted. {priced}")


def _price(model: Model) -> str:
    if model.input_price is None or model.output_price is None:
        return (
            "No price of this model is known: models.toml can have one. A model on this machine "
            "costs nothing but your electricity."
        )
    cached = "" if model.cached_price is None else f", {_per(model.cached_price)} of cached input"
    source = model.source or "the packaged table"
    day = f", {model.price_age}" if model.price_age else ""
    return (
        f"Prices: {_per(model.input_price)} of input{cached}, {_per(model.output_price)} of output "
        f"(from {source}{day})."
    )


def _per(price: Decimal) -> str:
    return f"${price.normalize():f} for a million"


def _no_bound(limits: Limits) -> str:
    return f"What {limits.max_parts} replies can come to has no bound that is known."


def _cap(view: MeterView, limits: Limits) -> Figure | None:
    if view.cap_usd is None:
        return None
    caps = []
    if limits.max_cost_usd is not None:
        caps.append(f"{format_usd(limits.max_cost_usd)} for a run")
    if limits.max_session_cost_usd is not None:
        caps.append(f"{format_usd(limits.max_session_cost_usd)} for all since the start")
    says = f"What the caps leave ({', '.join(caps)}). Before more is spent you are asked."
    return Figure("cost", "cap", format_usd(view.cap_usd), says)


def _session(view: MeterView) -> Figure | None:
    if not view.session_usd:
        return None
    says = "All runs since the program was started, those without a known price left out."
    return Figure("session", "session", format_usd(view.session_usd), says)


def _speed(view: MeterView) -> Figure | None:
    if view.tokens_per_second is None:
        return None
    shown = f"{view.tokens_per_second:,.0f} tokens a second"
    says = "How fast the reply came, from its first token to its last."
    if view.phase not in ENDED:
        says = "How fast the reply comes; the bars are the last seconds one by one."
    return Figure("speed", "t/s", shown, says)


def _first(view: MeterView) -> Figure | None:
    if view.first_token_seconds is None:
        return None
    says = "From sending to the first token: the model read the prompt, or its server loaded it."
    return Figure("first", "first", f"{view.first_token_seconds:.1f} seconds", says)


def _part(view: MeterView, limits: Limits) -> Figure | None:
    if view.part <= 1 and not view.retries:
        return None
    says = (
        f"The reply was cut off and is continued and joined: at most {limits.max_parts} parts."
        if view.part > 1
        else "The request failed and was sent again."
    )
    again = f", {view.retries} tried again" if view.retries else ""
    return Figure("part", "part", f"{view.part}{again}", says)


_STATES = {
    "estimate": ("ready", "Nothing is sent yet: these are the figures of the next run."),
    "blocked": ("too big", "It does not fit the context window, so nothing can be sent."),
    "initializing": ("waiting", "It is sent, and nothing has come yet."),
    "processing": ("running", "The reply is coming: these are the figures of this run."),
    "retrying": ("retrying", "The request failed and is sent again in a moment."),
    "paused": ("paused", "The run waits for your answer."),
    "completed": (
        "done",
        "The figures of the run that ended. Change anything, and they are those of the next.",
    ),
    "error": ("failed", "The figures of the run that failed; what had come is kept."),
    "cancelled": ("stopped", "The figures of the run that was stopped; what had come is kept."),
}


def _status(view: MeterView) -> Figure:
    word, says = _STATES[view.phase]
    if view.prompt_percent is not None and view.phase in ("initializing", "processing"):
        word = f"reading, {view.prompt_percent} %"
        says = "The server reads the prompt, and says how far it is."
    time = "" if view.elapsed_seconds is None else f", {clock(view.elapsed_seconds)}"
    return Figure("status", "state", f"{word}{time}", says)
