"""What the controller of the panel needs of a run of steps, and of what opens one."""

from __future__ import annotations

from typing import Protocol

from autocoder_tui.steps.face import ProjectFace
from autocoder_tui.steps.progress import ProjectProgress


class RunOfSteps(Protocol):
    """`steps.session.ProjectSession`, as far as the screen needs it."""

    @property
    def progress(self) -> ProjectProgress: ...

    async def run(self, *, pause: bool = False) -> None: ...

    async def skip(self, index: int) -> None: ...

    async def edit(self, index: int, text: str) -> None: ...

    async def again_from(self, index: int) -> None: ...

    def output_text(self, index: int) -> str: ...


class Opening(Protocol):
    """Opens the project of the folder. All that waits must be called from a worker."""

    async def session(self, face: ProjectFace) -> RunOfSteps | None:
        """The newest run of the project, or one that is about to begin."""

    async def other_steps(self, face: ProjectFace, now: RunOfSteps | None) -> RunOfSteps | None:
        """A run of a configuration that the person chooses; None where they choose none."""

    async def edit_prompt(self) -> None:
        """Let the person write what they want."""

    async def ready(self) -> bool:
        """Whether there is all that a run needs; what is missing is asked for."""

    async def goes_on(self, progress: ProjectProgress) -> bool:
        """Whether a run that was cut short goes on at once."""
