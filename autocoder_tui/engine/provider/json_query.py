"""One question to a server beside the chat: its models, its window, how it counts a text."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from autocoder_tui.engine.catalog import Endpoint
from autocoder_tui.engine.errors import NotAReply, StatusError, TimedOut
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.chunks import load_object
from autocoder_tui.engine.provider.connection_errors import connection_error
from autocoder_tui.engine.provider.http_errors import (
    read_error_body,
    status_error,
)

CONNECT_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 20.0
_MOST_BYTES: Final = 16 * 1024 * 1024


async def ask_json(
    endpoint: Endpoint,
    url: str,
    address: Address,
    body: Mapping[str, Any] | None = None,
    *,
    what: str,
    seconds: float = ANSWER_SECONDS,
) -> dict[str, Any]:
    """The JSON object at `url`; with a `body`, what a POST of it answers.

    `what` names what is asked for in messages. Sends the key of `endpoint`, to its own host
    only. Raises ProviderError saying what is wrong.
    """
    try:
        async with asyncio.timeout(seconds):
            text = await _text(endpoint, url, address, body, what)
    except TimeoutError:
        raise TimedOut(
            f"{address.url} did not answer within {seconds:g} s. Check the address, the "
            "network and any proxy."
        ) from None
    data = load_object(text)
    if data is None:
        found = "a web page" if text.lstrip().startswith("<") else "something that is not JSON"
        raise NotAReply(
            f"{address.url} answered with {found} instead of {what}. Check the base "
            "URL, which often ends in /v1."
        )
    return data


async def _text(
    endpoint: Endpoint, url: str, address: Address, body: Mapping[str, Any] | None, what: str
) -> str:
    await asyncio.to_thread(_preload)
    import httpx2

    from autocoder_tui.engine.provider.transport import GuardedClient, RedirectRefused, key_header

    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if endpoint.key is not None:
        name, value = key_header(endpoint.provider.base_url, endpoint.key.reveal().strip())
        headers[name] = value
    client = await asyncio.to_thread(
        GuardedClient, endpoint.provider.base_url, connect_timeout=CONNECT_SECONDS
    )
    async with client:
        try:
            method = "GET" if body is None else "POST"
            request = client.build_request(method, url, headers=headers, json=body)
            response = await client.send(request, stream=True)
            content = bytearray()
            async for data in response.aiter_bytes():
                content += data
                if len(content) > _MOST_BYTES:
                    raise NotAReply(f"{address.url} sent {what} without end. Check the base URL.")
        except RedirectRefused:
            raise StatusError(
                f"{address.url} redirects to another place; the key was not sent there. "
                "Correct the base URL.",
                status=302,
            ) from None
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as error:
            raise connection_error(error, address, CONNECT_SECONDS) from None
    text = content.decode("utf-8", "replace")
    if response.status_code == 404:
        raise StatusError(
            f"There is no {what.removeprefix('a ')} at {address.url} (404). Check the base URL, "
            "which often ends in /v1; if it is right, name the model yourself.",
            status=404,
        )
    if response.status_code != 200:
        raise status_error(response.status_code, read_error_body(text), address)
    return text


def _preload() -> None:
    import httpx2  # noqa: F401
