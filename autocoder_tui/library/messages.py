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
"""By the words for them; the shorter ones are LangChain's, whose files GPT Engineer kept."""


def serialize_messages(messages: Iterable[ChatMessage]) -> str:
    """The messages as a JSON list of objects with "role" and "content"."""
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
    role = _ROLES.get(str(entry.get("role", entry.get("type"))))
    content = data.get("content")
    if role is None or not isinstance(content, str):
        raise ValueError(f'Message {number}: expected a "role" and a text as "content".')
    return ChatMessage(role, content)  # type: ignore[arg-type]
