"""Disks that are full, folders that can't be written to, and damaged files of the program's own."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from autocoder_tui.config.control_file import read_control_file
from autocoder_tui.config.errors import ControlFileUnusable, SettingsNotSaved
from autocoder_tui.config.models_edit import save_endpoint, save_listed
from autocoder_tui.config.run_options import RUN_OPTIONS
from autocoder_tui.config.settings_edit import save_setting
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.calibration import Weights
from autocoder_tui.engine.catalog import Model, Provider
from autocoder_tui.engine.events import UsageReported
from autocoder_tui.errors import AutocoderError
from autocoder_tui.store.calibration import learn
from autocoder_tui.store.capabilities import CapabilityStore
from autocoder_tui.store.history.history import History
from autocoder_tui.store.kept_text import keep_text
from autocoder_tui.store.usage import append_usage, read_usage
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.engine.conversation import MODEL, endpoint_at
from tests.faults.special import run_all
from tests.faults.test_special_files import REPLY
from tests.store.test_usage import RUN
from tests.ui.driving import driven, framed, serving, setup_for, until
from tests.ui.test_undo import said
from tests.workspace.faults import CRASHED, DONE, Fault, calls_of, in_a_process

ENDPOINT = endpoint_at("http://127.0.0.1:1/v1")
REPORT = UsageReported(1, Weights(code=800, prose=200), 1000, 1100, Decimal("0.15"))
HERE = Provider("here", "http://127.0.0.1:8000/v1", "MY_API_KEY")
PRICED = Model("m", "here", Decimal("0.2"), Decimal("0.8"), 1000, priced_on=str(date(2026, 11, 21)))


def _keep_capabilities(folder: Path) -> None:
    store = CapabilityStore(folder)
    store.of("http://x/v1", "m").echo = True
    store.keep("http://x/v1", "m")


WRITERS: Mapping[str, tuple[str, Callable[[Path], object]]] = {
    "setting": ("config.toml", lambda d: save_setting(d / "config.toml", "ui", "theme", "dusk")),
    "endpoint": ("models.toml", lambda d: save_endpoint(d / "models.toml", HERE, [PRICED])),
    "figures": ("listed-models.toml", lambda d: save_listed(d / "listed-models.toml", [PRICED])),
    "capabilities": ("capabilities.json", _keep_capabilities),
    "calibration": ("calibration.json", lambda d: learn(d, ENDPOINT, MODEL, REPORT)),
    "usage": ("usage.jsonl", lambda d: append_usage(d, RUN)),
    "copy": ("copied.txt", lambda d: keep_text(d, "copied.txt", "text\n")),
}
"""Every file the program keeps by itself, but for the log of writes (see test_kill_sweep)."""

BEFORE: Mapping[str, bytes] = {
    "config.toml": b'# mine\n[ui]\ntheme = "ember"\n',
    "models.toml": b'[[models]]\nname = "gpt-4o-mini"\n',
    "listed-models.toml": b"",
    "capabilities.json": b'{"http://y/v1 m": {"echo": false}}\n',
    "calibration.json": b"{}\n",
    "copied.txt": b"earlier\n",
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("fail", errno.ENOSPC),
        ("fail", errno.EIO),
        ("fail on", errno.ENOSPC),
        ("fail on", errno.EIO),
        ("kill", 0),
        ("kill in a write", 0),
    ],
)
def test_a_write_that_fails_anywhere_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, writer: str, code: int, how: str
) -> None:
    name, write = WRITERS[writer]

    def fresh() -> Path:
        folder = tmp_path / "state"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / name).parent.mkdir(parents=True)
        if name in BEFORE:
            (folder / name).write_bytes(BEFORE[name])
        elif writer == "usage":
            append_usage(folder, RUN)
        return folder

    def careful(folder: Path) -> None:
        try:
            write(folder)
        except (AutocoderError, OSError):
            return

    folder = fresh()
    old = (folder / name).read_bytes()
    calls = calls_of(lambda: write(folder))
    new = (folder / name).read_bytes()
    assert old != new
    at_write = [number for number, call in enumerate(calls, 1) if call == "write"]
    places = at_write if how == "kill in a write" else range(1, len(calls) + 1)
    assert places
    for place in places:
        folder = fresh()
        ended = in_a_process(lambda f=folder: careful(f), Fault(place, how, code))  # type: ignore[misc]
        assert ended in ((-9,) if how.startswith("kill") else (DONE,)), ended != CRASHED
        left = (folder / name).read_bytes()
        if writer != "usage":
            assert left in (old, new)
            continue
        # Lines are added: what was there stays, and a part of a line costs only itself.
        assert left.startswith(old)
        append_usage(folder, RUN)
        records, broken = read_usage(folder)
        assert records[0] == records[-1] == RUN
        assert broken <= 1


def test_what_is_written_is_for_the_user_alone(tmp_path: Path) -> None:
    for name, write in WRITERS.values():
        folder = tmp_path / "deep" / name.replace("/", "-")
        write(folder)
        assert (folder / name).stat().st_mode & 0o777 == 0o600, name
        assert folder.stat().st_mode & 0o777 == 0o700, name


# ---------------------------------------------------------------- full and read-only for real


@cache
def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=16k none /mnt"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


needs_mounts = pytest.mark.skipif(not can_mount(), reason="no mounts of its own here")


def with_mounts(*commands: str) -> list[str]:
    script = " && ".join([*commands, 'exec "$@"'])
    return ["unshare", "-m", "sh", "-c", script, "sh"]


def read_only(folder: Path) -> str:
    return f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}'"


def full(folder: Path) -> str:
    fill = f"dd if=/dev/zero of='{folder}/filler' bs=4k 2>/dev/null; true"
    return f"mount -t tmpfs -o size=32k none '{folder}' && ({fill})"


async def run_in(folder: Path, before: Sequence[str], *flags: str) -> tuple[int, str, str, int]:
    async with DemoServer([REPLY]) as server:
        line = ("run", "--base-url", server.base_url, "-m", "test-model", "-r", "x", *flags)
        process = await asyncio.to_thread(run_all, folder, [line], before=before)
        (one,) = process.ended
        return one.code, one.out, one.err, len(server.requests)


@pytest.fixture
def places(tmp_path: Path) -> Path:
    for name in ("project", "state", "config"):
        (tmp_path / name).mkdir()
    (tmp_path / "project" / "out.py").write_text("old\n")
    return tmp_path


@needs_mounts
@pytest.mark.parametrize(("how", "words"), [(full, "no space left"), (read_only, "read-only")])
async def test_without_room_in_the_state_folder_it_says_so_once_and_runs(
    places: Path, how: Callable[[Path], str], words: str
) -> None:
    before = with_mounts(how(places / "state"), read_only(places / "config"))
    code, _, err, requests = await run_in(places, before, "-o", "out.py", "-f")
    assert (code, requests) == (0, 1)
    assert (places / "project" / "out.py").read_text() == "new\n"
    (said_so,) = [line for line in err.splitlines() if "kept in" in line]
    assert said_so.startswith("Nothing can be kept in")
    assert words in said_so


@needs_mounts
async def test_a_read_only_project_is_refused_before_anything_is_sent(places: Path) -> None:
    before = with_mounts(read_only(places / "project"))
    code, _, err, requests = await run_in(places, before, "-o", "out.py", "-f")
    assert (code, requests) == (1, 0)
    assert "out.py can't be written: the file system is read-only. Nothing was sent." in err
    code, out, _, requests = await run_in(places, before)
    assert (code, out, requests) == (0, "new\n", 1)


@needs_mounts
async def test_a_disk_that_is_full_when_writing_leaves_the_file_and_keeps_the_text(
    places: Path,
) -> None:
    project = places / "project"
    fill = full(project)
    show = "rm -f filler; echo old > out.py; dd if=/dev/zero of=filler bs=1k 2>/dev/null; true"
    before = with_mounts(fill, f"cd '{project}' && ({show})")
    code, _, err, _ = await run_in(places, before, "-o", "out.py", "-f")
    assert code == 1
    assert "out.py cannot be written: there is no space left on the disk" in err
    assert "new\n" in History(places / "state").get("last").reply


async def test_on_the_screen_a_project_that_can_not_be_written_keeps_the_proposal(
    tmp_path: Path,
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "code.txt").write_text("old\n")
    script = [framed("code.txt", "new\n")]
    async with serving(tmp_path, script, "-i", "code.txt", "-r", "x") as (app, pilot, _):
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: app.main.query_one("#requirements").text)  # type: ignore[attr-defined]
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        with pytest.MonkeyPatch.context() as patch:
            real = os.open

            def refuse(path: object, flags: int, *rest: object, **named: object) -> int:
                if flags & os.O_CREAT and str(path).startswith(str(project)):
                    raise OSError(errno.EROFS, os.strerror(errno.EROFS))
                return real(path, flags, *rest, **named)  # type: ignore[arg-type]

            patch.setattr(os, "open", refuse)
            await pilot.press("a", "enter")
            await until(pilot, lambda: said(app, "the file system is read-only"))
        assert not pane.written
        assert (project / "code.txt").read_text() == "old\n"
        await pilot.press("enter")
        await until(pilot, lambda: pane.written)
    assert (project / "code.txt").read_text() == "new\n"


# ---------------------------------------------------------------- damaged

DAMAGE: Mapping[str, bytes] = {
    "not UTF-8": b'theme = "\xff\xfe"\n',
    "NUL": b"a = 1\0\n",
    "half a file": b'[ui]\ntheme = "au',
    "half an object": b'{"a": {"b": ',
    "deep": b"a = " + b"[" * 5000 + b"\n",
    "100 MB": b"",
}
NAMES = ("config.toml", "models.toml", "themes/mine.toml")
MEMORIES = ("capabilities.json", "calibration.json", "listed-models.toml")


@pytest.mark.parametrize("damage", DAMAGE)
async def test_damaged_files_are_named_left_alone_and_the_program_runs(
    tmp_path: Path, damage: str
) -> None:
    places = [tmp_path / "config" / name for name in NAMES]
    places += [tmp_path / "state" / name for name in MEMORIES]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(DAMAGE[damage])
        if damage == "100 MB":
            with place.open("ab") as file:
                file.truncate(100 << 20)
    sizes = {place: place.stat().st_size for place in places}
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await until(pilot, lambda: said(app, "listed-models.toml"))
        for place in places:
            assert said(app, place.name), place.name
        if damage not in ("100 MB", "deep"):
            assert said(app, "config.toml, line ")
            assert said(app, "capabilities.json, line 1")
        with pytest.raises(SettingsNotSaved, match=r"config\.toml"):
            save_setting(tmp_path / "config" / "config.toml", "ui", "theme", "dusk")
        with pytest.raises(SettingsNotSaved, match=r"models\.toml"):
            save_endpoint(tmp_path / "config" / "models.toml", HERE, [PRICED])
        assert "The setting was not saved" in app.themes.keep("paper")
    for place in places[:3]:
        assert place.stat().st_size == sizes[place]
        assert place.read_bytes()[: len(DAMAGE[damage])] == DAMAGE[damage]
    for place in places[3:]:
        assert not place.exists()
        aside = place.with_name(place.name + ".damaged-1")
        assert aside.stat().st_size == sizes[place]


def test_a_memory_damaged_while_the_program_runs_is_put_aside_not_written_over(
    tmp_path: Path,
) -> None:
    for name in MEMORIES:
        (tmp_path / name).write_bytes(b"{ damaged")
    for number in (1, 2):
        _keep_capabilities(tmp_path)
        learn(tmp_path, ENDPOINT, MODEL, REPORT)
        save_listed(tmp_path / MEMORIES[2], [PRICED])
        for name in MEMORIES:
            assert (tmp_path / f"{name}.damaged-{number}").read_bytes() == b"{ damaged"
            (tmp_path / name).write_bytes(b"{ damaged")
    assert CapabilityStore(tmp_path).of("http://x/v1", "m").echo is None


_NAMES = [option.name for option in RUN_OPTIONS]


@pytest.mark.parametrize("value", [{}, {"a": 1}, "\u202e", -1, 1e99, [[1]], [True]])
def test_all_wrong_values_of_a_control_file_are_named_with_their_lines(
    tmp_path: Path, value: object
) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps(dict.fromkeys(_NAMES, value), indent=1))
    with pytest.raises(ControlFileUnusable) as caught:
        read_control_file(file).usable()
    problems = caught.value.problems
    assert len({problem.line for problem in problems}) == len(problems)
    assert len(problems) >= len(_NAMES) - 9
    for problem in problems:
        assert str(problem) in caught.value.message


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_control_file_is_a_sentence(tmp_path: Path, damage: str) -> None:
    for name in ("job.toml", "job.json"):
        (tmp_path / name).write_bytes(DAMAGE[damage])
        if damage == "100 MB":
            os.truncate(tmp_path / name, 100 << 20)
        with pytest.raises(ControlFileUnusable, match=rf"^{name}"):
            read_control_file(tmp_path / name).usable()


def test_nothing_else_is_left_beside_a_file_that_was_replaced(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", "one")
    write_atomically(tmp_path / "a", "two")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
