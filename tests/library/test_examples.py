"""The worked examples of `autocoder_tui/docs/library.md`, each run as it stands there."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from autocoder_tui.demo.script import Received, Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from tests.watched_server import WatchedServer

_TEXT = (Path(__file__).parents[2] / "autocoder_tui/docs/library.md").read_text(encoding="utf-8")
_SERVER = "http://127.0.0.1:8080/v1"


def blocks(heading: str) -> list[str]:
    section = _TEXT.partition(f"### {heading}\n")[2].partition("\n### ")[0]
    found = re.findall(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert found
    return found


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "AUTOCODER_TUI_CONFIG_DIR": str(folder / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(folder / "state"),
    }


async def run_python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def written(folder: Path, name: str, code: str, server: DemoServer) -> None:
    assert code.startswith(f"# {name} - ")
    assert _SERVER in code
    (folder / name).write_text(code.replace(_SERVER, server.base_url))


async def test_a_script(tmp_path: Path) -> None:
    def answer(received: Received) -> Reply:
        asked = str(received.messages[-1]["content"])
        if "x = 'three'" in asked:
            return error_reply(400, "no such thing")
        return Reply("It sets x.\n" if "x = 'one'" in asked else "It sets y.\n")

    for name, text in (("a", "x = 'one'\n"), ("b", "y = 'two'\n"), ("c", "x = 'three'\n")):
        (tmp_path / f"{name}.py").write_text(text)
    (code,) = blocks("Library in a script")
    async with DemoServer(answer) as server:
        written(tmp_path, "describe.py", code, server)
        done = await run_python(tmp_path, "describe.py", "a.py", "b.py")
        assert (done.returncode, done.stdout) == (0, "a.py: It sets x.\nb.py: It sets y.\n")
        assert re.fullmatch(r"\d+ tokens\n", done.stderr)
        done = await run_python(tmp_path, "describe.py", "a.py", "c.py", "nothing.py")
    assert (done.returncode, done.stdout) == (1, "a.py: It sets x.\n")
    assert "c.py: " in done.stderr
    assert "nothing.py: " in done.stderr
    assert "Traceback" not in done.stderr


async def test_tests(tmp_path: Path) -> None:
    (code,) = blocks("Library under pytest")
    (tmp_path / "test_greeting.py").write_text(code)
    done = await run_python(
        tmp_path, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "test_greeting.py"
    )
    assert "3 passed" in done.stdout, done.stdout


async def test_an_application(tmp_path: Path) -> None:
    def answer(received: Received) -> Reply:
        asked = str(received.messages[-1]["content"])
        if "wait" in asked:
            return Reply("This takes long", stall="middle", cut_after=10)
        return error_reply(401, "no") if "fail" in asked else Reply("A sine is round.\n" * 50)

    (code,) = blocks("Library behind FastAPI")
    async with WatchedServer(answer) as model:
        written(tmp_path, "app.py", code, model)
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "uvicorn", "app:app", "--port", "0"),
            cwd=tmp_path,
            env=environment(tmp_path),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        assert running.stderr is not None
        try:
            url = ""
            while not url:
                line = (await asyncio.wait_for(running.stderr.readline(), 30)).decode()
                assert line, "it ended"
                url = (re.findall(r"http://[\d.:]+", line) or [""])[0]
            async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
                answered = await client.post("/explain", json={"text": "sine"})
                assert answered.text == "A sine is round.\n" * 50
                failed = await client.post("/explain", json={"text": "fail"})
                assert failed.text.startswith("\n[error: ")
                async with client.stream("POST", "/explain", json={"text": "wait"}) as stream:
                    await anext(stream.aiter_text())
                await asyncio.wait_for(model.wait_for_drop(), 20)
        finally:
            running.kill()
            await running.communicate()


_NOTEBOOK = """
import ast, asyncio, inspect, sys

async def run(cells):
    # As IPython runs them: in its loop, in one namespace, with await at the top.
    names = {"__name__": "__main__"}
    for cell in cells:
        code = compile(cell, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        result = eval(code, names)
        if inspect.iscoroutine(result):
            await result
        print("\\n-- end of cell")

asyncio.run(run(sys.argv[1:]))
"""


async def test_a_notebook(tmp_path: Path) -> None:
    def answer(received: Received) -> Reply:
        if "sine" in str(received.messages[-1]["content"]):
            return Reply("import math\n")
        return Reply("dice.py\n\n```python\nSIDES = 6\n```\n")

    async with DemoServer(answer) as server:
        cells = [cell.replace(_SERVER, server.base_url) for cell in blocks("Library in Jupyter")]
        done = await run_python(tmp_path, "-c", _NOTEBOOK, *cells)
    assert done.returncode == 0, done.stderr
    first, second, third, fourth, _ = done.stdout.split("\n-- end of cell\n")
    assert first == ""
    assert second.strip() == "import math"
    assert re.fullmatch(r"\d+ tokens in [\d.]+ s, 1 part\(s\)\n", third)
    assert fourth == "['dice.py']\n"
    assert (tmp_path / "generated/dice.py").read_text() == "SIDES = 6\n"


@pytest.mark.parametrize("name", ["Script", "pytest", "FastAPI", "Jupyter"])
def test_there_is_an_example_for(name: str) -> None:
    assert re.search(rf"^### Library .*{name}$", _TEXT, re.MULTILINE | re.IGNORECASE)
