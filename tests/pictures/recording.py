"""The whole job as a recording: a run with a continuation, the review, a failing test sent back,
tests that pass, the write, the commit."""

from __future__ import annotations

from typing import Final

from autocoder_tui.demo.server import DEMO_TOKENS_PER_SECOND
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.pictures.image import Frame
from tests.pictures.stage import Stage, demo_at, on_stage

SIZE: Final = (100, 30)
_PIECES: Final = 24
"""Pieces of a reply from one frame to the next."""
_EVERY: Final = _PIECES / DEMO_TOKENS_PER_SECOND


class _Camera:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.frames: list[Frame] = []

    async def take(
        self, seconds: float, key: str = "", says: str = "", *, notices: bool = False
    ) -> None:
        """The screen as it is; one like the frame before makes that longer."""
        screen, last = await self.stage.look(notices=notices), self.frames[-1:]
        if last and (last[0].screen, last[0].key, last[0].says) == (screen, key, says):
            seconds += self.frames.pop().seconds
        self.frames.append(Frame(screen, seconds, key, says))

    async def press(self, seconds: float, key: str, says: str, *keys: str) -> None:
        await self.stage.press(*keys)
        await self.take(seconds, key, says)

    async def stream(self, key: str, says: str, every: int) -> None:
        """The reply as it comes, until the run has ended."""
        stage, runner = self.stage, self.stage.app.runner
        stage.pace.allowed = stage.pace.sent
        while True:
            stage.pace.allow(every * _PIECES)
            stage.clock.now += every * _EVERY
            await stage.until(lambda: stage.pace.is_through or not runner.running)
            if not runner.running:
                return
            part = "The output limit is reached: it goes on by itself, in a second part."
            await self.take(_EVERY, key, part if runner.state.part > 1 else says)


async def recorded(theme: str) -> list[Frame]:
    """The frames of the recording in a theme."""
    async with on_stage(demo_at(theme), SIZE) as stage:
        camera, app = _Camera(stage), stage.app
        review = app.main.query_one(ReviewPane)
        await stage.until(lambda: app.main.query_one(FilePicker).picks)
        await camera.take(2.5, "", "Files are picked, and what is wanted is written.")
        await stage.press("ctrl+r")
        await camera.stream("Ctrl+R", "The model streams the code.", 1)
        await _reviewed(stage, review)
        await stage.press("f4", "home")
        while "part 2:" not in (await stage.look()).text:
            await stage.press(*["down"] * 6)
        await camera.take(2.5, "F4", "Where the two parts joined is marked beside the line.")
        await camera.press(1.5, "F5", "The review: what the run proposes, hunk by hunk.", "f5")
        for _ in range(3):
            await camera.press(0.7, "a", "Accept the hunk.", "a")
        await camera.press(1.2, "r", "Reject the hunk.", "r")
        await camera.press(0.9, "-", "Take that back.", "minus")
        await camera.press(1.2, "Ctrl+A", "Accept everything.", "ctrl+a")
        await stage.press("C")
        await stage.until_shows("Run this project's checks?")
        await camera.take(2.2, "C", "Check: the project's tests, on a copy.")
        await stage.press("r")
        await stage.until_shows("B sends back")
        await camera.take(2.2, "r", "A test fails that passes without the proposal.")
        await stage.press("B")
        await camera.stream("B", "What failed goes back to the model.", 3)
        await _reviewed(stage, review)
        await camera.take(2, "", "What was decided stays decided. One hunk is new.")
        await camera.press(1.2, "a", "Accept the hunk.", "a")
        await stage.press("C")
        await stage.until_shows("✓ passed")
        await camera.take(2, "C", "Now the tests pass.")
        await stage.press("enter")
        await stage.until_shows("✓ written")
        await camera.take(1.8, "Enter", "Written. U would undo it.")
        await stage.press("c")
        await stage.until(lambda: app.screen is not app.main)
        await camera.take(1.8, "c", "Commit it.")
        await stage.press("ctrl+s")
        await stage.until(lambda: app.screen is app.main)
        await stage.until_shows("committed")
        await camera.take(3, "Ctrl+S", "Committed: that file, and nothing else.", notices=True)
        return camera.frames


async def _reviewed(stage: Stage, review: ReviewPane) -> None:
    """Wait until the proposal of the run that has just ended is under the keys."""
    app = stage.app
    await stage.until(lambda: not app.runner.running and review.review is not None)
    await stage.until(lambda: app.focused is not None and app.focused.id == "diff")
