"""What `autocoder-tui run` says at each debug level, on stderr and in the log file."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.demo.script import error_reply
from autocoder_tui.demo.server import DemoServer
from tests.headless.test_run import NEW, Ended, ended, started
from tests.ui.driving import framed

KEY = "sk-proj-" + "Qw8rTy2uIo5pAs9dFg1hJk4l"


async def run(folder: Path, script: list[object], *flags: str) -> Ended:
    async with DemoServer(script) as server:  # type: ignore[arg-type]
        at = ("--base-url", server.base_url, "-m", "test-model", "-r", "hello")
        return await ended(await started(folder, *at, *flags))


def log_file(folder: Path) -> Path:
    return folder / "state" / "log" / "autocoder-tui.log"


@pytest.mark.parametrize("level", [0, 1, 2])
async def test_each_level_says_more(tmp_path: Path, level: int) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text(f"[log]\nlevel = {level}\n")  # no -d: the setting counts
    done = await run(tmp_path, [framed("out.py", NEW)])
    assert (done.code, done.out) == (0, NEW)
    assert ("run finished" in done.err) == (level >= 1)
    assert ("request sent" in done.err) == (level >= 2)
    assert "chunk " not in done.err
    if level == 0:
        assert done.err == ""
        assert not log_file(tmp_path).exists()
    else:
        for words in ("run finished", "request sent"):
            assert (words in log_file(tmp_path).read_text()) == (words in done.err)


async def test_an_error_is_said_at_level_0(tmp_path: Path) -> None:
    done = await run(tmp_path, [error_reply(403, "no")], "-d", "0")
    assert done.code == 1
    assert "403" in done.err


async def test_a_state_folder_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "log").write_text("in the way")
    done = await run(tmp_path, [framed("out.py", NEW)], "-d", "2")
    assert (done.code, done.out) == (0, NEW)
    assert done.err.count("The log file") == 1


async def test_a_key_in_what_is_sent_is_warned_about_and_reported(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "conf.py").write_text(f"\nKEY = '{KEY}'\n")
    done = await run(tmp_path, [framed("out.py", NEW)], "-i", "conf.py", "--json")
    assert done.code == 0
    words = "conf.py, line 2: what looks like an API key, and it is sent to the model."
    assert f"warning: {words}" in done.err
    assert words in done.report["warnings"]
    assert KEY not in done.err + done.out
