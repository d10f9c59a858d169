"""What is written down of a step: what it asked, what came of it, what it used.

An effect is one thing that a step did: a request, a question to the person, a proposal, a check,
a script. Effects stand in the order in which the step did them. One that is `done` is given to
the step once more when it is begun again, where it asks for the same with the same `key`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace
from decimal import Decimal
from typing import Literal, TypeAlias

from autocoder_tui.engine.request import ChatMessage
from autocoder_tui.steps.step import Origin, StepState
from autocoder_tui.values import dataclass

EffectKind: TypeAlias = Literal["ask", "generate", "answer", "propose", "check", "script"]

REQUESTS: tuple[EffectKind, ...] = ("ask", "generate")


@dataclass(frozen=True, slots=True)
class Used:
    """What requests took. `cost_usd` is None where a price is not known."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)
    requests: int = 0

    def plus(self, other: Used) -> Used:
        costs = (self.cost_usd, other.cost_usd)
        return Used(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            None if None in costs else sum((cost for cost in costs if cost), Decimal(0)),
            self.requests + other.requests,
        )


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of a reply; `text` is None where it is to be deleted."""

    path: str
    text: str | None


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file of the project that a request showed the model, by the SHA-256 of its bytes; "" for
    one that was not there."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One. What is not of its kind is left as it is here. `redacted`: a key was taken out of what
    is written down, so `reply` and `files` are in the history only."""

    kind: EffectKind
    key: str
    done: bool = True
    began: str = ""
    seconds: float = 0.0
    error: str = ""
    # Of a request.
    run_id: str = ""
    model: str = ""
    provider: str = ""
    used: Used = Used()
    usage_row: int = 0
    given: tuple[GivenFile, ...] = ()
    messages: tuple[ChatMessage, ...] = ()
    reply: str = ""
    reasoning: str = ""
    notes: str = ""
    files: tuple[WrittenFile, ...] = ()
    refused: tuple[str, ...] = ()
    redacted: bool = False
    # Of a question to the person.
    question: str = ""
    suggestions: tuple[str, ...] = ()
    answer: str = ""
    assumed: bool = False
    # Of a proposal.
    proposed: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    open: bool = False
    # Of a check or a script.
    commands: tuple[str, ...] = ()
    passed: bool = False
    words: str = ""
    note: str = ""
    code: int | None = None
    output: str = ""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step of a run. `number` is its place, from 1; `times` counts how often it was begun anew
    on purpose. `output` is its text as the person left it, None where its output are its files;
    those are `edited_files` where the person changed them. `earlier` is what was used for effects
    that are not here any more, `earlier_runs` their runs in the history. `resend` are effects of
    a log that is run again, whose messages and answers are taken as they stand there."""

    number: int
    name: str
    origin: Origin = "shipped"
    state: StepState = "waiting"
    times: int = 0
    began: str = ""
    ended: str = ""
    seconds: float = 0.0
    detail: str = ""
    said: tuple[str, ...] = ()
    output: str | None = None
    edited: bool = False
    edited_files: tuple[WrittenFile, ...] | None = None
    earlier: Used = Used()
    earlier_runs: tuple[str, ...] = ()
    resend: tuple[Effect, ...] = ()
    effects: tuple[Effect, ...] = field(default=())

    @property
    def title(self) -> str:
        """What it is called on disk and in the history: "01-simple"."""
        return f"{self.number:02d}-{self.name}"

    @property
    def used(self) -> Used:
        """What it took, all that was done again included."""
        total = self.earlier
        for effect in self.effects:
            total = total.plus(effect.used)
        return total

    @property
    def run_ids(self) -> tuple[str, ...]:
        """Its runs in the history, oldest first."""
        ids = (effect.run_id for effect in self.effects if effect.run_id)
        return tuple(dict.fromkeys((*self.earlier_runs, *ids)))

    def without(self, effects: Iterable[Effect]) -> StepRecord:
        """The same with `effects` gone, but for what they used."""
        gone = list(effects)
        earlier, runs = self.earlier, list(self.earlier_runs)
        for effect in gone:
            earlier = earlier.plus(effect.used)
            runs += [effect.run_id] if effect.run_id else []
        ids = {id(effect) for effect in gone}
        return replace(
            self,
            earlier=earlier,
            earlier_runs=tuple(dict.fromkeys(runs)),
            effects=tuple(effect for effect in self.effects if id(effect) not in ids),
        )

    def begun_anew(self) -> StepRecord:
        """The same with nothing done, to be done again."""
        cleared = self.without(self.effects)
        return replace(
            cleared,
            state="waiting",
            times=self.times + 1,
            began="",
            ended="",
            detail="",
            said=(),
            output=None,
            edited=False,
            edited_files=None,
            resend=(),
        )
