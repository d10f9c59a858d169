"""Who says when a request may be sent: many runs that share one provider share its limits."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Protocol


class Turn(Protocol):
    """The leave to send one request."""

    def heard(self, status: int, headers: Mapping[str, str]) -> None:
        """What the server answered; the names of the headers are in lower case."""


class Pace(Protocol):
    """The requests of several runs to one provider, brought into an order.

    A server that limits requests (429) is then the business of the pace and no failure of the
    run that happened to ask: the run asks again when it has its next turn.
    """

    def turn(self) -> AbstractAsyncContextManager[Turn]:
        """Waits until a request may be sent; the turn ends with the reply."""


class AtOnce:
    """The `Pace` of a run that shares none: every request may be sent."""

    def turn(self) -> AbstractAsyncContextManager[Turn]:
        return nullcontext(self)

    def heard(self, status: int, headers: Mapping[str, str]) -> None:
        """Nobody else has to know."""
