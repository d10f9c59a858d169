"""What a server is asked before a run: how much of a prompt it reads, and how it counts it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from autocoder_tui.engine.events import CostEstimate
from autocoder_tui.engine.metering.money import format_tokens
from autocoder_tui.engine.metering.server_tokenizer import ServerCounts
from autocoder_tui.engine.provider.model_list import ServedWindow, served_window
from autocoder_tui.runs.estimate import counted, weigh
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.refresh_models import was_listed
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.values import dataclass

OLLAMA_DEFAULT = 4096
"""Tokens Ollama gives a model where nothing else is set and little memory is at hand."""


@dataclass(frozen=True, slots=True)
class AskedWindow:
    """`chosen` with the window its server gives it, if it says; `said` is a sentence to show."""

    chosen: ChosenModel
    said: str
    window: ServedWindow

    def warning(self, estimate: CostEstimate) -> str | None:
        """Why the server may cut this prompt without a word, None where it will not."""
        most = estimate.prompt_tokens
        if not estimate.exact:
            most = int(most * (1 + estimate.margin))
        if self.window.tokens is not None or not self.window.cuts or most <= OLLAMA_DEFAULT:
            return None
        return (
            f"Ollama does not say how large a window it gives {self.chosen.model.name}; unless "
            f"set otherwise it is {format_tokens(OLLAMA_DEFAULT)} tokens, and the beginning of a "
            f"longer prompt is cut without a word. This one is {format_tokens(most)} tokens. Set "
            "num_ctx or OLLAMA_CONTEXT_LENGTH there, or give context_length in models.toml."
        )


def needs_asking(chosen: ChosenModel) -> bool:
    """Whether a server on this machine may know the window, and nobody gave it by hand: what
    the server said when its models were listed may be over, for each loading sets it anew."""
    model = chosen.model
    is_open = model.context_length is None or was_listed(model.source_of_context)
    return chosen.endpoint.provider.needs_no_key and is_open


async def ask_window(chosen: ChosenModel) -> AskedWindow:
    """Ask the server of `chosen`. Never raises for one that misbehaves."""
    model, provider = chosen.model, chosen.endpoint.provider
    window = await served_window(chosen.endpoint, model.name)
    if window.tokens is not None:
        tokens = format_tokens(window.tokens)
        said = f"{provider.name} gives {model.name} a context window of {tokens} tokens."
        known = replace(
            chosen,
            model=replace(
                model, context_length=window.tokens, source_of_context=f"{provider.name}, asked now"
            ),
        )
        return AskedWindow(known, said, window)
    said = f"{provider.name} does not say how large a context window it gives {model.name}."
    if window.cuts:
        could = window.could_take
        most = "" if could is None else f" The model could take {format_tokens(could)}."
        said += (
            f"{most} Ollama says so once the model is loaded; until then count on "
            f"{format_tokens(OLLAMA_DEFAULT)} tokens, beyond which it cuts a prompt silently."
        )
    return AskedWindow(chosen, said, window)


async def ask_beforehand(
    prepared: Prepared,
    chosen: ChosenModel,
    say: Callable[[str], None],
    *,
    asked: AskedWindow | None = None,
    counts: ServerCounts | None = None,
) -> Prepared:
    """The same run with what its server says of it. A prompt it may cut is warned about.

    `asked` is what the server has said already; `counts` remembers what it can count.
    """
    if asked is None and needs_asking(chosen):
        asked = await ask_window(chosen)
    if asked is not None:
        prepared = prepared.for_model(asked.chosen)
    prepared = await counted(prepared, counts or ServerCounts())
    if asked is not None and asked.window.cuts:
        weighed = await asyncio.to_thread(weigh, prepared.request)
        warning = asked.warning(weighed.estimate)
        if warning is not None:
            say(warning)
    return prepared
