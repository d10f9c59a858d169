"""What ends a run and must not end the program."""

from pathlib import Path

import pytest

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import driven, framed, serving, setup_for, there, until

PASSWORD = "hunter2-canary"


async def test_an_error_nobody_foresaw_ends_the_run_and_not_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object, **__: object) -> None:
        raise LookupError(f"http://user:{PASSWORD}@proxy")

    monkeypatch.setattr("autocoder_tui.runs.supervision.run", wrong)
    async with serving(tmp_path, [], "-r", "x") as (app, pilot, _):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.runner.state.status == "error")
        error = app.runner.state.error
        assert error is not None
        (report,) = (tmp_path / "state" / "crashes").iterdir()
        assert "An internal error ended the run (LookupError)" in error.message
        assert str(report) in error.message
        assert app.is_running
        await until(pilot, lambda: not app.runner.running)
        everything = report.read_text() + error.message + "\n".join(app.main.log_lines)
        assert PASSWORD not in everything
        assert "LookupError" in report.read_text()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTPS_PROXY", f"http://user:{PASSWORD}@host:port"),
        ("ALL_PROXY", f"socks://user:{PASSWORD}@127.0.0.1:1/"),
        ("HTTPS_PROXY", f"socks5://user:{PASSWORD}@127.0.0.1:1"),
    ],
)
async def test_a_proxy_that_cannot_be_used_is_said_and_the_program_stays(
    tmp_path: Path, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    flags = ("--base-url", "https://model.example/v1", "-m", "m", "-r", "x")
    key = {"LOCAL_API_KEY": "sk-local-1"}
    async with driven(setup_for(tmp_path, *flags, environ=key)) as (app, pilot):
        await pilot.press("ctrl+r")
        # A refused connection is tried again; the first failure tells what is wrong.
        await until(pilot, lambda: any(variable in line for line in app.main.log_lines))
        assert app.is_running
        assert PASSWORD not in "\n".join(app.main.log_lines)
        app.runner.stop()
        await until(pilot, lambda: not app.runner.running)
    for file in (tmp_path / "state").rglob("*"):
        if file.is_file():
            assert PASSWORD.encode() not in file.read_bytes()


async def test_an_error_in_showing_how_a_run_ended_is_told_and_the_run_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object) -> None:
        raise LookupError(PASSWORD)

    monkeypatch.setattr("autocoder_tui.ui.controllers.run_display.RunDisplay.run_ended", wrong)
    script = [framed("a.py", "a = 1\n")]
    async with serving(tmp_path, script, "-r", "x") as (app, pilot, _):
        await pilot.press("ctrl+r")
        told = "An internal error ended the run (LookupError)"
        await until(pilot, lambda: any(told in line for line in app.main.log_lines))
        assert not app.runner.running
        assert app.runner.state.status == "completed"
        history = app.runner.keeping.history
        await until(pilot, lambda: [run.status for run in history.list()] == ["finished"])
        assert app.is_running


async def test_a_target_named_since_takes_the_code_that_named_no_file(tmp_path: Path) -> None:
    script = [Reply("```python\na = 1\n```\n")]
    async with serving(tmp_path, script, "-r", "x") as (app, pilot, server):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.runner.resumable)
        error = there(app.runner.state.error)
        assert "names no file" in error.message
        await pilot.press("ctrl+t", *"a.py", "enter")
        await until(pilot, lambda: app.job().target == "a.py")
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        (file,) = there(app.review_session).review.files
        assert (file.path, file.after) == ("a.py", "a = 1\n")
        assert app.runner.state.status == "completed"
        # The reply was whole, so nobody was asked again.
        assert len(server.requests) == 1


async def test_code_that_was_stopped_goes_on_for_a_target_named_since(tmp_path: Path) -> None:
    """How its last part ended says nothing of what came after it."""
    code = "```python\n" + "".join(f"a{number} = {number}\n" for number in range(40)) + "```\n"

    def answered(received: Received) -> Reply:
        *_, last = received.messages
        if last["role"] == "user":
            return Reply(code[:200], finish_reason="length")
        rest = code[len(last["content"]) :]
        return Reply(f"{rest}So it is.", stall="middle", cut_after=len(rest))

    async with serving(tmp_path, answered, "-r", "x") as (app, pilot, server):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "a30 = " in app.runner.state.text)
        await pilot.press("escape")
        await until(pilot, lambda: app.runner.resumable)
        sent = len(server.requests)
        await pilot.press("ctrl+t", *"a.py", "enter")
        await until(pilot, lambda: app.job().target == "a.py")
        await pilot.press("ctrl+g")
        await until(pilot, lambda: len(server.requests) > sent)
        assert "a.py" in server.requests[sent].messages[1]["content"]
