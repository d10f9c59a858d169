"""The shell steps of `.github/examples` do what they say, run as GitHub and pre-commit run them."""

from __future__ import annotations

import asyncio
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from tests.check.places import TEST, git
from tests.headless.test_run import ROOT, environment

EXAMPLES = ROOT / ".github" / "examples"
WORKFLOW = (EXAMPLES / "pull-request.yml").read_text()
HOOKS = (EXAMPLES / "pre-commit-config.yaml").read_text()
RIGHT = "def total(items):\n    return 0 + sum(items)\n"
WRONG = "def total(items):\n    return len(items)\n"
WISH = 'Sum "up"; $(touch was-run) `touch was-run`'


def step(name: str) -> str:
    """The script of a step of the workflow."""
    found = re.search(
        rf"- name: {name}\n(?: {{8}}.*\n)*? {{8}}run: \|\n((?: {{10}}.*\n)+)", WORKFLOW
    )
    assert found is not None
    return textwrap.dedent(found.group(1))


def hook(name: str) -> list[str]:
    """The words that pre-commit runs for a hook, before the names of files."""
    block = HOOKS[HOOKS.index(f"- id: {name}\n") :].split("      - id: ")[0]
    block = block.split("      # ")[0]
    entry = block[block.index("entry: ") + len("entry: ") :].removeprefix(">-")
    return shlex.split(" ".join(entry.split("\n")))


def framed(text: str) -> Reply:
    return Reply(f'<file path="shop.py">\n{text}</file>\n')


@dataclass
class Place:
    folder: Path

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    @property
    def comment(self) -> str:
        return (self.folder / "comment").read_text()

    async def ran(
        self, *command: str, server: DemoServer, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        (self.folder / "config" / "models.toml").write_text(
            f'[providers.Hyperbolic]\nbase_url = "{server.base_url}"\n'
        )
        env = environment(self.folder)
        env |= {"PYTHONPATH": str(ROOT), "PATH": f"{self.folder / 'bin'}:{env['PATH']}"}
        env |= {"HYPERBOLIC_API_KEY": "sk-canary-0123456789abcdef", **(more or {})}
        return await asyncio.to_thread(
            subprocess.run,
            command,
            cwd=self.repository,
            env=env,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    async def propose_and_comment(self, server: DemoServer) -> int:
        """The exit code of the two steps, run as a runner does."""
        into = {"GITHUB_ENV": str(self.folder / "env"), "RUNNER_TEMP": str(self.folder)}
        said = {
            "BASE": "origin/main",
            "NUMBER": "7",
            "TITLE": "Sum up",
            "BODY": WISH,
            "CHECK": f"{sys.executable} -m unittest",
            "MODEL": "Qwen/Qwen2.5-Coder-32B-Instruct",
            "MAX_COST": "0.25",
        }
        shell = ("bash", "--noprofile", "--norc", "-e", "-c")
        done = await self.ran(*shell, step("Propose"), server=server, more=into | said)
        assert done.returncode == 0, done.stderr
        set_ = dict([(self.folder / "env").read_text().strip().split("=", 1)])
        done = await self.ran(*shell, step("Comment"), server=server, more=into | said | set_)
        assert "canary" not in done.stdout + done.stderr + self.comment
        return done.returncode


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A clone with a branch that changed shop.py, an image and a file with an odd name."""
    place = Place(tmp_path)
    for name in ("config", "bin", "repository"):
        (tmp_path / name).mkdir()
    programs = {
        "autocoder-tui": f'exec {sys.executable} -m autocoder_tui "$@"',
        "gh": f'test "$1 $2 $3 $4" = "pr comment 7 --body-file" && cp "$5" {tmp_path}/comment',
    }
    for name, line in programs.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    root = place.repository
    git(root, "init", "-q", "-b", "main")
    (root / "test_shop.py").write_text(TEST)
    (root / "gone.py").write_text("")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Begin")
    git(root, "update-ref", "refs/remotes/origin/main", "main")
    git(root, "checkout", "-q", "-b", "wish")
    (root / "gone.py").unlink()
    (root / "shop.py").write_text("def total(items):\n    return sum(items)\n")
    (root / "[a] b'c.py").write_text("# ```\n")
    (root / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Change")
    return place


async def test_what_passes_becomes_a_comment(place: Place) -> None:
    async with DemoServer([framed(WRONG), framed(RIGHT)]) as server:
        assert await place.propose_and_comment(server) == 0
        sent = server.requests[0].messages[-1]["content"]
    assert len(server.requests) == 2
    assert WISH in sent
    assert "[a] b'c.py" in sent
    assert "gone.py" not in sent
    assert "image.png" not in sent
    assert "    +    return 0 + sum(items)\n" in place.comment
    assert not list(place.folder.rglob("was-run"))
    git(place.repository, "apply", str(place.folder / "proposal.patch"))
    assert (place.repository / "shop.py").read_text() == RIGHT


async def test_what_does_not_pass_is_said(place: Place) -> None:
    async with DemoServer([framed(WRONG)] * 3) as server:
        assert await place.propose_and_comment(server) == 1
    assert "no proposal (exit code 1)" in place.comment
    assert "return len(items)" not in place.comment
    assert "unittest" in place.comment


async def test_a_proposal_too_large_for_a_comment_is_kept_beside_it(place: Place) -> None:
    large = RIGHT + "".join(f"x{number} = {number}\n" for number in range(6000))
    async with DemoServer([framed(large)]) as server:
        assert await place.propose_and_comment(server) == 0
    assert "too large for a comment" in place.comment
    assert len(place.comment) < 65_536


async def test_a_reply_that_changes_nothing_is_said(place: Place) -> None:
    same = (place.repository / "shop.py").read_text()
    async with DemoServer([framed(same)] * 3) as server:
        assert await place.propose_and_comment(server) == 0
    assert "would change nothing" in place.comment


def test_what_a_person_wrote_is_no_part_of_a_script() -> None:
    for name in ("Install", "Propose", "Comment"):
        assert "${{" not in step(name)


async def test_the_hook_stops_at_a_proposal_and_goes_on_without(place: Place) -> None:
    root = place.repository
    (root / "docs").mkdir()
    (root / "docs" / "wish.md").write_text("Add a zero.\n")
    command = [*hook("autocoder-tui"), "shop.py", "[a] b'c.py"]
    async with DemoServer([framed(RIGHT), framed(RIGHT)]) as server:
        stopped = await place.ran(*command, server=server)
        assert stopped.returncode == 1
        assert "+    return 0 + sum(items)" in stopped.stdout
        named = stopped.stdout.split("To take it: ")[1].split("\n")[0]
        assert (await place.ran(*named.split(), server=server)).returncode == 0
        goes_on = await place.ran(*command, server=server)
    assert goes_on.returncode == 0, goes_on.stdout + goes_on.stderr


async def test_the_hook_says_how_to_commit_without_it(place: Place) -> None:
    async with DemoServer([]) as server:
        failed = await place.ran(*hook("autocoder-tui"), "shop.py", server=server)
    assert failed.returncode == 1
    assert "SKIP=autocoder-tui" in failed.stdout
    assert not server.requests


async def test_the_hook_for_control_files_names_their_mistakes(place: Place) -> None:
    root = place.repository
    (root / "good.json").write_text('{"requirements": "x", "input_files": "shop.py"}')
    (root / "bad.json").write_text('{"requirements": "x",\n"modl": "y",\n"force": 1}')
    command = hook("autocoder-tui-control-files")
    async with DemoServer([]) as server:
        good = await place.ran(*command, "good.json", server=server)
        assert (good.returncode, good.stdout) == (0, "")
        bad = await place.ran(*command, "bad.json", "good.json", server=server)
    assert bad.returncode != 0
    assert "line 2" in bad.stderr
    assert "line 3" in bad.stderr
