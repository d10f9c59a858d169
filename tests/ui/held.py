"""Blocking work whose result is held back, so that what is asked for later is there earlier."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class HeldResult:
    """`called` is how often the work was asked for; the first result is held, the others not."""

    def __init__(self) -> None:
        self.called = 0
        self._free = threading.Event()
        self._given = threading.Event()

    @property
    def is_waiting(self) -> bool:
        """Whether the first result is there, and nobody has it yet."""
        return self._given.is_set() and not self._free.is_set()

    def release(self) -> None:
        """Give the first result to whoever waits for it."""
        self._free.set()

    def take(self, result: Any, number: int) -> Any:
        if number == 1:
            self._given.set()
            assert self._free.wait(120), "nobody released it"
        return result


@contextmanager
def first_result_held(owner: Any, name: str) -> Iterator[HeldResult]:
    """Hold back what the first call of the blocking `owner.name` returns: it is worked out when it
    is asked for, and comes when it is released, at the end at the latest."""
    held, work = HeldResult(), getattr(owner, name)

    def function(*arguments: Any, **options: Any) -> Any:
        held.called += 1
        number = held.called
        return held.take(work(*arguments, **options), number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, function)
        try:
            yield held
        finally:
            held.release()
