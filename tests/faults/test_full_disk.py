"""A disk that fills while a reply streams in, as the whole program meets it."""

import asyncio
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.journal import Journal
from autocoder_tui.store.journal.reader import journals
from autocoder_tui.store.journal.recovery import recover_runs
from tests.faults.test_state_files import needs_mounts, with_mounts
from tests.headless.test_run import ROOT, environment, framed
from tests.store.kept_runs import events, run, snapshot

BIG = framed("".join(f"value_{number} = {number}\n" for number in range(2500)))

NO_MODULES = {"PYTHONDONTWRITEBYTECODE": "1"}
"""Python does not notice when half of a compiled module finds no room, and every later program
would stumble over it."""


@pytest.mark.parametrize("ends_well", [True, False])
async def test_a_disk_that_fills_ends_no_run_and_costs_no_text(
    tmp_path: Path, ends_well: bool
) -> None:
    (tmp_path / "project").mkdir()
    script = [Reply(BIG)] if ends_well else [Reply(BIG, cut="short")]
    async with DemoServer(script, tokens_per_second=20_000) as server:
        # No file can grow beyond 16 kB: the system's own way of a disk without room.
        command = (
            f"ulimit -f 16; exec {sys.executable} -m autocoder_tui run -m m -r x "
            f"--max-attempts 1 --base-url {server.base_url}"
        )
        process = await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            command,
            cwd=tmp_path / "project",
            env={**environment(tmp_path), "PYTHONPATH": str(ROOT), **NO_MODULES},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
    said = err.decode()
    assert "Traceback" not in said
    assert said.count("What the run brings can't be kept") == 1
    assert process.returncode == (0 if ends_well else 1)
    whole = BIG.split("\n", 1)[1].removesuffix("</file>\n") if ends_well else BIG
    assert out.decode() == whole
    # What did fit is there when there is room again.
    history = History(tmp_path / "state")
    recover_runs(history)
    kept = history.get("last").reply
    assert kept
    assert BIG.startswith(kept)


def with_room_for(size: int, work: Callable[[], object]) -> None:
    """Do `work` in a process of its own, in which no file can grow beyond `size` bytes."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            sys.dont_write_bytecode = True
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            work()
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_disk_that_fills_at_any_step_while_a_run_goes_into_history_loses_nothing(
    tmp_path: Path,
) -> None:
    text = os.urandom(20_000).hex()
    state = tmp_path / "sound"
    History(state).add(run("earlier", "aaa"))
    journal = Journal(state, snapshot("bbb"), print)
    journal.append(events(text, end="interrupted"))
    journal.keep_review({"verdicts": ["accepted"]})
    journal.close()
    said = set()
    needed = 400_000
    for size in [*range(4096, 200_000, 24_000), needed]:
        here = tmp_path / "state"
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(state, here)

        def fold(here: Path = here) -> None:
            messages = recover_runs(History(here)).messages
            (here / "said").write_bytes(b"\n".join(one.encode() for one in messages)[:4000])

        with_room_for(size, fold)
        lines = (here / "said").read_text().splitlines()
        assert len(lines) <= 1
        said |= set(lines)
        assert not lines or journals(here), "what could not go in stays where it was"
        history = History(here)
        assert recover_runs(history).messages == ()
        kept = history.get("bbb")
        assert (kept.reply, kept.review) == (text, {"verdicts": ["accepted"]})
        assert history.get("aaa").reply == "earlier"
        assert journals(here) == []
        assert len(history.list(search="earlier")) == 1
        assert size < needed or not lines
    assert said


@needs_mounts
def test_on_a_full_disk_runs_are_listed_and_shown_and_it_is_said_once(tmp_path: Path) -> None:
    state, place = tmp_path / "before", tmp_path / "state"
    place.mkdir()
    (tmp_path / "project").mkdir()
    History(state).add(run("in history", "aaa"))
    journal = Journal(state, snapshot("bbb"), print)
    journal.append(events("in its journal", end="interrupted"))
    journal.close()
    fill = f"dd if=/dev/zero of='{place}/filler' bs=1k 2>/dev/null; true"
    mount = f"mount -t tmpfs -o size=200k none '{place}' && cp -a '{state}/.' '{place}' && ({fill})"
    for flags, code, out in (
        (["list", "--all"], 0, b"aaa"),
        (["list", "--all"], 0, b"bbb"),
        (["show", "aaa", "--reply"], 0, b"in history"),
        (["show", "bbb", "--reply"], 0, b"in its journal"),
        (["delete", "aaa", "-y"], 1, b""),
    ):
        done = subprocess.run(
            [*with_mounts(mount), sys.executable, "-m", "autocoder_tui", "history", *flags],
            cwd=tmp_path / "project",
            env={**environment(tmp_path), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, out in done.stdout) == (code, True), done.stderr
        assert done.stderr.count(b"there is no space left on the disk") == 1
