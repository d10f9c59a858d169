"""What an endpoint turned out to take, learnt from its own answers.

One object belongs to one base URL and model. The provider adapter changes it when a 400
names a parameter; the run changes it when an echo or prefill is honoured or refused.
Faces may keep it between runs (`to_dict` / `from_dict`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(slots=True)
class Capabilities:
    """None means not known yet."""

    max_tokens_parameter: str | None = None
    stream_options: bool | None = None
    temperature: bool | None = None
    system_role: bool | None = None
    reasoning_effort: bool | None = None
    prompt_progress: bool | None = None
    """Whether llama.cpp takes the wish to say how far it has read the prompt."""
    server: str | None = None
    """The program that answers (see `engine.provider.server_software`), "" where nothing tells."""
    prefill: str | None = None
    """Name of the way to continue an assistant message, "none" if refused or ignored."""
    prefill_works: bool | None = None
    """Whether a reply went on from our own assistant message."""
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
            wanted = str if item.name in ("max_tokens_parameter", "server", "prefill") else bool
            if isinstance(value, wanted):
                known[item.name] = value
        return cls(**known)
