"""What the README and the manual say of the library is run as it stands there, against a loopback
server."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.cli.docs import DOCS
from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.demo.server import DemoServer

_README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
_PAGE = (DOCS / "library.md").read_text(encoding="utf-8").partition("\n## Library examples\n")[0]
BLOCKS = re.findall(r"```python\n(.*?)```", _PAGE + _README, re.DOTALL)


def answer(received: Received) -> Reply:
    asked = str(received.messages[-1]["content"])
    if "Round the total" in asked:
        return Reply('<file path="shop.py">\ntotal = round(3.14159, 2)\n</file>\n')
    if "--sides" in asked:
        return Reply("dice.py\n\n```python\nSIDES = 20\n```\n")
    return Reply("```python\nnumbers[::-1]\n```\nThat is all.\n")


async def run_block(number: int, folder: Path) -> str:
    """What a block prints, run in `folder` by an interpreter of its own."""
    environment = {
        **os.environ,
        "AUTOCODER_TUI_CONFIG_DIR": str(folder / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(folder / "state"),
    }
    async with DemoServer(answer) as server:
        code = BLOCKS[number].replace("http://127.0.0.1:8080/v1", server.base_url)
        assert server.base_url in code
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", code],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text("total = 3.14159\n")
    return tmp_path


async def test_text_with_a_callback(folder: Path) -> None:
    printed = await run_block(0, folder)
    assert printed.startswith("```python\nnumbers[::-1]\n```\nThat is all.\n")
    assert re.search(r"\d+ tokens in \d", printed)


async def test_files_through_a_review(folder: Path) -> None:
    printed = await run_block(1, folder)
    assert "+total = round(3.14159, 2)" in printed
    assert (folder / "shop.py").read_text() == "total = round(3.14159, 2)\n"


async def test_a_conversation_and_its_files(folder: Path) -> None:
    printed = await run_block(2, folder)
    assert [line.split(",")[0] for line in printed.split()] == ["step_name", "write", "improve"]
    assert (folder / "generated/dice.py").read_text() == "SIDES = 20\n"


async def test_the_one_in_the_readme(folder: Path) -> None:
    printed = await run_block(3, folder)
    assert "\nnumbers[::-1]\n" in printed
    assert re.search(r"\d+ tokens\n$", printed)
    assert len(BLOCKS) == 4
