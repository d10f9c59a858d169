"""`autocoder-tui history` and `run --resume` as programs of their own."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.journal import Journal
from autocoder_tui.store.journal.recovery import runs_in_journals
from tests.headless.test_run import CANARY, NEW, ROOT, Ended, ended, environment, framed, started
from tests.store.kept_runs import events, run, snapshot
from tests.store.test_history import locked


def history(folder: Path) -> History:
    return History(folder / "state")


def called(folder: Path, *flags: str, stdin: str = "") -> subprocess.CompletedProcess[bytes]:
    project = folder / "project"
    project.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "autocoder_tui", "history", *flags],
        cwd=project,
        env={**environment(folder), "PYTHONPATH": str(ROOT)},
        input=stdin.encode(),
        capture_output=True,
        timeout=60,
    )
    assert b"Traceback" not in done.stderr
    return done


def test_list_shows_the_runs_of_this_project_and_of_all(tmp_path: Path) -> None:
    here = str(tmp_path / "project")
    history(tmp_path).add(run("one", "aaa", project=here, requirements="First\x1b[31m thing"))
    history(tmp_path).add(run("two", "bbb", requirements="Second thing"))
    out = called(tmp_path, "list").stdout.decode()
    assert "aaa" in out
    assert "bbb" not in out
    assert "\x1b" not in out
    assert "First␛[31m thing" in out
    assert called(tmp_path, "list", "--all").stdout.decode().index("bbb") > 0
    found = called(tmp_path, "list", "--all", "--search", "second", "--json").stdout
    assert json.loads(found)["run"] == "bbb"
    assert called(tmp_path, "list", "--all", "-n", "1").stdout.count(b"\n") == 2


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    done = called(tmp_path, "list")
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"--all" in done.stderr


def test_show_prints_exactly_the_reply(tmp_path: Path) -> None:
    text = "a\u2028b\0\x1b[2J\r\nno newline at the end"
    history(tmp_path).add(run(text))
    assert called(tmp_path, "show", "last", "--reply").stdout == text.encode()
    assert called(tmp_path, "show", "0123", "--requirements").stdout.startswith(b"Add a --json")
    summary = called(tmp_path, "show").stdout.decode()
    for words in ("finished", "src/report.py", "$0.25", "test-model", "Done."):
        assert words in summary
    assert json.loads(called(tmp_path, "show", "--json").stdout)["reply"] == text


def test_show_prints_the_proposal_as_a_patch_of_what_was_sent(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    file = project / "src" / "report.py"
    file.write_bytes(b"import csv\r\n")
    kept = run(project=str(project))
    proposed = FileProposed("src/report.py", "import csv\n", "import json\n", True)
    history(tmp_path).add(type(kept).from_data({**kept.to_data(), "files": []}))
    assert b"proposed no file" in called(tmp_path, "show", "--patch").stderr
    data = {**kept.to_data(), "journal_ids": ["x"]}
    data["files"] = [{"path": proposed.path, "before": proposed.before, "after": proposed.after,
                      "complete": True, "remark": ""}]  # fmt: skip
    history(tmp_path).add(type(kept).from_data(data))
    patch = called(tmp_path, "show", "--patch").stdout
    subprocess.run(["git", "apply", "-"], input=patch, cwd=project, check=True)
    assert file.read_bytes() == b"import json\r\n"


def test_unknown_runs_are_an_error(tmp_path: Path) -> None:
    done = called(tmp_path, "show", "nope")
    assert done.returncode == 1
    assert b'No run in history is called "nope"' in done.stderr


def test_export_writes_markdown_and_json_lines(tmp_path: Path) -> None:
    history(tmp_path).add(run("```\ncode\n```", "aaa"))
    history(tmp_path).add(run("two", "bbb"))
    text = called(tmp_path, "export", "aaa").stdout.decode()
    assert "````\n```\ncode\n```\n````" in text
    assert "bbb" not in text
    file = tmp_path / "out.jsonl"
    called(tmp_path, "export", "--format", "jsonl", "-o", str(file))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {line["reply"] for line in lines} == {"```\ncode\n```", "two"}
    assert file.stat().st_mode & 0o077 == 0
    done = called(tmp_path, "export", "-o", str(file))
    assert done.returncode == 1
    assert b"exists" in done.stderr


def test_notes_are_made_said_and_taken_away(tmp_path: Path) -> None:
    history(tmp_path).add(run("text", "aaa"))
    assert called(tmp_path, "note", "aaa").returncode == 1
    assert called(tmp_path, "note", "aaa", " the  good\none ").returncode == 0
    assert called(tmp_path, "note", "aaa").stdout == b"the good one\n"
    listed = json.loads(called(tmp_path, "list", "--all", "--json").stdout)
    assert (listed["note"], listed["paths"]) == ("the good one", ["src/report.py"])
    assert called(tmp_path, "note", "aaa", "").returncode == 0
    listed = json.loads(called(tmp_path, "list", "--all", "--json").stdout)
    assert (listed["note"], listed["name"]) == (None, "Add a --json flag.")
    assert called(tmp_path, "note", "nope", "x").returncode == 1


def test_two_runs_are_compared(tmp_path: Path) -> None:
    for name, model, after in (("aaa", "big", "one\n"), ("bbb", "small", "two\n")):
        files = (FileProposed("new.py", None, after, True),)
        history(tmp_path).add(replace(run("text", name, model=model, target=None), files=files))
    done = called(tmp_path, "compare", "aaa", "bbb")
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "≠ model" in text
    assert "-one\n+two\n" in text
    assert "+two" not in called(tmp_path, "compare", "aaa", "bbb", "--no-diff").stdout.decode()
    data = json.loads(called(tmp_path, "compare", "aaa", "bbb", "--json").stdout)
    assert (data["first"], data["second"]) == ("aaa", "bbb")
    assert [(file["path"], file["state"]) for file in data["files"]] == [("new.py", "differs")]
    facts = {fact["label"]: fact for fact in data["facts"]}
    assert (facts["model"]["first"], facts["model"]["differs"]) == ("big", True)
    for wrong in (("aaa", "aaa"), ("aaa", "nope")):
        done = called(tmp_path, "compare", *wrong)
        assert done.returncode == 1
        assert done.stdout == b""


def test_rename_and_delete(tmp_path: Path) -> None:
    for name in ("aaa", "bbb", "ccc"):
        history(tmp_path).add(run(name, name))
    called(tmp_path, "rename", "aaa", "the good one")
    assert called(tmp_path, "show", "the good one", "--reply").stdout == b"aaa"
    done = called(tmp_path, "delete", "bbb")
    assert done.returncode == 1
    assert b"-y" in done.stderr
    assert len(history(tmp_path).list()) == 3
    assert called(tmp_path, "delete", "bbb", "-y").returncode == 0
    assert len(history(tmp_path).list()) == 2
    assert called(tmp_path, "delete", "-y").returncode == 1
    assert called(tmp_path, "delete", "--all", "-y").returncode == 0
    assert history(tmp_path).list() == []


@pytest.mark.parametrize(("answer", "left"), [(b"n\n", 1), (b"\n", 1), (b"y\n", 0)])
def test_delete_asks_on_a_terminal(tmp_path: Path, answer: bytes, left: int) -> None:
    history(tmp_path).add(run("text", "aaa"))
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "autocoder_tui", "history", "delete", "aaa"],
        env={**environment(tmp_path), "PYTHONPATH": str(ROOT)},
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.DEVNULL,
    ) as process:
        os.write(ours, answer)
        process.wait(60)
    os.close(ours)
    os.close(theirs)
    assert len(history(tmp_path).list()) == left


def test_a_run_of_a_living_program_is_listed_and_shown(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state", snapshot(), print)
    journal.append(events("so far", end="interrupted"))
    assert b"running" in called(tmp_path, "list", "--all").stdout
    (line,) = called(tmp_path, "list", "--all", "--json").stdout.splitlines()
    data = json.loads(line)
    assert (data["status"], data["characters"]) == ("running", len("so far"))
    assert called(tmp_path, "show", "last", "--reply").stdout == b"so far"
    journal.close()


def test_a_damaged_history_is_said_and_set_aside(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "history.db").write_bytes(b"no database " * 1000)
    done = called(tmp_path, "list")
    assert done.returncode == 0
    assert b"set aside" in done.stderr


# ---------------------------------------------------------------------- going on


WHOLE = framed("".join(f"line {number}\n" for number in range(60)))


async def cut_short(folder: Path, server: DemoServer, *flags: str) -> None:
    """A run killed when half of its reply has come."""
    at = ("--base-url", server.base_url, "-m", "test-model")
    process = await started(folder, *at, "-r", "many lines", *flags)
    async with asyncio.timeout(30):
        while not any("line 20\n" in run.reply for run in runs_in_journals(folder / "state")):
            await asyncio.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def again(folder: Path, *flags: str) -> Ended:
    return await ended(await started(folder, "--resume", *flags))


async def test_a_killed_run_is_gone_on_with(tmp_path: Path) -> None:
    half = Reply(WHOLE, stall="middle", cut_after=400)
    rest = Reply(WHOLE)
    project = tmp_path / "project"
    project.mkdir()
    (project / "given.txt").write_text("as it was sent\n")
    async with DemoServer([half, rest]) as server:
        await cut_short(tmp_path, server, "-i", "given.txt", "-o", "out.py")
        (project / "given.txt").write_text("changed since\n")
        done = await again(tmp_path, "last", "-o", "out.py", "--json")
        assert done.code == 0, done.err
        first, second = (json.dumps(request.body) for request in server.requests)
    assert (project / "out.py").read_text().splitlines()[:2] == ["line 0", "line 1"]
    assert (project / "out.py").read_text() == WHOLE.split("\n", 1)[1].removesuffix("</file>\n")
    assert "as it was sent" in second
    assert "many lines" in second
    assert "changed since" not in second
    assert "test-model" in first
    assert "test-model" in second
    (kept,) = history(tmp_path).list()
    assert kept.status == "finished"
    assert not kept.offered


async def test_a_run_that_ended_well_is_delivered_again_without_a_request(tmp_path: Path) -> None:
    async with DemoServer([Reply(framed(NEW))]) as server:
        at = ("--base-url", server.base_url, "-m", "m")
        with Path("/dev/full").open("wb") as full:
            process = await started(tmp_path, *at, "-r", "x", "-o", "out.py", stdout=full)
            await process.communicate()
        (tmp_path / "project" / "out.py").unlink()
        done = await again(tmp_path, "last", "-o", "out.py")
        assert done.code == 0, done.err
        assert len(server.requests) == 1
    assert (tmp_path / "project" / "out.py").read_text() == NEW


async def test_what_cannot_be_resumed_is_said(tmp_path: Path) -> None:
    done = await again(tmp_path, "last")
    assert done.code == 1
    assert "no run in history yet" in done.err
    done = await again(tmp_path, "last", "-r", "other")
    assert done.code == 2
    assert "leave out -r" in done.err
    history(tmp_path).add(run(end="failed", project="/nowhere/at/all"))
    done = await again(tmp_path, "last", "--json")
    assert done.code == 1
    assert done.report["error"]["kind"] == "nothing_to_resume"
    history(tmp_path).add(run("x", "bbb", end="failed", project=str(tmp_path / "project")))
    done = await again(tmp_path, "bbb", "-o", "other.py")
    assert done.code == 1
    assert "writes src/report.py" in done.err


async def test_of_a_project_that_is_gone_the_text_is_there_and_can_be_gone_on_with_elsewhere(
    tmp_path: Path,
) -> None:
    gone = str(tmp_path / "gone")
    text = '<file path="src/report.py">\nnew\n</file>\n'
    history(tmp_path).add(run(text, "aaa", project=gone, target=None))
    for part, words in (("--reply", b"new"), ("--patch", b"+b"), ("--json", b"new")):
        assert words in called(tmp_path, "show", "aaa", part).stdout
    assert b"new" in called(tmp_path, "export", "aaa").stdout
    assert b"aaa" in called(tmp_path, "list", "--project", gone).stdout
    done = await again(tmp_path, "aaa")
    assert done.code == 1
    assert f"The project of this run, {gone}, is gone" in done.err
    done = await ended(await started(tmp_path, str(tmp_path / "project"), "--resume", "aaa"))
    # As the file ended its lines where the run was made.
    assert (done.code, done.out) == (0, "b\r\n")


def test_in_a_folder_that_is_gone_every_command_says_so_or_works(tmp_path: Path) -> None:
    history(tmp_path).add(run("text", "aaa"))
    (tmp_path / "project").mkdir()
    show = 'cd project && rmdir ../project && exec "$@"'
    for flags, said in (
        (["list"], b"The folder you are in is gone"),
        (["list", "--all"], b"aaa"),
        (["show", "aaa", "--reply"], b"text"),
        (["export", "aaa", "-o", "x.md"], b"x.md can't be written"),
    ):
        (tmp_path / "project").mkdir(exist_ok=True)
        done = subprocess.run(
            ["sh", "-c", show, "sh", sys.executable, "-m", "autocoder_tui", "history", *flags],
            cwd=tmp_path,
            env={**environment(tmp_path), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            timeout=60,
        )
        assert said in done.stdout + done.stderr


async def test_the_demo_can_be_gone_on_with_too(tmp_path: Path) -> None:
    first = await ended(await started(tmp_path, "--demo"))
    assert first.code == 0
    kept = history(tmp_path).get("last")
    half = type(kept).from_data(
        {**kept.to_data(), "reply": kept.reply[:700], "status": "interrupted", "files": []}
    )
    history(tmp_path).delete_all()
    history(tmp_path).add(half, offered=True)
    done = await again(tmp_path, "last")
    assert (done.code, done.out) == (0, first.out)
    assert history(tmp_path).get("last").reply == kept.reply


async def test_what_was_deleted_is_in_no_file_any_more(tmp_path: Path) -> None:
    history(tmp_path).add(run("the secret word xylophonist", "aaa"))
    history(tmp_path).add(run("another", "bbb"))
    assert called(tmp_path, "delete", "aaa", "-y").returncode == 0
    for file in (tmp_path / "state").rglob("*"):
        assert file.is_dir() or b"xylophonist" not in file.read_bytes(), file


def test_a_locked_history_does_not_hide_a_killed_run(tmp_path: Path) -> None:
    history(tmp_path).list()
    journal = Journal(tmp_path / "state", snapshot(), print)
    journal.append(events("so far", end="interrupted"))
    journal.close()
    with locked(tmp_path / "state" / "history.db"):
        done = called(tmp_path, "show", "last", "--reply")
    assert done.stdout == b"so far"
    assert b"locked" in done.stderr


async def test_no_key_is_written_down(tmp_path: Path) -> None:
    async with DemoServer([Reply(WHOLE, stall="middle", cut_after=400)]) as server:
        await cut_short(tmp_path, server, "-o", "out.py")
        assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"
    (journal,) = (tmp_path / "state" / "journals").iterdir()
    assert CANARY.encode() not in journal.read_bytes()
    assert CANARY.encode() not in called(tmp_path, "show", "--json").stdout
    assert CANARY.encode() not in called(tmp_path, "export").stdout
    for file in (tmp_path / "state").rglob("*"):
        assert file.is_dir() or CANARY.encode() not in file.read_bytes(), file
