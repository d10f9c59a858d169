"""One streamed chat completion: the request through the openai SDK, the reading our own.

The SDK signs and sends; its retries, redirects and parsing stay unused, for they hide what
went wrong (a stream that just stops looks complete to it). openai is imported when a session
opens, in a thread: importing this module is cheap.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from autocoder_tui.engine.base_url import check_base_url, host_of, joined
from autocoder_tui.engine.catalog import Endpoint, Model
from autocoder_tui.engine.errors import (
    BadRequest,
    NotAReply,
    PrefillRefused,
    ProviderError,
)
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.chunks import Piece, PromptProgress, Reasoning, Refusal, Text
from autocoder_tui.engine.provider.connection_errors import connection_error
from autocoder_tui.engine.provider.deadline import Patience
from autocoder_tui.engine.provider.dns import wait_for_name
from autocoder_tui.engine.provider.endpoint_key import checked_key
from autocoder_tui.engine.provider.gathered_body import gathered
from autocoder_tui.engine.provider.http_errors import (
    read_error_body,
    retry_after,
    status_error,
    unreadable_wait,
)
from autocoder_tui.engine.provider.reply_errors import (
    first_byte_error,
    longest_silence,
    lost_error,
    no_text_error,
    redirect_error,
    silence_error,
)
from autocoder_tui.engine.provider.request_body import learn_from_refusal, request_body
from autocoder_tui.engine.provider.response_body import IncomingReply
from autocoder_tui.engine.provider.sdk import load_sdk
from autocoder_tui.engine.provider.server_software import software_in_headers
from autocoder_tui.engine.provider.session import ReplySession
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.trace import Heard, Opening, RequestSent, Trace

_AFTER_FINISH_SECONDS: Final = 5.0
_DRAIN_SECONDS: Final = 0.25
_SIGNS_OF_WORK: Final = (Text, Reasoning, Refusal, PromptProgress)
_SDK_PARAMETERS: Final = (
    "messages",
    "model",
    "stream",
    "stream_options",
    "temperature",
    "max_tokens",
    "max_completion_tokens",
)


class HttpSession:
    """The HTTP client of one run: continuations reuse its connection.

    `async with HttpSession(endpoint, limits) as session`. Leaving it closes every connection.
    `trace` is told of every request, response and chunk; `most_connections` may be open at once.
    Raises RequestError for a base URL or a key that cannot be sent, and TlsFailed where the
    certificates that the environment names can't be read.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        limits: Limits,
        trace: Trace | None = None,
        *,
        most_connections: int | None = 4,
    ) -> None:
        self.trace = trace
        self._most_connections = most_connections
        self._connect_timeout = limits.connect_timeout
        self._key = checked_key(endpoint)
        self._base_url = check_base_url(endpoint.provider.base_url)
        self._client: Any = None
        self._completions: Any = None
        self._key_headers: dict[str, Any] = {}

    async def __aenter__(self) -> HttpSession:
        # Importing openai takes most of a second, building the TLS context some more.
        await asyncio.to_thread(self._build)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.close()

    def _build(self) -> None:
        openai = load_sdk()

        from autocoder_tui.engine.provider.transport import GuardedClient, key_header

        base, _, query = self._base_url.partition("?")
        self._client = openai.AsyncOpenAI(
            api_key=self._key or "none",
            base_url=base,
            default_query=dict(parse_qsl(query)),
            max_retries=0,
            http_client=GuardedClient(
                self._base_url,
                connect_timeout=self._connect_timeout,
                most_connections=self._most_connections,
            ),
        )
        self._completions = self._client.chat.completions.with_streaming_response
        # Given per request, so that no OPENAI_* variable can put another key in its place.
        self._key_headers = {"Authorization": openai.Omit()}
        if self._key:
            name, value = key_header(self._base_url, self._key)
            self._key_headers[name] = value

    async def reach(self) -> None:
        """Find the server's address. Raises OSError, TimeoutError included."""
        async with asyncio.timeout(self._connect_timeout):
            await wait_for_name(self._base_url)

    def send(self, body: dict[str, Any], *, beta: bool = False) -> AbstractAsyncContextManager[Any]:
        """The raw response to a chat completion, its body not yet read.

        `beta`: DeepSeek's prefix completion, which answers below /beta only.
        """
        completions, url = self._completions, self._base_url
        if beta:
            base = urlsplit(url)
            url = f"{base.scheme}://{base.netloc}/beta"
            client = self._client.with_options(base_url=url)
            completions = client.chat.completions.with_streaming_response
        if self.trace is not None:
            self.trace(RequestSent(joined(url, "/chat/completions"), body))
        response: AbstractAsyncContextManager[Any] = completions.create(
            **{name: body[name] for name in _SDK_PARAMETERS if name in body},
            extra_body={name: body[name] for name in body if name not in _SDK_PARAMETERS},
            extra_headers={
                **self._key_headers,
                "Accept": "text/event-stream",
                "Accept-Encoding": "identity",
            },
        )
        return response


def preload() -> None:
    """Import openai ahead of the first run; call it from a thread after the first paint."""
    load_sdk()
    # The package gives these on, and imports them when a client first asks.
    import openai.resources.chat.chat
    import openai.resources.chat.completions.completions  # noqa: F401

    import autocoder_tui.engine.provider.transport  # noqa: F401


async def stream_reply(
    endpoint: Endpoint,
    model: Model,
    messages: Sequence[dict[str, str]],
    *,
    limits: Limits,
    capabilities: Capabilities,
    temperature: float | None = None,
    max_output_tokens: int | None = None,
    prefill: str | None = None,
    session: ReplySession | None = None,
    heard: Heard | None = None,
) -> AsyncGenerator[Piece, None]:
    """The pieces of one reply as they arrive; exactly one `Finish`, unless an error is raised.

    Close it (`contextlib.aclosing`) or cancel the task and the connection is closed at once.
    Text that came before an error has been yielded. `max_output_tokens` None sets no limit.
    `prefill` names how the trailing assistant message is to be continued: "vllm", "deepseek",
    "mistral", "partial" or "trailing". A parameter the server refuses by name is remembered in
    `capabilities` and left out of one repeated request. `heard` is told the status and the headers
    of each response.

    Raises ProviderError; RequestError when nothing could be sent at all.
    """
    async with AsyncExitStack() as stack:
        if session is None:
            http = await stack.enter_async_context(HttpSession(endpoint, limits))
            session = http
        address = Address(endpoint, model)
        incoming = IncomingReply(address, limits.max_reply_bytes, session.trace)
        while True:
            body = request_body(
                endpoint,
                model,
                messages,
                capabilities=capabilities,
                temperature=temperature,
                max_output_tokens=max_output_tokens,
                prefill=prefill,
            )
            patience = Patience(limits.first_byte_timeout, longest=longest_silence(limits))
            beta = prefill == "deepseek" and host_of(endpoint.provider.base_url).endswith(
                "deepseek.com"
            )
            try:
                request = partial(session.send, body, beta=beta)
                opening = Opening(session.trace, heard)
                response = await _open(stack, session, request, address, limits, patience, opening)
                capabilities.server = software_in_headers(response.headers) or capabilities.server
                break
            except _Refused as refused:
                if refused.is_parameter(body, capabilities):
                    continue
                raise refused.error(prefill) from None
        async with aclosing(_read(response, incoming, address, limits, patience)) as pieces:
            async for piece in pieces:
                yield piece


class _Refused(Exception):
    """An HTTP status of 300 or more, before it is known whether a repeat can cure it."""

    def __init__(
        self, status: int, body: str, headers: Mapping[str, str], address: Address
    ) -> None:
        super().__init__(status)
        self._status = status
        self._said = read_error_body(body)
        self._headers = headers
        self._address = address

    def is_parameter(self, body: dict[str, Any], capabilities: Capabilities) -> bool:
        return type(self._error()) is BadRequest and learn_from_refusal(
            self._said, body, capabilities
        )

    def error(self, prefill: str | None) -> ProviderError:
        error = self._error()
        if prefill is not None and type(error) is BadRequest and error.status in (400, 422):
            return PrefillRefused(error.message, status=error.status)
        return error

    def _error(self) -> ProviderError:
        wait, odd = retry_after(self._headers), unreadable_wait(self._headers)
        return status_error(self._status, self._said, self._address, wait, odd)


async def _open(
    stack: AsyncExitStack,
    session: ReplySession,
    send: Callable[[], AbstractAsyncContextManager[Any]],
    address: Address,
    limits: Limits,
    patience: Patience,
    opening: Opening,
) -> Any:
    """Send, and wait for the headers. Raises _Refused and ProviderError."""
    import httpx2

    from autocoder_tui.engine.provider.transport import RedirectRefused

    openai = load_sdk()

    try:
        await session.reach()
    except OSError as error:
        late = isinstance(error, TimeoutError)
        cause = httpx2.ConnectTimeout("no address") if late else error
        raise connection_error(cause, address, limits.connect_timeout) from None
    try:
        async with patience:
            response = await stack.enter_async_context(send())
    except TimeoutError:
        raise first_byte_error(address, limits) from None
    except openai.APIStatusError as error:
        headers, body = error.response.headers, error.response.text
        opening.came(error.status_code, headers, body)
        raise _Refused(error.status_code, body, headers, address) from None
    except (openai.APIConnectionError, httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise connection_error(error, address, limits.connect_timeout) from None
    except RedirectRefused as error:
        raise redirect_error(error, address) from None
    if response.status_code >= 300:
        # A reply that is at hand, of a batch: over HTTP the SDK has raised by now.
        body = b"".join([data async for data in response.iter_bytes()]).decode("utf-8", "replace")
        raise _Refused(response.status_code, body, response.headers, address)
    opening.came(response.status_code, response.headers)
    return response


async def _read(
    response: Any, incoming: IncomingReply, address: Address, limits: Limits, patience: Patience
) -> AsyncGenerator[Piece, None]:
    import httpx2

    packed = "content-encoding" in response.headers
    async with aclosing(gathered(response.iter_bytes())) as chunks:
        while True:
            try:
                # Timed per read and not across yields: a slow consumer is not an idle server.
                async with patience:
                    if packed:
                        # A few packed bytes may unpack to hours of work without one wait.
                        await asyncio.sleep(0)
                    data = await anext(chunks, None)
            except TimeoutError:
                if incoming.finished:
                    break
                if patience.rest <= 0:
                    raise no_text_error(incoming, address, limits) from None
                raise silence_error(incoming, address, limits) from None
            except httpx2.DecodingError:
                raise NotAReply(
                    f"{address.url} sent data whose compression cannot be read. Check any proxy "
                    "between here and the server."
                ) from None
            except (httpx2.HTTPError, httpx2.StreamError, OSError):
                if incoming.finished:
                    break
                raise lost_error(incoming, address) from None
            if data is None:
                break
            pieces = incoming.feed(data)
            for piece in pieces:
                yield piece
            if incoming.failure is not None:
                raise incoming.failure
            if incoming.complete:
                await _drain(chunks)
                break
            if incoming.finished:
                patience.left = min(patience.left, _AFTER_FINISH_SECONDS)
                continue
            # A comment or an empty frame: the server is at work, and to ask again would cost more.
            patience.left = limits.idle_timeout if incoming.has_text else limits.first_byte_timeout
            if any(isinstance(piece, _SIGNS_OF_WORK) for piece in pieces):
                patience.rest = longest_silence(limits)
    for piece in incoming.close():
        yield piece
    if incoming.failure is not None:
        raise incoming.failure


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the end of the body after [DONE], so that the connection can be used again."""
    import httpx2

    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            async for _ in chunks:
                pass
    except (TimeoutError, httpx2.HTTPError, httpx2.StreamError, OSError):
        pass
