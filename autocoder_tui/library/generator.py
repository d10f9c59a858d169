"""Text from a model, streamed to a callback while it comes; many requests at once."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Final

from autocoder_tui.engine.events import Event
from autocoder_tui.engine.preprompt import EXPLAINED_CODE
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.request import ChatMessage, InputFile, Limits, RunRequest, Turn
from autocoder_tui.engine.run import run
from autocoder_tui.library.messages import check_messages
from autocoder_tui.library.model_choice import choose
from autocoder_tui.library.stream import Callback, Generated, StreamStats, consume

_CONNECT: Final = 15.0


class StreamingCodeGenerator:
    """Asks one model; every request is a run of the engine, so a reply that is cut off is
    continued, and what fails for a moment is tried again.

    `api_key` may be None where the program finds one, or the server needs none. `timeout` is the
    longest silence in seconds, before the first word and between two; `total_timeout` the longest
    a request may take with all its parts. A callback is given at most `chunk_size` characters at
    once. A failing request is tried again `max_retries` times, after `retry_delay` seconds, then
    after twice as many. Instances may be shared by any number of tasks of one event loop.

    Raises UnknownModel and RequestError for a model or an address that cannot be used, ValueError
    for a number that can't be one.
    """

    def __init__(
        self,
        api_key: str | None = None,
        model: str = "gpt-4o-mini",
        *,
        timeout: float = 60.0,
        chunk_size: int = 1524,
        max_retries: int = 3,
        retry_delay: float = 1.0,
        base_url: str | None = None,
        temperature: float | None = None,
        total_timeout: float = 1800.0,
        limits: Limits | None = None,
    ) -> None:
        for name, seconds in (("timeout", timeout), ("total_timeout", total_timeout)):
            if not _is_number(seconds) or seconds <= 0:
                raise ValueError(f"{name} is a number of seconds above 0.")
        if not _is_number(retry_delay) or retry_delay < 0:
            raise ValueError("retry_delay is a number of seconds, at least 0.")
        if not _is_count(chunk_size, 1) or not _is_count(max_retries, 0):
            raise ValueError("chunk_size is a whole number from 1, max_retries one from 0.")
        if temperature is not None and not (_is_number(temperature) and 0 <= temperature <= 2):
            raise ValueError("temperature is a number from 0 to 2.")
        self.model, self.endpoint = choose(
            model, api_key=api_key, base_url=base_url, temperature=temperature
        )
        self._chunk_size = chunk_size
        self.limits = limits or Limits(
            connect_timeout=min(_CONNECT, timeout),
            first_byte_timeout=timeout,
            idle_timeout=timeout,
            keepalive_timeout=max(timeout, Limits().keepalive_timeout),
            total_timeout=total_timeout,
            max_attempts=max_retries + 1,
            retry_delay=retry_delay,
        )
        self._capabilities = Capabilities()

    async def generate_code_with_explanation(
        self,
        prompt: str,
        progress_callback: Callback | None = None,
        *,
        files: Sequence[InputFile] = (),
        stats: StreamStats | None = None,
    ) -> Generated:
        """Ask for `prompt`; the model's words, code and explanation, go to the callback as they
        come. `stats`, where given, is kept up while they do.

        Raises ValueError for an empty prompt, APIError and StreamProcessError; the text that had
        come is in the error.
        """
        request = self.request(prompt, files=files)
        return await self._generate(request, progress_callback, stats)

    async def send(
        self,
        messages: Sequence[ChatMessage],
        progress_callback: Callback | None = None,
        *,
        stats: StreamStats | None = None,
    ) -> Generated:
        """Send these messages, word for word. Raises as `generate_code_with_explanation`, and
        TypeError for what is no message."""
        check_messages(messages)
        if not messages or messages[-1].role != "user" or not messages[-1].content.strip():
            raise ValueError("The last message has to be the user's, and to say something.")
        request = replace(self.request(messages[-1].content), messages=tuple(messages))
        return await self._generate(request, progress_callback, stats)

    def request(
        self, prompt: str, *, files: Sequence[InputFile] = (), turns: Sequence[Turn] = ()
    ) -> RunRequest:
        """The request that `prompt` is sent as, to be changed with `dataclasses.replace` and run
        with `autocoder_tui.run`. Raises ValueError for a prompt that says nothing."""
        if not isinstance(prompt, str):
            raise TypeError("A prompt is a text.")
        if not prompt.strip():
            raise ValueError("The prompt is empty.")
        return RunRequest(
            prompt,
            self.model,
            self.endpoint,
            files=tuple(files),
            limits=self.limits,
            temperature=self.model.temperature,
            mode="query",
            purpose="query",
            instructions=EXPLAINED_CODE,
            turns=tuple(turns),
        )

    def events(self, request: RunRequest) -> AsyncIterator[Event]:
        """The events of a request; what is learnt of the endpoint serves the next ones."""
        return run(request, capabilities=self._capabilities)

    async def _generate(
        self, request: RunRequest, callback: Callback | None, stats: StreamStats | None
    ) -> Generated:
        stats = StreamStats() if stats is None else stats
        most, total = self._chunk_size, request.limits.total_timeout
        return await consume(self.events(request), callback, most, stats, total)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
