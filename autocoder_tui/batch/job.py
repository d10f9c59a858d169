"""One job of a batch: what it is to do, and what came of it."""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from autocoder_tui.engine.request import Limits, new_run_id
from autocoder_tui.runs.setup import ResultOptions, Task, WantedModel
from autocoder_tui.text.plain_data import read_value, value_data
from autocoder_tui.values import dataclass

Status: TypeAlias = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class BatchJob:
    """What a control file or a line of JSON asks for, with the settings of its day.

    `number` counts from 1 in the order the jobs were given; `name` says where it came from.
    `run_id` is that of its run, however often it is tried. `after` is the number of the job that
    writes the same file before it, 0 for none.
    """

    number: int
    name: str
    task: Task
    model: WantedModel = field(default_factory=WantedModel)
    limits: Limits = field(default_factory=Limits)
    result: ResultOptions = field(default_factory=ResultOptions)
    output: str | None = None
    """The file it writes as a name in the project, None for whatever the model proposes."""
    after: int = 0
    run_id: str = field(default_factory=new_run_id)

    def to_data(self) -> dict[str, Any]:
        """As values that JSON has."""
        return value_data(self)  # type: ignore[no-any-return]

    @classmethod
    def from_data(cls, data: object) -> BatchJob:
        """What `to_data` gave. Raises ValueError."""
        return read_value(cls, data)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a job ended. The figures are of all its tries, those that were killed too.

    `cost_usd` is None where no price is known; `kind` and `error` are those of a failure, else
    ""; `files` are the names of what it proposed, `written` says that they were written.
    """

    status: Literal["done", "failed", "cancelled"]
    kind: str = ""
    error: str = ""
    requests: int = 0
    parts: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal | None = None
    seconds: float = 0.0
    files: tuple[str, ...] = ()
    written: bool = False

    @property
    def paid(self) -> bool:
        """Whether a provider may have charged for it."""
        return bool(self.prompt_tokens or self.completion_tokens)

    def to_data(self) -> dict[str, Any]:
        """As values that JSON has."""
        return value_data(self)  # type: ignore[no-any-return]

    @classmethod
    def from_data(cls, data: object) -> JobResult:
        """What `to_data` gave. Raises ValueError."""
        return read_value(cls, data)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a running job is: its part, the tokens so far and their cost in US dollars, None
    where no price is known; `waits` says what for, "" while text comes."""

    part: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal | None = None
    waits: str = ""
