"""The transaction under faults: whatever fails, the files are all old or all new."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.errors import ChangedOnDisk, HalfApplied, Unreadable, Unwritable
from autocoder_tui.workspace.transaction import Unrecorded, Write, write_all
from tests.workspace.small_project import edits, tree


def test_file_that_appears_at_the_last_moment_is_kept(root: Path) -> None:
    before = tree(root)

    def someone_else_writes() -> None:
        (root / "new.py").write_text("mine")

    writes = [
        Write(root / "src" / "a.py", "src/a.py", b"two", (root / "src" / "a.py").stat()),
        Write(root / "new.py", "new.py", b"x", None),
    ]
    with pytest.raises(ChangedOnDisk) as caught:
        write_all(writes, someone_else_writes)
    assert caught.value.paths == ("new.py",)
    assert tree(root) == before | {"new.py": (b"mine", 0o644)}


def test_way_back_that_fails_says_where_things_are(root: Path) -> None:
    first, second = root / "src" / "a.py", root / "b.txt"
    writes = [
        Write(first, "src/a.py", b"two", first.stat()),
        Write(second, "b.txt", b"two", second.stat()),
    ]

    def stop_the_second() -> None:
        for temporary in root.glob(".autocoder-*.new"):
            temporary.unlink()

    # Once the first file is replaced, a folder takes its place.
    real_link = os.link

    def link(source: Any, target: Any, **options: Any) -> None:
        real_link(source, target, **options)
        if Path(source) == second:
            first.unlink()
            (first / "x").mkdir(parents=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "link", link)
        with pytest.raises(HalfApplied, match=r"src/a\.py .*former content is \.autocoder-"):
            write_all(writes, stop_the_second)
    kept = next((root / "src").glob(".autocoder-*.old"))
    assert kept.read_text() == "one\n"
    assert second.read_bytes() == b"\xef\xbb\xbfcaf\xc3\xa9\r\n"


CALLS = ("open", "write", "fsync", "link", "replace", "rename", "mkdir", "fchmod")


def failing_at(
    count: int, code: int, patch: pytest.MonkeyPatch, never: tuple[str, ...]
) -> Callable[[], bool]:
    """Let the `count`-th of the system's writing calls fail with `code`; say if it came."""
    left = [count]

    def wrap(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise OSError(code, os.strerror(code))
            return real(*arguments, **options)

        return call

    def no_links(*arguments: Any, **options: Any) -> Any:
        raise OSError(errno.EPERM, "no links here")

    for name in CALLS:
        patch.setattr(os, name, no_links if name in never else wrap(getattr(os, name)))
    return lambda: left[0] <= 0


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("never", [(), ("link",)], ids=["links", "no links"])
def test_failure_at_any_system_call_leaves_all_old_or_all_new(
    tmp_path: Path, code: int, never: tuple[str, ...]
) -> None:
    for count in range(1, 200):
        root = tmp_path / str(count)
        (root / "src").mkdir(parents=True)
        (root / "src" / "a.py").write_text("one\n")
        (root / "b.txt").write_bytes(b"caf\xe9\r\n")
        (root / "old.txt").write_text("old\n")
        before, changes = tree(root), edits(root)
        with pytest.MonkeyPatch.context() as patch:
            came = failing_at(count, code, patch, never)
            try:
                apply_changes(root, changes)
                failed = False
            except (Unwritable, Unreadable):
                failed = True
        if failed:
            assert tree(root) == before
        elif not came():
            assert len(tree(root)) == 6
            return
    pytest.fail("never got through")


@pytest.mark.parametrize("left", [".old", "none"])
def test_a_write_is_finished_only_when_no_temporary_file_is_left(root: Path, left: str) -> None:
    """Else recovery would not look for them after a restart."""
    told: list[str] = []
    real_unlink = Path.unlink

    class Journal(Unrecorded):
        def finished(self) -> None:
            told.append("finished")

    def unlink(path: Path, **options: Any) -> None:
        if path.name.endswith(left):
            raise PermissionError(errno.EPERM, "not here")
        real_unlink(path, **options)

    target = root / "b.txt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "unlink", unlink)
        write_all([Write(target, "b.txt", b"two", target.stat())], lambda: None, Journal())
    assert target.read_bytes() == b"two"
    kept = list(root.glob(".autocoder-*"))
    assert (bool(kept), told) == ((True, []) if left == ".old" else (False, ["finished"]))
