"""Reading and writing text: every byte comes back, and nothing is waited for."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.descriptors import open_unblocked
from autocoder_tui.workspace.errors import (
    BinaryFile,
    MissingFile,
    NotAFile,
    ReadError,
    TooLarge,
    Unencodable,
    Unreadable,
)
from autocoder_tui.workspace.textfile import (
    encoded,
    looks_binary,
    read_text_file,
    size_in_words,
)


@pytest.mark.parametrize(
    ("data", "text", "encoding", "newline"),
    [
        (b"", "", "utf-8", "\n"),
        (b"a\nb", "a\nb", "utf-8", "\n"),
        (b"a\r\nb\r\n", "a\nb\n", "utf-8", "\r\n"),
        (b"a\rb\r", "a\nb\n", "utf-8", "\r"),
        (b"a\r\nb\n", "a\r\nb\n", "utf-8", "mixed"),
        (b"a\r\r\nb", "a\r\r\nb", "utf-8", "mixed"),
        (b"\xef\xbb\xbfa\n", "a\n", "utf-8", "\n"),
        ("é\n".encode(), "é\n", "utf-8", "\n"),
        ("\ufeffé\r\n".encode("utf-16-le"), "é\n", "utf-16-le", "\r\n"),
        ("\ufeffé\n".encode("utf-16-be"), "é\n", "utf-16-be", "\n"),
        ("\ufeffé\n".encode("utf-32-le"), "é\n", "utf-32-le", "\n"),
        ("\ufeffé\n".encode("utf-32-be"), "é\n", "utf-32-be", "\n"),
        (b"caf\xe9 \x80\n", "café €\n", "cp1252", "\n"),
        (b"caf\xe9 \x81\n", "café \x81\n", "latin-1", "\n"),
        (b"\x1b[31mred\x1b[0m\x0c\n", "\x1b[31mred\x1b[0m\x0c\n", "utf-8", "\n"),
    ],
)
def test_shapes(tmp_path: Path, data: bytes, text: str, encoding: str, newline: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    read = read_text_file(path)
    assert (read.text, read.encoding, read.newline) == (text, encoding, newline)
    assert read.encode(read.text) == data


@given(data=st.binary(max_size=400) | st.text().map(str.encode))
def test_any_readable_file_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    try:
        read = read_text_file(path)
    except BinaryFile:
        return
    assert read.encode(read.text) == data


@given(
    text=st.text(st.sampled_from("aé€\r\n \u2028😀"), max_size=30),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_text_in_any_unicode_encoding_comes_back(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "text"
    data = text.encode(encoding)
    path.write_bytes(data)
    read = read_text_file(path)
    assert read.encode(read.text) == data
    assert read.text.replace("\r\n", "\n").replace("\r", "\n") == text.replace(
        "\r\n", "\n"
    ).replace("\r", "\n")


def test_new_text_takes_the_newline_style_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "dos.txt"
    path.write_bytes(b"a\r\n")
    assert read_text_file(path).encode("b\nc\r\n") == b"b\r\nc\r\n"


def test_character_outside_the_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes(b"caf\xe9\n")
    with pytest.raises(Unencodable, match=r"old\.txt is cp1252.*U\+2192, line 2"):
        read_text_file(path).encode("a\n→\nb\nc\n")


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\0\0",
        b"a\0b",
        b"\x89PNG\r\n\x1a\n\0",
        bytes(range(1, 256)),
        b"\x01\xff",
        b"\xff\xfe\0",
    ],
)
def test_binary_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "blob"
    path.write_bytes(data)
    with pytest.raises(BinaryFile, match="blob is not text"):
        read_text_file(path, name="blob")


def test_first_bytes_show_what_is_binary() -> None:
    assert looks_binary(b"\x7fELF\0")
    assert not looks_binary("text é\n".encode())
    assert not looks_binary("\ufefftext".encode("utf-16-le"))
    assert not looks_binary(b"")


def test_limit_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"a" * 100)
    assert len(read_text_file(path, max_bytes=100).text) == 100
    with pytest.raises(TooLarge, match="larger than 99 bytes"):
        read_text_file(path, max_bytes=99)


def test_what_is_no_regular_file_is_refused_in_a_moment(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("fifo")
    (tmp_path / "loop").symlink_to("loop")
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(1 << 30)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "socket"))
    began = time.monotonic()
    for name, kind in [
        ("fifo", NotAFile),
        ("folder", NotAFile),
        ("link", NotAFile),
        ("socket", NotAFile),
        ("/dev/zero", NotAFile),
        ("/dev/null", NotAFile),
        ("sparse", TooLarge),
        ("loop", Unreadable),
        ("none", MissingFile),
        ("sparse/below", MissingFile),
        ("a\0b", Unreadable),
        ("x" * 300, Unreadable),
    ]:
        with pytest.raises(kind) as raised:
            read_text_file(tmp_path / name)
        assert visible(str(tmp_path / name)) in str(raised.value)
    listener.close()
    assert time.monotonic() - began < 2


def test_file_that_grows_without_end_is_cut(tmp_path: Path) -> None:
    # Its size says 0, as for every file the kernel makes up.
    with pytest.raises(ReadError):
        read_text_file(Path("/proc/self/status"), max_bytes=10)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_forbidden_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "closed"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(Unreadable, match="permission denied"):
        read_text_file(path)


def test_messages_show_hostile_names_safely(tmp_path: Path) -> None:
    with pytest.raises(MissingFile) as caught:
        read_text_file(tmp_path / "a\x1b[31m\u202e")
    assert "\x1b" not in caught.value.message
    assert "\u202e" not in caught.value.message


def test_mode_and_stamp_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "run.sh"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o751)
    read = read_text_file(path)
    assert read.mode == 0o751
    assert read.stamp.size == 10
    assert read.stamp.inode == path.stat().st_ino


def test_sizes_in_words_have_a_unit() -> None:
    sizes = (0, 1, 1023, 1024, 2400, 1024 * 1024, 16 * 1024 * 1024, 1 << 30, 1 << 60)
    assert [size_in_words(size) for size in sizes] == [
        "0 bytes",
        "1 byte",
        "1023 bytes",
        "1 kB",
        "2.3 kB",
        "1 MB",
        "16 MB",
        "1 GB",
        "1024 PB",
    ]


def test_a_text_with_half_a_character_is_refused_by_the_name_of_its_file(tmp_path: Path) -> None:
    with pytest.raises(Unencodable, match=r"new\.py would hold half a character") as refused:
        encoded("a = '\ud800'\n", "new.py", None)
    assert refused.value.paths == ("new.py",)
    (tmp_path / "old.txt").write_bytes(b"caf\xe9\r\n" * 9)
    old = read_text_file(tmp_path / "old.txt")
    assert encoded("th\xe9\n", "old.txt", old) == b"th\xe9\r\n"
    with pytest.raises(Unencodable, match="U\\+4E2D"):
        encoded("\u4e2d\n", "old.txt", old)


def _a_pipe(path: Path) -> None:
    os.mkfifo(path)


def _a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("instead", [_a_pipe, _a_folder])
def test_what_takes_the_place_of_a_file_before_it_is_open_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instead: Callable[[Path], None]
) -> None:
    path = tmp_path / "file"
    path.write_text("text\n")

    def replaced(path: Path) -> int:
        path.unlink()
        instead(path)
        return open_unblocked(path)

    monkeypatch.setattr("autocoder_tui.workspace.textfile.open_unblocked", replaced)
    with pytest.raises(NotAFile) as raised:
        read_text_file(path)
    assert str(raised.value).startswith(str(path))


def test_a_file_too_large_is_called_by_the_name_given(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 20)
    with pytest.raises(TooLarge) as raised:
        read_text_file(path, max_bytes=10, name="the notes")
    assert "the notes" in str(raised.value)
