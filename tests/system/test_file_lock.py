"""Locks on open files: one owner at a time, let go by the system, unknown where there are none."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from autocoder_tui.system.descriptors import open_descriptor
from autocoder_tui.system.file_lock import FileLock, lock

_HOLDER = """
import os, sys, time
from pathlib import Path
from autocoder_tui.system.descriptors import open_descriptor
from autocoder_tui.system.file_lock import lock
print(lock(open_descriptor(Path(sys.argv[1]), os.O_RDWR)).name, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "kept"
    file.write_text("what is in it\n")
    return file


@pytest.fixture
def ours(file: Path) -> Iterator[int]:
    descriptor = open_descriptor(file, os.O_RDWR)
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def other(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program, which has the lock."""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(file)],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "OURS\n"
        yield program
        program.kill()


def test_a_kill_lets_go_of_a_lock(file: Path, ours: int, other: subprocess.Popen[str]) -> None:
    assert lock(ours) is FileLock.TAKEN
    other.send_signal(signal.SIGKILL)
    other.wait(30)
    assert lock(ours) is FileLock.OURS
    assert file.read_text() == "what is in it\n"


def test_waiting_ends_when_the_other_program_ends(ours: int, other: subprocess.Popen[str]) -> None:
    got: list[FileLock] = []
    waiting = threading.Thread(target=lambda: got.append(lock(ours, wait=True)), daemon=True)
    waiting.start()
    assert lock(ours) is FileLock.TAKEN
    assert not got
    assert other.stdin is not None
    other.stdin.close()
    waiting.join(30)
    assert got == [FileLock.OURS]


def test_one_program_does_not_have_it_twice(file: Path, ours: int) -> None:
    assert lock(ours) is FileLock.OURS
    second = open_descriptor(file, os.O_RDWR)
    assert lock(second) is FileLock.TAKEN
    os.close(second)
    assert lock(ours) is FileLock.OURS, "closing the second has not let go of the first"


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL])
def test_where_there_are_no_locks_nobody_can_tell(
    ours: int, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", refuse)
    assert lock(ours) is FileLock.UNKNOWN


def test_a_damaged_disk_is_not_taken_for_one_without_locks(
    ours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(OSError, match="input/output"):
        lock(ours)
