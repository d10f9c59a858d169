"""What people did with Autocoder, as its READMEs write it, does the same here."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from tests.headless.test_run import NEW, ROOT, Ended, environment, framed

WISH = "Generate a Python class for handling user authentication"
FIRST = f"""{{
    "input_file": "input.py",
    "output_file": "output.py",
    "requirements": "{WISH}"
}}
"""
LATER = f"""{{
    "input_files": ["input.py"],
    "output_file": "output.py",
    "requirements": "{WISH}"
}}
"""
CREATED = f"""{{
    "input_files": [
        "input.py"
    ],
    "output_file": "output.py",
    "requirements": "{WISH}",
    "model": "Qwen/Qwen2.5-Coder-32B-Instruct",
    "force": false,
    "debug_level": 1,
    "temperature": 0.7,
    "system_prompt": "You are an expert assistant.
You change code as requested.",
    "endpoint": null,
    "estimate_cost": false
}}
"""
AS_TOML = f"""\
input_files = ["input.py"]
output_file = "output.py"
requirements = "{WISH}"
"""


async def called(folder: Path, server: DemoServer, *flags: str, text: bytes | None = None) -> Ended:
    """The program called in a project with an input file, where the models of the table are
    served here."""
    project, config = folder / "project", folder / "config"
    for place in (project, config):
        place.mkdir(exist_ok=True)
    (project / "input.py").write_text("x = 1\n")
    (config / "models.toml").write_text(f'[providers.Hyperbolic]\nbase_url = "{server.base_url}"\n')
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "autocoder_tui",
        *flags,
        cwd=project,
        env={**environment(folder), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(text), 60)
    assert "Traceback" not in err.decode()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("control.json", FIRST),
        ("control.json", LATER),
        ("control.json", CREATED),
        ("control.toml", AS_TOML),
    ],
)
async def test_a_control_file_as_its_readme_shows_it(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / name).write_text(text)
    async with DemoServer([Reply(framed(NEW, "output.py"))]) as server:
        done = await called(tmp_path, server, "-c", name)
    assert done.code == 0, done.err
    assert (tmp_path / "project" / "output.py").read_text() == NEW
    (request,) = server.requests
    system, user = request.messages
    assert WISH in user["content"]
    assert "x = 1" in user["content"]
    assert request.body["model"] == "Qwen/Qwen2.5-Coder-32B-Instruct"
    if text == CREATED:
        assert request.body["temperature"] == 0.7
        assert "expert assistant.\nYou change code" in system["content"]


@pytest.mark.parametrize(
    "flags",
    [
        ("-i", "input.py", "-o", "output.py", "-r", WISH),
        ("--input-file", "input.py", "--output-file", "output.py", "--requirements", WISH),
        ("run", "-i", "input.py", "-o", "output.py", "-r", WISH, "-m", "Qwen/QwQ-32B-Preview"),
        ("-i", "input.py", "-o", "output.py", "-r", WISH, "-f", "-d", "0", "-t", "0.5"),
    ],
)
async def test_flags_as_its_readme_writes_them(tmp_path: Path, flags: tuple[str, ...]) -> None:
    async with DemoServer([Reply(framed(NEW, "output.py"))]) as server:
        done = await called(tmp_path, server, *flags)
    assert done.code == 0, done.err
    assert (tmp_path / "project" / "output.py").read_text() == NEW


async def test_its_endpoint_and_its_model_named_local(tmp_path: Path) -> None:
    async with DemoServer([Reply(framed(NEW, "output.py"))], models=("qwen",)) as server:
        flags = ("-i", "input.py", "-o", "output.py", "-r", WISH, "-m", "local")
        done = await called(tmp_path, server, *flags, "--endpoint", server.base_url)
    assert done.code == 0, done.err
    assert [request.body["model"] for request in server.requests] == ["qwen"]


async def test_a_wish_is_piped_in_and_the_code_out(tmp_path: Path) -> None:
    async with DemoServer([Reply(framed(NEW, "input.py"))]) as server:
        done = await called(tmp_path, server, "run", "-r", "-", "-i", "input.py", text=b"@ wish")
    assert (done.code, done.out) == (0, NEW)
    assert "@ wish" in server.requests[0].messages[1]["content"]


async def test_a_created_control_file_runs_as_the_flags_would(tmp_path: Path) -> None:
    async with DemoServer([Reply(framed(NEW, "output.py"))]) as server:
        flags = ("-i", "input.py", "-o", "output.py", "-r", WISH, "--max-cost", "0.5")
        made = await called(tmp_path, server, *flags, "--create-control-file", "job.json")
        assert (made.code, server.requests) == (0, [])
        again = await called(tmp_path, server, *flags, "--create-control-file", "job.json")
        assert again.code == 1
        assert "exists; add -f" in again.err
        done = await called(tmp_path, server, "-c", "job.json")
    assert done.code == 0, done.err
    assert (tmp_path / "project" / "output.py").read_text() == NEW


@pytest.mark.parametrize(
    ("flags", "kind", "code"),
    [
        (("run",), "usage", 2),
        (("run", "--mode", "m", "-r", "x"), "usage", 2),
        (("run", "-t", "9", "-r", "x"), "usage", 2),
        (("run", "/nowhere", "-r", "x"), "usage", 2),
        (("run", "-r", "@gone.md"), "error", 1),
        (("run", "-c", "gone.json"), "control_file", 1),
        (("run", "-r", "x", "-i", "gone.py"), "refused", 1),
        (("run", "-r", "x", "-o", "read-only.py", "-f"), "refused", 1),
        (("run", "-r", "x", "-o", "binary.py", "-f"), "binary", 1),
        (("run", "-r", "x", "-m", "no-such-model"), "unknown_model", 1),
        (("run", "--resume", "gone"), "unknown_run", 1),
        (("-r", "x", "-o", "read-only.py"), "refused", 1),
        (("run", "-c", "out.json"), "outside", 1),
        (("run", "-c", "in.json"), "refused", 1),
        (("run", "-c", "quiet.json"), "usage", 2),
    ],
)
async def test_every_failure_before_the_start_is_a_report(
    tmp_path: Path, flags: tuple[str, ...], kind: str, code: int
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "read-only.py").touch(mode=0o444)
    (tmp_path / "above.py").touch()
    (project / "out.json").write_text('{"requirements": "x", "output_file": "../new.py"}')
    (project / "in.json").write_text('{"requirements": "x", "input_file": "../above.py"}')
    (project / "quiet.json").write_text('{"json": true}')
    (project / "binary.py").write_bytes(b"\0\1\2")
    async with DemoServer([]) as server:
        done = await called(tmp_path, server, *flags, "--json")
    report = json.loads(done.out)
    assert (report["status"], report["error"]["kind"], done.code) == ("refused", kind, code)
    assert report["error"]["message"]
    assert server.requests == []
    assert report["files"] == report["parts"] == []
