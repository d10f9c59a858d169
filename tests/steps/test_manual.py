"""The step of one's own in the manual, put where it says and run as it says."""

from __future__ import annotations

import re
from pathlib import Path

from autocoder_tui.cli.docs import topics
from autocoder_tui.demo.script import Received, Reply
from tests.headless.test_run import ended
from tests.steps.places import framed
from tests.steps.test_commands import started
from tests.watched_server import WatchedServer

MANUAL = "# Greeter\n\nRun main.py.\n"


def block(topic: str, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", topics()[topic], re.M | re.S)
    assert found is not None
    return found[1]


def answer(received: Received) -> Reply:
    asked = str(received.messages[-1]["content"])
    if "Write README.md in German" in asked:
        return Reply(f'<file path="README.md">\n{MANUAL}</file>\n')
    return Reply(framed(main_py="print('hello')\n"))


async def test_the_example_works_as_it_stands(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / ".autocoder" / "steps").mkdir(parents=True)
    source = block("a-step-of-your-own", "python")
    (root / ".autocoder" / "steps" / "readme.py").write_text(source)
    (root / ".autocoder-tui.toml").write_text(block("a-configuration-of-your-own", "toml"))
    (tmp_path / "answers.txt").write_text("German\n")
    shown = await ended(await started(tmp_path, "steps", "show", "readme"))
    assert shown.code == 0
    assert "Write a README in the language you say." in shown.out
    assert "nobody has said yes to it" in shown.out
    assert source in shown.out
    async with WatchedServer(answer) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        wanted = ("project", "--steps", "described", "-r", "A greeting.", *at)
        refused = await ended(await started(tmp_path, *wanted, "--yes"))
        assert refused.code == 1
        assert "nobody has said yes to" in refused.err
        assert not server.requests
        flags = ("--yes", "--run-scripts", "--answers", "../answers.txt")
        done = await ended(await started(tmp_path, *wanted, *flags))
        assert done.code == 0, done.err
        assert "README.md has 4 words." in done.err
    assert (root / "README.md").read_text() == MANUAL
    assert (root / "main.py").read_text() == "print('hello')\n"
