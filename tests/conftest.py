"""What holds for every test."""

import gc
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.effort import FULL
from tests.fork_server import can_fork, forked_starts

# The programs that tests start would compile each module of theirs anew, every time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell gives what it starts in the background deaf ears for Ctrl+C, and children inherit them.
for _deaf in (signal.SIGINT, signal.SIGQUIT):
    if signal.getsignal(_deaf) is signal.SIG_IGN:
        signal.signal(_deaf, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What a property is tried with where its test says no number.
settings.register_profile("tests", max_examples=200 if FULL else 40, deadline=None)
settings.load_profile("tests")

_SLOW = tuple(
    f"tests/{line}"
    for line in Path(__file__).with_name("slow.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import files of which no test would be run."""
    if config.getoption("markexpr") != "not slow" or collection_path.is_dir():
        return None
    return collection_path.relative_to(config.rootpath).as_posix().startswith(_SLOW) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `slow.txt` names, before anything is left out by its marks."""
    for item in items:
        if item.nodeid.startswith(_SLOW):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Let the search for garbage pass over all that was imported and collected.

    It went through all of that again and again: two fifths of the time that an App takes to start.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where the program under test, and programs that tests start, put temporary files: a
    folder that pytest clears away with its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("temporary")))
        patch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture(scope="session", autouse=True)
def program_is_forked() -> Iterator[None]:
    """`python -m autocoder_tui` is forked from a process that has imported it."""
    if not can_fork():
        yield
        return
    with forked_starts():
        yield
