"""A write that is killed, or fails, at any file-system call: see `kill_sweep`."""

from __future__ import annotations

import errno
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.workspace import kill_sweep

MOVES = ("apply", "undo", "redo")
MOVED = ("delete folder", "rename", "swap", "make room")


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: thousands of syncs to a disk take minutes."""
    memory = "/dev/shm"
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def small_process() -> Iterator[ProcessPoolExecutor]:
    """What a process of the tests has imported is three times as dear to fork as the rest."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        yield process


@pytest.fixture
def swept(small_process: ProcessPoolExecutor, folder: Path) -> Callable[..., None]:
    return lambda sweep, *of_what: small_process.submit(sweep, folder, *of_what).result()


def sweeps(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("kind", "move"), [(k, m) for k in kinds for m in MOVES])


@pytest.mark.parametrize("how", ["kill", "kill in a write"])
@sweeps("replace", "new", "delete", "in place", "three", *MOVED)
def test_killed_at_any_call_and_started_again(
    swept: Callable[..., None], kind: str, move: str, how: str
) -> None:
    swept(kill_sweep.killed, kind, move, how)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["ENOSPC", "EIO"])
@pytest.mark.parametrize("how", ["fail", "fail on"])
@sweeps("replace", "four", "make room")
def test_failing_at_any_call(
    swept: Callable[..., None], kind: str, move: str, how: str, code: int
) -> None:
    swept(kill_sweep.failing, kind, move, how, code)


@sweeps("three", "swap", "make room")
def test_killed_where_the_file_system_has_no_hard_links(
    swept: Callable[..., None], kind: str, move: str
) -> None:
    swept(kill_sweep.killed_without_links, kind, move)


@pytest.mark.parametrize("how", ["kill", "fail"])
@pytest.mark.parametrize("move", MOVES)
def test_the_recovery_is_broken_too(swept: Callable[..., None], move: str, how: str) -> None:
    swept(kill_sweep.recovery_broken, move, how)
