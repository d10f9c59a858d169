"""Events as lines a person can read: the headless progress and the log pane.

Debug levels as in Autocoder: 0 silent but for what went wrong, 1 what happens, 2 every step, 3
everything that goes over the wire. Lines may hold what a server or model sent: they go through
`debug_log`, which makes them safe.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import assert_never

from autocoder_tui.engine import events as ev
from autocoder_tui.engine.base_url import shown_url
from autocoder_tui.engine.metering.cost import format_cost_range
from autocoder_tui.engine.metering.money import format_usd
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.trace import ChunkReceived, RequestSent, ResponseOpened, Traced

_HEADERS_SHOWN = ("content-type", "content-length", "location", "server", "retry-after", "via")
_HEADER_GROUPS = ("x-", "openai-", "cf-", "retry-")


def summary(state: RunState) -> str:
    """What a run came to, in one line, once it has ended."""
    usage, stats = state.usage, state.stats
    about = "~" if state.tokens_estimated else ""
    first = state.first_token_seconds
    figures = [
        f"{stats.seconds(stats.ended_at or 0):.1f} s",
        "" if first is None else f"first token after {first:.1f} s",
        "" if usage is None else f"{about}{usage.prompt_tokens:,} tokens in",
        f"{about}{state.completion_tokens:,} out in {stats.chunks:,} chunks",
        f"cost {format_usd(usage.cost_usd if usage is not None else None)}",
    ]
    if usage is not None and usage.cost_reported:
        figures[-1] += " as the provider reports it"
    line = f"run {state.status}: {', '.join(filter(None, figures))}"
    if usage is not None and usage.dubious:
        line += "; the server gave counts of tokens that cannot be, ours stand in for them"
    return line


def narrate(event: ev.Event) -> tuple[int, str] | None:
    """The level of `event` and a line for it; None for text, which level 3 shows as it came."""
    match event:
        case ev.RunStarted(run_id, model, estimate):
            about = "" if estimate.exact else "~"
            tokens = f"{about}{estimate.prompt_tokens:,} tokens in"
            asked_for = f", {event.asked_for}" if event.asked_for else ""
            return 1, (
                f"run {run_id}: {model}, {tokens} ({estimate.method}), "
                f"{format_cost_range(estimate)}{asked_for}"
            )
        case ev.RequestStarted(part, attempt):
            tried = f", attempt {attempt}" if attempt > 1 else ""
            return 2, f"part {part}: request sent{tried}"
        case ev.EditsSentBack(part, count):
            changes = "1 change" if count == 1 else f"{count} changes"
            return 1, f"part {part}: {changes} without a place sent back to the model"
        case ev.ContinuationStarted(part, _, cause):
            way = f", asked by: {event.way}" if event.way else ""
            return 1, f"part {part}: continuing after {_CAUSES[cause]}{way}"
        case ev.PartJoined(part, offset, proof, cause):
            return 1, f"part {part}: joined at character {offset:,}, {_PROOFS[proof]}"
        case ev.UsageReported():
            return (0 if event.looks_cut else 1), _compared(event)
        case ev.PartWithdrawn(part):
            return 1, f"part {part}: where it goes on could only be guessed; asking once more"
        case ev.PartFinished(part, reason, tokens):
            return 2, f"part {part}: {tokens:,} tokens, finish reason {reason or 'missing'}"
        case ev.UsageUpdated(prompt, completion, cached, cost, estimated):
            about = "~" if estimated else ""
            return 3, (
                f"usage: {about}{prompt:,} in ({cached:,} cached), "
                f"{about}{completion:,} out, {format_usd(cost)}"
            )
        case ev.RetryScheduled(delay, reason, attempt):
            return 1, f"{reason} Attempt {attempt} in {delay:.1f} s."
        case ev.CapReached(kind, spent, limit):
            return (
                1,
                f"limit reached: {kind}"
                if spent == limit
                else f"limit reached: {spent} spent of {limit}",
            )
        case ev.FileProposed(path, _, after, complete, remark):
            state = "" if complete else " (incomplete)"
            note = f": {remark}" if remark else ""
            if event.deletes:
                return 1, f"proposed to delete {path}{state}{note}"
            moved = f" in the place of {event.renamed_from}" if event.renamed_from else ""
            return 1, f"proposed {path}{moved}, {_lines(after)}{_edits(event)}{state}{note}"
        case ev.RunFinished():
            return 1, "run finished"
        case ev.RunFailed(error):
            return 0, f"run failed: {error.message}"
        case ev.RunCancelled():
            return 0, "run stopped"
        case ev.TextDelta() | ev.TextHeld() | ev.ReasoningDelta() | ev.PromptRead():
            return None
        case ev.TextRetracted(count):
            return 3, f"the last {count:,} characters are taken back: the join knows better"
        case _:
            assert_never(event)


def narrate_traced(traced: Traced) -> str:
    """A line of level 3: the JSON objects of requests and chunks as they are."""
    match traced:
        case RequestSent(url, body):
            return f"request POST {shown_url(url)} {json.dumps(body, ensure_ascii=False)}"
        case ResponseOpened(status, headers, body):
            told = {
                name: value
                for name, value in headers.items()
                if name in _HEADERS_SHOWN or name.startswith(_HEADER_GROUPS)
            }
            line = f"response {status} {json.dumps(told, ensure_ascii=False)}"
            return f"{line} {body}" if body else line
        case ChunkReceived(data):
            return f"chunk {data}"
        case _:
            assert_never(traced)


def _compared(event: ev.UsageReported) -> str:
    sent = f"part {event.part}: {event.prompt_tokens:,} tokens in, as the server counts"
    if event.looks_cut:
        return (
            f"{sent}, where about {event.counted:,} were sent: it may have cut the prompt. "
            "Check the context window the server gives this model."
        )
    off = abs(event.error) * 100
    if off < Decimal("0.05"):
        return f"{sent}, as counted here"
    return f"{sent}; our count was {off:.1f} % {'over' if event.error > 0 else 'under'}"


def _edits(event: ev.FileProposed) -> str:
    """How many edits of a file have a place, and what they saved."""
    if event.placed is None:
        return ""
    total, unplaced = len(event.edits), len(event.placed.unplaced)
    changes = "1 change" if total == 1 else f"{total} changes"
    saved = f", about {event.saved_tokens:,} tokens saved" if event.saved_tokens > 0 else ""
    return f" by {changes}, {total - unplaced} with a place{saved}"


def _lines(text: str) -> str:
    count = text.count("\n") + (not text.endswith("\n") and bool(text))
    return "1 line" if count == 1 else f"{count:,} lines"


_CAUSES: dict[ev.Cause, str] = {
    "length": "the output limit",
    "lost connection": "a lost connection",
    "silence": "a silence of the server",
    "error": "an error the server reported",
    "unsaid end": "an end that nothing said was one",
    "false stop": "a stop before the end of the file",
    "by hand": "your word",
    "spending cap": "the spending cap",
}
_PROOFS: dict[ev.Proof, str] = {
    "echo": "proven by the repeated lines",
    "witness": "proven by text it was not shown",
    "prefill": "continued by the provider",
    "remainder": "the exact rest",
    "guess": "a guess: look there first",
}
