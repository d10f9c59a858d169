"""What is no ordinary text file, wherever the program reads or writes one: never waited for,
never read without end, named in a sentence."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from textual.widgets import TextArea

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.workspace.errors import TooLarge
from autocoder_tui.workspace.textfile import read_text_file
from tests.faults.special import KINDS, Process, can_be_unprivileged, run_all, unprivileged
from tests.ui.driving import driven, serving, setup_for, until

MOST_MEGABYTES = 300
MOST_SECONDS = 20
"""A second on a free machine; whatever waits or reads without end takes far longer."""

REPLY = Reply('<file path="out.py">\nnew\n</file>\n')
NOT_UTF8 = "caf\udce9.py"

needs_modes = pytest.mark.skipif(
    not can_be_unprivileged(), reason="a superuser reads everything, and setpriv is not here"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    for kind, make in KINDS.items():
        make(project / kind)
    (tmp_path / "outside").write_text("not yours\n")
    (project / "leads out").symlink_to(tmp_path / "outside")
    (project / "locked").mkdir(mode=0)
    (project / NOT_UTF8).write_text("x = 1\n")
    return project


async def runs(folder: Path, flags: Sequence[Sequence[str]]) -> tuple[Process, int]:
    """`autocoder-tui run` with each of `flags`, in one process; and the requests it sent."""
    async with DemoServer([REPLY] * len(flags)) as server:
        at = ("run", "--base-url", server.base_url, "-m", "test-model")
        lines = [(*at, *some) for some in flags]
        process = await asyncio.to_thread(run_all, folder, lines, before=unprivileged())
        assert process.megabytes < MOST_MEGABYTES
        assert max(one.seconds for one in process.ended) < MOST_SECONDS
        return process, len(server.requests)


@needs_modes
@pytest.mark.parametrize(
    ("flag", "said"),
    [
        (
            "-i",
            {
                "pipe": "pipe: not a regular file",
                "zero": "zero: a link that leads out of the project",
                "socket": "socket: not a regular file",
                "folder": "folder: matches no file",
                "loop": "loop: not a regular file",
                "sparse": "sparse: 1 GB, more than one input may have",
                "binary": "binary: binary, so a model cannot read it",
                "unreadable": "unreadable: permission denied",
                "leads out": "a link that leads out of the project",
                "locked/x": "locked/x: does not exist",
                "/dev/zero": "/dev/zero: outside the project",
                "x" * 300: "does not exist",
            },
        ),
        (
            "-o",
            {
                "pipe": "not a regular file",
                "zero": "not a regular file",
                "socket": "not a regular file",
                "folder": "is a folder",
                "loop": "loop is a link that leads to no file",
                "sparse": "sparse is larger than 16 MB",
                "binary": "binary is not text",
                "unreadable": "unreadable cannot be read: permission denied",
                "leads out": "a link that leads out of the project",
                "locked/x": "can't be written: permission denied",
                "/dev/zero": "not a regular file",
                "x" * 300: "file name too long",
                NOT_UTF8: "undecodable characters",
            },
        ),
        (
            "-r",
            {
                "pipe": "pipe is a named pipe",
                "zero": "zero is a device",
                "socket": "socket is a socket",
                "folder": "folder is a folder",
                "loop": "too many levels of symbolic links",
                "sparse": "sparse is larger than 1 MB",
                "binary": "binary is not text",
                "unreadable": "unreadable cannot be read: permission denied",
                "locked/x": "locked/x cannot be read: permission denied",
                "/dev/zero": "/dev/zero is a device",
                "/proc/self/mem": "input/output error",
                "x" * 300: "file name too long",
            },
        ),
        (
            "-c",
            {
                "pipe": "pipe: expected a regular file",
                "zero": "zero: expected a regular file",
                "socket": "socket: expected a regular file",
                "folder": "folder: expected a regular file",
                "loop": "loop: the file cannot be read",
                "sparse": "sparse: expected at most 1024 KiB",
                "binary": "binary, line 2: expected UTF-8 text",
                "unreadable": "unreadable: the file cannot be read (permission denied)",
                "locked/x": "x: the file cannot be read (permission denied)",
                "/dev/zero": "zero: expected a regular file",
                "/proc/self/mem": "mem: the file cannot be read",
                "x" * 300: "file name too long",
            },
        ),
    ],
    ids=["input", "output", "requirements", "control"],
)
async def test_what_is_named_on_the_command_line_is_refused_and_nothing_is_sent(
    tmp_path: Path, project: Path, flag: str, said: dict[str, str]
) -> None:
    forms: dict[str, Callable[[str], tuple[str, ...]]] = {
        "-i": lambda name: ("-r", "x", "-i", name),
        "-o": lambda name: ("-r", "x", "-f", "-o", name),
        "-r": lambda name: ("-r", "@" + name),
        "-c": lambda name: ("-r", "x", "-c", name),
    }
    flags = forms[flag]
    process, requests = await runs(tmp_path, [flags(name) for name in said])
    assert requests == 0
    for (name, words), ended in zip(said.items(), process.ended, strict=True):
        assert ended.code == 1, name
        assert words in ended.err, name


PROJECT_FILES = (".env", "openai-api-key.txt", ".gitignore")
CONFIG_FILES = ("config.toml", "models.toml", "hyperbolic-api-key.txt", "themes/mine.toml")
STATE_FILES = ("usage.jsonl", "capabilities.json", "calibration.json", "listed-models.toml")


@needs_modes
@pytest.mark.parametrize("kind", KINDS)
async def test_no_file_the_program_looks_into_by_itself_stops_it(tmp_path: Path, kind: str) -> None:
    places = [tmp_path / "project" / name for name in PROJECT_FILES]
    places += [tmp_path / "config" / name for name in CONFIG_FILES]
    places += [tmp_path / "state" / name for name in STATE_FILES]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        KINDS[kind](place)
    (tmp_path / "project" / "a.py").write_text("x = 1\n")
    async with DemoServer([REPLY]) as server:
        lines = [
            ("run", "-r", "x", "-i", ".", "--base-url", server.base_url, "-m", "test-model"),
            ("run", "-r", "x", "-m", "gpt-4o-mini"),
            ("usage",),
        ]
        process = await asyncio.to_thread(run_all, tmp_path, lines, before=unprivileged())
        assert len(server.requests) == 1
    assert process.megabytes < MOST_MEGABYTES
    assert max(one.seconds for one in process.ended) < MOST_SECONDS
    ran, without_key, usage = process.ended
    assert (ran.code, ran.out) == (0, "new\n")
    for name in ("config.toml", "models.toml", *STATE_FILES[1:]):
        assert name in ran.err
    assert (tmp_path / "state" / "capabilities.json").is_file()
    for words in ("openai-api-key.txt", ".env", "There is no key for OpenAI"):
        assert words in without_key.err
    if kind not in ("sparse", "binary"):
        assert "usage cannot be read" in usage.err


async def test_a_name_that_is_not_utf8_is_sent_and_read(tmp_path: Path, project: Path) -> None:
    process, requests = await runs(tmp_path, [("-r", "caf\udce9", "-i", NOT_UTF8)])
    assert (process.ended[0].code, requests) == (0, 1)


@pytest.mark.parametrize("kind", ["pipe", "zero", "folder", "sparse"])
async def test_the_program_starts_whatever_its_own_files_are(tmp_path: Path, kind: str) -> None:
    for name in (*CONFIG_FILES, *STATE_FILES):
        folder = tmp_path / ("config" if name in CONFIG_FILES else "state")
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        KINDS[kind](place)
    async with driven(setup_for(tmp_path, "-r", "x")) as (app, pilot):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text == "x")
        said = "\n".join(app.main.log_lines)
        for name in ("config.toml", "models.toml", "mine.toml", "capabilities.json"):
            assert name in said
        await pilot.press("ctrl+l")
        await until(pilot, lambda: app.screen is not app.main)
        await pilot.press("escape")
        app.theme = "paper"
        await pilot.pause()
    KINDS[kind](tmp_path / "same")
    kept, same = (tmp_path / "config" / "config.toml").lstat(), (tmp_path / "same").lstat()
    assert (kept.st_mode, kept.st_size) == (same.st_mode, same.st_size)


async def test_the_picker_refuses_them(tmp_path: Path, project: Path) -> None:
    async with serving(tmp_path, []) as (app, pilot, _):
        picker = app.main.query_one(FilePicker)
        picker.focus()
        names = ["pipe", "zero", "socket", "loop", "sparse", "binary", "leads out"]
        for name in names:
            await until(pilot, lambda name=name: name in picker._node_at)  # type: ignore[misc]
            picker.move_cursor(picker._node_at[name])
            await pilot.press("space")
            await until(
                pilot,
                lambda name=name: any(  # type: ignore[misc]
                    f"{name} can't be picked" in line for line in app.main.log_lines
                ),
            )
        assert picker.picks == ()


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "growing.log"
    path.write_bytes(b"x" * 1000)
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.is_set() and file.tell() < 64 << 20:
                file.write(b"y" * 65536)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        while path.stat().st_size < 1100:
            pass
        with pytest.raises(TooLarge):
            read_for_ever(path)
    finally:
        stop.set()
        writer.join()


def read_for_ever(path: Path) -> None:
    while True:
        read_text_file(path, max_bytes=8 << 20)
