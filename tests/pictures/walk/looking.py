"""Screens above the workspace: history, usage, settings, help, dialogs; and sizes."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.engine.events import RunFinished, TextDelta
from autocoder_tui.runs.setup import Setup
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import recover_runs
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.widgets.files.picker import FilePicker
from tests.pictures.stage import demo_at, setup_at
from tests.pictures.walk.asking import SHOP, WISH
from tests.pictures.walk.camera import Camera, scene
from tests.store.kept_runs import run
from tests.ui.test_dialog_buttons import MADE
from tests.ui.test_recovery import PROPOSED, WHOLE, left_behind


def _kept(home: Path) -> None:
    history = History(home / "state")
    wishes = ("Sum orders by day", "Ünïcode ✓ 日本 in a name", "A wish that is " + "long " * 40)
    for number, wish in enumerate(wishes):
        history.add(
            run(
                "text\n" * (10**number),
                f"{number:012x}",
                started=f"2026-03-0{number + 1}T10:0{number}:00.000+00:00",
                project=str(home / "project"),
                requirements=wish,
            )
        )


@scene
async def history(camera: Camera) -> None:
    async with camera.project(SHOP, before=_kept) as stage:
        await camera.press("list", "f6")
        await camera.press("second", "down")
        await camera.press("search-none", "slash", *"zzzz")
        await stage.press(*["backspace"] * 4, "escape")
        await camera.press("marked", "space", "down", "space")
        await camera.press("compared", "c")
        await stage.press("escape")
        await camera.press("run", "enter")
        await stage.press("escape", "escape")
        await camera.press("prompts", "f3", "alt+p")
        await stage.press("escape")
        await camera.press("usage", "ctrl+l")
    async with camera.project(SHOP):
        await camera.press("empty", "f6")
        await camera.stage.press("escape")
        await camera.press("usage-empty", "ctrl+l")
        await camera.stage.press("escape")
        await camera.press("prompts-empty", "f3", "alt+p")
        await camera.stage.press("escape")
        await camera.press("batch-empty", "f2", "Q")


@scene
async def recovered(camera: Camera) -> None:
    def before(home: Path) -> None:
        done = left_behind(home, TextDelta(WHOLE), PROPOSED, RunFinished("Counted."))
        kept = History(home / "state")
        recover_runs(kept)
        kept.settled(done)
        for wish in ("Count the orders in words, not in digits", "Say which day had most"):
            left_behind(home, TextDelta(WHOLE[:-40]), wish=wish)

    def made(home: Path) -> Setup:
        before(home)
        return setup_at(home, "--base-url", "http://127.0.0.1:9/v1", "-m", "test-model")

    async with camera.on(made) as stage:
        await stage.until(lambda: stage.app.screen is not stage.app.main)
        await camera.take("offered")
        await camera.press("reviewed", "r")


@scene
async def above(camera: Camera) -> None:
    async with camera.project(SHOP, "-r", WISH, before=_kept) as stage:
        await camera.press("help-requirements", "f1")
        await camera.press("help-typed", *"undo")
        await stage.press("escape")
        await camera.press("help-files", "f2", "question_mark")
        await stage.press("escape")
        await camera.press("palette", "ctrl+p")
        await camera.press("palette-typed", *"check")
        await stage.press("escape")
        await camera.press("settings", "f10")
        await camera.press("settings-below", *["down"] * 12)
        await camera.press("setting", "enter")
        await stage.press("escape", "escape")
        await camera.press("settings-keys", "f10", *"keys")
        await stage.press("escape", "escape")
        await stage.press("ctrl+p", *"change theme", "enter")
        await camera.press("themes", *camera.themes[0])
        await stage.press("escape")
        await camera.press("figures", "alt+m")
        await stage.press("escape")
        await camera.press("log", "f9")
        await camera.press("log-search", "slash", *"zzz")
        await stage.press("escape")
        await camera.press("paste-reply", "f2", "P")


@scene
async def sizes(camera: Camera) -> None:
    async with camera.on(demo_at(camera.themes[0])) as stage:
        await stage.until(lambda: stage.app.main.query_one(FilePicker).picks)
        await camera.press("wider-files", "f2", *["alt+shift+right"] * 4)
        await camera.press("maximised-files", "f11")
        await camera.press("maximised-requirements", "f3")
        await stage.press("f11")
        await camera.press("taller", "f3", *["alt+shift+down"] * 3)
        for size in ((60, 15), (59, 14), (40, 10), camera.size):
            await stage.pilot.resize_terminal(*size)
            await camera.take(f"{size[0]}x{size[1]}")


@scene
async def dialogs(camera: Camera) -> None:
    """One of each kind of dialog."""

    def before(home: Path) -> None:
        run_id = left_behind(home, TextDelta(WHOLE), PROPOSED, RunFinished("Counted."))
        kept = History(home / "state")
        recover_runs(kept)
        kept.settled(run_id)
        kept.add(run("text\n", "last", project=str(home / "project")))

    async with camera.project({}, before=before) as stage:
        app = stage.app
        for kind, make in MADE.items():
            dialog: Dialog[object] = make(app)
            app.push_screen(dialog)
            await stage.until(lambda shown=dialog: app.screen is shown)  # type: ignore[misc]
            await camera.take(kind.__name__)
            app.pop_screen()
            await stage.until(lambda: app.screen is app.main)
