"""Which program answers at an endpoint, and how it continues an assistant message.

The port tells nothing: llama.cpp listens wherever it was told to. So the server's own marks
are read: the `server:` header that comes with every answer, who it says owns its models, and
the addresses that only one program has. Nothing of the user's is sent with these questions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from autocoder_tui.engine.base_url import check_base_url, host_of
from autocoder_tui.engine.catalog import Endpoint, Model
from autocoder_tui.engine.errors import ProviderError
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.json_query import ask_json

UNKNOWN: Final = ""
LLAMA_CPP: Final = "llama.cpp"
PREFILL_BY_SOFTWARE: Final = {
    LLAMA_CPP: "trailing",
    "Ollama": "trailing",
    "LM Studio": "trailing",
    "lmdeploy": "trailing",
    "vLLM": "vllm",
    "SGLang": "vllm",
    "TGI": "vllm",
    "Aphrodite": "vllm",
}
"""The way each program continues an assistant message (see `provider.stream_reply`)."""

_PREFILL_BY_HOST: Final = (
    ("deepseek.com", "deepseek"),
    ("mistral.ai", "mistral"),
    ("aliyuncs.com", "partial"),
    ("moonshot.cn", "partial"),
    ("moonshot.ai", "partial"),
    ("groq.com", "trailing"),
    ("openai.com", "none"),
    ("openai.azure.com", "none"),
)
_OWNERS: Final = {
    "llamacpp": LLAMA_CPP,
    "library": "Ollama",
    "organization_owner": "LM Studio",
    "vllm": "vLLM",
    "sglang": "SGLang",
    "lmdeploy": "lmdeploy",
    "pygmalionai": "Aphrodite",
}
_IN_HEADER: Final = (
    ("llama.cpp", LLAMA_CPP),
    ("llama-server", LLAMA_CPP),
    ("llamafile", LLAMA_CPP),
    ("ollama", "Ollama"),
    ("lm studio", "LM Studio"),
    ("lmstudio", "LM Studio"),
    ("lmdeploy", "lmdeploy"),
    ("sglang", "SGLang"),
    ("vllm", "vLLM"),
    ("aphrodite", "Aphrodite"),
    ("text-generation", "TGI"),
)
_SECONDS: Final = 3.0


def software_in_headers(headers: Mapping[str, str]) -> str | None:
    """The program named by the headers of any answer, None where they name none that is known."""
    said = headers.get("server", "").lower()
    return next((name for word, name in _IN_HEADER if word in said), None)


def hosted_prefill(base_url: str) -> str | None:
    """The way a known service continues an assistant message, "none" where it never does.

    None for every other host: there the program that answers decides.
    """
    host = host_of(base_url)
    for name, way in _PREFILL_BY_HOST:
        if host == name or host.endswith("." + name):
            return way
    return None


async def ask_software(endpoint: Endpoint, model_name: str) -> str:
    """The program that answers at `endpoint`, by the questions that only one of them answers.

    UNKNOWN where nothing tells. Takes three seconds at most, and never raises for a server
    that misbehaves.
    """
    base = check_base_url(endpoint.provider.base_url)
    parts = urlsplit(base)
    root = f"{parts.scheme}://{parts.netloc}"
    address = Address(endpoint, Model(model_name, endpoint.provider.name))

    async def ask(url: str) -> dict[str, Any]:
        try:
            return await ask_json(endpoint, url, address, what="its name", seconds=_SECONDS)
        except ProviderError:
            return {}

    models, props, ollama, studio, info, sglang, version = await asyncio.gather(
        ask(f"{base}/models"),
        ask(f"{root}/props"),
        ask(f"{root}/api/version"),
        ask(f"{root}/api/v0/models"),
        ask(f"{root}/info"),
        ask(f"{root}/get_model_info"),
        ask(f"{root}/version"),
    )
    owner = _owner(models, model_name)
    if owner is not None:
        return owner
    if "default_generation_settings" in props:
        return LLAMA_CPP
    if "docker_label" in info or "text-generation" in str(info.get("router", "")):
        return "TGI"
    if "is_generation" in sglang:
        return "SGLang"
    if any("compatibility_type" in entry for entry in _entries(studio)):
        return "LM Studio"
    if isinstance(ollama.get("version"), str):
        return "Ollama"
    return "vLLM" if isinstance(version.get("version"), str) else UNKNOWN


def _owner(models: Mapping[str, Any], model_name: str) -> str | None:
    """Who the list of models says owns this model, or any where it is not listed by this name."""
    entries = _entries(models)
    named = [entry for entry in entries if entry.get("id") == model_name]
    for entry in named or entries:
        found = _OWNERS.get(str(entry.get("owned_by", "")).lower())
        if found is not None:
            return found
    return None


def _entries(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    data = answer.get("data")
    return [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
