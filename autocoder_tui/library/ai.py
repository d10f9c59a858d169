"""A conversation with a model step by step, as GPT Engineer's steps have it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import tiktoken

from autocoder_tui.engine.errors import UnknownModel
from autocoder_tui.engine.metering.tokens import TokenCounter, load_counter
from autocoder_tui.engine.metering.vocabulary import encoding_name, load_encoding
from autocoder_tui.engine.request import ChatMessage
from autocoder_tui.library.generator import StreamingCodeGenerator
from autocoder_tui.library.messages import deserialize_messages, serialize_messages
from autocoder_tui.library.model_choice import known_models
from autocoder_tui.library.stream import Callback
from autocoder_tui.library.token_usage import TokenUsage, format_token_usage

_T = TypeVar("_T")


class AI:
    """Keeps no conversation: every step takes the messages so far and gives them with the answer.

    `model_name` is one of the table, or any at `base_url`. The calls block; in a program that has
    an event loop of its own they run beside it. They raise as `StreamingCodeGenerator` does.
    """

    def __init__(
        self,
        model_name: str = "gpt-4o-mini",
        temperature: float = 0.1,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        on_text: Callback | None = None,
    ) -> None:
        self.model_name = model_name
        self.temperature = temperature
        self._on_text = on_text
        self._generator = StreamingCodeGenerator(
            api_key, model_name, base_url=base_url, temperature=temperature
        )
        self._counter: TokenCounter = load_counter(self._generator.model)
        self.token_usage_log: list[TokenUsage] = []
        self.cumulative_prompt_tokens = 0
        self.cumulative_completion_tokens = 0

    @property
    def cumulative_total_tokens(self) -> int:
        """Tokens of all steps so far, both ways."""
        return self.cumulative_prompt_tokens + self.cumulative_completion_tokens

    def start(self, system: str, user: str, step_name: str = "start") -> list[ChatMessage]:
        """Begin with a system message and a question; the messages with the answer."""
        return self.next([self.fsystem(system), self.fuser(user)], step_name=step_name)

    def next(
        self, messages: Sequence[ChatMessage], prompt: str | None = None, *, step_name: str = "next"
    ) -> list[ChatMessage]:
        """Ask for the next answer, to `prompt` where one is given; the messages with it."""
        asked = [*messages, *([self.fuser(prompt)] if prompt is not None else [])]
        done = _run(self._generator.send(asked, self._on_text))
        self._book(step_name, done.stats.prompt_tokens, done.total_tokens)
        return [*asked, self.fassistant(done.text)]

    def fsystem(self, text: str) -> ChatMessage:
        """A system message."""
        return ChatMessage("system", text)

    def fuser(self, text: str) -> ChatMessage:
        """A user's message."""
        return ChatMessage("user", text)

    def fassistant(self, text: str) -> ChatMessage:
        """A message of the model."""
        return ChatMessage("assistant", text)

    @staticmethod
    def serialize_messages(messages: Iterable[ChatMessage]) -> str:
        """The messages as JSON."""
        return serialize_messages(messages)

    @staticmethod
    def deserialize_messages(text: str) -> list[ChatMessage]:
        """What `serialize_messages` gave. Raises ValueError."""
        return deserialize_messages(text)

    def num_tokens(self, text: str) -> int:
        """Tokens of a text, as the model counts or as near as is known."""
        return self._counter.count(text)

    def num_tokens_from_messages(self, messages: Iterable[ChatMessage]) -> int:
        """Tokens of messages, with what their form adds."""
        return self._counter.count_messages(
            {"role": each.role, "content": each.content} for each in messages
        )

    def update_token_usage_log(
        self, messages: Sequence[ChatMessage], answer: str, step_name: str
    ) -> None:
        """Count a step that was answered elsewhere."""
        self._book(step_name, self.num_tokens_from_messages(messages), self.num_tokens(answer))

    def format_token_usage_log(self) -> str:
        """The log of all steps as CSV."""
        return format_token_usage(self.token_usage_log)

    def _book(self, step_name: str, prompt: int, completion: int) -> None:
        self.cumulative_prompt_tokens += prompt
        self.cumulative_completion_tokens += completion
        self.token_usage_log.append(
            TokenUsage(
                step_name,
                prompt,
                completion,
                prompt + completion,
                self.cumulative_prompt_tokens,
                self.cumulative_completion_tokens,
                self.cumulative_total_tokens,
            )
        )


def create_chat_model(model: str, temperature: float = 0.1, **options: Any) -> AI:
    """A conversation partner of this name; `options` as for `AI`. Raises UnknownModel."""
    return AI(model, temperature, **options)


def fallback_model(model: str) -> str:
    """`model` where the table knows it, else the first that it knows: a model to go on with."""
    catalog = known_models()
    try:
        return catalog.find(model).name
    except UnknownModel:
        return catalog.models[0].name


def get_tokenizer(model: str) -> tiktoken.Encoding:
    """The encoding by which the tokens of `model` are counted; of an unknown one the newest."""
    return load_encoding(encoding_name(model) or encoding_name("gpt-4o") or "o200k_base")


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    """The result of `work`, in this thread or, where that has an event loop, beside it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[_T]]] = Future()

    async def begin() -> _T:
        task = asyncio.ensure_future(work)
        begun.set_result((asyncio.get_running_loop(), task))
        return await task

    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(asyncio.run, begin())
        try:
            return running.result()
        except BaseException:
            if not running.done():
                # Ctrl+C here, or in a notebook, ends the request and not just the wait for it.
                loop, task = begun.result()
                loop.call_soon_threadsafe(task.cancel)
            raise
