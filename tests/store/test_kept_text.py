"""Text that a person would miss, kept in the state folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.store.errors import CannotKeep
from autocoder_tui.store.kept_text import keep_beside, keep_text


def test_a_text_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    for text in ("one", "two"):
        assert keep_text(tmp_path, "copied.txt", text).read_text() == text
    assert [file.name for file in tmp_path.iterdir()] == ["copied.txt"]


def test_a_text_beside_others_takes_the_place_of_none(tmp_path: Path) -> None:
    texts = ("one", "two", "three")
    files = [keep_beside(tmp_path / "state", "dropped-edit.txt", text) for text in texts]
    names = [file.name for file in files]
    assert names == ["dropped-edit.txt", "dropped-edit-2.txt", "dropped-edit-3.txt"]
    assert [file.read_text() for file in files] == list(texts)


def test_half_a_character_is_said_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(CannotKeep, match="half a character"):
        keep_beside(tmp_path, "dropped-edit.txt", "\ud800")
