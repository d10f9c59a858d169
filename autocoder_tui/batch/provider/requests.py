"""The requests a batch awaits: each job is played as far as there are replies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from autocoder_tui.batch.provider.frozen_job import FrozenJob
from autocoder_tui.batch.provider.results import Results
from autocoder_tui.engine.provider.stored_replies import (
    FindReply,
    StoredAnswers,
    StoredReplies,
    StoredReply,
)
from autocoder_tui.engine.run import run
from autocoder_tui.values import dataclass

MOST_TRIES: Final = 3
"""How often a request is sent whose answers are worth another try."""


@dataclass(frozen=True, slots=True)
class AwaitedRequest:
    """A request nobody has answered yet. `place`: the base URL and model it goes to, for a file
    holds requests to one model only. `again`: it was sent before, in vain."""

    job: FrozenJob
    custom_id: str
    body: dict[str, Any]
    again: bool

    @property
    def place(self) -> tuple[str, str]:
        return self.job.provider.base_url, self.job.model.name


def custom_id(batch: str, number: int, request_id: str) -> str:
    """How a request is told from all others: at most 64 characters, as APIs ask."""
    return f"{batch}.{number}.{request_id}"


def batch_of(name: str) -> str:
    """The batch a custom id belongs to."""
    return name.partition(".")[0]


def number_of(name: str) -> int:
    """The job a custom id belongs to, 0 where it is none of ours."""
    number = "".join(name.split(".")[1:2])
    return int(number) if number.isdecimal() and len(number) < _MOST_DIGITS else 0


_MOST_DIGITS: Final = 10


def finder(batch: str, number: int, results: Results, lost: Mapping[str, int]) -> FindReply:
    """What answers the requests of job `number`: only results that will not be tried again."""

    def find(request_id: str) -> StoredReply | None:
        name = custom_id(batch, number, request_id)
        if results.is_final(name):
            return results.reply(name)
        tries = results.failures(name) + lost.get(name, 0)
        if tries < MOST_TRIES:
            return None
        return results.reply(name) or StoredReply(500, _NEVER_ANSWERED)

    return find


_NEVER_ANSWERED: Final = (
    '{"error": {"message": "the batch ended without a result for this request, every time it '
    'was sent"}}'
)


async def awaited(
    batch: str, job: FrozenJob, results: Results, lost: Mapping[str, int]
) -> AwaitedRequest | None:
    """The request at which `job` waits; None where it needs no further reply.

    `lost` counts, by custom id, how often a batch ended without a word about a request.
    """
    find = finder(batch, job.number, results, lost)
    answers = StoredAnswers(find, job.capabilities)
    session = StoredReplies(find)
    prepared = await asyncio.to_thread(job.prepared, find)
    events = run(prepared.request, capabilities=answers.capabilities, session=session)
    async for _ in events:
        pass
    if session.awaited is None:
        return None
    name = custom_id(batch, job.number, session.awaited.request_id)
    again = bool(results.failures(name) or lost.get(name))
    return AwaitedRequest(job, name, session.awaited.body, again)
