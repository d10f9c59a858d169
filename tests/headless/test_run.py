"""`autocoder-tui run` as a program of its own, against a real loopback server."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.store.history.history import History
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.change import Change
from autocoder_tui.workspace.undo import undo
from tests.engine.counting import CountingServer, OllamaServer, templated, tokens_of
from tests.watched_server import WatchedServer
from tests.workspace.faults import Fault, in_a_process

ROOT = Path(__file__).parents[2]
NEW = "def hello():\n    return 'hello'\n"
CANARY = "sk-canary-0123456789abcdef"


def framed(text: str, path: str = "out.py") -> str:
    return f'<file path="{path}">\n{text}</file>\n'


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.out)
        return report


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return {
        **kept,
        "AUTOCODER_TUI_CONFIG_DIR": str(folder / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(folder / "state"),
        "LOCAL_API_KEY": CANARY,
    }


async def started(
    folder: Path, *flags: str, stdout: Any = subprocess.PIPE
) -> asyncio.subprocess.Process:
    project = folder / "project"
    project.mkdir(exist_ok=True)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "autocoder_tui",
        "run",
        *flags,
        cwd=project,
        env={**environment(folder), "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


async def heard(process: asyncio.subprocess.Process, words: bytes) -> None:
    """Read what it says on stderr until a line has these words."""
    assert process.stderr is not None
    line = b""
    async with asyncio.timeout(30):
        while words not in line:
            line = await process.stderr.readline()
            assert line, f"it ended before it said {words!r}"


async def ended(process: asyncio.subprocess.Process) -> Ended:
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert CANARY not in out.decode()
    assert CANARY not in err.decode()
    assert "Traceback" not in err.decode()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


Runs = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path) -> Runs:
    async def call(script: list[Reply], *flags: str) -> Ended:
        async with DemoServer(script) as server:
            at = ("--base-url", server.base_url, "-m", "test-model")
            return await ended(await started(tmp_path, *at, *flags))

    return call


async def test_the_code_goes_to_the_output_file_and_the_report_to_stdout(
    tmp_path: Path, run: Runs
) -> None:
    done = await run([Reply("Sure.\n" + framed(NEW))], "-r", "hello", "-o", "out.py", "--json")
    assert done.code == 0
    assert (tmp_path / "project" / "out.py").read_text() == NEW
    report = done.report
    assert report["status"] == "done"
    assert report["error"] is None
    assert report["files"] == [
        {"path": "out.py", "action": "create", "complete": True, "added": 2, "removed": 0}
    ]
    assert report["parts"][0]["finish_reason"] == "stop"
    assert report["requests"] == 1
    assert report["chunks"] > 2
    assert report["first_token_seconds"] > 0
    assert report["cost_usd"] is None
    assert not report["estimated"]
    assert "Sure." in report["notes"]


async def test_a_cost_the_provider_names_is_not_called_estimated(run: Runs) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 10, "cost": 0.0125}
    report = (await run([Reply(framed(NEW), usage=usage)], "-r", "hello", "--json")).report
    assert (report["cost_usd"], report["cost_estimated"]) == (0.0125, False)


async def test_a_cost_worked_out_here_is_called_estimated(tmp_path: Path) -> None:
    async with DemoServer([Reply(framed(NEW))]) as server:
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "models.toml").write_text(
            f'[providers.near]\nbase_url = "{server.base_url}"\n\n'
            '[[models]]\nname = "priced"\nprovider = "near"\n'
            'input_price = "1.0"\noutput_price = "2.0"\n'
        )
        flags = ("--base-url", server.base_url, "-m", "priced", "-r", "hello", "--json")
        report = (await ended(await started(tmp_path, *flags))).report
    assert report["cost_usd"] > 0
    assert report["cost_estimated"]


async def test_without_an_output_file_the_code_goes_to_stdout(run: Runs) -> None:
    done = await run([Reply(framed(NEW))], "-r", "hello")
    assert (done.code, done.out) == (0, NEW)


async def test_a_patch_writes_nothing_and_applies(tmp_path: Path, run: Runs) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "out.py").write_text("def hello():\n    return 'bye'\n")
    done = await run([Reply(framed(NEW))], "-r", "x", "-i", "out.py", "--patch")
    assert done.code == 0
    assert "bye" in (project / "out.py").read_text()
    subprocess.run(["git", "apply", "-"], input=done.out, text=True, cwd=project, check=True)
    assert (project / "out.py").read_text() == NEW


async def test_an_existing_output_file_is_refused_without_force(tmp_path: Path, run: Runs) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "out.py").write_text("mine\n")
    done = await run([Reply(framed(NEW))], "-r", "x", "-o", "out.py", "--json")
    assert done.code == 1
    assert done.report["status"] == "refused"
    assert "out.py exists" in done.err
    assert (project / "out.py").read_text() == "mine\n"
    done = await run([Reply(framed(NEW))], "-r", "x", "-o", "out.py", "-f")
    assert done.code == 0
    assert (project / "out.py").read_text() == NEW


async def test_crlf_and_mode_of_the_output_file_are_kept(tmp_path: Path, run: Runs) -> None:
    project = tmp_path / "project"
    project.mkdir()
    path = project / "out.py"
    path.write_bytes(b"\xef\xbb\xbfdef bye():\r\n    pass\r\n")
    path.chmod(0o750)
    done = await run([Reply(framed(NEW))], "-r", "x", "-i", "out.py", "-o", "out.py", "-f")
    assert done.code == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + NEW.replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("-o", "."), "folder"),
        (("-o", "../out.py"), "project"),
        (("-o", "pipe"), "not a regular file"),
        (("-i", "missing.py"), "missing.py"),
        (("-i", "binary.bin"), "binary.bin"),
        (("-i", "pipe"), "pipe"),
        (("-m", "gpt-4o-mini", "--base-url", "nonsense"), "nonsense"),
        (("-c", "broken.toml"), "broken.toml, line 2"),
    ],
)
async def test_bad_input_is_a_sentence_and_nothing_is_sent(
    tmp_path: Path, flags: tuple[str, ...], words: str
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    os.mkfifo(project / "pipe")
    (project / "binary.bin").write_bytes(bytes(range(256)) * 4)
    (project / "broken.toml").write_text("model = 'x'\nforce = \n")
    async with DemoServer([Reply(framed(NEW))]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model", "-r", "x")
        done = await ended(await started(tmp_path, *at, *flags))
        assert not server.requests
    assert done.code == 1
    assert words in done.err


async def test_an_unknown_model_names_the_nearest(tmp_path: Path) -> None:
    done = await ended(await started(tmp_path, "-r", "x", "-m", "gpt4o-mini"))
    assert done.code == 1
    assert "gpt-4o-mini" in done.err


async def test_usage_errors_exit_with_2(tmp_path: Path) -> None:
    assert (await ended(await started(tmp_path))).code == 2
    assert (await ended(await started(tmp_path, "--idle-timeout", "never", "-r", "x"))).code == 2
    assert (await ended(await started(tmp_path, "no/such/folder", "-r", "x"))).code == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error_reply(401, f"bad key {CANARY}"), "key_rejected"),
        (error_reply(404, "no such model"), "model_not_found"),
        (Reply(body="<html>hello</html>", headers={"content-type": "text/html"}), "not_a_reply"),
        (Reply(""), "empty_reply"),
        (Reply("I'm sorry, but I can't help with that."), "empty_reply"),
    ],
)
async def test_what_the_server_gets_wrong_is_a_sentence_and_the_target_is_untouched(
    tmp_path: Path, run: Runs, reply: Reply, kind: str
) -> None:
    done = await run([reply] * 6, "-r", "x", "-o", "out.py", "--json", "--max-attempts", "1")
    assert done.code == 1
    assert done.report["status"] == "failed"
    assert done.report["error"]["kind"] == kind
    assert not (tmp_path / "project" / "out.py").exists()


async def test_an_incomplete_file_is_kept_aside_and_not_written(tmp_path: Path, run: Runs) -> None:
    whole = framed(NEW * 20)
    script = [Reply(whole[:300], "length"), *[Reply("", "stop")] * 5]
    done = await run(script, "-r", "x", "-o", "out.py", "--json")
    assert done.code == 1
    assert not (tmp_path / "project" / "out.py").exists()
    kept = History(tmp_path / "state").get("last")
    assert kept.reply
    assert whole.startswith(kept.reply)
    assert kept.status == "failed"
    assert f"history show {kept.run_id} --reply" in done.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_interrupting_stops_the_request_and_keeps_the_partial(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    whole = framed(NEW * 20)
    async with WatchedServer([Reply(whole, stall="middle", cut_after=200)]) as server:
        flags = (
            "--base-url",
            server.base_url,
            "-m",
            "m",
            "-r",
            "x",
            "-o",
            "out.py",
            "--json",
            "-d",
            "3",
        )
        process = await started(tmp_path, *flags)
        await heard(process, b"chunk {")
        process.send_signal(number)
        await asyncio.wait_for(server.wait_for_drop(), 5)
        done = await ended(process)
    assert done.code == code
    assert done.report["status"] == "cancelled"
    kept = History(tmp_path / "state").get("last")
    assert kept.reply
    assert whole.startswith(kept.reply)
    assert kept.status == "cancelled"
    assert list((tmp_path / "state" / "journals").iterdir()) == []


async def test_the_demo_runs_headless(tmp_path: Path) -> None:
    done = await ended(await started(tmp_path, "--demo", "--json", "-o", "report.py"))
    assert done.code == 0
    assert [part["finish_reason"] for part in done.report["parts"]] == ["length", "stop"]
    first, second = done.report["parts"]
    assert first["begin"] == 0 < second["begin"] <= first["end"] < second["end"]
    assert first["cost_usd"] + second["cost_usd"] == pytest.approx(done.report["cost_usd"])
    assert done.report["retries"] == 0
    assert 0 < done.report["reasoning_tokens"] < done.report["completion_tokens"]
    compile((tmp_path / "project" / "report.py").read_text(), "report.py", "exec")


def test_no_terminal_is_said_in_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autocoder_tui"],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "autocoder-tui run" in done.stderr
    assert done.stdout == ""


async def test_what_was_written_can_be_undone_and_hard_links_stay(
    tmp_path: Path, run: Runs
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "out.py").write_text("mine\n")
    os.link(project / "out.py", project / "same")
    done = await run([Reply(framed(NEW))], "-r", "Say hello", "-o", "out.py", "-f")
    assert done.code == 0
    assert "out.py has other names" in done.err
    assert (project / "same").read_text() == NEW
    log = ApplyLog.of_project(tmp_path / "state", project)
    entry = log.last_applied()
    assert entry is not None
    assert entry.record.title == "Say hello"
    undo(log, entry.record)
    assert (project / "same").read_text() == "mine\n"


async def test_an_interrupted_write_is_finished_first(tmp_path: Path, run: Runs) -> None:
    project = tmp_path / "project"
    project.mkdir()
    log = ApplyLog.of_project(tmp_path / "state", project)
    changes = [Change("a", "x"), Change("b", "x")]
    fault = Fault(2, "kill", only="link")
    assert in_a_process(lambda: apply_changes(project, changes, log=log), fault) < 0
    assert not (project / "b").exists()
    done = await run([Reply(framed(NEW))], "-r", "x")
    assert done.code == 0
    assert "A write of a, b was interrupted" in done.err
    assert sorted(path.name for path in project.iterdir()) == ["a", "b"]


async def test_without_a_state_folder_it_writes_and_says_so(tmp_path: Path, run: Runs) -> None:
    (tmp_path / "state").write_text("in the way")
    done = await run([Reply(framed(NEW))], "-r", "x", "-o", "out.py")
    assert done.code == 0
    assert "goes on without usage, undo and recovery" in done.err
    assert done.err.count("kept in") == 1
    assert (tmp_path / "project" / "out.py").read_text() == NEW


async def test_the_cost_is_estimated_without_a_key_and_nothing_is_sent(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "code.py").write_text("def f():\n    return 1\n" * 50)
    job = ("-r", "x", "-i", "code.py", "--estimate-cost")
    done = await ended(await started(tmp_path, *job, "-m", "gpt-4o-mini", "--json"))
    assert done.code == 0
    report = done.report
    assert (report["exact"], report["method"], report["fits"]) == (True, "exact", True)
    assert report["files"][0]["path"] == "code.py"
    assert report["files"][0]["tokens"] < report["prompt_tokens"]
    assert 0 < report["least_usd"] < report["most_usd"]
    done = await ended(await started(tmp_path, *job))
    assert done.code == 0
    assert "(estimate ±15 %)" in done.out
    assert "$" in done.out
    assert done.out.endswith("Nothing was sent.\n")


async def test_an_estimate_sends_no_request_and_says_what_does_not_fit(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "big.txt").write_text("many words " * 40_000)
    async with DemoServer([Reply(framed(NEW))]) as server:
        at = ("--base-url", server.base_url, "-m", "local", "-r", "x", "--estimate-cost")
        done = await ended(await started(tmp_path, *at))
        assert not server.requests
    assert done.code == 0
    assert "cost    unknown" in done.out
    flags = ("-m", "Qwen/QwQ-32B-Preview", "-r", "x", "-i", "big.txt", "--estimate-cost")
    done = await ended(await started(tmp_path, *flags, "--json"))
    assert done.code == 0
    assert done.report["fits"] is False


async def test_runs_are_booked_and_usage_prints_them(tmp_path: Path, run: Runs) -> None:
    assert (await run([Reply(framed(NEW))], "-r", "hello", "-o", "out.py")).code == 0
    for flags, words in (
        ((), "test-model"),
        (("--by", "model"), "unknown"),
        (("--csv",), "time,run_id,project,model"),
        (("--json",), '"finish_reason": "stop"'),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "autocoder_tui", "usage", *flags],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=True,
        )
        assert words in done.stdout


async def test_fallback_models_take_over_in_order_and_it_is_said(tmp_path: Path, run: Runs) -> None:
    script = [error_reply(404, "no such model"), error_reply(503, "busy"), Reply(framed(NEW))]
    flags = ("-r", "x", "-o", "out.py", "--json", "--max-attempts", "1")
    done = await run(script, *flags, "--fallback", "second", "--fallback", "third")
    assert done.code == 0
    assert done.report["status"] == "done"
    assert done.report["error"] is None
    assert done.report["requests"] == 3
    assert "Going on with the fallback model second." in done.err
    assert "Going on with the fallback model third." in done.err
    assert (tmp_path / "project" / "out.py").read_text() == NEW


async def test_what_another_model_cannot_cure_is_no_reason_to_fall_back(run: Runs) -> None:
    done = await run(
        [error_reply(401, "bad key"), Reply(framed(NEW))], "-r", "x", "--fallback", "b"
    )
    assert done.code == 1
    assert "fallback" not in done.err


async def test_a_patch_is_of_the_bytes_on_disk(tmp_path: Path, run: Runs) -> None:
    project = tmp_path / "project"
    project.mkdir()
    old = {
        "crlf.txt": b"one\r\ntwo\r\nthree\r\n",
        "bom.txt": b"\xef\xbb\xbfone\ntwo\n",
        "latin.txt": b"caf\xe9\ntwo\n",
        "end.txt": b"one\ntwo",
    }
    for name, data in old.items():
        (project / name).write_bytes(data)
    text = {"crlf.txt": "ONE\ntwo\n3\n", "bom.txt": "One\ntwo\n", "latin.txt": "café!\ntwo\n"}
    reply = "".join(framed(new, name) for name, new in text.items())
    process_flags = ("-r", "x", "-i", *old, "--patch")
    async with DemoServer([Reply(reply)]) as server:
        process = await started(tmp_path, "--base-url", server.base_url, "-m", "m", *process_flags)
        out, _ = await asyncio.wait_for(process.communicate(), 60)
    subprocess.run(["git", "apply", "-"], input=out, cwd=project, check=True)
    assert (project / "crlf.txt").read_bytes() == b"ONE\r\ntwo\r\n3\r\n"
    assert (project / "bom.txt").read_bytes() == b"\xef\xbb\xbfOne\ntwo\n"
    assert (project / "latin.txt").read_bytes() == b"caf\xe9!\ntwo\n"


async def test_a_patch_never_swaps_a_character_the_encoding_lacks(
    tmp_path: Path, run: Runs
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "latin.txt").write_bytes(b"caf\xe9\n")
    done = await run(
        [Reply(framed("日本\n", "latin.txt"))], "-r", "x", "-i", "latin.txt", "--patch"
    )
    assert done.code == 1
    assert done.out == ""
    assert "latin.txt" in done.err


async def test_warnings_are_said_and_reported(tmp_path: Path, run: Runs) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.py").write_text("x = 1\n" * 60)
    short = framed("x = 1\n# ... rest of the code unchanged ...\n", "a.py")
    done = await run([Reply(short)], "-r", "x", "-i", "a.py", "-o", "a.py", "-f", "--json")
    assert "warning: a.py:" in done.err
    assert len(done.report["warnings"]) >= 2


async def test_refused_files_are_not_printed(run: Runs) -> None:
    reply = framed("x\n", "../evil.py") + framed("y\n", "a.py") + framed("z\n", "b.py")
    done = await run([Reply(reply)], "-r", "x")
    assert "evil" not in done.out
    assert "a.py" in done.out
    assert "../evil.py is not offered" in done.err


async def test_the_report_names_refused_files(run: Runs) -> None:
    reply = framed("x\n", "../evil.py") + framed("y\n", "a.py")
    done = await run([Reply(reply)], "-r", "x", "--json")
    assert [file["path"] for file in done.report["files"]] == ["a.py"]
    assert any("../evil.py is not offered" in warning for warning in done.report["warnings"])


async def test_stdout_that_cannot_be_written_keeps_the_text(tmp_path: Path) -> None:
    async with DemoServer([Reply(framed(NEW))]) as server:
        flags = ("--base-url", server.base_url, "-m", "m", "-r", "x")
        with Path("/dev/full").open("wb") as full:
            process = await started(tmp_path, *flags, stdout=full)
            _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert "can't be written to stdout" in err.decode()
    assert "Traceback" not in err.decode()
    assert History(tmp_path / "state").get("last").reply == framed(NEW)


@pytest.mark.parametrize("flag", ["-i", "-o", "-r", "-m", "--base-url"])
async def test_an_empty_value_is_a_usage_error(tmp_path: Path, flag: str) -> None:
    done = await ended(await started(tmp_path, "-r", "x", flag, ""))
    assert done.code == 2
    assert "empty" in done.err


async def test_the_demo_replaces_an_output_file_when_forced(tmp_path: Path) -> None:
    for flags in ((), ("-f",)):
        done = await ended(await started(tmp_path, "--demo", "-o", "report.py", *flags))
        assert done.code == 0


async def test_an_estimate_is_what_the_server_counts_where_it_can(tmp_path: Path) -> None:
    async with CountingServer("vLLM") as server:
        at = ("--base-url", server.base_url, "-m", "test-model", "-r", "x", "--estimate-cost")
        done = await ended(await started(tmp_path, *at, "--json"))
        assert done.report["method"] == "counted by the server"
        assert done.report["prompt_tokens"] == len(tokens_of(templated(server.asked[-1][1])))
        done = await ended(await started(tmp_path, *at))
        assert "(counted by the server)" in done.out
        assert done.out.endswith("Nothing was sent but the text to be counted, to 127.0.0.1.\n")
        assert not server.requests


async def test_a_cap_that_cannot_hold_is_refused_before_sending(tmp_path: Path) -> None:
    async with DemoServer([Reply(framed(NEW))]) as server:
        at = ("--base-url", server.base_url, "-m", "local", "-r", "x", "--max-cost", "1")
        done = await ended(await started(tmp_path, *at, "--json"))
        assert not server.requests
    assert done.code == 1
    assert done.report["status"] == "refused"
    assert "models.toml" in done.report["error"]["message"]
    assert "leave the cap out" in done.report["error"]["message"]


async def test_a_prompt_ollama_may_cut_is_warned_about(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "big.txt").write_text("many words here\n" * 3_000)
    async with OllamaServer([Reply(framed(NEW))]) as server:
        at = ("--base-url", server.base_url, "-m", "qwen", "-r", "x", "-i", "big.txt")
        done = await ended(await started(tmp_path, *at))
        assert done.code == 0
        assert "num_ctx" in done.err
        server.loaded = 8192
        done = await ended(await started(tmp_path, *at))
        assert done.code == 1
        assert "8,192-token context window" in done.err
        assert len(server.requests) == 1
