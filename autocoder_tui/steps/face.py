"""What a project needs of the face it runs in: the screen, or a command without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.steps.context import Proposed, ScriptEnded
from autocoder_tui.steps.progress import ProjectProgress
from autocoder_tui.values import dataclass

Wish: TypeAlias = Literal["check", "script", "own step"]
"""What is asked a yes for: commands in the check's place, a script a model wrote, Python code
that lies in the project."""

ScriptPlace: TypeAlias = Literal["closed", "terminal"]
"""Where a script runs: in the check's closed place, or in the terminal with the person's own
rights."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A question that has to be answered with a yes before something runs. `question` says what
    will happen where, `shown` is the text it is about, whole. Both are safe to show."""

    wish: Wish
    title: str
    question: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """All files of a draft. `reply` holds them as a reply from elsewhere would
    (`runs.preparation.prepare_given`), `requirements` say what they are for. `run_id` is the run
    it shall be in the history, the same where the program was killed over it: what was decided
    there already is found by it. `project_run` is what that run says it belongs to
    (`Prepared.project_run`)."""

    root: Path
    reply: str
    requirements: str
    run_id: str
    project_run: str


class ProjectFace(Protocol):
    """All of it is called in the event loop."""

    async def run(self, make_request: Callable[[], Prepared], state: RunState) -> None:
        """See one request through, keep it in the history and show it, as any run
        (`runs.text_call.call`). What came of it is in `state`. Raises nothing but a
        cancellation."""

    async def answer(self, question: str, suggestions: Sequence[str], assume: str) -> str | None:
        """What the person answers; None where nobody does."""

    async def consents(self, consent: Consent) -> bool:
        """Whether the person says yes."""

    async def script_place(self, consent: Consent) -> ScriptPlace | None:
        """Where a script that is shown whole may run, None for nowhere."""

    async def run_in_terminal(self, command: Sequence[str], folder: Path) -> ScriptEnded:
        """Hand the terminal over to `command`, and take it back whole."""

    async def propose(self, proposal: Proposal) -> Proposed:
        """Have a proposal reviewed, or delivered without the screen. Returns once nothing more
        is to be decided on now."""

    def progressed(self, progress: ProjectProgress) -> None:
        """Something of it changed."""

    def told(self, message: str) -> None:
        """A sentence for the person."""
