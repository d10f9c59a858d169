"""Which steps there are: ours, those of installed packages, and those of the project."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

from autocoder_tui.problems import Problem, unknown_name
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.face import Consent
from autocoder_tui.steps.own_steps import (
    ConfirmedSteps,
    OwnStep,
    find_own_steps,
    in_words,
    load_own_step,
)
from autocoder_tui.steps.shipped import SHIPPED
from autocoder_tui.steps.step import Origin, Step
from autocoder_tui.values import dataclass

GROUP: Final = "autocoder_tui.steps"
"""Of entry points: `NAME = "package.module:function"`."""


@dataclass(frozen=True, slots=True)
class KnownStep:
    """One that there is, for a list. `confirmed` is False for one of the project that nobody has
    said yes to: it does not run before that."""

    name: str
    summary: str
    origin: Origin
    where: str = ""
    requests: tuple[int, int] | None = None
    confirmed: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True)
class KnownSteps:
    """All that there are by name. `problems` are sentences on those that can't be used."""

    steps: dict[str, KnownStep] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    own: dict[str, OwnStep] = field(default_factory=dict)
    loaded: dict[str, Step] = field(default_factory=dict)


def known_steps(root: Path, state: Path) -> KnownSteps:
    """Look for all of them. Nothing of the project runs. Blocking; raises ProjectUnusable."""
    loaded = {name: Step(name, work) for name, work in SHIPPED.items()}
    installed, problems = _installed(loaded)
    loaded |= installed
    known = {
        step.name: KnownStep(step.name, step.summary, step.origin, step.where, step.requests)
        for step in loaded.values()
    }
    own, wrong = find_own_steps(root)
    confirmed = ConfirmedSteps(state, root)
    for name, step in list(own.items()):
        if name in loaded:
            taken = "of ours" if loaded[name].origin == "shipped" else "of an installed package"
            wrong.append(Problem(step.file, None, f"{name} is a step {taken}; rename the file"))
            del own[name]
            continue
        known[name] = KnownStep(
            name,
            step.summary,
            "project",
            str(step.file),
            None,
            confirmed.has(step),
            step.source,
        )
    problems += [problem.in_full for problem in wrong]
    return KnownSteps(known, tuple(problems), own, loaded)


async def find_steps(
    root: Path,
    state: Path,
    names: Iterable[str],
    consents: Callable[[Consent], Awaitable[bool]],
) -> list[Step]:
    """The steps of these names, in their order, each ready to be run. `consents` is asked about
    those of the project that nobody has said yes to.

    Raises ProjectUnusable for a name that there is no step for, or one that may not run;
    StepFailed for one whose file can't be run.
    """
    known = await asyncio.to_thread(known_steps, root, state)
    found: dict[str, Step] = dict(known.loaded)
    wanted = list(names)
    for name in dict.fromkeys(wanted):
        if name not in known.steps:
            more = "".join(f" {problem}" for problem in known.problems if f"{name}.py" in problem)
            raise ProjectUnusable(
                f"There is no such step: {unknown_name(name, known.steps)}.{more} "
                "autocoder-tui steps lists them all."
            )
        if name in known.own:
            own = known.own[name]
            await _confirm(own, root, state, consents)
            found[name] = await asyncio.to_thread(load_own_step, own)
    return [found[name] for name in wanted]


async def _confirm(
    own: OwnStep, root: Path, state: Path, consents: Callable[[Consent], Awaitable[bool]]
) -> None:
    confirmed = ConfirmedSteps(state, root)
    if await asyncio.to_thread(confirmed.has, own):
        return
    asked = Consent(
        "own step",
        f"A step of this project: {visible(own.name)}",
        f"{visible(str(own.file))} is Python code that lies in this project. It runs in this "
        "program, with all that you may do: no sandbox is around it. After a yes it runs without "
        "asking, as long as not a letter of it changes.",
        visible(own.source, lines=True),
    )
    if not await consents(asked):
        raise ProjectUnusable(
            f"The step {visible(own.name)} is code of this project that nobody has said yes to, "
            f"so nothing was run. Read {visible(str(own.file))}, and say yes to it on the screen "
            "or with --run-scripts."
        )
    try:
        await asyncio.to_thread(confirmed.add, own)
    except OSError:
        return  # it is asked about again


def _installed(taken: dict[str, Step]) -> tuple[dict[str, Step], list[str]]:
    """The steps of installed packages, and sentences on those that can't be used."""
    found: dict[str, Step] = {}
    problems: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        package = visible(point.dist.name if point.dist is not None else point.value)
        shown = visible(point.name)
        if not point.name.isidentifier() or point.name in taken or point.name in found:
            why = "is there already" if point.name.isidentifier() else "is no name"
            problems.append(f"The step {shown} of {package} is not used: {shown} {why}.")
            continue
        try:
            work = point.load()
        except Exception as error:
            said = in_words(error, None).removeprefix("The step: ").partition(". Put it")[0]
            problems.append(f"The step {shown} of {package} can't be loaded: {said}.")
            continue
        if not inspect.iscoroutinefunction(work):
            problems.append(f"The step {shown} of {package} is no coroutine function.")
            continue
        found[point.name] = Step(point.name, work, "package", package)
    return found, problems
