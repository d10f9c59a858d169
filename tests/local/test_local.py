"""`autocoder-tui local` with a server that stands for llama-server, as a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.local.engine import Wanted, engines, kinds_of, name_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX")

_STANDS_IN = Path(__file__).with_name("llama_server.py")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project with a model file, and llama-server on the PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "llama-server"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{_STANDS_IN}" "$@"\n')
    program.chmod(0o755)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "small.gguf").write_bytes(b"GGUF")
    return tmp_path


def begun(place: Path, *arguments: str, programs: str = "bin") -> subprocess.Popen[str]:
    environ = {
        "PATH": f"{place / programs}:/usr/bin:/bin",
        "HOME": str(place),
        "TMPDIR": str(place),
        "AUTOCODER_TUI_STATE_DIR": str(place / "state"),
        "AUTOCODER_TUI_CONFIG_DIR": str(place / "config"),
        "LLAMA_TEST_NOTES": str(place / "notes.json"),
        "PYTHONPATH": str(Path(__file__).parent.parent.parent),
        "PYTHONUTF8": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "autocoder_tui", "local", *arguments],
        cwd=place / "project",
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def notes(place: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((place / "notes.json").read_text())
    return found


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


RUN = ("--", "run", "-r", "write b.py", "-o", "b.py")


@pytest.mark.parametrize("model", [("small.gguf",), ()])
def test_a_run_on_a_model_file(place: Path, model: tuple[str, ...]) -> None:
    code, _, said = ended(begun(place, *model, "--context", "4096", "--threads", "2", *RUN))
    assert code == 0, said
    assert (place / "project" / "b.py").read_text() == 'print("from the local model")\n'
    assert "small answers at http://127.0.0.1:" in said
    served = notes(place)
    assert (served["alias"], served["context"], served["threads"]) == ("small", 4096, 2)
    assert not is_alive(served["pid"])
    assert not is_alive(served["child"])
    assert not list(place.glob("autocoder-tui-local-*"))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_however_the_program_ends_so_does_the_server(place: Path, number: signal.Signals) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("looks into /proc")
    (place / "project" / "endless.gguf").write_bytes(b"GGUF")
    process = begun(place, "endless.gguf", *RUN)
    until(lambda: (place / "notes.json").exists() and (place / "notes.json").stat().st_size > 9)
    served = notes(place)
    assert is_alive(served["pid"])
    process.send_signal(number)
    ended(process)
    until(lambda: not is_alive(served["pid"]) and not is_alive(served["child"]))
    until(lambda: not list(place.glob("autocoder-tui-local-*")))


def test_a_server_that_ends_is_said_with_its_last_words(place: Path) -> None:
    (place / "project" / "broken.gguf").write_bytes(b"GGUF")
    code, _, said = ended(begun(place, "broken.gguf", *RUN))
    assert code == 1
    assert "ended before it answered" in said
    assert "model file is damaged" in said
    assert "\x1b" not in said


def test_one_that_never_answers_is_given_up(place: Path) -> None:
    (place / "project" / "endless.gguf").write_bytes(b"GGUF")
    code, _, said = ended(begun(place, "endless.gguf", "--wait", "1", *RUN))
    assert code == 1
    assert "does not answer after 1 s" in said
    assert not is_alive(notes(place)["pid"])


def test_what_is_missing_is_said_with_what_it_needs(place: Path) -> None:
    code, _, said = ended(begun(place, "small.gguf", *RUN, programs="none"))
    assert code == 1
    assert "llama-server" in said
    assert "autocoder-tui[local]" in said
    (place / "project" / "small.gguf").unlink()
    code, said, _ = ended(begun(place))
    assert code == 0
    assert "installed  llama-server" in said
    assert "missing    ollama" in said


def test_a_file_that_is_not_there(place: Path) -> None:
    code, _, said = ended(begun(place, "other.gguf"))
    assert code == 1
    assert "There is no file other.gguf" in said


def test_an_engine_that_does_not_take_the_model(place: Path) -> None:
    code, _, said = ended(begun(place, "small.gguf", "--engine", "ollama"))
    assert code == 1
    assert "ollama list" in said


def test_each_engine_is_asked_for_the_same() -> None:
    wanted = Wanted("m", "n", 1234, 4096, 3)
    known = {engine.name: engine for engine in engines(lambda name: f"/bin/{name}")}
    for name in ("llama-server", "vllm"):
        command = known[name].command(f"/bin/{name}", wanted)
        assert {"1234", "4096", "n", "127.0.0.1"} <= set(command), command
    assert known["ollama"].command("/bin/ollama", wanted) == ["/bin/ollama", "serve"]
    assert known["ollama"].environment(wanted)["OLLAMA_HOST"] == "127.0.0.1:1234"


@pytest.mark.parametrize(
    ("model", "kinds", "name"),
    [
        ("a/B.Q4_K_M.GGUF", ("gguf",), "B.Q4_K_M"),
        ("qwen2.5-coder:1.5b", ("ollama",), "qwen2.5-coder:1.5b"),
        ("Qwen/Qwen2.5-Coder-7B", ("hub", "ollama"), "Qwen/Qwen2.5-Coder-7B"),
        ("user/model:latest", ("ollama",), "user/model:latest"),
    ],
)
def test_what_a_model_may_be(model: str, kinds: tuple[str, ...], name: str) -> None:
    assert kinds_of(model) == kinds
    assert name_of(model) == name
