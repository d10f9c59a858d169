"""Errors nobody foresaw, in every place they may come from: no text lost, no value shown."""

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.diagnostics.crash_report import KEPT, report, write_report
from tests.terminal.program import Pseudoterminal, environment, serving
from tests.terminal.test_signals import is_restored, keeps_the_text, kept_text, reply_of

SECRET = "sk-secret-0123456789abcdef"
LOCAL = "a-value-nobody-should-see"

# What goes wrong, put into the real program before it starts.
_BEGIN = f"""
import asyncio, os, sys, threading
from pathlib import Path
def fail(*arguments, **options):
    secret_local = "{LOCAL}"
    raise RuntimeError("went wrong with {SECRET} and \\x1b]0;title\\x07")
def when_told(call):
    if Path("go").exists():
        call()
"""
_EVERY = """
from autocoder_tui.ui.app import AutocoderApp
begin = AutocoderApp.on_mount
def on_mount(self):
    begin(self)
    self.set_interval(0.05, lambda: Path("go").exists() and wrong(self))
AutocoderApp.on_mount = on_mount
"""
PLACES = {
    "a message handler": _EVERY + "wrong = fail",
    "a worker": _EVERY + "async def work(): fail()\nwrong = lambda app: app.run_worker(work())",
    "the event loop": _EVERY + "wrong = lambda app: asyncio.get_running_loop().call_soon(fail)",
    "a thread": _EVERY + "wrong = lambda app: threading.Thread(target=fail).start()",
    "an action": _EVERY
    + "AutocoderApp.action_show_usage = fail\nwrong = lambda app: app.simulate_key('ctrl+l')",
    "drawing": _EVERY
    + "from autocoder_tui.ui.widgets.header_line import HeaderLine\n"
    + "def wrong(app):\n HeaderLine.render = fail\n app.query_one(HeaderLine).refresh()",
}
AT_START = {
    "composing": "from autocoder_tui.ui.screens.main import MainScreen\nMainScreen.compose = fail",
    "mounting": "from autocoder_tui.ui.app import AutocoderApp\nAutocoderApp.on_mount = fail",
    "making the app": "from autocoder_tui.ui.app import AutocoderApp\nAutocoderApp.__init__ = fail",
    "the setup": "import autocoder_tui.runs.setup as setup\nsetup.load_setup = fail",
}
_END = "\nfrom autocoder_tui.cli.main import main\nsys.exit(main(sys.argv[1:]))\n"


def program(wrong: str) -> list[str]:
    return [sys.executable, "-c", _BEGIN + wrong + _END]


PROGRAM_ENDED = "autocoder-tui: an internal error ended the program (RuntimeError)"
RUN_ENDED = "An internal error ended the run (RuntimeError)"


def is_told(text: str, folder: Path, begins: str = PROGRAM_ENDED) -> str:
    """One sentence names the report; the report holds the traceback, and nothing private."""
    lines = text.strip().splitlines()
    assert len(lines) == 1
    sentence = lines[0].strip()
    assert sentence.startswith(begins)
    (file,) = (folder / "state" / "crashes").iterdir()
    assert str(file) in sentence
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    written = file.read_text()
    assert "RuntimeError: (" in written
    assert "characters left out)" in written
    assert "went wrong with sk" not in written
    assert "in fail" in written
    assert "Python 3" in written
    for private in (SECRET, LOCAL, "\x1b"):
        assert private not in written
        assert private not in text
    return written


@pytest.mark.parametrize("place", PLACES)
def test_while_streaming(tmp_path: Path, place: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    reply = Reply(reply_of(100), stall="middle", cut_after=len(reply_of(60)))
    with (
        serving([reply]) as server,
        Pseudoterminal(
            [*program(PLACES[place]), "--base-url", server.base_url, "-m", "m", "-r", "Write it."],
            environ=environment(tmp_path, SOME_API_KEY=SECRET),
            folder=project,
        ) as screen,
    ):
        screen.until_shows("Requirements", "Write it.", "m · ")
        screen.press("ctrl+r")
        screen.until_shows("line_59 =")
        (project / "go").touch()
        assert screen.ended() == 1
        is_restored(screen)
        written = is_told(screen.after_screen, tmp_path)
        assert LOCAL not in screen.written.decode("utf-8", "replace")
    _, _, last = written.partition("What was done last, oldest first:\n")
    for name in ("AutocoderApp.run\n", "event  RunStarted\n", "event  TextDelta"):
        assert name in last
    for private in ("Write it.", "line_", "out.py", str(project), server.base_url):
        assert private not in written
    keeps_the_text(tmp_path)
    assert "line_58 = 58\n" in kept_text(tmp_path)


@pytest.mark.parametrize("place", AT_START)
def test_before_the_screen_is_up(tmp_path: Path, place: str) -> None:
    (tmp_path / "project").mkdir()
    with Pseudoterminal(
        [*program(AT_START[place]), "--demo"],
        environ=environment(tmp_path, SOME_API_KEY=SECRET),
        folder=tmp_path / "project",
    ) as screen:
        assert screen.ended() == 1
        is_restored(screen)
        is_told(screen.after_screen, tmp_path)


def headless(folder: Path, wrong: str, reply: Reply) -> subprocess.CompletedProcess[str]:
    (folder / "project").mkdir()
    with serving([reply]) as server:
        flags = ["run", "--base-url", server.base_url, "-m", "m", "-r", "Write it."]
        return subprocess.run(
            [*program(wrong), *flags],
            env=environment(folder, SOME_API_KEY=SECRET),
            cwd=folder / "project",
            capture_output=True,
            text=True,
            check=False,
        )


def test_without_the_screen(tmp_path: Path) -> None:
    wrong = "import autocoder_tui.headless.run\nautocoder_tui.headless.run.narrate = fail"
    done = headless(tmp_path, wrong, Reply(reply_of(3)))
    assert done.returncode == 1
    assert done.stdout == ""
    (told,) = [line for line in done.stderr.splitlines() if RUN_ENDED in line]
    is_told(told, tmp_path, RUN_ENDED)


def test_without_the_screen_in_the_middle_of_a_reply(tmp_path: Path) -> None:
    wrong = (
        "import autocoder_tui.headless.progress as it\nit.Progress.show = lambda self, state:"
        " 'line_58 = 58' in state.text and fail()"
    )
    reply = Reply(reply_of(100), stall="middle", cut_after=len(reply_of(60)))
    done = headless(tmp_path, wrong, reply)
    assert done.returncode == 1
    (told,) = [line for line in done.stderr.splitlines() if RUN_ENDED in line]
    is_told(told.removeprefix("run failed: "), tmp_path, RUN_ENDED)
    assert "history show" in done.stderr.splitlines()[-1]
    assert "line_58 = 58" in kept_text(tmp_path)


def test_only_the_newest_reports_stay(tmp_path: Path) -> None:
    files = [write_report(tmp_path, ValueError(str(number)), {}) for number in range(KEPT + 3)]
    left = sorted((tmp_path / "crashes").iterdir())
    assert left == files[3:]
    assert "ValueError: (" in left[-1].read_text()


def test_where_no_report_can_be_kept_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "crashes").write_text("a file where the folder should be")
    assert write_report(tmp_path, ValueError("x"), {}) is None


def test_a_long_message_is_cut() -> None:
    assert len(report(ValueError("x" * 1_000_000))) < 10_000


def test_the_signal_of_a_stuck_loop_is_heard(tmp_path: Path) -> None:
    """Where the event loop hangs for good, everything is still saved and restored in time."""
    project = tmp_path / "project"
    project.mkdir()
    stuck = _EVERY + "import time\ndef wrong(app):\n Path('stuck').touch()\n time.sleep(60)"
    reply = Reply(reply_of(100), stall="middle", cut_after=len(reply_of(60)))
    with (
        serving([reply]) as server,
        Pseudoterminal(
            [*program(stuck), "--base-url", server.base_url, "-m", "m", "-r", "Write it."],
            environ=environment(tmp_path),
            folder=project,
        ) as screen,
    ):
        screen.until_shows("Requirements", "Write it.", "m · ")
        screen.press("ctrl+r")
        screen.until_shows("line_59 =")
        (project / "go").touch()
        screen.until((project / "stuck").exists)
        screen.signal(signal.SIGTERM)
        assert screen.ended(2.5) == 128 + signal.SIGTERM
        assert screen.picture.modes == {"7", "25"}
        assert screen.settings == screen.before
    assert "line_58 = 58\n" in kept_text(tmp_path)
