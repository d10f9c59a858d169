"""A start finishes what a kill left half written, and forgets projects that are long gone."""

import os
import shutil
from pathlib import Path

from autocoder_tui.runs.interrupted_writes import recover_writes
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.change import Change
from tests.workspace.faults import Fault, in_a_process


def test_a_write_that_was_killed_is_whole_after_a_start_and_said_once(tmp_path: Path) -> None:
    root, state = tmp_path / "project", tmp_path / "state"
    root.mkdir()
    changes = [Change(name, f"{name}\n", None) for name in ("a", "b")]
    log = ApplyLog.of_project(state, root)
    in_a_process(lambda: apply_changes(root, changes, log=log), Fault(2, "kill", only="link"))
    (said,) = recover_writes(state, root)
    assert "A write of a, b was interrupted" in said
    assert {path.name for path in root.iterdir()} in ({"a", "b"}, set())
    assert recover_writes(state, root) == []


def test_logs_of_projects_that_are_long_gone_are_removed(tmp_path: Path) -> None:
    gone, state = tmp_path / "gone", tmp_path / "state"
    gone.mkdir()
    log = ApplyLog.of_project(state, gone)
    apply_changes(gone, [Change("a", "a\n", None)], log=log)
    shutil.rmtree(gone)
    os.utime(log.folder, (0, 0))
    assert recover_writes(state, tmp_path) == []
    assert not log.folder.exists()
