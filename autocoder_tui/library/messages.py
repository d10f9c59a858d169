"""Messages of a conversation, and their form in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from autocoder_tui.engine.request import ChatMessage

_ROLES: Final[Mapping[str, str]] = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
}
"""By the words for them; "human" and "ai" are LangChain's, whose files GPT Engineer kept."""


def check_messages(messages: Iterable[object]) -> None:
    """Raises TypeError for what is no message with a text, ValueError for one of nobody's."""
    for number, each in enumerate(messages, 1):
        if not isinstance(each, ChatMessage) or not isinstance(each.content, str):
            raise TypeError(f"Message {number}: expected a ChatMessage with a text as content.")
        if each.role not in _ROLES.values():
            raise ValueError(f"Message {number}: the role is system, user or assistant.")


def serialize_messages(messages: Iterable[ChatMessage]) -> str:
    """The messages as a JSON list of objects with "role" and "content". Raises as
    `check_messages`."""
    messages = list(messages)
    check_messages(messages)
    return json.dumps([{"role": each.role, "content": each.content} for each in messages])


def deserialize_messages(text: str) -> list[ChatMessage]:
    """What `serialize_messages` gave; a list as LangChain writes it is read, too.

    Raises ValueError with what was expected.
    """
    try:
        listed = json.loads(text)
    except RecursionError:
        raise ValueError("The messages are nested too deeply.") from None
    if not isinstance(listed, list):
        raise ValueError("Expected a JSON list of messages.")
    return [_message(number, each) for number, each in enumerate(listed, 1)]


def _message(number: int, entry: Any) -> ChatMessage:
    if not isinstance(entry, dict):
        raise ValueError(f"Message {number}: expected an object.")
    data = entry.get("data", entry)
    data = data if isinstance(data, dict) else {}
    role = _ROLES.get(_plain_role(entry.get("role", entry.get("type"))))
    content = _text_of(data.get("content"))
    if role is None or content is None:
        raise ValueError(f'Message {number}: expected a "role" and a text as "content".')
    return ChatMessage(role, content)  # type: ignore[arg-type]


def _plain_role(said: Any) -> str:
    """LangChain calls a message that was streamed "AIMessageChunk" and the like."""
    name = said if isinstance(said, str) else ""
    return name.removesuffix("MessageChunk").lower() if name.endswith("MessageChunk") else name


def _text_of(content: Any) -> str | None:
    """A text, or the texts of a list of parts as the APIs for pictures have it; None for what
    holds anything else."""
    if not isinstance(content, list):
        return content if isinstance(content, str) else None
    parts = [part.get("text") if isinstance(part, dict) else part for part in content]
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if texts and len(texts) == len(parts) else None
