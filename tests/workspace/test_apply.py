"""Applying: all files or none, byte for byte, and never over someone else's work."""

from __future__ import annotations

import contextlib
import os
import resource
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.change import Change
from autocoder_tui.workspace.errors import (
    ChangedOnDisk,
    MissingFile,
    NameTaken,
    OutsideProject,
    PathRefused,
    ReadOnly,
    Unencodable,
    Unwritable,
)
from autocoder_tui.workspace.textfile import read_text_file
from autocoder_tui.workspace.transaction import Journal, Write, write_all
from tests.workspace.small_project import edits, tree


def test_the_whole_set_is_written_in_each_files_own_shape(root: Path) -> None:
    (root / "src" / "a.py").chmod(0o750)
    applied = apply_changes(root, edits(root))
    assert tree(root) == {
        "src": (None, 0o755),
        "src/a.py": (b"two\n", 0o750),
        "b.txt": (b"\xef\xbb\xbfcaf\xc3\xa9\r\nth\xc3\xa9\r\n", 0o644),
        "new": (None, 0o755),
        "new/deep": (None, 0o755),
        "new/deep/c.py": (b"three\n", 0o644),
    }
    assert [(f.path, f.before, f.after, f.mode) for f in applied.files] == [
        ("src/a.py", b"one\n", b"two\n", 0o750),
        ("b.txt", b"\xef\xbb\xbfcaf\xc3\xa9\r\n", "\ufeffcafé\r\nthé\r\n".encode(), 0o644),
        ("new/deep/c.py", None, b"three\n", None),
        ("old.txt", b"old\n", None, 0o644),
    ]


def test_new_files_follow_the_umask(root: Path) -> None:
    before = os.umask(0o077)
    try:
        apply_changes(root, [Change("c.py", "x")])
    finally:
        os.umask(before)
    assert stat.S_IMODE((root / "c.py").stat().st_mode) == 0o600


def test_file_already_right_is_left_alone(root: Path) -> None:
    path = root / "src" / "a.py"
    inode = path.stat().st_ino
    assert apply_changes(root, [Change("src/a.py", "one\n", read_text_file(path))]).files == ()
    assert path.stat().st_ino == inode


def test_link_inside_the_project_is_written_through(root: Path) -> None:
    (root / "link.py").symlink_to("src/a.py")
    apply_changes(root, [Change("link.py", "two\n", read_text_file(root / "link.py"))])
    assert (root / "link.py").is_symlink()
    assert (root / "src" / "a.py").read_text() == "two\n"


def test_link_is_not_deleted(root: Path) -> None:
    (root / "link.py").symlink_to("src/a.py")
    with pytest.raises(PathRefused):
        apply_changes(root, [Change("link.py", None, read_text_file(root / "link.py"))])
    assert (root / "link.py").is_symlink()


def test_one_file_under_two_names_is_refused(root: Path) -> None:
    (root / "link.py").symlink_to("src/a.py")
    original = read_text_file(root / "src" / "a.py")
    before = tree(root)
    with pytest.raises(PathRefused, match="twice"):
        apply_changes(root, [Change("link.py", "x", original), Change("src/a.py", "y", original)])
    assert tree(root) == before


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (Change("../x", "x"), OutsideProject),
        (Change("src", "x"), NameTaken),
        (Change("SRC/a.py", "x"), NameTaken),
        (Change("half.txt", "\ud83d"), Unencodable),
    ],
)
def test_one_impossible_change_stops_all(root: Path, change: Change, kind: type[Exception]) -> None:
    before = tree(root)
    with pytest.raises(kind):
        apply_changes(root, [*edits(root), change])
    assert tree(root) == before


def test_whatever_changed_meanwhile_is_named_and_kept(root: Path) -> None:
    changes = edits(root)
    (root / "src" / "a.py").write_text("mine\n")
    (root / "old.txt").unlink()
    (root / "new" / "deep").mkdir(parents=True)
    (root / "new" / "deep" / "c.py").write_text("mine too\n")
    before = tree(root)
    with pytest.raises(ChangedOnDisk) as caught:
        apply_changes(root, changes)
    assert caught.value.paths == ("src/a.py", "new/deep/c.py", "old.txt")
    assert "src/a.py has changed, new/deep/c.py exists already, old.txt is gone" in str(
        caught.value
    )
    assert tree(root) == before
    applied = apply_changes(root, changes, overwrite_changed=True)
    assert applied.files[0].before == b"mine\n"
    assert (root / "new" / "deep" / "c.py").read_text() == "three\n"
    assert not (root / "old.txt").exists()


def test_touched_file_is_not_a_changed_one(root: Path) -> None:
    changes = edits(root)
    os.utime(root / "src" / "a.py", ns=(5, 5))
    apply_changes(root, changes)
    assert (root / "src" / "a.py").read_text() == "two\n"


def test_read_only_file_is_asked_about(root: Path) -> None:
    changes = edits(root)
    (root / "b.txt").chmod(0o444)
    before = tree(root)
    with pytest.raises(ReadOnly, match=r"b\.txt is read-only"):
        apply_changes(root, changes)
    assert tree(root) == before
    apply_changes(root, changes, overwrite_read_only=True)
    assert stat.S_IMODE((root / "b.txt").stat().st_mode) == 0o444


def test_project_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        apply_changes(tmp_path / "gone", [Change("a", "x")])
    assert not (tmp_path / "gone").exists()


@contextlib.contextmanager
def small_files_only() -> Iterator[None]:
    """For this moment only: the test runner's own output may be a file, too."""
    limits, no_modules = resource.getrlimit(resource.RLIMIT_FSIZE), sys.dont_write_bytecode
    # Python does not notice when half of a compiled module finds no room.
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        sys.dont_write_bytecode = no_modules


def test_no_room_for_the_last_file_leaves_all_as_it_was(root: Path) -> None:
    before = tree(root)
    changes = [*edits(root), Change("large/large.txt", "x" * 5000)]
    with (
        pytest.raises(Unwritable, match=r"large\.txt cannot be written: file too large"),
        small_files_only(),
    ):
        apply_changes(root, changes)
    assert tree(root) == before


def _the_folder_leads_elsewhere(root: Path) -> None:
    """The file is the same one, but it stands in another place."""
    (root / "src").rename(root / "other")
    (root / "src").symlink_to("other")


def _another_file(root: Path) -> None:
    """The place is the same, with another file of the same size in it."""
    (root / "src" / "a.py").unlink()
    (root / "src" / "a.py").write_text("ONE\n")


def _no_file(root: Path) -> None:
    (root / "src" / "a.py").unlink()


@pytest.mark.parametrize("meanwhile", [_the_folder_leads_elsewhere, _another_file, _no_file])
def test_what_changes_while_the_files_are_made_ready_is_not_written_over(
    root: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Path], None]
) -> None:
    change = Change("src/a.py", "two\n", read_text_file(root / "src" / "a.py"))

    def write_late(
        writes: Sequence[Write],
        look: Callable[[], None],
        entry: Journal | None,
        *,
        emptied: Sequence[Path],
    ) -> None:
        def look_late() -> None:
            meanwhile(root)
            look()

        write_all(writes, look_late, entry, emptied=emptied)

    monkeypatch.setattr("autocoder_tui.workspace.apply.write_all", write_late)
    with pytest.raises(ChangedOnDisk, match=r"src/a\.py has changed"):
        apply_changes(root, [change])
    texts = [path.read_text() for path in root.rglob("a.py")]
    assert "two\n" not in texts


def test_what_the_system_says_of_a_folder_is_said(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(root)

    def refused(targets: object) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("autocoder_tui.workspace.apply.missing_folders", refused)
    log = ApplyLog.of_project(tmp_path / "state", root)
    with pytest.raises(Unwritable, match=r"^locked/new\.py cannot be written: permission denied"):
        apply_changes(root, [Change("locked/new.py", "x\n")], log=log)
    assert tree(root) == before
