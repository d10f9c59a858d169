"""`run --check`: what does not pass is not written, and may go back to the model."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.cli.arguments import run_parser
from autocoder_tui.config.errors import ControlFileUnusable
from autocoder_tui.config.project_file import PROJECT_FILE
from autocoder_tui.demo.script import Reply, Script
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.headless.command import run_headless
from autocoder_tui.runs.setup import load_setup
from autocoder_tui.store.project_checks import ProjectChecks
from tests.check.places import project, seen

SUITE = f"{sys.executable} -m unittest"
WRONG, RIGHT = "len(items)", "0 + sum(items)"


def reply(body: str) -> Reply:
    text = f"# changed\ndef total(items):\n    return {body}\n"
    return Reply(f'<file path="shop.py">\n{text}</file>\n')


class Ran:
    def __init__(self, code: int, out: str, err: str, server: DemoServer) -> None:
        self.code, self.out, self.err = code, out, err
        self.requests = server.requests

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


class Runs:
    """Runs in a project with a test suite, in this process, against a server in a thread."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capfd = folder, capfd
        self.root = project(folder / "home" / "shop")
        self.state = folder / "state"

    def __call__(self, script: Script, *flags: str) -> Ran:
        with _Served(script) as server:
            parser = run_parser()
            options = parser.parse_args(
                [
                    *(str(self.root), "-i", "shop.py", "-r", "sum", "-o", "shop.py", "-f"),
                    *("--base-url", server.base_url, "-m", "m", *flags),
                ]
            )
            environ = {
                "AUTOCODER_TUI_CONFIG_DIR": str(self.folder / "config"),
                "AUTOCODER_TUI_STATE_DIR": str(self.state),
                "LOCAL_API_KEY": "sk-0123456789abcdef",
            }
            self._capfd.readouterr()
            code = run_headless(load_setup(self.root, options, environ), parser)
            out, err = self._capfd.readouterr()
            return Ran(code, out, err, server)


class _Served:
    """A DemoServer in a loop of its own, for a program that has one too."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def __enter__(self) -> DemoServer:
        import asyncio
        import threading

        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = DemoServer(self._script)
        asyncio.run_coroutine_threadsafe(self._server.__aenter__(), self._loop).result(10)
        return self._server

    def __exit__(self, *_: object) -> None:
        import asyncio

        asyncio.run_coroutine_threadsafe(self._server.__aexit__(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture
def runs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Runs:
    return Runs(tmp_path, capfd)


def test_what_fails_is_not_written(runs: Runs) -> None:
    before = seen(runs.root)
    ran = runs([reply(WRONG)], "--json", "--check-command", SUITE, "--check")
    assert ran.code == 1
    assert seen(runs.root) == before
    report = ran.report
    assert report["error"]["kind"] == "check_failed"
    assert report["status"] == "failed"
    (check,) = report["checks"]
    assert check["passed"] is False
    assert check["commands"][0]["failures"] == ["test_shop.Totals.test_sum"]
    assert check["commands"][0]["new_failures"] == ["test_shop.Totals.test_sum"]
    assert "1 test failed; without the proposal it passes" in ran.err
    assert "is kept" in ran.err


def test_what_passes_is_written(runs: Runs) -> None:
    ran = runs([reply(RIGHT)], "--json", "--check-command", SUITE)
    assert ran.code == 0, ran.err
    assert RIGHT in (runs.root / "shop.py").read_text()
    assert ran.report["checks"][0]["passed"] is True


def test_what_fails_goes_back_until_it_passes(runs: Runs) -> None:
    ran = runs([reply(WRONG), reply(RIGHT)], "--json", "--check-command", SUITE, "--fix", "3")
    assert ran.code == 0, ran.err
    assert RIGHT in (runs.root / "shop.py").read_text()
    assert [check["passed"] for check in ran.report["checks"]] == [False, True]
    assert ran.report["requests"] == 2
    asked = json.dumps(ran.requests[1].body)
    assert "test_sum" in asked
    assert "AssertionError" in asked
    assert WRONG in asked


def test_it_goes_back_no_more_often_than_was_said(runs: Runs) -> None:
    before = seen(runs.root)
    ran = runs([reply(WRONG)] * 5, "--check-command", SUITE, "--fix", "2")
    assert ran.code == 1
    assert len(ran.requests) == 3
    assert "after 2 rounds of mending" in ran.err
    assert seen(runs.root) == before


def test_rounds_count_against_the_cap(runs: Runs) -> None:
    """What the first round cost is not there for the second."""
    usage = {"prompt_tokens": 1000, "completion_tokens": 10, "cost": 0.009}
    (runs.folder / "config").mkdir()

    def script(_: object) -> Reply:
        return Reply(reply(WRONG).text, usage=usage)

    with _Served(script) as server:
        (runs.folder / "config" / "models.toml").write_text(
            f'[providers.near]\nbase_url = "{server.base_url}"\n\n'
            '[[models]]\nname = "priced"\nprovider = "near"\ncontext_length = 8000\n'
            'max_tokens = 200\ninput_price = "1.0"\noutput_price = "2.0"\n'
        )
        parser = run_parser()
        flags = ("-r", "sum", "-i", "shop.py", "-o", "shop.py", "-f", "-m", "priced")
        capped = ("--max-cost", "0.0095", "--fix", "5", "--check-command", SUITE)
        options = parser.parse_args([str(runs.root), *flags, *capped])
        environ = {
            "AUTOCODER_TUI_CONFIG_DIR": str(runs.folder / "config"),
            "AUTOCODER_TUI_STATE_DIR": str(runs.state),
            "NEAR_API_KEY": "sk-0123456789abcdef",
        }
        code = run_headless(load_setup(runs.root, options, environ), parser)
    assert code == 1
    assert len(server.requests) == 1


def test_commands_of_a_project_file_are_not_run_unasked(runs: Runs) -> None:
    (runs.root / PROJECT_FILE).write_text(f"[check]\ncommands = ['touch ran; {SUITE}']\n")
    ran = runs([reply(RIGHT)], "--check")
    assert ran.code == 1
    assert ran.requests == []
    assert "Nobody has said yes" in ran.err
    # Said yes to on the screen, word for word, they are.
    remembered = ProjectChecks(runs.state, runs.root)
    remembered.confirm([f"touch ran; {SUITE}"], [], closed=False)
    assert runs([reply(RIGHT)], "--check").code == 0
    assert not (runs.root / "ran").exists()
    (runs.root / PROJECT_FILE).write_text(f"[check]\ncommands = ['touch run; {SUITE}']\n")
    assert runs([reply(RIGHT)], "--check").code == 1


def test_without_commands_nothing_is_sent(runs: Runs) -> None:
    ran = runs([reply(RIGHT)], "--check")
    assert (ran.code, ran.requests) == (1, [])
    assert "python3 -m unittest discover" in ran.err


def test_a_project_may_want_it_always(runs: Runs) -> None:
    (runs.root / PROJECT_FILE).write_text("[check]\ncheck_before_accept = true\n")
    assert runs([reply(RIGHT)]).code == 1
    assert runs([reply(RIGHT)], "--no-check").code == 0
    assert runs([reply(RIGHT)], "--check-command", "false").code == 1


def test_commands_of_a_control_file_are_not_run_unasked(runs: Runs) -> None:
    """A file may have come along with somebody else's project; a flag is one's own word."""
    file = runs.root / "job.json"
    file.write_text(json.dumps({"check_commands": [f"touch ran; {SUITE}"], "check": True}))
    ran = runs([reply(RIGHT)], "-c", str(file))
    assert ran.code == 1
    assert "Nobody has said yes to these commands, named in the control file" in ran.err
    assert ran.requests == []
    assert runs([reply(RIGHT)], "-c", str(file), "--check-command", SUITE).code == 0
    assert runs([reply(RIGHT)], "-c", str(file), "--no-check").code == 0


def test_a_control_file_cannot_leave_out_the_check_that_settings_want(runs: Runs) -> None:
    (runs.folder / "config").mkdir()
    (runs.folder / "config" / "config.toml").write_text("[check]\ncheck_before_accept = true\n")
    file = runs.root / "job.json"
    file.write_text('{"check": false}')
    with pytest.raises(ControlFileUnusable, match="line 1: your settings want every result"):
        runs([reply(RIGHT)], "-c", str(file))
