"""A proposal is laid out beside the project, the commands run there, and all of it is removed.

Where a command fails it is run again on the project as it is, so that what failed before too is
told apart; what came of that is remembered for as long as the project stays the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from autocoder_tui.check.dependencies import Dependencies, provide
from autocoder_tui.check.environment import environment
from autocoder_tui.check.failures import Base, Failures, compared, failures
from autocoder_tui.check.folder import CheckFolder, cannot
from autocoder_tui.check.layout import (
    ChangedFile,
    Layout,
    Meter,
    Source,
    lay_out,
    put_changes,
    source_of,
)
from autocoder_tui.check.places import Paths, Place, places
from autocoder_tui.check.process import MAX_DISK_BYTES, MAX_PROCESSES, Ended, run_command
from autocoder_tui.check.repository import (
    Repository,
    head_of,
    home_settings,
    make_repository,
    repository_of,
)
from autocoder_tui.check.sandbox import Sandbox, sandbox_here
from autocoder_tui.values import dataclass

DEFAULT_SECONDS = 600.0
_FULL = 1024 * 1024
"""Bytes free; a disk with less is full."""

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be tried: `commands`, as for a shell, in the project at `root` with `changes`
    made. Each may take `seconds`; `pass_environment` names what they get of our environment."""

    root: Path
    commands: tuple[str, ...]
    changes: tuple[ChangedFile, ...]
    seconds: float = DEFAULT_SECONDS
    pass_environment: tuple[str, ...] = ()
    processes: int = MAX_PROCESSES
    disk_bytes: int = MAX_DISK_BYTES
    compared: bool = True
    """Whether what fails is tried on the project as it is, too."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What came of one command; `base` is what came of it on the project as it is, None where
    that was not tried."""

    command: str
    ended: Ended
    failures: Failures
    places: tuple[Place, ...] = ()
    base: Base | None = None
    disk_full: bool = False

    @property
    def passed(self) -> bool:
        return self.ended.code == 0

    @property
    def words(self) -> str:
        """What came of it, as the end of a sentence. Safe to show."""
        if self.passed:
            return "passed"
        why = self.ended.why
        if why == "time":
            said = f"took longer than {self.ended.seconds:.0f} s and was stopped"
            if self.base is not None and self.base.code is None:
                said += "; without the proposal it did too"
            return said
        if why == "processes":
            return "started too many processes and was stopped"
        if why == "disk":
            most = self.ended.disk_bytes / 1024**3
            return f"filled more than {most:.3g} GB of the disk and was stopped"
        if why in ("stopped", "lost"):
            return "was stopped" if why == "stopped" else "was killed together with its guard"
        if self.disk_full:
            return "failed with the disk full, which says nothing of the proposal"
        if self.ended.code == 127 and not self.failures.known:
            return "can't be started: there is no such command"
        return compared(self.failures, self.base)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of all of it. `remarks` are sentences on what was not as in the project."""

    commands: tuple[CommandResult, ...]
    sandbox: Sandbox
    remarks: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return bool(self.commands) and all(command.passed for command in self.commands)


class CheckListener(Protocol):
    """Who shows a check. All of it is called in the event loop."""

    def check_began(self, sandbox: Sandbox) -> None:
        """The copy is about to be made."""

    def command_began(self, command: str, *, base: bool) -> None:
        """`command` runs: on the proposal, or (`base`) on the project as it is."""

    def command_printed(self, data: bytes) -> None:
        """A piece of the output of the command that runs."""

    def command_ended(self, result: CommandResult) -> None:
        """All is known of one command."""


async def check(
    plan: Plan,
    listener: CheckListener,
    environ: Mapping[str, str],
    bases: MutableMapping[str, Base],
    sandbox: Sandbox | None = None,
) -> CheckResult:
    """Try `plan`; `bases` remembers what came of commands on the project as it is.

    Cancelling ends every process and removes the copy before this returns. Raises CannotCheck,
    and PathRefused where a change may not be made.
    """
    if sandbox is None:
        sandbox = await asyncio.to_thread(sandbox_here)
    listener.check_began(sandbox)
    began = time.monotonic()
    source = await asyncio.to_thread(source_of, plan.root)
    folder = CheckFolder(source.top)
    try:
        await _to_the_end(folder.__enter__)
        attempt = _Attempt(plan, listener, environ, bases, sandbox, folder, source)
        result = await attempt.run()
    finally:
        await _to_the_end(lambda: folder.__exit__())
    return replace(result, seconds=time.monotonic() - began)


async def _to_the_end(work: Callable[[], _Made]) -> _Made:
    """`work` in a thread, waited for even where we are cancelled meanwhile."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


@dataclass(frozen=True, slots=True)
class _Place:
    """A copy with all that belongs to it."""

    layout: Layout
    dependencies: Dependencies
    repository: Repository | None

    @property
    def files(self) -> frozenset[str]:
        """The paths of the copy, relative to the project, as the review knows them."""
        below = self.layout.source.below
        if not below:
            return self.layout.files
        start = below + "/"
        return frozenset(
            name.removeprefix(start) for name in self.layout.files if name.startswith(start)
        )


class _Attempt:
    def __init__(
        self,
        plan: Plan,
        listener: CheckListener,
        environ: Mapping[str, str],
        bases: MutableMapping[str, Base],
        sandbox: Sandbox,
        folder: CheckFolder,
        source: Source,
    ) -> None:
        self._plan = plan
        self._listener = listener
        self._environ = environ
        self._bases = bases
        self._sandbox = sandbox
        self._folder = folder
        self._source = source
        self._base_place: _Place | None = None

    async def run(self) -> CheckResult:
        place = await self._make("tree", self._plan.changes)
        remarks = [*place.layout.remarks, *place.dependencies.remarks]
        results = []
        for command in self._plan.commands:
            self._listener.command_began(command, base=False)
            ended = await self._run(command, place)
            result = await asyncio.to_thread(self._judged, command, ended, place)
            fails = not result.passed and ended.why in ("exit", "time") and not result.disk_full
            if fails and self._plan.compared:
                base = await self._base(command, place)
                if base is None:
                    remarks.append("The project changed meanwhile, so it is compared with nothing.")
                result = replace(result, base=base)
            results.append(result)
            self._listener.command_ended(result)
        return CheckResult(tuple(results), self._sandbox, tuple(dict.fromkeys(remarks)))

    async def _make(self, name: str, changes: tuple[ChangedFile, ...]) -> _Place:
        meter = Meter()
        work = asyncio.ensure_future(asyncio.to_thread(self._made, name, changes, meter))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            meter.stop.set()
            await asyncio.wait({work})
            raise

    def _made(self, name: str, changes: tuple[ChangedFile, ...], meter: Meter) -> _Place:
        """Lay the project out in a thread, with `changes`."""
        source, folder, sandbox = self._source, self._folder, self._sandbox
        tree = folder.path / name / (source.top.name or "project")
        layout = lay_out(source, tree, meter)
        repository = repository_of(source)
        try:
            if repository is not None:
                objects = sandbox.objects_at(folder, repository.objects)
                make_repository(repository, tree, objects, borrow=sandbox.closed)
                if sandbox.kind == "bwrap":
                    (folder.path / "objects").mkdir(exist_ok=True)
            home_settings(folder.home)
        except OSError as error:
            raise cannot(tree, error) from error
        layout = put_changes(layout, changes)
        dependencies = provide(
            layout,
            lend=sandbox.kind == "bwrap",
            link=sandbox.kind == "sandbox-exec",
        )
        return _Place(layout, dependencies, repository)

    async def _run(self, command: str, place: _Place) -> Ended:
        plan, layout, sandbox = self._plan, place.layout, self._sandbox
        environ = environment(
            self._environ,
            self._folder,
            layout,
            at=sandbox.seen_at(layout),
            pass_on=plan.pass_environment,
            closed=sandbox.closed,
        )
        wrapped = sandbox.wrapped(
            ("/bin/sh", "-c", command),
            self._folder,
            layout,
            lent=place.dependencies.lent,
            objects=None if place.repository is None else place.repository.objects,
            environ=self._environ,
        )
        return await run_command(
            wrapped,
            cwd=layout.project,
            environ=environ,
            seconds=plan.seconds,
            folder=self._folder.path,
            processes=plan.processes,
            disk_bytes=plan.disk_bytes,
            heard=self._listener.command_printed,
        )

    def _judged(self, command: str, ended: Ended, place: _Place) -> CommandResult:
        """What came of it, read from its output. May take a moment for much of that."""
        full = ended.code != 0 and (
            "No space left on device" in ended.output or self._free() < _FULL
        )
        known = failures(ended.output) if ended.code != 0 else Failures()
        layout = place.layout
        seen = self._sandbox.seen_at(layout)
        below = layout.source.below
        roots = [str(seen / below), str(layout.project), str(layout.source.top / below)]
        links = places(ended.output, Paths(place.files, roots))
        return CommandResult(command, ended, known, links, disk_full=full)

    def _free(self) -> int:
        try:
            return shutil.disk_usage(self._folder.path).free
        except OSError:
            return _FULL

    async def _base(self, command: str, place: _Place) -> Base | None:
        """What comes of `command` on the project as it is; None where that has changed."""
        key = self._key(command, place)
        if (remembered := self._bases.get(key)) is not None:
            return remembered
        if self._base_place is None:
            self._base_place = await self._make("base", ())
        if self._base_place.layout.fingerprint != place.layout.fingerprint:
            return None
        self._listener.command_began(command, base=True)
        ended = await self._run(command, self._base_place)
        if ended.why not in ("exit", "time"):
            return None
        known = await asyncio.to_thread(failures, ended.output) if ended.code else Failures()
        base = Base(ended.code, known)
        self._bases[key] = base
        return base

    def _key(self, command: str, place: _Place) -> str:
        repository = place.repository
        parts = (
            "" if repository is None else head_of(repository),
            place.layout.fingerprint,
            str(self._plan.root),
            command,
            self._sandbox.kind,
            repr(self._plan.seconds),
            *sorted(place.dependencies.lent + place.dependencies.copied),
            *sorted(self._plan.pass_environment),
        )
        data = "\0".join(parts).encode("utf-8", "surrogateescape")
        return hashlib.sha256(data).hexdigest()
