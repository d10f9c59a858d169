"""What one JSON frame of a chat completion says, as plain values.

Pure: a payload string in, values out. A frame is never trusted to have the shape it should
have; whatever is not understood is left out, and nothing here raises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import field
from decimal import Decimal
from typing import Any, TypeAlias

from autocoder_tui.engine.end_words import read_end
from autocoder_tui.engine.provider.server_errors import ServerError, count, message_of, read_error
from autocoder_tui.values import dataclass

_ABSURD_USD = 10_000
_LARGE_PAYLOAD = 1_000_000
_MOST_STRUCTURE = 500_000
"""Characters outside of strings. Millions of empty lists take fifty times their own length."""
_SILENT_IN_FRAME = frozenset(
    {"id", "object", "created", "model", "choices", "system_fingerprint", "service_tier"}
)
"""Names of fields from which nothing is read, beside those that lead on to where the text is."""
_SILENT_IN_CHOICE = frozenset({"index", "delta", "logprobs"})
_SILENT_IN_DELTA = frozenset({"role", "content"})
_DECODER = json.JSONDecoder()
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""Possessive, and to the end where the closing quote is missing: else a string of a million
escapes takes 200 MB to match, and one that never closes hours."""


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    chunks: int = field(default=0, compare=False)
    """Chunks of the stream since the piece before, empty ones too; so for every piece."""


@dataclass(frozen=True, slots=True)
class Reasoning:
    text: str
    chunks: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the model says beside the text where it will not do what was asked."""

    text: str
    chunks: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Finish:
    """The reply ended. `reason` is the provider's word, `END_MARK` if there was only that, None
    if nothing said so."""

    reason: str | None
    chunks: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of this one request. None where the provider said nothing credible; `dubious`: it
    said something that cannot be."""

    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    dubious: bool = False
    cost_usd: Decimal | None = None
    """What the provider says it charges, in US dollars."""
    chunks: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """The server is still reading the prompt: `processed` of `total` tokens, cached ones too."""

    processed: int
    total: int
    chunks: int = field(default=0, compare=False)


Piece: TypeAlias = Text | Reasoning | Refusal | Finish | Usage | PromptProgress


@dataclass(frozen=True, slots=True)
class Frame:
    """`is_reply`: the frame has a choice, so this is a chat completion and nothing else. `tool`:
    the name of a tool that is called in it, None if none is. Strings are as JSON has them: half
    a surrogate pair may have its other half in the next frame.
    """

    pieces: tuple[Piece, ...] = ()
    error: ServerError | None = None
    is_reply: bool = False
    tool: str | None = None


def load_object(payload: str) -> dict[str, Any] | None:
    """The JSON object in `payload`, None for anything else and for what is no reply by its size."""
    if _is_too_much(payload):
        return None
    try:
        if payload.startswith("{") and payload.endswith("}"):
            # What `loads` does around this takes as long as to read a chunk of one token.
            value, end = _DECODER.raw_decode(payload)
            return value if end == len(payload) else None
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_too_much(payload: str) -> bool:
    return len(payload) > _LARGE_PAYLOAD and len(_STRING.sub("", payload)) > _MOST_STRUCTURE


def read_frame(payload: str) -> Frame | None:
    """The frame in `payload`, a chunk or a whole completion; None if it is not a JSON object."""
    data = load_object(payload)
    if data is None:
        return None
    text = only_text(data)
    return frame_of(data) if text is None else Frame((Text(text),), None, True)


def only_text(data: dict[str, Any]) -> str | None:
    """The text of a frame that has nothing else to say, as nearly all of a reply have; None for
    any other. Says what `frame_of` would, which looks for all that there may be."""
    if data.get("object") == "error" or not _is_silent(data, _SILENT_IN_FRAME):
        return None
    choices = data.get("choices")
    if type(choices) is not list or len(choices) != 1 or type(choices[0]) is not dict:
        return None
    choice = choices[0]
    if choice.get("index") not in (0, None) or not _is_silent(choice, _SILENT_IN_CHOICE):
        return None
    delta = choice.get("delta")
    if type(delta) is not dict or not _is_silent(delta, _SILENT_IN_DELTA):
        return None
    content = delta.get("content")
    return content if type(content) is str and content else None


def _is_silent(said: dict[str, Any], silent: frozenset[str]) -> bool:
    for name in said:  # noqa: SIM110  (a generator costs more than it looks at)
        if name not in silent and said[name] is not None:
            return False
    return True


def frame_of(data: dict[str, Any]) -> Frame:
    """What a JSON object says as a frame."""
    choice = _first_choice(data)
    pieces = tuple(_choice_pieces(choice)) if choice is not None else ()
    progress = _prompt_progress(data.get("prompt_progress"))
    if progress is not None:
        pieces = (progress, *pieces)
    usage = read_usage(data, choice)
    if usage is not None:
        pieces += (usage,)
    tool = None if choice is None else _called_tool(message_of(choice))
    return Frame(pieces, read_error(data, choice), choice is not None, tool)


def split_documents(payload: str) -> Iterator[str]:
    """The JSON objects in a payload that is not one: a line each, or one right after the other.

    What is no object is handed on as it is. Takes time by the length.
    """
    for line in payload.split("\n"):
        line = line.strip()
        while line.startswith("data:"):
            line = line[5:].lstrip()
        at, readable = 0, not _is_too_much(line)
        while readable and line.startswith("{", at):
            try:
                _, end = _DECODER.raw_decode(line, at)
            except (ValueError, RecursionError):
                break
            yield line[at:end]
            at = end
            while line[at : at + 1].isspace():
                at += 1
        if at < len(line):
            yield line[at:]


def _prompt_progress(said: object) -> PromptProgress | None:
    """llama.cpp's own field of a frame (its server's README, "return_progress")."""
    if not isinstance(said, dict):
        return None
    processed, total = count(said.get("processed")), count(said.get("total"))
    if processed is None or total is None or processed > total:
        return None
    return PromptProgress(processed, total)


def _first_choice(data: dict[str, Any]) -> dict[str, Any] | None:
    choices = data.get("choices")
    if not isinstance(choices, list):
        return None
    for choice in choices:
        if isinstance(choice, dict) and choice.get("index") in (0, None):
            return choice
    return None


def _choice_pieces(choice: dict[str, Any]) -> Iterator[Piece]:
    message = message_of(choice)
    thoughts = _thoughts(message)
    if thoughts:
        yield Reasoning(thoughts)
    refusal = message.get("refusal")
    content = message.get("content")
    if isinstance(refusal, str) and refusal:
        yield Refusal(refusal)
        content = None if content == refusal else content
    yield from _content_pieces(content)
    reason = _finish_reason(choice)
    if reason is not None:
        yield Finish(reason)


def _thoughts(message: dict[str, Any]) -> str:
    """The reasoning of a frame; servers that send it under two names send the same twice."""
    for name in ("reasoning_content", "reasoning", "reasoning_text"):
        value = message.get(name)
        if isinstance(value, str) and value:
            return value
    details = message.get("reasoning_details")
    if not isinstance(details, list):
        return ""
    found = [
        value
        for detail in details
        if isinstance(detail, dict)
        for value in (detail.get("text"), detail.get("summary"))
        if isinstance(value, str)
    ]
    return "".join(found)


def _finish_reason(choice: dict[str, Any]) -> str | None:
    """The word for the end. OpenRouter has that of the API behind it as well, which may say more
    than "stop"."""
    found = (choice.get(name) for name in ("finish_reason", "finishReason", "done_reason"))
    words = [word for word in found if isinstance(word, str) and read_end(word) != "unsaid"]
    native = choice.get("native_finish_reason")
    if not words:
        return None
    if isinstance(native, str) and read_end(words[0]) == "ordinary":
        if read_end(native) in ("length", "filter", "broken"):
            return native
    return words[0]


def _called_tool(message: dict[str, Any]) -> str | None:
    calls = message.get("tool_calls") or message.get("function_call")
    call = calls[0] if isinstance(calls, list) and calls else calls
    if not isinstance(call, dict) or not call:
        return None
    function = call.get("function")
    name = function.get("name") if isinstance(function, dict) else call.get("name")
    return name if isinstance(name, str) else ""


def _content_pieces(content: object) -> Iterator[Piece]:
    if isinstance(content, str):
        if content:
            yield Text(content)
    elif isinstance(content, list):
        # Some providers send parts: {"type": "text", "text": ...}, {"type": "thinking", ...} and
        # {"type": "refusal", "refusal": ...}.
        for part in content:
            if not isinstance(part, dict):
                continue
            if isinstance(part.get("text"), str) and part["text"]:
                yield Text(part["text"])
            elif isinstance(part.get("refusal"), str) and part["refusal"]:
                yield Refusal(part["refusal"])
            elif isinstance(part.get("thinking"), list):
                for piece in _content_pieces(part["thinking"]):
                    if isinstance(piece, Text):
                        yield Reasoning(piece.text)


def read_usage(data: dict[str, Any], choice: dict[str, Any] | None = None) -> Usage | None:
    """The usage in a frame; None when there is none, or nothing is said in it.

    A zero says nothing: some servers send zeros until the last frame. Output tokens include
    those of the reasoning with most providers; with xAI they are beside them, as the total
    shows (docs.x.ai, "reasoning").
    """
    usage = data.get("usage")
    if not isinstance(usage, dict):
        groq = data.get("x_groq")
        usage = groq.get("usage") if isinstance(groq, dict) else None
    if not isinstance(usage, dict) and choice is not None:
        usage = choice.get("usage")
    if not isinstance(usage, dict):
        return None
    prompt = count(usage.get("prompt_tokens"))
    completion = count(usage.get("completion_tokens"))
    dubious = any(_is_absurd(usage.get(name)) for name in ("prompt_tokens", "completion_tokens"))
    if prompt is None and completion is None:
        return Usage(None, None, dubious=True) if dubious else None
    cached = _detail(usage, "prompt_tokens_details", "cached_tokens")
    if cached is None:
        cached = count(usage.get("prompt_cache_hit_tokens"))
    reasoning = _detail(usage, "completion_tokens_details", "reasoning_tokens")
    if prompt and completion and reasoning:
        beside = usage.get("total_tokens") == prompt + completion + reasoning
        completion += reasoning if beside else 0
    return Usage(
        prompt,
        completion,
        _at_most(cached, prompt),
        _at_most(reasoning, completion),
        dubious,
        _charged(usage),
    )


def _charged(usage: dict[str, Any]) -> Decimal | None:
    """OpenRouter's `cost`, with what is charged beside it to a key of the user's own
    (openrouter.ai/docs, "usage accounting")."""
    cost = _dollars(usage.get("cost"))
    details = usage.get("cost_details")
    if cost is not None and usage.get("is_byok") is True and isinstance(details, dict):
        cost += _dollars(details.get("upstream_inference_cost")) or Decimal(0)
    return cost


def _dollars(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= _ABSURD_USD:  # false for NaN, too
        return None
    return Decimal(str(value))


def _is_absurd(value: object) -> bool:
    return value is not None and value != 0 and count(value) is None


def _detail(usage: dict[str, Any], group: str, name: str) -> int | None:
    details = usage.get(group)
    return count(details.get(name)) if isinstance(details, dict) else None


def _at_most(part: int | None, whole: int | None) -> int:
    if part is None or whole is None or part > whole:
        return 0
    return part
