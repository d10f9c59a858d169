"""Without the screen: what keeps a result from its place is found early, and loses nothing."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.store.history.history import History
from tests.headless.test_run import NEW, ROOT, Ended, Runs, ended, environment, framed, run, started

__all__ = ["run"]


def kept_text(folder: Path) -> str:
    return History(folder / "state").get("last").reply


async def run_with(folder: Path, stdout: Any, *flags: str) -> tuple[int | None, str]:
    async with DemoServer([Reply(framed(NEW))]) as server:
        at = ("--base-url", server.base_url, "-m", "m", "-r", "x")
        process = await started(folder, *at, *flags, stdout=stdout)
        _, err = await asyncio.wait_for(process.communicate(), 60)
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err
    return process.returncode, err.decode()


async def test_a_reader_that_has_gone_loses_nothing(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    code, err = await run_with(tmp_path, writing)
    os.close(writing)
    assert code == 1
    assert "history show" in err
    assert kept_text(tmp_path) == framed(NEW)


@pytest.mark.parametrize("flags", [(), ("--patch",), ("--json",), ("--estimate-cost",)])
async def test_a_full_disk_behind_stdout_is_exit_code_1(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("wb") as full:
        code, err = await run_with(tmp_path, full, *flags)
    assert code == 1
    assert "can't be written to stdout" in err
    if flags != ("--estimate-cost",):
        assert kept_text(tmp_path) == framed(NEW)


async def run_through_the_shell(folder: Path, closing: str) -> tuple[int | None, bytes, bytes]:
    """A run with a stream closed as a shell does it; what it wrote to the others."""
    project = folder / "project"
    project.mkdir()
    async with DemoServer([Reply(framed(NEW))]) as server:
        command = f"{sys.executable} -m autocoder_tui run -m m -r x --base-url {server.base_url}"
        process = await asyncio.create_subprocess_shell(
            f"{command} {closing}",
            cwd=project,
            env={**environment(folder), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out, err


async def test_a_closed_stdout_is_said(tmp_path: Path) -> None:
    code, _, err = await run_through_the_shell(tmp_path, ">&-")
    assert code == 1
    assert b"closed" in err
    assert kept_text(tmp_path) == framed(NEW)


async def test_a_closed_stderr_stops_nothing(tmp_path: Path) -> None:
    code, out, _ = await run_through_the_shell(tmp_path, "2>&-")
    assert (code, out.decode()) == (0, NEW)


async def test_with_json_alone_the_code_is_kept_and_its_place_said(
    tmp_path: Path, run: Runs
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[history]\nenabled = false\n")
    done = await run([Reply(framed(NEW))], "-r", "x", "--json")
    assert done.code == 0
    assert "history show" in done.err
    assert kept_text(tmp_path) == framed(NEW)
    done = await run([Reply(framed(NEW))], "-r", "x", "-o", "out.py")
    assert done.code == 0
    assert len(History(tmp_path / "state").list()) == 1, "delivered, and no history wanted"


async def test_without_a_place_to_keep_it_a_partial_is_printed(tmp_path: Path, run: Runs) -> None:
    (tmp_path / "state").write_text("a file, where a folder is needed")
    half = [Reply(framed(NEW * 9)[:200], "length"), *[Reply("", "stop")] * 5]
    done = await run(half, "-r", "x")
    assert done.code == 1
    assert framed(NEW * 9).startswith(done.out)
    assert len(done.out) > 100
    assert "can't be kept" in done.err
    done = await run(half, "-r", "x", "--json")
    assert framed(NEW * 9).startswith(done.report["text"])


# ---------------------------------------------------------------------- found early


@pytest.mark.parametrize(
    ("make", "output", "says", "demo"),
    [
        (lambda p: (p / "out.py").write_bytes(b"\0\1\2" * 50), "out.py", "not text", False),
        (
            lambda p: ((p / "out.py").touch(), (p / "out.py").chmod(0o444)),
            "out.py",
            "read-only",
            True,
        ),
        (lambda p: (p / "d").mkdir(mode=0o555), "d/out.py", "read-only", False),
        (lambda p: (p / "d").touch(), "d/out.py", "not a folder", True),
        (lambda p: (p / "out.py").mkdir(), "out.py", "is a folder", False),
    ],
)
async def test_an_output_that_cannot_be_written_is_found_before_the_run(
    tmp_path: Path, make: Any, output: str, says: str, demo: bool
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    make(project)
    async with DemoServer([Reply(framed(NEW))]) as server:
        at = ("--demo",) if demo else ("--base-url", server.base_url, "-m", "m", "-r", "x")
        done = await ended(await started(tmp_path, *at, "-o", output, "-f", "--json"))
        assert server.requests == []
    assert done.code == 1
    assert says in done.err
    assert done.report["requests"] == 0


async def test_folders_on_the_way_to_the_output_are_made(tmp_path: Path, run: Runs) -> None:
    done = await run([Reply(framed(NEW, "a/b/out.py"))], "-r", "x", "-o", "a/b/out.py")
    assert done.code == 0, done.err
    assert (tmp_path / "project" / "a" / "b" / "out.py").read_text() == NEW


async def test_a_setup_that_fails_is_reported_as_json_too(tmp_path: Path) -> None:
    for flags in (("-r", "@nope"), ("-r", "x", "-c", "nope.toml")):
        done = await ended(await started(tmp_path, *flags, "--json"))
        assert done.code == 1
        assert done.report["status"] == "refused"
        assert "nope" in done.report["error"]["message"]


@pytest.mark.parametrize("flag", ["-c", "--fallback"])
async def test_an_empty_file_or_model_name_is_a_usage_error(tmp_path: Path, flag: str) -> None:
    done = await ended(await started(tmp_path, "-r", "x", flag, ""))
    assert done.code == 2
    assert "empty" in done.err


def piped(folder: Path, text: bytes, *flags: str) -> subprocess.CompletedProcess[bytes]:
    (folder / "project").mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "autocoder_tui", "run", "--demo", "--estimate-cost", *flags],
        cwd=folder / "project",
        env={**environment(folder), "PYTHONPATH": str(ROOT)},
        input=text,
        capture_output=True,
        timeout=60,
    )


def test_requirements_come_from_a_pipe(tmp_path: Path) -> None:
    long = piped(tmp_path, ("many words é " * 900).encode(), "-r", "@-", "--json")
    short = piped(tmp_path, b"few words", "-r", "@-", "--json")
    assert (long.returncode, short.returncode) == (0, 0)
    counts = [json.loads(done.stdout)["prompt_tokens"] for done in (long, short)]
    assert counts[0] > counts[1] + 900
    assert b"not UTF-8" in piped(tmp_path, b"\xff\xfe", "-r", "@-").stderr


# ---------------------------------------------------------------------- the demo


async def test_the_demo_counts_lines_against_the_output_file(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    file = project / "report.py"
    flags = ("--demo", "-o", "report.py", "-f", "--json")
    done = await ended(await started(tmp_path, *flags))
    assert done.code == 0, done.err
    lines = file.read_text().count("\n")
    (entry,) = done.report["files"]
    assert (entry["path"], entry["added"], entry["removed"]) == ("report.py", lines, 0)
    file.write_text("one line\n")
    (entry,) = (await ended(await started(tmp_path, *flags))).report["files"]
    assert (entry["added"], entry["removed"]) == (lines, 1)
    assert not (tmp_path / "state" / "capabilities.json").exists()
    assert all(kept.demo for kept in History(tmp_path / "state").list())


# ---------------------------------------------------------------------- what is written


@pytest.mark.parametrize("encoding", ["mac-roman", "utf-16"])
async def test_a_patch_for_other_line_ends_applies(
    tmp_path: Path, run: Runs, encoding: str
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    old, new = "".join(f"line {n}\n" for n in range(9)), "".join(f"line {n}\n" for n in range(1, 9))
    file = project / "out.txt"
    forms: dict[str, Callable[[str], bytes]] = {
        "mac-roman": lambda text: text.replace("\n", "\r").encode(),
        "utf-16": lambda text: text.encode("utf-16"),
    }
    convert = forms[encoding]
    file.write_bytes(convert(old))
    async with DemoServer([Reply(framed(new, "out.txt"))]) as server:
        at = ("--base-url", server.base_url, "-m", "m", "-r", "x", "-i", "out.txt", "--patch")
        process = await started(tmp_path, *at)
        patch, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err
    for apply in (["git", "apply", "-"], ["patch", "-p1", "--binary"]):
        file.write_bytes(convert(old))
        subprocess.run(apply, input=patch, cwd=project, check=True, capture_output=True)
        assert file.read_bytes() == convert(new)


async def test_code_that_was_left_out_is_not_written_over_code_that_is_there(
    tmp_path: Path, run: Runs
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    old = "".join(f"def f{number}():\n    return {number}\n" for number in range(9))
    short = "def f0():\n    return 'new'\n\n# ... rest of the file unchanged ...\n"
    (project / "out.py").write_text(old)
    flags = ("-r", "x", "-i", "out.py", "-o", "out.py", "-f", "--json")
    done: Ended = await run([Reply(framed(short))], *flags)
    assert done.code == 1
    assert done.report["status"] == "refused"
    assert "--despite-warnings" in done.err
    assert (project / "out.py").read_text() == old
    assert kept_text(tmp_path) == framed(short)
    done = await run([Reply(framed(short))], *flags, "--despite-warnings")
    assert done.code == 0
    assert (project / "out.py").read_text() == short
