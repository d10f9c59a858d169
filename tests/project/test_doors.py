"""The commands of "Which command for what" in the manual work as they are written there."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.cli.arguments import resume_parser, review_parser, tui_parser
from autocoder_tui.cli.docs import DOCS
from autocoder_tui.cli.local_arguments import local_parser
from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from tests.headless.test_run import ROOT, environment

PAGE = (DOCS / "commands.md").read_text(encoding="utf-8")
_PARSERS = {"resume": resume_parser, "review": review_parser, "local": local_parser}
REPORT = "def report():\n    return 2\n"
ANSWER = f'<file path="src/report.py">\n{REPORT}</file>\n'


def doors() -> dict[str, list[str]]:
    """The indented commands below each heading of the page."""
    parts = re.split(r"^## (.+)$", PAGE, flags=re.M)[1:]
    return {
        title: [
            line.strip().split("  #")[0] for line in text.split("\n") if line.startswith("    ")
        ]
        for title, text in zip(parts[::2], parts[1::2], strict=True)
    }


def on_screen(command: str) -> bool:
    first = command.split()[1]
    return first in _PARSERS or first.startswith("-")


def test_each_door_is_named_in_the_table_and_has_a_command() -> None:
    for title, commands in doors().items():
        assert f"](#{title.lower().replace(' ', '-')})" in PAGE
        assert 0 < len(commands) <= 5


@pytest.mark.parametrize("title", doors())
async def test_its_commands_work_as_written(tmp_path: Path, title: str) -> None:
    project, config, programs = (tmp_path / name for name in ("project", "config", "bin"))
    for folder in (project / "src", config, programs):
        folder.mkdir(parents=True)
    (project / "src" / "report.py").write_text("def report():\n    return 1\n")
    (project / "spec.md").write_text("Return 2.\n")
    (project / "reply.md").write_text(ANSWER)
    program = programs / "autocoder-tui"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m autocoder_tui "$@"\n')
    program.chmod(0o755)
    async with DemoServer([Reply(ANSWER)] * 3) as server:
        (config / "models.toml").write_text(
            f'[providers.Hyperbolic]\nbase_url = "{server.base_url}"\n'
        )
        env = environment(tmp_path)
        env |= {"PYTHONPATH": str(ROOT), "PATH": f"{programs}:{env['PATH']}"}
        commands = doors()[title]
        if title == "The history":
            commands = ["autocoder-tui run -r x -i src/report.py", *commands]
        for command in commands:
            if on_screen(command):
                words = re.findall(r'"[^"]*"|\S+', command)[1:]
                parser = _PARSERS.get(words[0], tui_parser)()
                parser.parse_args(words[1:] if words[0] in _PARSERS else words)
                continue
            done = await _in_shell(command, project, env)
            assert done.returncode == 0, (command, done.stderr)
    if title == "Run":
        assert (project / "new.py").read_text() == REPORT
    if title == "A control file":
        assert "+    return 2" in (project / "job.patch").read_text()
    if title == "A check":
        assert (project / "src" / "report.py").read_text() == REPORT


async def _in_shell(
    command: str, folder: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    return await asyncio.to_thread(
        subprocess.run,
        ["sh", "-c", command],
        cwd=folder,
        env=env,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
