"""Every end of `autocoder-tui run` by a signal: in time, with the right code, the text kept."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from tests.store.test_history import locked
from tests.terminal.program import environment, serving, terminal, within
from tests.terminal.test_signals import LINES, WITHIN, keeps_the_text, kept_text, reply_of


@contextmanager
def running(
    folder: Path, server: DemoServer, *flags: str, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    project = folder / "project"
    project.mkdir(exist_ok=True)
    where = ("--base-url", server.base_url, "-m", "m", "-r", "Write it.")
    process = subprocess.Popen(
        [sys.executable, "-m", "autocoder_tui", "run", *where, *flags],
        cwd=project,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def until(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def until_most_came(process: subprocess.Popen[bytes]) -> None:
    """Read, at -d 3, of 340 pieces of the reply."""
    assert process.stderr is not None
    for number_of_delta, _ in enumerate(line for line in process.stderr if b"chunk {" in line):
        if number_of_delta == 340:
            return


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_while_streaming(tmp_path: Path, number: int) -> None:
    reply = Reply(reply_of(100), stall="middle", cut_after=len(reply_of(60)))
    with serving([reply]) as server, running(tmp_path, server, "-d", "3") as process:
        until_most_came(process)
        with within(process, WITHIN):
            process.send_signal(number)
            out, err = process.communicate(timeout=10)
        assert process.returncode == 128 + number
        assert out == b""
        assert b"history show" in err
        assert b"Traceback" not in err
    keeps_the_text(tmp_path)


def test_a_locked_history_holds_up_no_end(tmp_path: Path) -> None:
    reply = Reply(reply_of(100), stall="middle", cut_after=len(reply_of(60)))
    with serving([reply]) as server, running(tmp_path, server, "-d", "3") as process:
        until_most_came(process)
        with locked(tmp_path / "state" / "history.db"), within(process, WITHIN):
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=10)
        assert process.returncode == 128 + signal.SIGTERM
        assert b"Traceback" not in err
    keeps_the_text(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_stdout_pipe_nobody_reads(tmp_path: Path, number: int) -> None:
    """More than a pipe holds: the program waits in the middle of printing its result."""
    text = "".join(LINES * 3)
    reply = Reply(f'<file path="long.py">\n{text}</file>\n', chunk_size=1000)
    with serving([reply]) as server, running(tmp_path, server) as process:
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        until((tmp_path / "state" / "usage.jsonl").exists)
        with within(process, WITHIN):
            process.send_signal(number)
            assert process.wait(10) == 128 + number
    assert kept_text(tmp_path) == reply.text


def test_a_terminal_nobody_reads(tmp_path: Path) -> None:
    reply = Reply(reply_of(4000))
    with serving([reply], tokens_per_second=2000) as server:
        flags = ("--base-url", server.base_url, "-m", "m", "-r", "Write it.", "-d", "3")
        with terminal(tmp_path, "run", *flags) as screen:
            screen.until(lambda: b"line_40" in screen.written or b'"40"' in screen.written)
            screen.stop_reading()
            with within(screen.process, WITHIN):
                screen.signal(signal.SIGTERM)
                assert screen.ended() == 128 + signal.SIGTERM
    assert "".join(LINES).startswith(kept_text(tmp_path).partition("\n")[2][:-20])


def test_a_closed_terminal(tmp_path: Path) -> None:
    with serving([Reply(reply_of(4000))], tokens_per_second=400) as server:
        flags = ("--base-url", server.base_url, "-m", "m", "-r", "Write it.", "-d", "3")
        with terminal(tmp_path, "run", *flags) as screen:
            screen.until(lambda: screen.written.count(b"chunk {") > 300)
            screen.hang_up()
            assert screen.ended() == 128 + signal.SIGHUP
    keeps_the_text(tmp_path)


def test_nohup_is_respected(tmp_path: Path) -> None:
    """What was told to ignore a hang-up, or a Ctrl-C of a script's terminal, goes on."""
    reply = Reply(reply_of(60))
    with (
        serving([reply], tokens_per_second=150) as server,
        running(
            tmp_path,
            server,
            "-d",
            "3",
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        ) as process,
    ):
        assert process.stderr is not None
        for line in process.stderr:
            if b"chunk {" in line:
                break
        process.send_signal(signal.SIGHUP)
        out, _ = process.communicate(timeout=20)
        assert process.returncode == 0
        assert out.decode() == "".join(LINES[:60])


def test_time_as_a_stopped_job_is_no_silence_of_the_server(tmp_path: Path) -> None:
    """What was sent meanwhile is read on as if nothing had been, with no further request."""
    with (
        serving([Reply(reply_of(60), delay=0.01)]) as server,
        running(tmp_path, server, "-d", "3", "--idle-timeout", "1") as process,
    ):
        assert process.stderr is not None
        next(line for line in process.stderr if b'"line"' in line)
        process.send_signal(signal.SIGSTOP)
        time.sleep(2.2)
        process.send_signal(signal.SIGCONT)
        out, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        assert out.decode() == "".join(LINES[:60])
        assert len(server.requests) == 1
