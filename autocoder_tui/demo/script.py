"""What the demo server answers: one `Reply` per request, and what it received."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Literal, TypeAlias

from autocoder_tui.values import dataclass

Cut = Literal["reset", "close", "short"]
Stall = Literal["accept", "headers", "middle", "finish"]

_TOKEN = re.compile(r"\n *| ?[^\W\d_]{1,7}|\d{1,3}| ?[^\w\s]{1,2}|\s|.", re.DOTALL)


def tokens(text: str) -> list[str]:
    """`text` cut into pieces of about the size of a model's tokens; joined they are `text`."""
    return _TOKEN.findall(text)


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived. Header names are in lower case; `body` is its JSON, or None."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body["messages"])


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, and how it goes wrong.

    As a stream (the default): `reasoning`, then `text`, in pieces of `chunk_size` characters
    (None: about a token each), `delay` seconds apart (None: at the server's pace), then
    `finish_reason` (None: never said), `usage` (True: counted; a dict: sent as it is) and
    `[DONE]`. `frames` are sent in place of all this, each as the data of one event.

    `body` is a whole body with its length, `raw` the whole response, status line and all.
    `cut` ends it after `cut_after` characters of text (None: after the text): "reset" and
    "close" drop the connection with and without a TCP reset, "short" closes in the middle of
    a chunk; without any text the connection is dropped before the headers. `stall` stops for
    ever before the reply ("accept"), after its headers, after `cut_after` characters
    ("middle") or after the finish reason. While stalled a comment is sent every
    `comment_every` seconds, if that is set. `write_size` splits what is written.
    """

    text: str = ""
    finish_reason: str | None = "stop"
    reasoning: str = ""
    chunk_size: int | None = None
    delay: float | None = None
    usage: bool | Mapping[str, Any] = True
    done: bool = True
    frames: Sequence[str] | None = None
    newline: str = "\n"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | str | None = None
    raw: bytes | None = None
    cut: Cut | None = None
    cut_after: int | None = None
    stall: Stall | None = None
    comment_every: float | None = None
    write_size: int | None = None


Script: TypeAlias = Sequence[Reply] | Callable[[Received], Reply]
"""Replies used up one per request, or a function that answers each."""


def error_reply(status: int, message: str, **fields: Any) -> Reply:
    """An error in OpenAI's shape; `fields` (code, type, param) go into the error object.

    `headers` among the fields are the response's.
    """
    headers = fields.pop("headers", {})
    body = json.dumps({"error": {"message": message, **fields}})
    return Reply(status=status, body=body, headers={"content-type": "application/json", **headers})


def completion(text: str, finish_reason: str = "stop") -> dict[str, Any]:
    """A whole chat.completion object, as servers send that do not stream."""
    return {
        "id": "chatcmpl-demo",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": finish_reason,
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13},
    }


def chunk(delta: Mapping[str, Any], finish_reason: str | None = None, **more: Any) -> str:
    """One chat.completion.chunk as JSON."""
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish_reason}
    data = {"id": "chatcmpl-demo", "object": "chat.completion.chunk", "choices": [choice], **more}
    return json.dumps(data, ensure_ascii=False)


def stream_payloads(reply: Reply, received: Received) -> Iterator[tuple[str, bool]]:
    """The data of each event of a reply, and whether it is the one with the finish reason."""
    if reply.frames is not None:
        yield from ((frame, False) for frame in reply.frames)
        return
    if reply.cut is not None or reply.stall == "middle":
        # All that comes before the accident; nothing after it was ever sent.
        text = reply.text[: reply.cut_after]
        reply = replace(reply, text=text, finish_reason=None, usage=False, done=False)
    yield chunk({"role": "assistant", "content": ""}), False
    for piece in _pieces(reply.reasoning, reply.chunk_size):
        yield chunk({"reasoning_content": piece}), False
    for piece in _pieces(reply.text, reply.chunk_size):
        yield chunk({"content": piece}), False
    if reply.finish_reason is not None:
        yield chunk({}, reply.finish_reason), True
    usage = _usage(reply, received)
    if usage is not None:
        yield json.dumps({"object": "chat.completion.chunk", "choices": [], "usage": usage}), False
    if reply.done:
        yield "[DONE]", False


def _pieces(text: str, size: int | None) -> Sequence[str]:
    if size is None:
        return tokens(text)
    return [text[start : start + size] for start in range(0, len(text), size)]


def _usage(reply: Reply, received: Received) -> Mapping[str, Any] | None:
    if not isinstance(reply.usage, bool):
        return reply.usage
    body = received.body if isinstance(received.body, dict) else {}
    options = body.get("stream_options")
    if not reply.usage or not isinstance(options, dict) or not options.get("include_usage"):
        return None
    prompt = sum(len(tokens(str(message.get("content")))) + 4 for message in body["messages"])
    thought, said = len(tokens(reply.reasoning)), len(tokens(reply.text))
    return {
        "prompt_tokens": prompt,
        "completion_tokens": thought + said,
        "total_tokens": prompt + thought + said,
        "completion_tokens_details": {"reasoning_tokens": thought},
    }
