"""GPT Engineer's folders open as they are, and nothing in them is changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.runs.setup import choose_model
from autocoder_tui.steps.configuration import load_configurations
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.gpt_engineer import around, project_root, recognised
from autocoder_tui.steps.opening import begin_session
from autocoder_tui.steps.project import Project
from tests.headless.test_run import ended
from tests.steps.places import PlainFace
from tests.steps.test_commands import started
from tests.ui.driving import setup_for
from tests.watched_server import WatchedServer

OLD_LOG = json.dumps(
    [{"role": "system", "content": "You will get\x1b[2J instructions"},
     {"role": "assistant", "content": "main.py\n```python\nprint(1)\n```"}]
)  # fmt: skip
CHAINED = json.dumps([{"type": "human", "data": {"content": "Go on", "type": "human"}}])


def old_project(folder: Path, prompt: str = "main_prompt") -> Path:
    texts = {
        prompt: "A program that prints one.\n",
        "workspace/main.py": "print(1)\n",
        "workspace/run.sh": "python main.py\n",
        "preprompts/generate": "Write it all.\n\nFILE_FORMAT\n\nNo tests.",
        "preprompts/philosophy": "Prefer plain code.",
        "preprompts/fix_code": "Mend it.",
        "memory/logs/simple_gen": OLD_LOG,
        "memory/logs/all_output.txt": "it said so\n",
        ".gpteng/memory/logs/gen_code": CHAINED,
        "archive/20240101_120000/memory/logs/clarify": "[]",
        "archive/20240101_120000/workspace/old.py": "old = 1\n",
    }
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and ".autocoder" not in file.parts
    }


@pytest.mark.parametrize("prompt", ["prompt", "main_prompt"])
def test_one_is_recognised_and_its_prompt_read(tmp_path: Path, prompt: str) -> None:
    folder = old_project(tmp_path / "old", prompt)
    found = recognised(folder)
    assert found is not None
    assert found.prompt() == "A program that prints one.\n"
    assert project_root(folder) == folder / "workspace"
    assert around(folder / "workspace") == found
    assert Project(folder / "workspace").prompt() == "A program that prints one.\n"


@pytest.mark.parametrize("missing", ["main_prompt", "workspace"])
def test_a_folder_that_lacks_a_part_is_a_plain_project(tmp_path: Path, missing: str) -> None:
    folder = old_project(tmp_path / "old")
    (folder / missing).rename(tmp_path / "away")
    assert recognised(folder) is None
    assert project_root(folder) == folder


def test_one_that_was_opened_as_a_plain_project_stays_one(tmp_path: Path) -> None:
    folder = old_project(tmp_path / "old")
    (folder / ".autocoder").mkdir()
    assert project_root(folder) == folder


def test_its_logs_are_listed_and_readable(tmp_path: Path) -> None:
    found = recognised(old_project(tmp_path / "old"))
    assert found is not None
    assert [log.name for log in found.logs()] == [
        "memory/logs/all_output.txt",
        "memory/logs/simple_gen",
        ".gpteng/memory/logs/gen_code",
        "archive/20240101_120000/memory/logs/clarify",
    ]
    assert "ASSISTANT\n\nmain.py\n```python" in found.log_text("simple_gen")
    assert found.log_text("gen_code") == "HUMAN\n\nGo on\n"
    assert found.log_text("memory/logs/all_output.txt") == "it said so\n"
    with pytest.raises(ProjectUnusable, match="No log is called nothing"):
        found.log_text("nothing")


def test_its_preprompts_stand_for_ours_where_the_names_are_the_same(tmp_path: Path) -> None:
    found = recognised(old_project(tmp_path / "old"))
    assert found is not None
    assert found.preprompt("generate") == "Write it all.\n\n\n\nNo tests.\n\nPrefer plain code."
    assert found.preprompt("fix_code") == "Mend it."
    assert found.preprompt("clarify") == ""
    assert found.preprompt("../prompt") == ""


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    folder = old_project(tmp_path / "old")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "generate").write_text("a password")
    for name in ("preprompts", "memory", "main_prompt"):
        (folder / name).rename(tmp_path / f"was-{name}")
    (folder / "preprompts").symlink_to(tmp_path / "secret")
    (folder / "memory").symlink_to(tmp_path / "secret")
    (folder / "main_prompt").symlink_to(tmp_path / "secret" / "generate")
    found = recognised(folder)
    assert found is not None
    assert found.prompt() == ""
    assert found.preprompt("generate") == ""
    assert all("secret" not in log.name and "generate" not in log.name for log in found.logs())
    (folder / "workspace").rename(tmp_path / "was-workspace")
    (folder / "workspace").symlink_to(tmp_path / "was-workspace")
    assert project_root(folder) == folder


async def test_one_is_improved_and_nothing_else_in_it_changes(tmp_path: Path) -> None:
    folder = old_project(tmp_path / "old")
    before = digests(folder)
    asked: list[Received] = []

    def model(received: Received) -> Reply:
        asked.append(received)
        return Reply('<file path="main.py">\nprint(2)\n</file>\n')

    async with WatchedServer(model) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        setup = replace(setup_for(tmp_path, *at), root=project_root(folder))
        face = PlainFace(setup)
        found, _ = load_configurations(setup.root, setup.places.config)
        session = await begin_session(setup, face, lambda: choose_model(setup), found["lite"])
        try:
            await session.run()
        finally:
            session.close()
    assert session.progress.ended, session.progress
    assert "Write it all." in asked[0].messages[0]["content"]
    assert "FILE_FORMAT" not in asked[0].messages[0]["content"]
    assert "A program that prints one." in asked[0].messages[1]["content"]
    after = digests(folder)
    assert {name for name in after if after[name] != before.get(name)} == {"workspace/main.py"}
    assert (folder / "workspace" / ".autocoder" / "logs").is_dir()
    assert not (folder / ".autocoder").exists()


async def test_the_command_opens_one_and_prints_its_logs(tmp_path: Path) -> None:
    folder = old_project(tmp_path / "project")
    before = digests(folder)
    listed = await ended(await started(tmp_path, "project", "--old-logs"))
    assert listed.code == 0, listed.err
    assert "memory/logs/simple_gen" in listed.out
    shown = await ended(await started(tmp_path, "project", "--old-logs", "simple_gen"))
    assert "ASSISTANT" in shown.out
    assert "\x1b" not in shown.out
    async with WatchedServer([Reply('<file path="main.py">\nprint(2)\n</file>\n')]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model", "--steps", "lite", "--patch")
        done = await ended(await started(tmp_path, "project", *at))
        assert "+++ b/main.py" in done.out, done.err
    assert digests(folder) == before
