"""Every byte is written, or it is said that it was not."""

import errno
import os
from pathlib import Path

import pytest

from autocoder_tui.system.atomic_write import write_all, write_atomically
from autocoder_tui.workspace.durable import write_in_place, write_new_file

DATA = bytes(range(256)) * 40


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that takes at most 100 bytes at once, as it may."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:100]))


@pytest.mark.usefixtures("few_at_once")
def test_what_is_taken_in_pieces_is_whole(tmp_path: Path) -> None:
    write_atomically(tmp_path / "atomic", DATA)
    write_new_file(tmp_path / "new", DATA)
    (tmp_path / "old").write_bytes(b"x" * 20_000)
    write_in_place(tmp_path / "old", DATA, 0o600)
    for name in ("atomic", "new", "old"):
        assert (tmp_path / name).read_bytes() == DATA


def test_a_disk_that_is_full_on_the_way_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, left = os.write, [250]

    def full(descriptor: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = write(descriptor, data[: min(100, left[0])])
        left[0] -= written
        return written

    descriptor = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    try:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space left"):
            write_all(descriptor, DATA)
    finally:
        monkeypatch.undo()
        os.close(descriptor)
    assert (tmp_path / "file").read_bytes() == DATA[:250]
