"""Azure's base URLs: a path and a query, a header of its own for the key, no list of models."""

from __future__ import annotations

import httpx2
import openai
import pytest

from autocoder_tui.engine.base_url import check_base_url, joined, shown_url
from autocoder_tui.engine.errors import NotAReply, RequestError
from autocoder_tui.engine.provider.model_list import list_models
from autocoder_tui.engine.provider.transport import GuardedClient, key_header
from tests.engine.conversation import CANARY, endpoint_at

AZURE = "https://me.openai.azure.com/openai/deployments/gpt?api-version=2024-10-21"


@pytest.mark.parametrize(
    "copied",
    [
        AZURE,
        AZURE.replace("?", "/?"),
        AZURE.replace("?", "/chat/completions?"),
        AZURE.replace("me.openai", "ME.OpenAI"),
    ],
)
def test_the_query_stays_behind_the_path(copied: str) -> None:
    base = check_base_url(copied)
    assert base == AZURE
    assert joined(base, "/chat/completions") == AZURE.replace("?", "/chat/completions?")
    assert "?" not in shown_url(base)


@pytest.mark.parametrize("query", ["api-key=x", "api_key=x", "sig=x", "access_token=x", "x"])
def test_a_query_that_may_hold_a_secret_is_refused(query: str) -> None:
    with pytest.raises(RequestError, match="key after"):
        check_base_url(f"https://me.openai.azure.com/v1?{query}")


def test_the_key_goes_into_the_header_azure_reads() -> None:
    assert key_header(AZURE, "k") == ("api-key", "k")
    for other in ("https://api.openai.com/v1", "https://openai.azure.com.evil.example/v1"):
        assert key_header(other, "k") == ("Authorization", "Bearer k")
    assert key_header(AZURE.replace("https", "http"), "k")[0] == "Authorization"


async def test_the_request_as_it_is_sent() -> None:
    seen: list[httpx2.Request] = []

    class Recording(GuardedClient):
        async def send(self, request: httpx2.Request, **options: object) -> httpx2.Response:
            seen.append(self._cleaned(request))
            raise httpx2.ConnectError("far enough")

    from autocoder_tui.engine.provider import transport
    from autocoder_tui.engine.provider.chat import HttpSession
    from autocoder_tui.engine.request import Limits

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "GuardedClient", Recording)
        async with HttpSession(endpoint_at(AZURE), Limits()) as session:
            with pytest.raises(openai.APIConnectionError):
                async with session.send({"model": "m", "messages": [], "stream": True}):
                    pass
    (request,) = seen
    assert str(request.url) == AZURE.replace("?", "/chat/completions?")
    assert request.headers["api-key"] == CANARY
    assert "authorization" not in request.headers


async def test_one_deployed_model_is_not_asked_for_a_list() -> None:
    with pytest.raises(NotAReply, match="Name the model"):
        await list_models(endpoint_at(AZURE))
