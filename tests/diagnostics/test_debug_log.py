"""The log file: its levels, its turning over, two writers, and a disk that is no help."""

from __future__ import annotations

import errno
import logging
import os
import re
import stat
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from autocoder_tui.diagnostics import log_file
from autocoder_tui.diagnostics.debug_log import MOST_SHOWN, DebugLog, LogLine
from autocoder_tui.diagnostics.log_file import LogFile
from autocoder_tui.engine.trace import ChunkReceived

ROOT = Path(__file__).parents[2]


def line(text: str) -> logging.LogRecord:
    return logging.LogRecord("", logging.INFO, "", 0, text, None, None)


def written(folder: Path) -> str:
    return "".join(path.read_text() for path in sorted(folder.glob("autocoder-tui.log*")))


@pytest.mark.parametrize("level", range(4))
def test_the_file_has_the_lines_of_the_level(tmp_path: Path, level: int) -> None:
    with DebugLog(level, LogFile(tmp_path / "state" / "log")) as log:
        for number in range(4):
            log.write(number, f"line-{number}")
        log.trace(ChunkReceived('{"choices": []}'))
    if level == 0:
        assert not (tmp_path / "state").exists()
        return
    text = written(tmp_path / "state" / "log")
    for number in range(4):
        assert (f"line-{number}" in text) == (number <= level)
    assert ('chunk {"choices": []}' in text) == (level == 3)
    file = tmp_path / "state" / "log" / "autocoder-tui.log"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_cat_of_a_log_is_harmless(tmp_path: Path) -> None:
    with DebugLog(3, LogFile(tmp_path)) as log:
        log.write(1, "\x1b]52;c;aGk=\x07\u202eevil\x9b31m\ud800")
    line = written(tmp_path)
    assert line.count("\n") == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", line)


def test_files_turn_over_and_stay_within_their_size(tmp_path: Path) -> None:
    file = LogFile(tmp_path, max_bytes=1000, count=3)
    for number in range(200):
        file.emit(line(f"{number:03} " + "x" * 40))
    names = sorted(path.name for path in tmp_path.glob("autocoder-tui.log*"))
    assert names == ["autocoder-tui.log", "autocoder-tui.log.1", "autocoder-tui.log.2"]
    assert all((tmp_path / name).stat().st_size <= 1000 + 45 for name in names)
    assert "199 " in (tmp_path / "autocoder-tui.log").read_text()
    file.emit(line("y" * 5000))
    assert "y" * 5000 in written(tmp_path)


def test_two_processes_neither_lose_nor_mix_lines(tmp_path: Path) -> None:
    code = (
        "import logging, sys; from pathlib import Path\n"
        "from autocoder_tui.diagnostics.log_file import LogFile\n"
        "file = LogFile(Path(sys.argv[1]), max_bytes=20_000, count=100)\n"
        "for n in range(600):\n"
        "    text = f'{sys.argv[2]}-{n:03} ' + sys.argv[2] * 50\n"
        "    file.emit(logging.LogRecord('', 20, '', 0, text, None, None))\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], env=environ)
        for name in ("a", "b")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(list(tmp_path.glob("autocoder-tui.log.*"))) > 2
    lines = written(tmp_path).splitlines()
    assert len(lines) == 1200
    for name in ("a", "b"):
        whole = re.compile(rf"{name}-\d{{3}} {name}{{50}}")
        assert sum(whole.fullmatch(line) is not None for line in lines) == 600


@pytest.mark.parametrize("hindrance", ["a file in the way", "a link", "a full disk"])
def test_a_log_that_cannot_be_written_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hindrance: str
) -> None:
    folder = tmp_path / "log"
    if hindrance == "a file in the way":
        folder.write_text("")
    elif hindrance == "a link":
        folder.mkdir()
        (folder / "autocoder-tui.log").symlink_to(tmp_path / "elsewhere")
    else:
        folder.mkdir()
        if not Path("/dev/full").exists():
            pytest.skip("no /dev/full here")
        full = partial(Path("/dev/full").open, "a")
        monkeypatch.setattr(log_file, "_opened", lambda _: full())
    told: list[str] = []
    shown: list[LogLine] = []
    with DebugLog(1, LogFile(folder), shown.append, told.append) as log:
        for number in range(50):
            log.write(1, f"line-{number}")
    assert len(told) == 1
    assert "can't be written" in told[0]
    assert len(shown) == 50
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_system_without_locks_has_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_lock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr("concurrent_log_handler.lock", no_lock)
    with DebugLog(1, LogFile(tmp_path)) as log:
        for number in range(20):
            log.write(1, f"line-{number}")
    assert [text.split()[-1] for text in written(tmp_path).splitlines()] == [
        f"line-{number}" for number in range(20)
    ]


def test_a_lock_on_a_file_loads_no_redis(tmp_path: Path) -> None:
    pytest.importorskip("redis")
    code = (
        "import logging, sys; from pathlib import Path\n"
        "from autocoder_tui.diagnostics.log_file import LogFile\n"
        "LogFile(Path(sys.argv[1])).write(['one'])\n"
        "import concurrent_log_handler\n"
        "assert 'redis' not in sys.modules\n"
        "from portalocker.redis import RedisLock\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environ, check=True)
    assert written(tmp_path) == "one\n"


def test_keys_are_taken_out_of_what_is_too_long_for_the_screen(tmp_path: Path) -> None:
    key = "sk-proj-" + "aB3dE5" * 8
    with DebugLog(3, LogFile(tmp_path)) as log:
        log.write(3, "x " * MOST_SHOWN + f"key {key} end")
        log.write(3, f"short {key} end")
    text = written(tmp_path)
    assert key not in text
    assert text.count(" end\n") == 2


def test_all_that_was_said_is_written_at_the_end_and_after_it(tmp_path: Path) -> None:
    log = DebugLog(1, LogFile(tmp_path))
    for number in range(5000):
        log.write(1, f"line-{number}.")
    log.close()
    log.write(1, "one more.")
    log.close()
    lines = written(tmp_path).splitlines()
    assert len(lines) == 5001
    assert lines[4999].endswith("line-4999.")
    assert lines[5000].endswith("one more.")


def test_the_writer_of_lines_never_waits_for_the_disk(tmp_path: Path) -> None:
    gate = threading.Event()
    waited: list[bool] = []

    class SlowFile(LogFile):
        def write(self, lines: Sequence[str]) -> None:
            waited.append(gate.wait(30))

    file = SlowFile(tmp_path)
    log = DebugLog(3, file)
    for number in range(60_000):
        log.write(1, str(number))  # more than may wait: it would hang here if it waited
    logging.shutdown([weakref.ref(file)])  # as the interpreter does at its end
    assert not waited
    gate.set()
    log.close()
    assert all(waited)
    assert waited


def test_a_long_line_is_cut_for_the_screen_and_whole_in_the_file(tmp_path: Path) -> None:
    shown: list[LogLine] = []
    with DebugLog(3, LogFile(tmp_path), shown.append) as log:
        log.write(3, "a" * (MOST_SHOWN + 1000) + "end")
    assert shown[0].text.endswith("… and 1,003 characters more")
    assert "aend\n" in written(tmp_path)
