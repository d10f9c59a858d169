"""A step: a coroutine function with a name, and where it comes from."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Literal, TypeAlias

from autocoder_tui.steps.context import StepContext
from autocoder_tui.values import dataclass

Work: TypeAlias = Callable[[StepContext], Awaitable[str | None]]
"""What a step does. What it returns is its output, a text that later steps and the person see;
None where its output are the files it had generated, or where it has none."""

Origin: TypeAlias = Literal["shipped", "package", "project"]
"""Whose a step is: ours, of an installed package (entry point), of one file in the project."""

StepState: TypeAlias = Literal[
    "waiting", "running", "done", "failed", "stopped", "skipped", "stale"
]
"""How far a step is. One is `stale` that was done before an earlier one was changed or run again:
what came of it is still there."""


@dataclass(frozen=True, slots=True)
class Step:
    """`where` names the package or the file it comes from, "" for ours."""

    name: str
    work: Work
    origin: Origin = "shipped"
    where: str = ""

    @property
    def summary(self) -> str:
        """The first paragraph of its docstring on one line, "" where it has none."""
        text = inspect.getdoc(self.work) or ""
        return " ".join(text.split("\n\n")[0].split())

    @property
    def requests(self) -> tuple[int, int]:
        """How many requests it makes at the least and at the most, as far as it says so by an
        attribute `requests` of its function; one where it does not."""
        try:
            least, most = map(int, getattr(self.work, "requests", (1, 1)))
        except (TypeError, ValueError):
            return 1, 1
        return max(0, least), max(0, least, most)


def takes(least: int, most: int) -> Callable[[Work], Work]:
    """Say of a step how many requests it makes at the least and at the most."""

    def said(work: Work) -> Work:
        work.requests = (least, most)  # type: ignore[attr-defined]
        return work

    return said
