"""What is seen where something went wrong."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from autocoder_tui.demo.script import Reply, chunk, error_reply
from tests.pictures.walk.asking import SHOP, WISH
from tests.pictures.walk.camera import Camera, reply, scene


@scene
async def failed(camera: Camera) -> None:
    flags = ("-r", WISH, "-i", "src/orders.py", "--max-attempts", "1")
    refused = error_reply(401, "Incorrect API key provided", code="invalid_api_key")
    for name, answer in {
        "key-refused": refused,
        "model-gone": error_reply(404, "The model `test-model` does not exist"),
        "server-failed": error_reply(500, "The engine broke"),
        "empty-reply": Reply(""),
        "refusal": Reply(frames=[chunk({"refusal": "I can't do that."}), chunk({}, "stop")]),
        "no-file": Reply("I would rather talk about the weather. " * 20),
        "unchanged": reply(("src/orders.py", str(SHOP["src/orders.py"]))),
        "cut-off": reply(("src/orders.py", "x = 1\n" * 80), cut="reset", cut_after=200),
    }.items():
        async with camera.project(SHOP, *flags, script=[answer] * 4) as stage:
            app = stage.app
            await stage.until(lambda app=app: app.job().picks)  # type: ignore[misc]
            stage.pace.allow(10**9)
            await stage.press("ctrl+r")
            await stage.until(lambda app=app: app.runner.state.ended)  # type: ignore[misc]
            await camera.take(name)
            await camera.press(f"{name}-review", "f5")


@scene
async def server_gone(camera: Camera) -> None:
    flags = ("-r", WISH, "--base-url", "http://127.0.0.1:9/v1", "--max-attempts", "5")
    async with camera.project(SHOP, *flags) as stage:
        await stage.press("ctrl+r")
        await stage.until_shows("next in")
        await camera.take("tried-again")
        await stage.press("escape")
        await stage.until(lambda: not stage.app.runner.running)
        await camera.take("stopped")


@scene
async def unreadable(camera: Camera) -> None:
    async with camera.project(SHOP, "-r", WISH, "-i", "src/orders.py") as stage:
        await stage.until(lambda: stage.app.job().picks)
        root = stage.app.root
        (root / "src/orders.py").unlink()
        (root / "src/orders.py").symlink_to("nowhere")
        await stage.press("ctrl+r")
        await camera.take("pick-gone")
        await stage.press("escape")
        await stage.press("f2", *"data", "right", "escape")
        await camera.press("binary", *"picture", "escape", "space")


@scene
async def state_unwritable(camera: Camera) -> None:
    script = [reply(("src/orders.py", "x = 1\n"))]

    def spoil(home: Path) -> None:
        for kept in range(50):
            (home / "state").rename(home / f"kept-{kept}")
            with suppress(IsADirectoryError):  # the program was quicker
                (home / "state").write_text("a file where a folder should be")
                return

    async with camera.project(SHOP, "-r", WISH, script=script) as stage:
        spoil(stage.app.setup.places.state.parent)
        stage.pace.allow(10**9)
        await stage.press("ctrl+r")
        await stage.until(lambda: stage.app.runner.state.ended)
        await camera.take("run")
        await stage.press("f5", "A", "enter")
        await camera.take("write")
