from __future__ import annotations

import re
import stat
import sys
from pathlib import Path

import pytest

from autocoder_tui.runs.editor_text import EditorText, edit_in_editor
from autocoder_tui.system.editor import EditorFailed

BEFORE = "héllo\nworld\n"
FILE = "file = pathlib.Path(sys.argv[-1])\n"


def edited(folder: Path, code: str, text: str = BEFORE, name: str = "a.txt") -> EditorText:
    """`text` as an editor that runs `code` leaves it."""
    program = folder / "ed"
    program.write_text(f"#!{sys.executable}\nimport os, pathlib, signal, sys\n{FILE}{code}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return edit_in_editor(text, name, 0, {"EDITOR": str(program)}, folder / "state")


def kept_at(said: str) -> list[Path]:
    """The files that a message says something is kept in."""
    return [Path(name) for name in re.findall(r"What it saved is in (\S+)\.(?= |$)", said)]


def test_another_encoding_is_read_and_the_bytes_are_kept(tmp_path: Path) -> None:
    left = edited(tmp_path, "file.write_bytes('grün und früh, schöne Größe\\n'.encode('cp1252'))")
    assert left.text == "grün und früh, schöne Größe\n"
    assert "did not save UTF-8: it was read as windows-1252" in left.remark
    (kept,) = kept_at(left.remark)
    assert kept.read_bytes() == "grün und früh, schöne Größe\n".encode("cp1252")


def test_a_text_in_utf_16_is_read_for_certain(tmp_path: Path) -> None:
    left = edited(tmp_path, "file.write_bytes('Gr\\u00fc\\u00dfe\\r\\n'.encode('utf-16'))")
    assert left.text == "Grüße\n"
    assert "guess" not in left.remark


@pytest.mark.parametrize("data", [b"typed \x00\x01\x02\x03\xff\xfe\x80", b"\x00" * 40])
def test_what_is_no_text_is_kept_as_it_is(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(EditorFailed, match="saved no text") as failed:
        edited(tmp_path, f"file.write_bytes({data!r})")
    (kept,) = kept_at(failed.value.message)
    assert kept.read_bytes() == data


def test_a_second_one_is_kept_beside_the_first(tmp_path: Path) -> None:
    for text in ("one", "two"):
        with pytest.raises(EditorFailed):
            edited(tmp_path, f"file.write_text({text!r}); sys.exit(3)")
    kept = sorted(path.read_text() for path in (tmp_path / "state").iterdir())
    assert kept == ["one", "two"]


def test_an_editor_that_ends_badly_after_saving(tmp_path: Path) -> None:
    with pytest.raises(EditorFailed, match="ended with 1, so its changes were not taken") as failed:
        edited(tmp_path, "file.write_text('saved before\\n'); sys.exit(1)")
    (kept,) = kept_at(failed.value.message)
    assert kept.read_text() == "saved before\n"


def test_an_editor_that_changed_nothing_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(EditorFailed) as failed:
        edited(tmp_path, "sys.exit(1)")
    assert not kept_at(failed.value.message)
    assert not (tmp_path / "state").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_an_editor_that_is_killed_leaves_its_notes(tmp_path: Path) -> None:
    code = (
        "file.with_name('.a.txt.swp').write_bytes(b'b0VIM typed and not saved')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    with pytest.raises(EditorFailed, match="ended by signal 9") as failed:
        edited(tmp_path, code)
    (kept,) = kept_at(failed.value.message)
    assert kept.name == "edited-a.txt.swp"
    assert kept.read_bytes() == b"b0VIM typed and not saved"


def test_a_file_that_is_deleted(tmp_path: Path) -> None:
    with pytest.raises(EditorFailed, match="left no file of that name, so nothing was taken"):
        edited(tmp_path, "file.unlink()")


def test_a_file_that_is_renamed_is_kept_under_its_new_name(tmp_path: Path) -> None:
    code = "file.write_text('typed'); file.rename(file.with_name('other.txt'))"
    with pytest.raises(EditorFailed, match="no file of that name") as failed:
        edited(tmp_path, code)
    (kept,) = kept_at(failed.value.message)
    assert (kept.name, kept.read_text()) == ("edited-other.txt", "typed")


def test_a_file_that_is_replaced_by_another_is_read(tmp_path: Path) -> None:
    code = "new = file.with_name('new'); new.write_text('typed'); new.replace(file)"
    assert edited(tmp_path, code) == EditorText("typed")


def test_an_empty_file_comes_back_empty(tmp_path: Path) -> None:
    assert edited(tmp_path, "file.write_bytes(b'')") == EditorText("")


def test_more_than_can_be_taken_is_kept(tmp_path: Path) -> None:
    code = "f = open(file, 'wb'); f.truncate(64 * 1024 * 1024 + 1); f.seek(0); f.write(b'typed')"
    with pytest.raises(EditorFailed, match="larger than 64 MB") as failed:
        edited(tmp_path, code)
    (kept,) = kept_at(failed.value.message)
    assert kept.stat().st_size == 64 * 1024 * 1024 + 1


def test_a_mark_and_other_line_ends_are_the_editors_own(tmp_path: Path) -> None:
    left = edited(tmp_path, "file.write_bytes(b'\\xef\\xbb\\xbfhello\\r\\nworld\\r\\n')")
    assert left == EditorText("hello\nworld\n")


def test_line_ends_that_were_there_stay(tmp_path: Path) -> None:
    code = "file.write_bytes(file.read_bytes().replace(b'\\r\\n', b'\\n') + b'new\\n')"
    assert edited(tmp_path, code, "\ufeffa\r\nb\r\n").text == "\ufeffa\r\nb\r\nnew\r\n"


def test_half_a_character_comes_back_as_it_was(tmp_path: Path) -> None:
    assert edited(tmp_path, "", "half \ud83d\n").text == "half \ud83d\n"
    code = "file.write_bytes(file.read_bytes() + b'more\\n')"
    assert edited(tmp_path, code, "half \ud83d\n").text == "half \ud83d\nmore\n"


def test_no_folder_for_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(EditorFailed, match="no place to put the text"):
        edited(tmp_path, "")
