"""Files that are no ordinary text, made for real, and whole runs of the program on them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
GIGABYTE = 1 << 30

_RUNNER = """
import contextlib, io, json, resource, sys, time, traceback
from autocoder_tui.cli.main import main
from tests.peak_memory import peak_kb
ended = []
for arguments in json.loads(sys.argv[1]):
    out, err, begun = io.TextIOWrapper(io.BytesIO()), io.StringIO(), time.monotonic()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as leaving:
            code = leaving.code
        except BaseException:
            code = -1
            traceback.print_exc()
    out.flush()
    ended.append({
        "code": code, "out": out.buffer.getvalue().decode(), "err": err.getvalue(),
        "seconds": time.monotonic() - begun,
    })
print(json.dumps([peak_kb() / 1024, ended]))
"""


@dataclass(frozen=True)
class Ended:
    """How one command line ended; `seconds` without the start of the interpreter."""

    code: int
    out: str
    err: str
    seconds: float


@dataclass(frozen=True)
class Process:
    """`megabytes` is the most memory the process ever had in use."""

    ended: list[Ended]
    megabytes: float


def unprivileged() -> list[str]:
    """What goes before a command so that modes of files bind it, for a superuser, too."""
    if os.geteuid() != 0:
        return []
    drop = "-dac_override,-dac_read_search"
    return ["setpriv", "--bounding-set", drop]


def can_be_unprivileged() -> bool:
    if os.geteuid() != 0:
        return True
    if shutil.which("setpriv") is None:
        return False
    return subprocess.run([*unprivileged(), "true"], check=False).returncode == 0


def run_all(
    folder: Path,
    command_lines: Sequence[Sequence[str]],
    *,
    before: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    seconds: float = 60,
) -> Process:
    """Command lines one after the other in one real process that stands in `folder`/project.

    `before` goes before the command. Fails when they take more than `seconds` together, when
    the process dies, and when a traceback is said.
    """
    (folder / "project").mkdir(exist_ok=True)
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    done = subprocess.run(
        [*before, sys.executable, "-c", _RUNNER, json.dumps(list(map(list, command_lines)))],
        cwd=folder / "project",
        env={
            **plain,
            "PYTHONPATH": str(ROOT),
            "AUTOCODER_TUI_CONFIG_DIR": str(folder / "config"),
            "AUTOCODER_TUI_STATE_DIR": str(folder / "state"),
            **(environ or {}),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    megabytes, ended = json.loads(done.stdout)
    found = [Ended(**one) for one in ended]
    for arguments, one in zip(command_lines, found, strict=True):
        assert "Traceback" not in one.err, f"{arguments}: {one.err}"
    return Process(found, megabytes)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(GIGABYTE)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's whole name must be short
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(here)


def _unreadable(path: Path) -> None:
    path.write_text("# nobody reads this\n")
    path.chmod(0)


KINDS: Mapping[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "zero": lambda path: path.symlink_to("/dev/zero"),
    "socket": _socket,
    "folder": Path.mkdir,
    "loop": lambda path: path.symlink_to(path.name),
    "sparse": _sparse,
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 8),
    "unreadable": _unreadable,
}
"""What can stand where a text file is expected, each with how it is made."""
