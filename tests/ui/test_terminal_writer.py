"""Written at once while the terminal takes it, in order and without waiting when it does not."""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Iterator
from typing import Any

import pytest

from autocoder_tui.ui.terminal.writer import TerminalWriter


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """What reads a terminal, and the terminal."""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(slave)
    os.close(master)


def read(master: int, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += os.read(master, 65536)
    return data


def test_a_picture_is_written_before_write_returns(ends: tuple[int, int]) -> None:
    master, slave = ends
    by: list[threading.Thread] = []
    write = os.write

    def noted(descriptor: int, data: bytes) -> int:
        by.append(threading.current_thread())
        return write(descriptor, data)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "write", noted)
        writer = TerminalWriter(slave, lambda: None)
        writer.write("picture " * 20)
        assert by == [threading.current_thread()]
        assert os.read(master, 65536) == b"picture " * 20
    assert writer.close(1)


def test_what_there_is_no_room_for_comes_later_and_in_order(ends: tuple[int, int]) -> None:
    master, slave = ends
    writer = TerminalWriter(slave, lambda: None)
    texts = [f"<{number}>" + "x" * 9_000 for number in range(20)]
    for text in texts:
        writer.write(text)  # more than any terminal takes before somebody reads
    whole = "".join(texts).encode()
    assert read(master, len(whole)) == whole
    assert writer.close(5)
    writer.write("too late")
    os.set_blocking(master, False)
    with pytest.raises(BlockingIOError):
        os.read(master, 1)


def test_where_writing_would_wait_a_thread_waits(
    ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No name leads to such a terminal, so it can't be opened anew."""
    master, slave = ends

    def nameless(_: int) -> Any:
        raise OSError

    monkeypatch.setattr(os, "ttyname", nameless)
    writer = TerminalWriter(slave, lambda: None)
    for number in range(20):
        writer.write(f"<{number}>" + "x" * 9_000)
    assert read(master, 9_000).startswith(b"<0>")
    os.set_blocking(master, False)
    reading = threading.Event()

    def drain() -> None:
        while not reading.wait(0.001):
            try:
                os.read(master, 65536)
            except BlockingIOError:
                pass

    reader = threading.Thread(target=drain)
    reader.start()
    assert writer.close(20)
    reading.set()
    reader.join()
