"""Projects, steps and a face for the tests of steps: real files, runs and requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from autocoder_tui.demo.script import Script
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import Event
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.setup import ChosenModel, Setup, choose_model
from autocoder_tui.runs.supervision import RunSupervisor
from autocoder_tui.runs.text_call import call
from autocoder_tui.steps.configuration import Configuration
from autocoder_tui.steps.context import Proposed, ScriptEnded
from autocoder_tui.steps.face import Consent, Proposal, ScriptPlace
from autocoder_tui.steps.opening import begin_session, resume_session
from autocoder_tui.steps.progress import ProjectProgress
from autocoder_tui.steps.proposal import prepared_for
from autocoder_tui.steps.session import ProjectSession
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.change import Change
from tests.ui.driving import setup_for
from tests.watched_server import WatchedServer


def framed(**files: str) -> str:
    """A reply with these files; their names are given with "_" for the dot before their end."""
    frames = []
    for name, text in files.items():
        frames.append(f'<file path="{name.replace("_", ".")}">\n{text}</file>\n')
    return "".join(frames)


@dataclass
class PlainFace:
    """Writes what is proposed where `accepts`, and keeps what it is told."""

    setup: Setup
    accepts: bool = True
    answers: list[str | None] = field(default_factory=list)
    agrees: bool = True
    script: ScriptPlace | None = None
    messages: list[str] = field(default_factory=list)
    asked: list[Consent] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    shown: list[ProjectProgress] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._keeping = RunRecorder(self.setup)
        self._supervisor = RunSupervisor(self._keeping, str)

    async def run(self, make_request: Callable[[], Prepared], state: RunState) -> None:
        await call(self._supervisor, self._keeping, make_request, self, state)

    def run_began(self, prepared: Prepared) -> None: ...
    def run_brought(self, events: Sequence[Event], state: RunState) -> None: ...
    def run_remarked(self, remark: str) -> None: ...
    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None: ...

    def run_told(self, message: str) -> None:
        self.messages.append(message)

    async def answer(self, question: str, suggestions: Sequence[str], assume: str) -> str | None:
        self.questions.append(question)
        return self.answers.pop(0) if self.answers else None

    async def consents(self, consent: Consent) -> bool:
        self.asked.append(consent)
        return self.agrees

    async def script_place(self, consent: Consent) -> ScriptPlace | None:
        self.asked.append(consent)
        return self.script

    async def run_in_terminal(self, command: Sequence[str], folder: Path) -> ScriptEnded:
        process = await asyncio.create_subprocess_exec(*command, cwd=folder)
        return ScriptEnded(await process.wait(), "ran")

    async def propose(self, proposal: Proposal) -> Proposed:
        self.proposals.append(proposal)
        prepared = prepared_for(proposal, self.setup.limits)
        state = RunState()
        await self.run(lambda: prepared, state)
        reviewable = make_review(prepared, state.files)
        self.refused += reviewable.refused
        if not self.accepts:
            return Proposed((), open=True)
        accepted = reviewable.review.all_verdict(Verdict.ACCEPTED)
        changes = [
            Change(file.path, file.result(), reviewable.originals[file.path])
            for file in accepted.files
        ]
        apply_changes(proposal.root, changes)
        return Proposed(tuple(change.path for change in changes))

    def progressed(self, progress: ProjectProgress) -> None:
        self.shown.append(progress)

    def told(self, message: str) -> None:
        self.messages.append(message)


@dataclass
class Bench:
    """A project in `folder`, with a server that answers by `script`."""

    folder: Path
    server: WatchedServer
    setup: Setup
    face: PlainFace

    @property
    def root(self) -> Path:
        return self.folder / "project"

    @property
    def requests(self) -> list[str]:
        """The last message of each request that came."""
        return [str(one.messages[-1]["content"]) for one in self.server.requests]

    def model(self) -> ChosenModel:
        return choose_model(self.setup)

    def restarted(self) -> Bench:
        """The same, as the program finds it after another start."""
        return replace(self, face=PlainFace(self.setup))

    def with_flags(self, *flags: str) -> Bench:
        """The same, as these flags set it up."""
        setup = setup_for(self.folder, *flags)
        return replace(self, setup=setup, face=PlainFace(setup))

    async def begin(self, *steps: str, picks: Sequence[str] = ()) -> ProjectSession:
        made = Configuration("test", steps)
        return await begin_session(self.setup, self.face, self.model, made, picks)

    async def resume(self) -> ProjectSession:
        return await resume_session(self.setup, self.face, self.model)

    def logs(self) -> Path:
        (run,) = (self.root / ".autocoder" / "logs").iterdir()
        return run


@asynccontextmanager
async def bench(
    folder: Path, script: Script, *flags: str, prompt: str = "A greeting."
) -> AsyncIterator[Bench]:
    async with WatchedServer(script) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        setup = setup_for(folder, *at, *flags)
        own = folder / "project" / ".autocoder"
        own.mkdir(parents=True, exist_ok=True)
        if prompt:
            (own / "prompt").write_text(prompt)
        yield Bench(folder, server, setup, PlainFace(setup))
