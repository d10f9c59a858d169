"""Undo and redo: every byte and mode, over a restart, and never over someone else's work."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.workspace.apply import Applied, apply_changes
from autocoder_tui.workspace.apply_log import MOST_RECORDS, UNDONE, ApplyLog, forget_abandoned
from autocoder_tui.workspace.attributes import Attributes
from autocoder_tui.workspace.change import Change
from autocoder_tui.workspace.errors import (
    BinaryFile,
    Busy,
    ChangedOnDisk,
    HardLinked,
    NothingToUndo,
    NotRecorded,
    PathRefused,
    Unencodable,
    Unwritable,
)
from autocoder_tui.workspace.textfile import read_text_file
from autocoder_tui.workspace.undo import Moved, redo, undo
from tests.workspace.faults import tree


class Place:
    """A project and its log, opened anew for every step, as after a restart."""

    def __init__(self, folder: Path) -> None:
        self.state, self.root = folder / "state", folder / "project"
        self.root.mkdir()

    @property
    def log(self) -> ApplyLog:
        return ApplyLog.of_project(self.state, self.root)

    def write(self, texts: dict[str, str | None], **options: object) -> Applied:
        changes = []
        for name, text in texts.items():
            path = self.root / name
            changes.append(Change(name, text, read_text_file(path) if path.exists() else None))
        return apply_changes(self.root, changes, log=self.log, **options)  # type: ignore[arg-type]

    def undo(self, **options: object) -> Moved:
        entry = self.log.last_applied()
        assert entry is not None
        return undo(self.log, entry.record, **options)  # type: ignore[arg-type]

    def redo(self, **options: object) -> Moved:
        entry = self.log.next_undone()
        assert entry is not None
        return redo(self.log, entry.record, **options)  # type: ignore[arg-type]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    (place.root / "a").write_text("one\n")
    (place.root / "a").chmod(0o754)
    (place.root / "b").write_text("two\n")
    return place


NAMES = st.sampled_from(["a", "b", "c", "sub/d", "sub/deep/e"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
MODES = st.sampled_from([0o600, 0o644, 0o755, 0o640, 0o4755])
FILES = st.dictionaries(NAMES, st.tuples(TEXTS, MODES))
SETS = st.lists(st.dictionaries(NAMES, st.none() | TEXTS, min_size=1), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(files=FILES, sets=SETS)
def test_undo_restores_every_byte_and_mode_and_redo_brings_all_back(
    files: dict[str, tuple[str, int]], sets: list[dict[str, str | None]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        for name, (text, mode) in files.items():
            (place.root / name).parent.mkdir(parents=True, exist_ok=True)
            (place.root / name).write_bytes(text.encode())
            (place.root / name).chmod(mode)
        states = [tree(place.root)]
        for texts in sets:
            kept = {n: t for n, t in texts.items() if t is not None or (place.root / n).exists()}
            # Random bytes may decode as what they are not; no write, nothing to undo.
            with suppress(BinaryFile, Unencodable):
                if place.write(kept).files:
                    states.append(tree(place.root))
        for state in reversed(states[:-1]):
            place.undo()
            assert tree(place.root) == state
        assert place.log.last_applied() is None
        for state in states[1:]:
            place.redo()
            assert tree(place.root) == state
        assert place.log.next_undone() is None


def test_what_is_kept_is_private(place: Place) -> None:
    place.write({"a": "new\n", "b": None, "c": "new\n"})
    for path in [place.state / "applies", *(place.state / "applies").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_new_write_ends_the_redo(place: Place) -> None:
    place.write({"a": "x"})
    place.undo()
    place.write({"b": "y"})
    assert place.log.next_undone() is None
    assert [entry.phase for entry in place.log.entries()] == ["applied"]


def test_changed_since_is_asked_about(place: Place) -> None:
    before = tree(place.root)
    place.write({"a": "new\n", "b": "new\n"})
    (place.root / "a").write_text("mine\n")
    found = tree(place.root)
    with pytest.raises(ChangedOnDisk, match="a has changed since that write") as caught:
        place.undo()
    assert caught.value.paths == ("a",)
    assert tree(place.root) == found
    place.undo(changed="overwrite")
    assert tree(place.root) == before
    place.redo()
    assert tree(place.root) == found


def test_changed_since_can_be_left(place: Place) -> None:
    place.write({"a": "new\n", "b": "new\n"})
    (place.root / "a").write_text("mine\n")
    assert place.undo(changed="leave").left == ("a",)
    assert (place.root / "a").read_text() == "mine\n"
    assert (place.root / "b").read_text() == "two\n"
    place.redo()
    assert (place.root / "a").read_text() == "mine\n"
    assert (place.root / "b").read_text() == "new\n"


def test_nothing_left_to_leave(place: Place) -> None:
    place.write({"a": "new\n"})
    (place.root / "a").unlink()
    with pytest.raises(NothingToUndo, match="changed since"):
        place.undo(changed="leave")
    place.undo(changed="overwrite")
    assert (place.root / "a").read_text() == "one\n"
    assert stat.S_IMODE((place.root / "a").stat().st_mode) == 0o754


def test_what_is_already_as_before_is_no_change(place: Place) -> None:
    place.write({"a": "new\n", "b": "new\n"})
    (place.root / "a").write_text("one\n")
    place.undo()
    assert ((place.root / "a").read_text(), (place.root / "b").read_text()) == ("one\n", "two\n")
    place.redo()
    assert ((place.root / "a").read_text(), (place.root / "b").read_text()) == ("new\n", "new\n")


def test_a_mode_changed_since_is_kept(place: Place) -> None:
    place.write({"a": "new\n", "run.sh": "new\n"})
    (place.root / "a").chmod(0o700)
    (place.root / "run.sh").chmod(0o755)
    place.undo()
    assert stat.S_IMODE((place.root / "a").stat().st_mode) == 0o700
    place.redo()
    assert stat.S_IMODE((place.root / "run.sh").stat().st_mode) == 0o755


def test_folder_that_others_use_stays(place: Place) -> None:
    place.write({"new/deep/c": "x"})
    (place.root / "new" / "mine").write_text("x")
    place.undo()
    assert sorted(tree(place.root)) == ["a", "b", "new", "new/mine"]


def test_a_path_that_leads_elsewhere_by_now_is_refused(place: Place, tmp_path: Path) -> None:
    place.write({"sub/c": "new"})
    (place.root / "sub").rename(tmp_path / "elsewhere")
    (place.root / "sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PathRefused):
        place.undo()
    assert (tmp_path / "elsewhere" / "c").read_text() == "new"


def test_another_write_in_between_is_noticed(place: Place) -> None:
    place.write({"a": "new\n"})
    entry = place.log.last_applied()
    assert entry is not None
    place.write({"b": "new\n"})
    with pytest.raises(NothingToUndo):
        undo(place.log, entry.record)


def test_two_at_once_do_not_mix(place: Place) -> None:
    with place.log.locked(), pytest.raises(Busy):
        place.write({"a": "new\n"})
    assert (place.root / "a").read_text() == "one\n"


def test_without_room_for_the_record_nothing_is_written(place: Place) -> None:
    place.state.write_text("not a folder")
    with pytest.raises(NotRecorded, match="Nothing was written"):
        place.write({"a": "new\n"})
    assert (place.root / "a").read_text() == "one\n"


def test_damaged_records_put_nothing_back(place: Place) -> None:
    place.write({"a": "new\n"})
    next(place.log.folder.glob("*/0.before")).write_text("something else")
    with pytest.raises(NotRecorded, match="damaged"):
        place.undo()
    assert (place.root / "a").read_text() == "new\n"
    next(place.log.folder.glob("*/applied.json")).write_text("{")
    assert place.log.last_applied() is None
    place.write({"a": "newer\n"})
    place.undo()
    assert (place.root / "a").read_text() == "new\n"


def test_only_the_latest_are_kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(MOST_RECORDS + 3):
        place.write({"a": f"{number}\n"})
    assert len(place.log.entries()) == MOST_RECORDS
    monkeypatch.setattr("autocoder_tui.workspace.apply_log.MOST_BYTES", 10)
    place.write({"a": "long enough\n"})
    assert len(place.log.entries()) == 1
    place.undo()
    assert place.log.entries()[0].phase == UNDONE


def test_logs_of_vanished_projects_go_after_a_month(place: Place) -> None:
    place.write({"a": "new\n"})
    folder = place.log.folder
    for path in place.root.iterdir():
        path.unlink()
    place.root.rmdir()
    forget_abandoned(place.state)
    assert folder.exists()
    os.utime(folder, (0, 0))
    forget_abandoned(place.state)
    assert not folder.exists()


def test_hard_links_are_asked_about(place: Place) -> None:
    os.link(place.root / "a", place.root / "same")
    with pytest.raises(HardLinked, match="a has other names"):
        place.write({"a": "new\n"})
    place.write({"a": "new\n"}, hard_links="in place")
    assert (place.root / "same").read_text() == "new\n"
    assert stat.S_IMODE((place.root / "a").stat().st_mode) == 0o754
    place.undo()
    assert (place.root / "same").read_text() == "one\n"
    assert (place.root / "same").samefile(place.root / "a")
    place.write({"a": "new\n"}, hard_links="replace")
    assert (place.root / "same").read_text() == "one\n"
    place.undo()
    assert (place.root / "a").read_text() == "one\n"


def test_extended_attributes_stay_and_come_back(place: Place) -> None:
    try:
        os.setxattr(place.root / "a", "user.note", b"kept")
        os.setxattr(place.root / "b", "user.note", b"kept")
    except (OSError, AttributeError):
        pytest.skip("no extended attributes here")
    place.write({"a": "new\n", "b": None})
    assert os.getxattr(place.root / "a", "user.note") == b"kept"
    place.undo()
    assert os.getxattr(place.root / "a", "user.note") == b"kept"
    assert os.getxattr(place.root / "b", "user.note") == b"kept"


def test_what_is_already_as_after_is_brought_back_by_an_undo(place: Place) -> None:
    place.write({"a": "new\n", "b": "new\n"})
    place.undo()
    (place.root / "a").write_text("new\n")
    place.redo()
    place.undo()
    assert ((place.root / "a").read_text(), (place.root / "b").read_text()) == ("one\n", "two\n")


def test_what_was_put_back_over_a_change_was_not_left(place: Place) -> None:
    place.write({"a": "new\n", "b": "new\n"})
    (place.root / "a").write_text("mine\n")
    assert place.undo(changed="overwrite").left == ()
    assert (place.root / "a").read_text() == "one\n"


def test_an_undo_that_fails_names_the_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write({"a": "new\n", "b": "new\n"})
    written = tree(place.root)
    real = os.link

    def full(source: Path, target: Path) -> None:
        if source.name == "b":
            raise OSError(errno.ENOSPC, "full")
        real(source, target)

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(Unwritable, match=r"^b cannot be written: there is no space left") as caught:
        place.undo()
    assert caught.value.paths == ("b",)
    assert tree(place.root) == written


def test_the_record_of_an_undo_holds_both_sides_with_their_attributes(place: Place) -> None:
    place.write({"a": "new\n"})
    (place.root / "a").chmod(0o700)
    written = Attributes.of(place.root / "a", (place.root / "a").stat())
    (file,) = place.undo().record.files
    assert file.after.attributes == written
    assert file.before.attributes == replace(written, mode=0o754)
    (file,) = place.redo().record.files
    assert (file.before.attributes, file.after.attributes) == (written, written)


def test_a_file_with_other_names_is_as_it_was_where_writing_into_it_fails(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.link(place.root / "a", place.root / "same")
    before = tree(place.root)
    real, left = os.ftruncate, [1]

    def full(descriptor: int, length: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "full")
        real(descriptor, length)

    monkeypatch.setattr(os, "ftruncate", full)
    with pytest.raises(Unwritable, match=r"^a cannot be written"):
        place.write({"a": "longer than before\n"}, hard_links="in place")
    assert tree(place.root) == before
    assert (place.root / "same").samefile(place.root / "a")
