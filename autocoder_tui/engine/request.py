"""What one run is asked to do: plain values, read from disk and settings by a face."""

from __future__ import annotations

import uuid
from dataclasses import field, replace
from decimal import Decimal
from typing import Final, Literal

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Endpoint, Model
from autocoder_tui.engine.purpose import Mode, Purpose
from autocoder_tui.values import dataclass

MEGABYTE: Final = 1_048_576
"""Bytes."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A picked file as the model will see it: path relative to the project, "/" between parts."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message of a conversation as the caller words it."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Time-outs in seconds, counts, and caps of one run."""

    connect_timeout: float = 15.0
    first_byte_timeout: float = 120.0
    idle_timeout: float = 60.0
    keepalive_timeout: float = 600.0
    """Longest wait for text from a server that sends signs of life; `first_byte_timeout` and
    `idle_timeout` are for one that is silent."""
    total_timeout: float = 1800.0
    max_attempts: int = 5
    retry_delay: float | None = None
    """Seconds before a failing request is tried again, twice as many each further time; None
    for half a second."""
    max_parts: int = 8
    edit_retries: int = 1
    """How often changes without a place are sent back to the model."""
    max_output_tokens: int | None = None
    """Most tokens asked for in one reply; None asks for all the model has."""
    max_cost_usd: Decimal | None = None
    max_session_cost_usd: Decimal | None = None
    session_spent_usd: Decimal = Decimal(0)
    """What earlier runs of the session cost, of `max_session_cost_usd`."""
    max_reply_bytes: int = 8 * MEGABYTE
    """Most text of one reply, reasoning included, as UTF-8."""


def new_run_id() -> str:
    """Twelve hexadecimal digits that no other run has."""
    return uuid.uuid4().hex[:12]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One generation. `partial` is text kept from an earlier run, to be continued.

    `mode` is what the person does, `purpose` what the reply is to be: see `engine.purpose`.
    `calibration` is what earlier runs taught about the model's token counts; `counted_tokens`
    what its server counted for the first prompt, None where it did not.
    """

    requirements: str
    model: Model
    endpoint: Endpoint
    files: tuple[InputFile, ...] = ()
    target: str | None = None
    limits: Limits = Limits()
    temperature: float | None = None
    system_prompt: str = ""
    """What the person wants the model told beforehand, after how to write files."""
    mode: Mode = "generate"
    purpose: Purpose = "generate"
    instructions: str = ""
    """How the model is to go about it; "" for what is shipped for the purpose."""
    preferences: str = ""
    """What the person wants heeded in every run, a line each."""
    turns: tuple[Turn, ...] = ()
    """The conversation before `requirements`, oldest first, as far as it is sent."""
    left_out: int = 0
    """How many turns before those are not sent."""
    messages: tuple[ChatMessage, ...] = ()
    """What is sent, word for word, in the place of all that is said above. What is said there of
    files is what a reply that holds some is read with."""
    steps: bool = False
    """Whether an answer is to begin with the steps that lead to it: see `engine.steps`."""
    partial: str = ""
    edits: tuple[str, ...] = ()
    """Paths of the files whose changes are asked for as edits; the others are written whole."""
    calibration: Calibration = field(default_factory=Calibration)
    counted_tokens: int | None = None
    run_id: str = field(default_factory=new_run_id)

    def for_model(self, model: Model, endpoint: Endpoint, calibration: Calibration) -> RunRequest:
        """The same request to another model, or to the same one with other figures or another
        key. What a server counted stays only where it is the same one that answers."""
        same = (self.model.name, self.endpoint.provider.base_url) == (
            model.name,
            endpoint.provider.base_url,
        )
        return replace(
            self,
            model=model,
            endpoint=endpoint,
            calibration=calibration,
            counted_tokens=self.counted_tokens if same else None,
        )
