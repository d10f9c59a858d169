"""What an endpoint turned out to take, learnt from its own answers.

One object belongs to one base URL and model. The provider adapter changes it when a 400
names a parameter; the run changes it when an echo or prefill is honoured or refused.
Faces may keep it between runs (`to_dict` / `from_dict`).
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from autocoder_tui.values import dataclass

_REMEMBERED = 200
"""Changes above which the older half of what was counted is forgotten."""
_TYPES = {
    "max_tokens_parameter": str, "server": str, "prefill": str,
    "edits_tried": int, "edits_placed": int,
}  # fmt: skip


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
    reasons: bool | None = None
    """Whether reasoning came with a reply of the model."""
    edits_tried: int | None = None
    """Changes the model gave in its replies, where the text they are for was known."""
    edits_placed: int | None = None
    """How many of them had a place."""

    def tried_edits(self, tried: int, placed: int) -> None:
        """Count the changes of one reply. What is long ago weighs less: models are replaced."""
        before, good = self.edits_tried or 0, self.edits_placed or 0
        if before > _REMEMBERED:
            before, good = before // 2, good // 2
        self.edits_tried, self.edits_placed = before + tried, good + placed

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Capabilities:
        """Unknown names and wrong types are ignored: the file may be older or newer."""
        known: dict[str, Any] = {}
        for item in fields(cls):
            value = data.get(item.name)
            wanted = _TYPES.get(item.name, bool)
            if type(value) is wanted:
                known[item.name] = value
        return cls(**known)
