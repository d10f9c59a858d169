"""What git prints when it is asked something about a project: bounded in time and size."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from autocoder_tui.workspace.git_command import question, question_environment

_SECONDS = 10.0
_MOST_BYTES = 16 * 1024 * 1024


def git_output(
    root: Path,
    *arguments: str,
    seconds: float = _SECONDS,
    most_bytes: int = _MOST_BYTES,
    whole: bool = False,
) -> bytes | None:
    """What git prints in `root`, None where it can't. Blocking.

    What is longer than `most_bytes`, or is not there after `seconds`, is cut there; with `whole`
    it is None then.
    """
    try:
        process = subprocess.Popen(
            question(*arguments),
            cwd=root,
            env=question_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError):
        return None
    assert process.stdout is not None
    late = threading.Timer(seconds, _end, [process])
    late.daemon = True
    late.start()
    try:
        with process.stdout as printed:
            output = printed.read(most_bytes)
            cut = len(output) == most_bytes or not late.is_alive()
        if cut:
            _end(process)
        code = process.wait()
    finally:
        late.cancel()
    if cut:
        return None if whole else output
    return output if code == 0 else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and what it started, which would hold on to what is read from it."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def git_word(root: Path, *arguments: str) -> str:
    """The one line git prints; "" where it prints none, or can't."""
    output = git_output(root, *arguments, most_bytes=4096) or b""
    return os.fsdecode(output).strip("\n")


def names_in(output: bytes | None) -> list[str]:
    """The names in what git printed with `-z`; one that was cut off is not among them."""
    whole, _, _ = (output or b"").rpartition(b"\0")
    return [os.fsdecode(name) for name in whole.split(b"\0") if name]


def below(prefix: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that begin with `prefix`, without it."""
    return [name[len(prefix) :] for name in names if name.startswith(prefix)]
