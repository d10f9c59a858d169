"""Text from a model, streamed to a callback while it comes; many requests at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Final

from autocoder_tui.engine.events import Event
from autocoder_tui.engine.preprompt import EXPLAINED_CODE
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.request import ChatMessage, InputFile, Limits, RunRequest, Turn
from autocoder_tui.engine.run import run
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

    Raises UnknownModel and RequestError for a model or an address that cannot be used.
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
        if timeout <= 0 or total_timeout <= 0 or retry_delay < 0:
            raise ValueError("Time limits are seconds above 0.")
        if chunk_size < 1 or max_retries < 0:
            raise ValueError("chunk_size is at least 1, max_retries at least 0.")
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
        """Send these messages, word for word. Raises as `generate_code_with_explanation`."""
        if not messages or messages[-1].role == "assistant":
            raise ValueError("The last message has to be the user's.")
        title = messages[-1].content
        request = replace(self.request(title or " "), messages=tuple(messages))
        return await self._generate(request, progress_callback, stats)

    def request(
        self, prompt: str, *, files: Sequence[InputFile] = (), turns: Sequence[Turn] = ()
    ) -> RunRequest:
        """The request that `prompt` is sent as, to be changed with `dataclasses.replace` and run
        with `autocoder_tui.run`. Raises ValueError for an empty prompt."""
        if not prompt:
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
        return await consume(self.events(request), callback, self._chunk_size, stats)
