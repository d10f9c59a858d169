"""A chat model behind one interface: send texts, get messages; and the models there are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.request import ChatMessage
from autocoder_tui.library.generator import StreamingCodeGenerator
from autocoder_tui.library.model_choice import known_models
from autocoder_tui.library.stream import Callback
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class AIMessage:
    """What a model answered, and what it came to."""

    content: str
    model: str = ""
    total_tokens: int = 0

    def to_json(self) -> str:
        """As a JSON object."""
        return json.dumps(
            {"content": self.content, "model": self.model, "total_tokens": self.total_tokens}
        )

    @classmethod
    def from_json(cls, text: str) -> AIMessage:
        """What `to_json` gave. Raises ValueError."""
        try:
            data = json.loads(text)
        except RecursionError:
            raise ValueError("The message is nested too deeply.") from None
        if not isinstance(data, dict) or not isinstance(data.get("content"), str):
            raise ValueError('Expected an object with a text as "content".')
        tokens = data.get("total_tokens", 0)
        if not isinstance(tokens, int) or isinstance(tokens, bool) or tokens < 0:
            raise ValueError('Expected a number of tokens as "total_tokens".')
        model = data.get("model", "")
        if not isinstance(model, str):
            raise ValueError('Expected a name as "model".')
        return cls(data["content"], model, tokens)


class BaseChatModel:
    """One model to talk to. `options` are those of `StreamingCodeGenerator`; it may be shared by
    tasks. Raises UnknownModel and RequestError."""

    def __init__(
        self, api_key: str | None = None, model: str = "gpt-4o-mini", **options: Any
    ) -> None:
        self._api_key = api_key
        self._options = options
        self._generator = StreamingCodeGenerator(api_key, model, **options)

    @property
    def model(self) -> str:
        """Its name."""
        return self._generator.model.name

    async def send_message(self, text: str, on_text: Callback | None = None) -> AIMessage:
        """Ask one thing. Raises APIError and StreamProcessError."""
        return await self.send_messages([ChatMessage("user", text)], on_text)

    async def send_messages(
        self, messages: Sequence[ChatMessage | AIMessage], on_text: Callback | None = None
    ) -> AIMessage:
        """Send a conversation whose last message is the user's, and get the next one; earlier
        answers may stand in it as they were given."""
        said = [
            ChatMessage("assistant", each.content) if isinstance(each, AIMessage) else each
            for each in messages
        ]
        done = await self._generator.send(said, on_text)
        return AIMessage(done.text, self.model, done.total_tokens)

    def get_chat_model(self, name: str) -> BaseChatModel:
        """Another model with the same key and options. Raises UnknownModel."""
        return type(self)(self._api_key, name, **self._options)

    @staticmethod
    def get_chat_models() -> tuple[Model, ...]:
        """The models of the table, with prices and sizes."""
        return known_models().models

    @staticmethod
    def get_chat_model_names() -> list[str]:
        """Their names."""
        return [model.name for model in known_models().models]
