"""The demo's copy of the sample project: gone after the demo, unless something is in it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autocoder_tui.demo.session import fresh_copy, remove_untouched
from tests.headless.test_run import environment
from tests.terminal.program import ROOT, terminal


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_a_copy_is_removed_unless_something_in_it_is_not_of_the_sample(temporary: Path) -> None:
    assert not remove_untouched(fresh_copy())
    changes: list[Callable[[Path], object]] = [
        lambda root: (root / "mine.txt").write_text("x"),
        lambda root: (root / "src" / "report.py").write_text("x"),
        lambda root: (root / "src" / "report.py").unlink(),
        lambda root: (root.parent / "beside").mkdir(),
        lambda root: (root / "link").symlink_to("/"),
    ]
    for change in changes:
        root = fresh_copy()
        change(root)
        assert remove_untouched(root)
        assert root.exists()
    other = temporary / "shop"
    fresh_copy().rename(other)
    assert remove_untouched(other)
    assert other.exists()


@pytest.mark.parametrize("end", ["ctrl+q", signal.SIGTERM, signal.SIGINT])
def test_after_a_demo_in_which_nothing_was_written_nothing_is_left(
    tmp_path: Path, temporary: Path, end: str | signal.Signals
) -> None:
    with terminal(tmp_path, "--demo", size=(120, 40)) as screen:
        screen.until_shows("Add a --json flag")
        assert list(temporary.glob("autocoder-demo-*"))
        if isinstance(end, str):
            screen.press("\x11")
        else:
            screen.signal(end)
        screen.ended()
        assert not list(temporary.glob("autocoder-demo-*"))
        assert "demo is in" not in screen.after_screen


def test_what_was_written_in_a_demo_stays_and_is_named(tmp_path: Path, temporary: Path) -> None:
    with terminal(tmp_path, "--demo", size=(120, 40)) as screen:
        screen.until_shows("Add a --json flag")
        (copy,) = temporary.glob("autocoder-demo-*")
        (copy / "shop" / "mine.py").write_text("mine\n")
        screen.press("\x11")
        screen.ended()
        said = re.sub(r"\s", "", screen.after_screen)
        assert f"Whatyouwroteinthedemoisin{copy / 'shop'}" in said
    assert (copy / "shop" / "mine.py").exists()


def test_without_the_screen_nothing_is_left_and_the_run_can_be_gone_on_with(
    tmp_path: Path, temporary: Path
) -> None:
    (tmp_path / "project").mkdir()
    for flags in (["--demo"], ["--demo", "--estimate-cost"], ["--resume", "last"]):
        done = subprocess.run(
            [sys.executable, "-m", "autocoder_tui", "run", *flags],
            cwd=tmp_path / "project",
            env={**environment(tmp_path), "PYTHONPATH": str(ROOT), "TMPDIR": os.environ["TMPDIR"]},
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert not list(temporary.iterdir())
