"""What is seen till a run begins: first starts, files, requirements, models."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.runs.setup import Setup
from autocoder_tui.steps.project_demo import project_demo_setup
from autocoder_tui.ui.controllers.project_wish import Wish
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.files.picker import FilePicker
from tests.pictures.stage import demo_at, setup_at
from tests.pictures.walk.camera import Camera, reply, scene

SHOP: Final[dict[str, str | bytes]] = {
    "README.md": "# Shop\n\nSells things.\n",
    "src/orders.py": "def total(orders):\n    return sum(order.price for order in orders)\n",
    "src/stock.py": "from src.orders import total\n\nITEMS = {}\n",
    "src/a/deeply/nested/package/with/a_name_that_is_long_enough_to_be_cut_somewhere.py": "x = 1\n",
    "tests/test_orders.py": "import unittest\n",
    ".env": "TOKEN=not-a-real-one\n",
    "data/picture.bin": b"\x00\x01\x02" * 50,
    "data/large.csv": "a,b,c\n" * 30_000,
}
WISH = "Sum the orders by day, and print the days in order."
_QUESTION = "QUESTION: Which format should the report have?\n- JSON\n- CSV\nASSUME: JSON"


@scene
async def first_start(camera: Camera) -> None:
    def made(home: Path) -> Setup:
        setup = setup_at(home)
        (home / "state" / "guide.json").unlink()
        (home / "project" / "main.py").write_text("print('hello')\n")
        return setup

    async with camera.on(made) as stage:
        await stage.until(lambda: stage.app.screen is not stage.app.main)
        await camera.take("choices")
        await camera.press("model", "up", "enter")
        await camera.press("looked-around", "escape", "escape")
        await camera.press("run-without-key", "f3", *"do it", "ctrl+r")


@scene
async def empty_project(camera: Camera) -> None:
    async with camera.project({}):
        await camera.take("requirements")
        await camera.press("files", "f2")
        await camera.press("review", "f5")
        await camera.press("check", "f7")
        await camera.press("output", "f4")
        for pane in ("notes", "reasoning", "log"):
            camera.stage.app.main.show(pane)
            await camera.take(pane)
        await camera.press("run-with-nothing", "f3", "ctrl+r")


@scene
async def guide(camera: Camera) -> None:
    async with camera.project(SHOP, guided=True):
        await camera.take("begins")
        await camera.press("files", "f2", "space")
        await camera.press("request", "f3", "d", "o")


@scene
async def files(camera: Camera) -> None:
    async with camera.project(SHOP, "-r", WISH, "-i", "src/orders.py") as stage:
        app = stage.app
        await stage.until(lambda: app.main.query_one(FilePicker).picks)
        await camera.press("tree", "f2")
        await camera.press("open", "down", "enter", "down", "down")
        await camera.press("typed", *"read")
        await camera.press("typed-nothing", *"zzz")
        await stage.press("escape", *"data", "right", "escape")
        await camera.press("large", *"large", "escape", "space")
        await stage.press("escape", "space", *"data", "right")
        await camera.press("secret", "escape", *".env", "escape")
        await camera.press("secret-asked", "space")
        await stage.press("escape")
        await camera.press("finder-empty", "ctrl+f")
        await camera.press("finder", *"or")
        await camera.press("finder-none", *"qqq")
        await stage.press(*["backspace"] * 5)
        await camera.press("finder-glob", *"src/**/*.py")
        await camera.press("finder-glob-picked", "space")
        await camera.press("finder-save-set", "ctrl+s")
        await stage.press(*"shop", "enter")
        await camera.take("finder-sets")
        await stage.press("escape", "escape")
        await camera.press("picks", "f2")


@scene
async def many_files(camera: Camera) -> None:
    many: dict[str, str | bytes] = {
        f"src/part_{n:03}/module_{n:03}.py": "x = 1\n" for n in range(300)
    }
    async with camera.project({**SHOP, **many}) as stage:
        await camera.press("many", "ctrl+f")
        await camera.press("many-typed", *"mod12")
        await camera.press("many-below", *["down"] * 8)
        await stage.press("escape")
        await camera.press("tree", "f2", "down", "enter", "end")


@scene
async def requirements(camera: Camera) -> None:
    long = "".join(f"{n}. A wish that is a line of its own, with `code`.\n" for n in range(80))
    async with camera.project(SHOP, "-r", f"# Wishes\n\n{long}", "-i", "src/orders.py") as stage:
        await stage.until(lambda: stage.app.job().picks)
        await camera.press("long", "f3")
        await camera.press("long-end", "ctrl+end")
        await camera.press("reference", "enter", "at", *"or")
        await stage.press("escape")
        await camera.press("earlier", "alt+p")
        await stage.press("escape")
        await camera.press("refused", "ctrl+r")


@scene
async def modes(camera: Camera) -> None:
    async with camera.project(SHOP, "-r", WISH, "-i", "src/orders.py") as stage:
        await stage.until(lambda: stage.app.job().picks)
        for _ in range(4):
            await stage.press("ctrl+n")
            await camera.take(stage.app.modes.mode)
        await camera.press("target", "ctrl+t")
        await camera.press("preferences", "f3", "ctrl+b")


@scene
async def clarify(camera: Camera) -> None:
    script = [Reply(_QUESTION), Reply("DONE"), reply(("src/days.py", "x = 1\n"))]
    async with camera.project(SHOP, "-r", WISH, "--mode", "clarify", script=script) as stage:
        stage.pace.allow(10**9)
        await stage.press("ctrl+r")
        await stage.until_shows("Which format")
        await camera.take("asked")
        await stage.press("2")
        await stage.until_shows("nothing left")
        await camera.take("over")


@scene
async def models(camera: Camera) -> None:
    async with camera.project(SHOP) as stage:
        await camera.press("list", "ctrl+o")
        await camera.press("typed", *"qwen")
        await camera.press("none", *"zzzz")
        await stage.press(*["backspace"] * 8)
        await camera.press("below", *["down"] * 6)
        await camera.press("add", "ctrl+n")
        await camera.press("add-typed", *"http://127.0.0.1:9/v1", "enter")


@scene
async def steps(camera: Camera) -> None:
    def made(home: Path) -> Setup:
        (home / "project").mkdir()
        return project_demo_setup(setup_at(home, "--demo"), fresh=False)

    async with camera.on(made, wants=Wish()) as stage:
        stage.pace.allow(10**9)
        await stage.until_shows("r runs")
        await camera.take("begins")
        await stage.press("o")
        await stage.until_shows("1  In the file", "asked again later")
        await camera.take("question")
        await stage.press("1")
        await stage.until_shows("2  By the beginning", "asked again later")
        await stage.look()
        await stage.press("1")
        await stage.until_shows("r runs on")
        await camera.take("after-a-step")
        stage.pace.allowed = stage.pace.sent
        await stage.press("o")
        stage.pace.allow(150)
        stage.clock.now += 3
        await stage.until(lambda: stage.pace.is_through)
        await camera.take("streams")
        stage.pace.allow(10**9)
        await stage.until_shows("r runs on")
        await camera.press("done", "f12")
        await camera.press("conversation", "enter")


@scene
async def sending(camera: Camera) -> None:
    """What is asked before a run: a key in a file, too much for the window."""
    made_up = "sk-proj-" + "Qw8rTy2uIo5pAs9dFg1hJk4l"
    project: dict[str, str | bytes] = {**SHOP, "settings.py": f"KEY = '{made_up}'\n"}
    async with camera.project(project, "-r", WISH, "-i", "settings.py") as stage:
        await stage.until(lambda: stage.app.job().picks)
        await stage.press("ctrl+r")
        await stage.until(lambda: isinstance(stage.app.screen, Question))
        await camera.take("key-found")


@scene
async def waiting(camera: Camera) -> None:
    busy = error_reply(429, "Too many requests", headers={"retry-after": "900"})
    async with camera.project(SHOP, "-r", WISH, script=[busy, busy]) as stage:
        await stage.press("ctrl+r")
        await stage.until(lambda: isinstance(stage.app.screen, Question))
        await camera.take("long-wait-asked")
        await stage.press("w")
        await camera.take("waits")


@scene
async def demo_first(camera: Camera) -> None:
    async with camera.on(demo_at(camera.themes[0])) as stage:
        await stage.until(lambda: stage.app.main.query_one(FilePicker).picks)
        await camera.take("begins")
        await camera.press("figures", "alt+m")
