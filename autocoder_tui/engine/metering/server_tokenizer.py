"""Servers that can count tokens are asked to, so that nothing has to be estimated.

Two kinds have a `/tokenize`, which stands beside `/v1` and not below it:

vLLM       POST /tokenize {"model", "messages", "add_generation_prompt"}, or with "prompt" in
           place of "messages" -> {"count", "max_model_len", "tokens"}
llama.cpp  POST /apply-template {"messages"} -> {"prompt"}, then
           POST /tokenize {"content", "add_special", "parse_special"} -> {"tokens": [...]}

Formats: docs.vllm.ai, "OpenAI-compatible server" (tokenizer API), and the README of
llama.cpp's server.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from autocoder_tui.engine.base_url import check_base_url, host_of
from autocoder_tui.engine.catalog import Provider
from autocoder_tui.engine.errors import BadRequest, ConnectFailed, ProviderError, StatusError
from autocoder_tui.engine.metering.tokens import TOKENS_BEFORE_REPLY, TOKENS_PER_MESSAGE
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.json_query import ask_json
from autocoder_tui.engine.provider.request_body import system_as_user
from autocoder_tui.engine.request import RunRequest

ANSWER_SECONDS: Final = 4.0
"""A server that takes longer to count is not asked again."""

Kind: TypeAlias = Literal["vLLM", "llama.cpp"]

_MOST_REMEMBERED: Final = 64
_MOST_TOKENS: Final = 1_000_000_000
_PUBLIC: Final = (
    "ai21.com",
    "aliyuncs.com",
    "amazonaws.com",
    "anthropic.com",
    "anyscale.com",
    "azure.com",
    "baidubce.com",
    "bigmodel.cn",
    "cerebras.ai",
    "cloudflare.com",
    "cohere.ai",
    "cohere.com",
    "databricks.com",
    "deepinfra.com",
    "deepseek.com",
    "featherless.ai",
    "fireworks.ai",
    "friendli.ai",
    "github.ai",
    "githubcopilot.com",
    "googleapis.com",
    "groq.com",
    "huggingface.co",
    "hyperbolic.xyz",
    "inference.net",
    "lambda.ai",
    "minimax.io",
    "mistral.ai",
    "moonshot.ai",
    "moonshot.cn",
    "nebius.ai",
    "nebius.com",
    "novita.ai",
    "nvidia.com",
    "openai.com",
    "openrouter.ai",
    "parasail.io",
    "perplexity.ai",
    "replicate.com",
    "requesty.ai",
    "sambanova.ai",
    "siliconflow.cn",
    "siliconflow.com",
    "together.ai",
    "together.xyz",
    "venice.ai",
    "x.ai",
    "z.ai",
)
"""Services that are paid by the token, or shared: a text is sent to them by a run only."""


def may_be_asked(provider: Provider) -> bool:
    """Whether the server of `provider` may be asked to count a text before a run is started.

    Any but the public services may: the address of another is known only because the user
    gave it, or because it is on this machine.
    """
    host = host_of(provider.base_url)
    return bool(host) and not any(host == name or host.endswith("." + name) for name in _PUBLIC)


class ServerCounts:
    """What servers counted during one session, by the text that was counted.

    Whether a server can count is found out with a word of no meaning; only to one that can is
    the text sent. One that can't, or does not answer in time, is not asked again.
    """

    def __init__(self) -> None:
        self._counted: OrderedDict[bytes, int] = OrderedDict()
        self._kinds: dict[tuple[str, str], Kind | None] = {}
        # One question at a time: what is typed meanwhile makes this one moot.
        self._turn = asyncio.Lock()

    def known(self, request: RunRequest) -> int | None:
        """Tokens of the first prompt of `request`, if its server has counted exactly that."""
        return self._counted.get(_key(request))

    async def count(self, request: RunRequest) -> int | None:
        """Tokens of the first prompt of `request` with the chat's framing, as its server counts.

        None where it can't or may not be asked. Never raises for a server that misbehaves.
        """
        place = (request.endpoint.provider.base_url, request.model.name)
        if not may_be_asked(request.endpoint.provider):
            return None
        key = await asyncio.to_thread(_key, request)
        async with self._turn:
            if key not in self._counted and self._kinds.get(place, "") is not None:
                try:
                    async with asyncio.timeout(ANSWER_SECONDS):
                        if place not in self._kinds:
                            self._kinds[place] = await _kind(request)
                        count = await _asked(request, self._kinds[place])
                except ConnectFailed:
                    return None  # it may be started later, and to find out costs nothing
                except (ProviderError, TimeoutError, UnicodeError):
                    count = None
                if count is None:
                    self._kinds[place] = None
                else:
                    self._remember(key, count)
            return self._counted.get(key)

    def _remember(self, key: bytes, count: int) -> None:
        self._counted[key] = count
        if len(self._counted) > _MOST_REMEMBERED:
            self._counted.popitem(last=False)


def _messages(request: RunRequest) -> list[dict[str, str]]:
    messages = first_messages(request)
    return system_as_user(messages) if request.model.system_role is False else messages


def _key(request: RunRequest) -> bytes:
    place = (request.endpoint.provider.base_url, request.model.name, _messages(request))
    return hashlib.blake2b(json.dumps(place).encode(), digest_size=16).digest()


async def _kind(request: RunRequest) -> Kind | None:
    """Which of the two kinds of server it is, None for another. Raises ProviderError."""
    answer = await _tokenize(request, _plain(request, "word"))
    if _count(answer.get("count")) is not None:
        return "vLLM"
    return "llama.cpp" if isinstance(answer.get("tokens"), list) else None


async def _asked(request: RunRequest, kind: Kind | None) -> int | None:
    """Raises ProviderError where there is no answer."""
    if kind is None:
        return None
    messages = _messages(request)
    if kind == "vLLM":
        chat = {"model": request.model.name, "messages": messages, "add_generation_prompt": True}
        count = _count((await _tokenize(request, chat)).get("count"))
        if count is not None:
            return count
    else:
        try:
            template = await _post(request, "/apply-template", {"messages": messages})
        except StatusError:
            template = {}
        if isinstance(prompt := template.get("prompt"), str):
            return await _count_text(request, prompt)
    # An older server: the texts by themselves, and the framing as it mostly is.
    count = await _count_text(request, "\n".join(message["content"] for message in messages))
    framing = TOKENS_PER_MESSAGE * len(messages) + TOKENS_BEFORE_REPLY
    return None if count is None else count + framing


def _plain(request: RunRequest, text: str) -> dict[str, Any]:
    """Each kind of server looks at its own fields."""
    fields = {"prompt": text, "content": text, "add_special": True, "parse_special": True}
    return {"model": request.model.name, **fields}


async def _count_text(request: RunRequest, text: str) -> int | None:
    answer = await _tokenize(request, _plain(request, text))
    tokens = answer.get("tokens")
    return _count(answer.get("count", len(tokens) if isinstance(tokens, list) else None))


async def _tokenize(request: RunRequest, body: Mapping[str, Any]) -> dict[str, Any]:
    """What `/tokenize` answers, {} where it is there but does not take that."""
    try:
        return await _post(request, "/tokenize", body)
    except BadRequest:
        return {}
    except StatusError as error:
        if error.status == 422:
            return {}
        raise


async def _post(request: RunRequest, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What the server answers at `path` beside its /v1. Raises ProviderError."""
    parts = urlsplit(check_base_url(request.endpoint.provider.base_url))
    url = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/v1')}{path}"
    return await ask_json(
        request.endpoint,
        url,
        Address(request.endpoint, request.model),
        body,
        what="a count of tokens",
        seconds=ANSWER_SECONDS,
    )


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 < value <= _MOST_TOKENS else None  # type: ignore[operator,return-value]
