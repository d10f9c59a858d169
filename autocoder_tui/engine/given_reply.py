"""A run whose reply is at hand: a person copied it from a chat page or another program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.errors import EmptyReply, EngineError, OutputTooLarge
from autocoder_tui.engine.events import Event, Failure, RunFailed, RunFinished, TextDelta
from autocoder_tui.engine.proposed_files import checked_reply, proposed_files
from autocoder_tui.engine.reply.parse import reply_end
from autocoder_tui.engine.request import MEGABYTE, RunRequest

NOBODY: Final = Model("given reply", "nobody", Decimal(0), Decimal(0))
"""Stands where a run has the model that answered it."""
NOWHERE: Final = Endpoint(Provider("nobody", ""))


async def given_reply(request: RunRequest, text: str) -> AsyncIterator[Event]:
    """The events of `request` answered by `text`. Nothing is sent.

    As in `engine.run`, exactly one of `RunFinished` and `RunFailed` comes last, and nothing is
    raised. A reply that ends inside a file fails with its files, incomplete: it can be gone on
    with.
    """
    most = request.limits.max_reply_bytes
    if len(text) > most or len(text.encode("utf-8", "surrogatepass")) > most:
        error = OutputTooLarge(
            f"The reply is larger than the {most // MEGABYTE} MB allowed for one. Nothing is "
            "proposed: give less of it at a time."
        )
        yield RunFailed(Failure(error.kind, error.message))
        return
    yield TextDelta(text)
    for event in await asyncio.to_thread(lambda: list(_read(request, text))):
        yield event


def _read(request: RunRequest, text: str) -> Iterator[Event]:
    try:
        reply = checked_reply(request, text)
    except EngineError:
        reply = None
    if reply is None or not reply.files:
        error = EmptyReply(
            "Nothing in the reply can be read as a file or as a change of one. Where it is bare "
            "code, name the one file it is for, its target; else copy more of it."
        )
        yield RunFailed(Failure(error.kind, error.message))
        return
    if reply_end(text).state == "open":
        said = (
            "The reply ends inside a file, which is offered as incomplete. Give all of it, or go "
            "on with it by the model that is chosen."
        )
        yield from proposed_files(request, text, (), finished=False, around=[said])
        yield RunFailed(Failure("incomplete", said), resumable=True)
        return
    yield from proposed_files(request, text, (), finished=True)
    yield RunFinished(reply.notes)


def as_given(request: RunRequest) -> RunRequest:
    """The same request, which nobody was asked."""
    return replace(request, model=NOBODY, endpoint=NOWHERE)
