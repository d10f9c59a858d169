"""Where each scene puts its pictures; the scenes register themselves here."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeAlias

from autocoder_tui.demo.script import Reply, Script
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.runs.setup import Setup
from autocoder_tui.ui.controllers.project_wish import Wish
from tests.pictures.screen import Screen, screen_of
from tests.pictures.stage import Stage, on_stage, setup_at

Scene: TypeAlias = Callable[["Camera"], Awaitable[None]]

SCENES: Final[dict[str, Scene]] = {}
MODEL: Final = "test-model"
_STILL: Final = 0.15
"""Seconds for which a screen stays as it is: less than where each picture has to be the same."""


def scene(walk: Scene) -> Scene:
    """Have it walked under its own name."""
    SCENES[walk.__name__.replace("_", "-")] = walk
    return walk


class Camera:
    """Takes pictures in one size of terminal, each in every theme: `keep` gets what is seen."""

    def __init__(
        self,
        size: tuple[int, int],
        themes: tuple[str, ...],
        keep: Callable[[str, str, Screen], None],
        *,
        plain: bool = False,
    ) -> None:
        self.size, self.themes, self._keep, self._plain = size, themes, keep, plain
        self.scene = ""
        self.stage: Stage
        self._number = 0

    async def walk(self, name: str) -> str:
        """Walk a scene. Returns why it did not come to its end; what was on the screen then is
        a picture of its own."""
        self.scene, self._number = name, 0
        try:
            await SCENES[name](self)
        except Exception:
            return traceback.format_exc()
        return ""

    async def take(self, moment: str) -> None:
        """A picture in each theme of what stands on the screen."""
        self._number += 1
        app = self.stage.app
        for theme in self.themes:
            app.themes.show(theme)
            screen = await self.stage.look(notices=True, still=_STILL)
            self._keep(f"{self.scene}-{self._number:02}-{moment}", theme, screen)
        app.themes.show(self.themes[0])

    async def press(self, moment: str, *keys: str) -> None:
        """Press, and take what comes of it."""
        await self.stage.press(*keys)
        await self.take(moment)

    @asynccontextmanager
    async def on(
        self, made: Callable[[Path], Setup], *, wants: Wish | None = None
    ) -> AsyncIterator[Stage]:
        """The program on what `made` gives for an empty home."""
        async with on_stage(made, self.size, wants=wants, no_color=self._plain) as stage:
            self.stage = stage
            try:
                yield stage
            except Exception:
                self._keep(f"{self.scene}-failed", self.themes[0], screen_of(stage.app))
                raise

    @asynccontextmanager
    async def project(
        self,
        files: dict[str, str | bytes],
        *flags: str,
        script: Script = (),
        guided: bool = False,
        before: Callable[[Path], None] | None = None,
        models: str = "",
    ) -> AsyncIterator[Stage]:
        """The program on a project of those files, whose model answers with `script`. `models` is
        what models.toml says, with `{base_url}` for where the model is."""
        async with DemoServer(script, models=(MODEL, "another-model")) as server:

            def made(home: Path) -> Setup:
                root = home / "project"
                for name, text in files.items():
                    file = root / name
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(text.encode() if isinstance(text, str) else text)
                root.mkdir(exist_ok=True)
                if models:
                    (home / "config").mkdir()
                    written = models.replace("{base_url}", server.base_url)
                    (home / "config" / "models.toml").write_text(written)
                if before is not None:
                    before(home)
                at = ("--base-url", server.base_url, "-m", MODEL)
                setup = setup_at(home, *at, *flags)
                if guided:
                    (home / "state" / "guide.json").unlink(missing_ok=True)
                return setup

            async with self.on(made) as stage:
                await stage.until(lambda: stage.app.recovery.done)
                yield stage


def reply(*files: tuple[str, str], reasoning: str = "", after: str = "", **more: object) -> Reply:
    """Those files, framed as a model is asked to."""
    text = "".join(f'<file path="{path}">\n{text}</file>\n' for path, text in files)
    return Reply(text + after, reasoning=reasoning, **more)  # type: ignore[arg-type]
