"""Files renamed, swapped and deleted on disk, undone and done again: bytes, modes, folders."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from autocoder_tui.workspace.apply import Applied, apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.apply_record import Record
from autocoder_tui.workspace.change import Change, HardLinks
from autocoder_tui.workspace.errors import ChangedOnDisk, HardLinked, PathRefused, ReadOnly
from autocoder_tui.workspace.textfile import read_text_file
from autocoder_tui.workspace.undo import redo, undo
from tests.workspace.faults import Tree, tree


class Place:
    """A project of two files, and its log."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        (self.root / "pkg").mkdir(parents=True)
        (self.root / "pkg").chmod(0o710)
        (self.root / "pkg" / "a.py").write_bytes(b"caf\xe9\r\n")
        (self.root / "pkg" / "a.py").chmod(0o750)
        (self.root / "b.py").write_text("two\n")
        self.log = ApplyLog.of_project(folder / "state", self.root)

    def change(self, old: str, new: str, text: str | None = None) -> Change:
        """`old` renamed to `new`; with its own text, or with `text`."""
        original = read_text_file(self.root / old)
        return Change(new, original.text if text is None else text, original, moved_from=old)

    def delete(self, name: str) -> Change:
        return Change(name, None, read_text_file(self.root / name))

    def apply(self, *changes: Change, hard_links: HardLinks = "ask") -> Applied:
        return apply_changes(self.root, changes, log=self.log, hard_links=hard_links)

    def there_and_back(self, *changes: Change) -> Tree:
        """Apply, undo, redo; returns what was made. Each time the tree is exactly that."""
        old = tree(self.root)
        self.apply(*changes)
        new = tree(self.root)
        for _ in range(2):
            undo(self.log, self.last())
            assert tree(self.root) == old
            undone = self.log.next_undone()
            assert undone is not None
            redo(self.log, undone.record)
            assert tree(self.root) == new
        return new

    def last(self) -> Record:
        entry = self.log.last_applied()
        assert entry is not None
        return entry.record


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_rename_takes_everything_along(place: Place) -> None:
    path = place.root / "pkg" / "a.py"
    os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    inode = path.stat().st_ino
    new = place.there_and_back(place.change("pkg/a.py", "lib/deep/z.py"))
    assert new["lib/deep/z.py"] == (b"caf\xe9\r\n", 0o750, 1)
    assert "pkg" not in new  # as git leaves no empty folder
    moved = (place.root / "lib" / "deep" / "z.py").stat()
    assert (moved.st_ino, moved.st_mtime_ns) == (inode, 2_000_000_000)
    assert place.last().names == "pkg/a.py → lib/deep/z.py"


def test_a_rename_with_another_text_keeps_mode_and_encoding(place: Place) -> None:
    new = place.there_and_back(place.change("pkg/a.py", "c.py", "thé\n"))
    assert new["c.py"] == (b"th\xe9\r\n", 0o750, 1)
    assert set(new) == {"c.py", "b.py"}


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes here")
def test_extended_attributes_move_along(place: Place) -> None:
    try:
        os.setxattr(place.root / "pkg" / "a.py", "user.note", b"kept")
    except OSError:
        pytest.skip("no extended attributes on this file system")
    place.apply(place.change("pkg/a.py", "c.py", "other\n"))
    assert os.getxattr(place.root / "c.py", "user.note") == b"kept"
    undo(place.log, place.last())
    assert os.getxattr(place.root / "pkg" / "a.py", "user.note") == b"kept"


def test_two_files_swap_their_names(place: Place) -> None:
    swap = place.change("pkg/a.py", "b.py"), place.change("b.py", "pkg/a.py")
    new = place.there_and_back(*swap)
    assert new["b.py"] == (b"caf\xe9\r\n", 0o750, 1)
    assert new["pkg/a.py"] == (b"two\n", 0o644, 1)


def test_a_chain_and_a_new_file_in_the_first_place(place: Place) -> None:
    changes = (
        place.change("b.py", "c.py"),
        place.change("pkg/a.py", "b.py"),
        Change("pkg/a.py", "from b import *\n"),
    )
    new = place.there_and_back(*changes)
    assert [new[name][0] for name in ("pkg/a.py", "b.py", "c.py")] == [
        b"from b import *\n",
        b"caf\xe9\r\n",
        b"two\n",
    ]


def test_equal_files_that_take_each_others_names_are_told_apart(place: Place) -> None:
    (place.root / "b.py").write_bytes(b"caf\xe9\r\n")
    copy = Change("pkg/a.py", "café\n", read_text_file(place.root / "b.py"))
    new = place.there_and_back(
        place.change("pkg/a.py", "b.py"), place.change("b.py", "c.py"), Change("d.py", copy.text)
    )
    assert (new["b.py"][1:], new["c.py"][1:]) == ((0o750, 1), (0o644, 1))
    # The same text again in the old place is a file of its own, not a second name.
    undo(place.log, place.last())
    place.apply(place.change("pkg/a.py", "x.py"), Change("pkg/a.py", "café\n", None))
    assert not (place.root / "x.py").samefile(place.root / "pkg" / "a.py")


def test_the_last_file_of_a_folder_takes_it_along(place: Place) -> None:
    new = place.there_and_back(place.delete("pkg/a.py"))
    assert set(new) == {"b.py"}
    (place.root / "pkg").mkdir()
    (place.root / "pkg" / "mine").write_text("x")
    undo(place.log, place.last())
    redone = place.log.next_undone()
    assert redone is not None
    redo(place.log, redone.record)
    assert set(tree(place.root)) == {"b.py", "pkg", "pkg/mine"}


@pytest.mark.parametrize("whose", ["source", "target"])
def test_a_change_under_either_name_is_never_written_over(place: Place, whose: str) -> None:
    change = place.change("pkg/a.py", "c.py")
    (place.root / ("pkg/a.py" if whose == "source" else "c.py")).write_text("mine\n")
    before = tree(place.root)
    with pytest.raises(ChangedOnDisk, match="has changed" if whose == "source" else "exists"):
        place.apply(change)
    (place.root / "pkg" / "a.py").unlink()
    with pytest.raises(ChangedOnDisk, match=r"pkg/a\.py is gone"):
        place.apply(change)
    before.pop("pkg/a.py")
    assert tree(place.root) == before


def test_a_swap_of_which_one_half_is_left_out_is_refused(place: Place) -> None:
    before = tree(place.root)
    with pytest.raises(ChangedOnDisk, match=r"b\.py exists already"):
        place.apply(place.change("pkg/a.py", "b.py"))
    with pytest.raises(ChangedOnDisk, match=r"b\.py exists already"):
        place.apply(Change("b.py", "new\n"))
    assert tree(place.root) == before


@pytest.mark.parametrize("name", ["../out.py", "/etc/x", ".git/hooks/x", "B.py", "pkg", "b.py/x"])
def test_both_names_are_contained(place: Place, name: str) -> None:
    before = tree(place.root)
    original = read_text_file(place.root / "pkg" / "a.py")
    with pytest.raises(PathRefused):
        place.apply(Change(name, original.text, original, moved_from="pkg/a.py"))
    with pytest.raises(PathRefused):
        place.apply(Change("new.py", original.text, original, moved_from=name))
    assert tree(place.root) == before


def test_links_are_neither_renamed_nor_deleted(place: Place) -> None:
    (place.root / "link.py").symlink_to("b.py")
    for change in (place.change("link.py", "c.py"), place.delete("link.py")):
        with pytest.raises(PathRefused, match="is a link"):
            place.apply(change)
    assert (place.root / "link.py").is_symlink()


def test_two_files_to_one_name_and_one_file_to_two_are_refused(place: Place) -> None:
    before = tree(place.root)
    for pair in (
        (place.change("pkg/a.py", "c.py"), place.change("b.py", "c.py")),
        (place.change("b.py", "c.py"), place.change("b.py", "d.py")),
    ):
        with pytest.raises(PathRefused, match="written twice"):
            place.apply(*pair)
    assert tree(place.root) == before


def test_other_names_of_a_renamed_file_stay_its_names(place: Place) -> None:
    os.link(place.root / "b.py", place.root / "other")
    place.apply(place.change("b.py", "c.py"))
    assert (place.root / "c.py").samefile(place.root / "other")
    undo(place.log, place.last())
    assert (place.root / "b.py").samefile(place.root / "other")
    for hard_links in ("ask", "in place"):
        with pytest.raises(HardLinked):
            place.apply(place.change("b.py", "c.py", "new\n"), hard_links=hard_links)
    place.apply(place.change("b.py", "c.py", "new\n"), hard_links="replace")
    assert (place.root / "other").read_text() == "two\n"


def test_a_read_only_file_may_be_moved_not_changed_or_deleted_unasked(place: Place) -> None:
    (place.root / "b.py").chmod(0o444)
    for change in (place.change("b.py", "c.py", "new\n"), place.delete("b.py")):
        with pytest.raises(ReadOnly):
            place.apply(change)
    place.apply(place.change("b.py", "c.py"))
    assert stat.S_IMODE((place.root / "c.py").stat().st_mode) == 0o444


def test_a_deleted_file_can_be_written_back(place: Place) -> None:
    change = place.delete("pkg/a.py")
    place.apply(change)
    original = change.original
    assert original is not None
    place.apply(Change("pkg/a.py", original.text, original, absent=True))
    assert tree(place.root)["pkg/a.py"] == (b"caf\xe9\r\n", 0o750, 1)
    with pytest.raises(ChangedOnDisk, match="exists already"):
        place.apply(Change("pkg/a.py", "other\n", original, absent=True))


def test_undo_leaves_what_was_changed_since(place: Place) -> None:
    place.apply(place.change("pkg/a.py", "c.py"))
    (place.root / "c.py").write_text("mine\n")
    with pytest.raises(ChangedOnDisk):
        undo(place.log, place.last())
    moved = undo(place.log, place.last(), changed="leave")
    assert moved.left == ("c.py",)
    assert (place.root / "c.py").read_text() == "mine\n"
    assert (place.root / "pkg" / "a.py").read_bytes() == b"caf\xe9\r\n"


def test_a_record_of_the_version_before_is_read(place: Place) -> None:
    place.apply(place.delete("b.py"))
    text = place.last().to_json()
    older = text.replace(', "moved_from": ""', "").replace(', "emptied": []', "")
    assert older != text
    assert Record.from_json(older) == place.last()
