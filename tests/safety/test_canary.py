"""A key of a telling value goes in by every door; then it is looked for in all that came out."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from textual.widgets import Input, Static

from autocoder_tui.demo.script import Received, Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.runs.setup import Setup
from autocoder_tui.ui.screens.endpoint_form import EndpointForm
from autocoder_tui.ui.screens.model_picker import ModelPicker
from autocoder_tui.ui.widgets.log.view import LogView
from tests.fork_server import EXECUTED
from tests.ui.driving import driven, framed, setup_for, until

CANARY = "sk-canary/8f3Kq+Zt7Wv=1xYp4Lm6Nb2Rd9"
MODELS = """
[providers.Canary]
base_url = "{base_url}"
key_file = "canary-api-key.txt"
key_variable = "CANARY_API_KEY"

[[models]]
name = "canary-model"
provider = "Canary"
"""


def traces() -> list[bytes]:
    """The key as it may have been written down: as it is, quoted, escaped, base64."""
    forms = {CANARY, quote(CANARY, safe=""), quote(CANARY), CANARY.replace("/", "\\/")}
    for text in (CANARY, f" {CANARY}", f"x:{CANARY}", f"Bearer {CANARY}"):
        encoded = base64.b64encode(text.encode()).decode()
        forms |= {encoded.rstrip("=")[4:-3], base64.b32encode(text.encode()).decode()[8:-10]}
    return [form.encode() for form in forms]


def files_below(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def assert_nowhere(place: str, data: bytes) -> None:
    for form in traces():
        assert form not in data, f"the key is in {place}: {form!r}"


def assert_not_in_folders(*folders: Path) -> None:
    looked_at = 0
    for path in files_below(*folders):
        if path.name in (".env", "canary-api-key.txt"):
            continue  # where the test itself put it
        looked_at += 1
        assert_nowhere(str(path), path.read_bytes())
    assert looked_at, "nothing was written, so nothing was proven"


def success(request: Received) -> Reply:
    assert request.headers["authorization"] == f"Bearer {CANARY}"
    return framed("out.py", "print('hello')\n")


def rejected(request: Received) -> Reply:
    return error_reply(401, f"Incorrect API key provided: {CANARY}. Get one at /keys.")


def echoes_headers(request: Received) -> Reply:
    return error_reply(400, f"bad request with headers {dict(request.headers)}")


def redirects(request: Received) -> Reply:
    place = f"http://127.0.0.2:9/?key={quote(CANARY)}"
    return Reply(status=307, headers={"location": place}, body=CANARY)


def garbage(request: Received) -> Reply:
    stuck = '{"choices": [{"delta": {"content": "x"}}]}'
    return Reply(frames=(stuck, f"{{broken {CANARY}", f'{{"error": {{"message": "{CANARY}"}}}}'))


@pytest.mark.parametrize(
    ("door", "answer"),
    [
        ("environment", success),
        (".env", rejected),
        ("key file", echoes_headers),
        ("environment", redirects),
        (".env", garbage),
    ],
)
async def test_a_headless_run_leaves_no_trace_of_the_key(
    tmp_path: Path, door: str, answer: object
) -> None:
    project, config = tmp_path / "project", tmp_path / "config"
    project.mkdir()
    config.mkdir()
    environ = {name: text for name, text in os.environ.items() if not name.endswith("_API_KEY")}
    environ |= {
        "AUTOCODER_TUI_CONFIG_DIR": str(config),
        "AUTOCODER_TUI_STATE_DIR": str(tmp_path / "state"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        EXECUTED: "its arguments are looked at",
    }
    if door == "environment":
        environ["CANARY_API_KEY"] = f" {CANARY}\n"
    elif door == ".env":
        (project / ".env").write_text(f"CANARY_API_KEY='{CANARY}'\n")
    else:
        (config / "canary-api-key.txt").write_text(CANARY + "\n")
    async with DemoServer(answer) as server:  # type: ignore[arg-type]
        (config / "models.toml").write_text(MODELS.format(base_url=server.base_url))
        flags = ["run", "-d", "3", "-m", "canary-model", "-r", "greet", "-o", "out.py", "--json"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "autocoder_tui", *flags, "--max-attempts", "1"),
            cwd=project,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        arguments = Path(f"/proc/{process.pid}/cmdline")
        if arguments.exists():
            assert_nowhere("the arguments", arguments.read_bytes())
        out, err = await asyncio.wait_for(process.communicate(), 60)
        assert server.requests, err.decode()
        assert CANARY in str(server.requests[0].headers)
    assert_nowhere("stdout", out)
    assert_nowhere("stderr", err)
    assert b"request POST" in err, "level 3 said nothing, so nothing was proven"
    assert b"Traceback" not in err
    assert_not_in_folders(tmp_path / "state", config, project)


@pytest.mark.parametrize("answer", [success, rejected])
async def test_no_screen_picture_or_file_of_the_program_shows_the_key(
    tmp_path: Path, answer: object
) -> None:
    async with DemoServer(answer) as server:  # type: ignore[arg-type]
        flags = ("--base-url", server.base_url, "-m", "test-model", "-d", "3", "-r", "greet")
        setup = setup_for(
            tmp_path, *flags, "--max-attempts", "1", environ={"LOCAL_API_KEY": CANARY}
        )
        with pytest.raises(RuntimeError, match="boom"):
            await through_every_screen(setup, server, tmp_path)
    assert_not_in_folders(tmp_path / "state", tmp_path / "project")


async def through_every_screen(setup: Setup, server: DemoServer, folder: Path) -> None:
    async with driven(setup) as (app, pilot):
        pictures = 0

        async def look() -> None:
            nonlocal pictures
            await pilot.pause()
            assert_nowhere("a picture", app.export_screenshot().encode())
            pictures += 1

        await look()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: server.requests and not app.runner.running)
        for pane in ("output", "review", "notes", "reasoning", "log"):
            app.action_show_pane(pane)
            await look()
        view = app.main.query_one(LogView)
        await until(pilot, lambda: any("request POST" in row.text for row in view.rows))
        await look()
        for line in view.shown():
            assert_nowhere("the log pane", line.text.encode())
        await pilot.press("y")
        await until(pilot, lambda: (folder / "state" / "copied-log.txt").exists())
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker))
        await look()
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, EndpointForm))
        await look()
        app.screen.query_one("#endpoint-url", Input).value = server.base_url
        await pilot.press("enter")
        result = app.screen.query_one("#endpoint-result", Static)
        await until(pilot, lambda: "Connected" in str(result.content))
        await look()
        await pilot.press("escape", "f1")
        await look()
        await pilot.press("escape", "ctrl+l")
        await look()
        assert pictures > 9
        app._handle_exception(RuntimeError(f"boom {CANARY}"))
