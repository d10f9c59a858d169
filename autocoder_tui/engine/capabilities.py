"""What an endpoint turned out to take, learnt from its own answers.

One object belongs to one base URL and model. The provider adapter changes it when a 400
names a parameter; the run changes it when an echo or prefill is honoured or refused.
Faces may keep it between runs (`to_dict` / `from_dict`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlsplit


@dataclass(slots=True)
class Capabilities:
    """None means not known yet."""

    max_tokens_parameter: str | None = None
    stream_options: bool | None = None
    temperature: bool | None = None
    system_role: bool | None = None
    reasoning_effort: bool | None = None
    prefill: str | None = None
    """Name of the way to continue an assistant message that worked, "none" if refused."""
    echo: bool | None = None
    """Whether the model repeated the anchor, or a withheld witness, when asked."""

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Capabilities:
        """Unknown names and wrong types are ignored: the file may be older or newer."""
        known: dict[str, Any] = {}
        for item in fields(cls):
            value = data.get(item.name)
            wanted = str if item.name in ("max_tokens_parameter", "prefill") else bool
            if isinstance(value, wanted):
                known[item.name] = value
        return cls(**known)


_PREFILL_BY_HOST = (
    ("deepseek.com", "deepseek"),
    ("mistral.ai", "mistral"),
    ("dashscope", "partial"),
    ("moonshot", "partial"),
    ("groq.com", "trailing"),
)
_PREFILL_BY_LOCAL_PORT = {11434: "trailing", 1234: "trailing", 8080: "trailing", 8000: "vllm"}


def suggested_prefill(base_url: str) -> str:
    """The way of continuing an assistant message to try first at `base_url`, or "none".

    Only a first guess from public documentation of the services; a refusal is learnt.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    for name, way in _PREFILL_BY_HOST:
        if name in host:
            return way
    if host in ("localhost", "127.0.0.1", "::1"):
        return _PREFILL_BY_LOCAL_PORT.get(parts.port or 80, "none")
    return "none"
