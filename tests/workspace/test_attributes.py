"""What a file that is written anew keeps of the one before it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from autocoder_tui.workspace.attributes import Attributes


@pytest.mark.parametrize("mode", [0o640, 0o755, 0o4755, 0o2711, 0o6550])
@pytest.mark.parametrize("may_give", [True, False])
def test_a_file_that_stays_the_writers_runs_with_nobodys_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, may_give: bool
) -> None:
    path = tmp_path / "file"
    path.touch()
    given: list[tuple[int, int]] = []

    def give(descriptor: int, owner: int, group: int) -> None:
        given.append((owner, group))
        if not may_give:
            raise PermissionError

    monkeypatch.setattr("autocoder_tui.workspace.attributes.set_owner", give)
    descriptor = os.open(path, os.O_RDWR)
    try:
        Attributes(mode, 4321, 1234).give(descriptor)
    finally:
        os.close(descriptor)
    assert stat.S_IMODE(path.stat().st_mode) == (mode if may_give else mode & 0o1777)
    assert given == [(4321, 1234), (-1, 1234)][: 1 if may_give else 2]


def test_of_ones_own_file_nothing_is_given_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.touch()
    kept = Attributes.of(path, path.stat())
    monkeypatch.delattr("autocoder_tui.workspace.attributes.set_owner")
    descriptor = os.open(path, os.O_RDWR)
    try:
        Attributes(0o4700, kept.uid, kept.gid).give(descriptor)
    finally:
        os.close(descriptor)
    assert stat.S_IMODE(path.stat().st_mode) == 0o4700
