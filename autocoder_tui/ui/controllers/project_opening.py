"""From a folder to a run of steps in it: which steps, which prompt, whether it goes on."""

from __future__ import annotations

from autocoder_tui.steps.face import ProjectFace
from autocoder_tui.steps.progress import ProjectProgress
from autocoder_tui.ui.controllers.project_parts import RunOfSteps
from autocoder_tui.ui.program import Program


class ProjectOpening:
    """An `Opening`."""

    def __init__(self, app: Program) -> None:
        self._app = app

    async def session(self, face: ProjectFace) -> RunOfSteps | None:
        return None

    async def other_steps(self, face: ProjectFace, now: RunOfSteps | None) -> RunOfSteps | None:
        return None

    async def edit_prompt(self) -> None:
        pass

    async def ready(self) -> bool:
        return True

    async def goes_on(self, progress: ProjectProgress) -> bool:
        return False
