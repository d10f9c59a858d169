"""Caps, the last count before sending, and what is kept of a run, in the real App."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, SelectionList, TextArea

from autocoder_tui.demo.script import Received, Reply, Script, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.metering.budget import CapQuestion
from autocoder_tui.engine.metering.tokens import load_counter
from autocoder_tui.store.calibration import load_calibration
from autocoder_tui.store.usage import read_usage
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.spending import next_cap
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.too_large import TooLarge
from autocoder_tui.ui.screens.usage import UsageScreen
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.meters.meters import Meters
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import chosen_of, driven, framed, serving, setup_for, there, until

WHOLE = '<file path="code.txt">\n' + "".join(f"line {n}\n" for n in range(400)) + "</file>\n"


def priced(folder: Path, server: DemoServer, settings: str = "", window: int = 32_768) -> None:
    """A configuration in which "test-model" at `server` has a price and a window."""
    config = folder / "config"
    config.mkdir(exist_ok=True)
    (config / "models.toml").write_text(
        f'[providers.Test]\nbase_url = "{server.base_url}"\n'
        '[[models]]\nname = "test-model"\nprovider = "Test"\ninput_price = "1"\n'
        f'output_price = "10"\ncontext_length = {window}\nmax_tokens = 4096\n'
    )
    (config / "config.toml").write_text(settings)


def in_two_parts(received: Received) -> Reply:
    """Cut after half; goes on by repeating what it is asked to repeat."""
    if len(received.messages) == 2:
        return Reply(WHOLE[:2000], "length")
    tail = received.messages[-2]["content"].splitlines(keepends=True)
    instruction = received.messages[-1]["content"]
    count = max(n for n in range(1, 13) if "".join(tail[-n:]) in instruction)
    return Reply(WHOLE[2000 - len("".join(tail[-count:])) :])


async def asked(app: AutocoderApp, pilot: Pilot[str]) -> None:
    await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: isinstance(app.screen, Question))


class _Open:
    """The App on a server whose model has a price."""

    def __init__(self, folder: Path, script: Script, settings: str, *flags: str) -> None:
        self.folder, self.flags, self.settings = folder, flags, settings
        self.server = DemoServer(script)

    async def __aenter__(self) -> tuple[AutocoderApp, Pilot[str], DemoServer]:
        await self.server.__aenter__()
        priced(self.folder, self.server, self.settings)
        setup = setup_for(
            self.folder,
            "--base-url",
            self.server.base_url,
            "-m",
            "test-model",
            "-r",
            "x",
            *self.flags,
        )
        self.app = driven(setup)
        app, pilot = await self.app.__aenter__()
        return app, pilot, self.server

    async def __aexit__(self, *error: object) -> None:
        await self.app.__aexit__(*error)  # type: ignore[arg-type]
        await self.server.__aexit__(None, None, None)


# One token of output costs ten millionths: 256 of them, the least worth asking for, $0.00256,
# and the prompt some $0.0006.
SMALL_CAP = '[cost]\nmax_cost = "0.012"\n'


async def test_at_a_cap_the_run_waits_and_goes_on_when_told(tmp_path: Path) -> None:
    async with _Open(tmp_path, in_two_parts, SMALL_CAP) as (app, pilot, server):
        await asked(app, pilot)
        assert len(server.requests) == 1
        assert app.runner.running
        meters = app.main.query_one(Meters)
        await until(pilot, lambda: "‖ paused" in meters.render().plain)
        await pilot.press("g")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        assert "✓ done" in meters.render().plain
        assert app.runner.state.text == WHOLE
        assert len(server.requests) == 2
        assert (
            app.spending.spent == there(there(app.runner.state.usage).cost_usd) > Decimal("0.012")
        )


@pytest.mark.parametrize(("key", "reviewed"), [("r", True), ("s", False), ("escape", False)])
async def test_at_a_cap_the_run_can_be_stopped_or_reviewed(
    tmp_path: Path, key: str, reviewed: bool
) -> None:
    async with _Open(tmp_path, in_two_parts, SMALL_CAP) as (app, pilot, server):
        await asked(app, pilot)
        await pilot.press(key)
        await until(pilot, lambda: not app.runner.running)
        assert there(app.runner.state.error).kind == "spending_cap"
        assert app.runner.state.text == WHOLE[:2000]
        assert app.runner.resumable
        if reviewed:
            await until(pilot, lambda: app.main.pane == "review")
        else:
            assert app.main.query_one(ReviewPane).review is None
        assert len(server.requests) == 1


LONG = '<file path="code.txt">\n' + "".join(f"line {n}\n" for n in range(40_000)) + "</file>\n"


@pytest.mark.parametrize("cap", ["max_cost", "max_session_cost"])
async def test_a_server_that_ignores_its_limit_is_stopped_and_asked_about(
    tmp_path: Path, cap: str
) -> None:
    settings = f'[cost]\n{cap} = "0.05"\n'
    async with _Open(tmp_path, [Reply(LONG)], settings) as (app, pilot, server):
        await asked(app, pilot)
        assert server.requests[0].body["max_tokens"] == 4096
        await until(pilot, lambda: app.screen.query(".dialog-text"))
        assert "more than the $0.0500" in str(app.screen.query_one(".dialog-text").render())
        await pilot.press("r")
        await until(pilot, lambda: app.main.pane == "review")
        text = app.runner.state.text
        assert LONG.startswith(text)
        assert len(text) < len(LONG) / 2
        assert there(app.runner.state.error).kind == "spending_cap"
        assert app.spending.spent > Decimal("0.05")
        assert app.runner.resumable


async def run_again(app: AutocoderApp, pilot: Pilot[str]) -> None:
    """Run, though the last proposal is not decided: the program asks about that first."""
    await pilot.press("ctrl+r")
    await until(pilot, lambda: isinstance(app.screen, Question) and not app.runner.running)
    await pilot.press("r")


async def test_the_session_has_a_cap_of_its_own(tmp_path: Path) -> None:
    cap = '[cost]\nmax_session_cost = "0.012"\n'
    script = [framed("a.txt", "word " * 950), framed("a.txt", "y\n"), framed("a.txt", "z\n")]
    async with _Open(tmp_path, script, cap) as (app, pilot, server):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        spent = app.spending.spent
        assert spent > 0
        await run_again(app, pilot)
        await until(pilot, lambda: app.runner.running and isinstance(app.screen, Question))
        assert len(server.requests) == 1
        await pilot.press("g")
        await until(pilot, lambda: len(server.requests) == 2 and not app.runner.running)
        assert app.spending.spent > spent
        await until(pilot, lambda: app.screen is app.main)
        await run_again(app, pilot)
        await until(pilot, lambda: len(server.requests) == 3 and not app.runner.running)


def test_a_raised_cap_is_enough_and_in_whole_cents() -> None:
    def asked(limit: str, enough: str) -> Decimal:
        return next_cap(CapQuestion("run", Decimal(0), Decimal(limit), Decimal(enough)))

    assert asked("0.10", "0.05") == Decimal("0.20")
    assert asked("0.001", "0.0123") == Decimal("0.02")


async def test_a_run_is_booked_and_learnt_from(tmp_path: Path) -> None:
    async with _Open(tmp_path, in_two_parts, "") as (app, pilot, _):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        assert chosen_of(app).calibration == Calibration()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        (record,), broken = read_usage(tmp_path / "state")
        assert broken == 0
        state = app.runner.state
        assert record.cost_usd == there(state.usage).cost_usd
        assert [part.finish_reason for part in record.parts] == ["length", "stop"]
        assert sum((there(part.cost_usd) for part in record.parts), Decimal(0)) == record.cost_usd
        assert [part.end for part in record.parts] == [2000, len(WHOLE)]
        assert 0 < record.parts[1].begin <= 2000
        assert not record.estimated
        assert chosen_of(app).calibration.runs == 1
        kept = load_calibration(tmp_path / "state", chosen_of(app).endpoint, chosen_of(app).model)
        assert kept == chosen_of(app).calibration
        assert any("as the server counts; our count was" in line for line in app.main.log_lines)


async def test_too_much_is_not_sent_and_files_can_be_left_out(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "big.txt").write_text("many words here\n" * 20_000)
    (project / "small.txt").write_text("few\n")
    flags = ("-i", "big.txt", "small.txt")
    async with _Open(tmp_path, [framed("small.txt", "new\n")], "", *flags) as (
        app,
        pilot,
        server,
    ):
        picker = app.main.query_one(FilePicker)
        await until(pilot, lambda: len(picker.picks) == 2)
        await until(pilot, lambda: any("nothing can be sent" in x for x in app.main.log_lines))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, TooLarge))
        files = app.screen.query_one(SelectionList)
        assert files.selected == ["big.txt", "small.txt"]
        assert [files.render_line(y).text[:4] for y in (0, 1)] == ["[✓] "] * 2
        await pilot.press("space")
        await until(pilot, lambda: files.selected == ["small.txt"])
        assert [files.render_line(y).text[:4] for y in (0, 1)] == ["[ ] ", "[✓] "]
        await pilot.press("enter")
        await until(pilot, lambda: picker.picks == ("small.txt",))
        assert not server.requests
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        assert len(server.requests) == 1


async def test_a_cap_without_a_price_is_asked_about_before_sending(tmp_path: Path) -> None:
    async with DemoServer([framed("a.txt", "x\n"), framed("a.txt", "y\n")]) as server:
        at = ("--base-url", server.base_url, "-m", "other", "-r", "x", "--max-cost", "1")
        async with driven(setup_for(tmp_path, *at)) as (app, pilot):
            await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
            for no in ("d", "escape", "enter"):
                await pilot.press("ctrl+r")
                await until(pilot, lambda: isinstance(app.screen, Question))
                await pilot.press(no)
                await until(pilot, lambda: app.screen is app.main)
                assert not app.runner.running
                assert not server.requests
            await pilot.press("ctrl+r")
            await until(pilot, lambda: isinstance(app.screen, Question))
            await pilot.press("w")
            await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
            assert len(server.requests) == 1
            await run_again(app, pilot)
            await until(pilot, lambda: len(server.requests) == 2)


async def test_the_usage_screen_shows_runs_days_and_exports(tmp_path: Path) -> None:
    async with _Open(tmp_path, in_two_parts, "") as (app, pilot, _):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, UsageScreen))
        table = app.screen.query_one(DataTable)
        await until(pilot, lambda: table.row_count == 2)
        assert str(table.get_row_at(0)[7]) == "test-model"
        await until(
            pilot,
            lambda: "finish reason" in str(app.screen.query_one("#usage-detail").render()),
        )
        shown = str(app.screen.query_one("#usage-detail").render()).splitlines()
        assert [line.split()[0] for line in shown] == ["part", "1", "2"]
        assert [line.split()[-1] for line in shown[1:]] == ["length", "stop"]
        assert shown[1].split()[1:3] == ["0", "2,000"]
        await pilot.press("m")
        await until(pilot, lambda: str(table.get_row_at(0)[0]) == "test-model")
        await pilot.press("e")
        exported = tmp_path / "state" / "usage.csv"
        await until(pilot, exported.exists)
        assert "test-model" in exported.read_text()
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


async def test_another_model_is_offered_when_one_is_not_available(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text('[model]\nfallback = ["test-model", "second"]\n')
    script = [error_reply(404, "no such model"), framed("a.txt", "x\n")]
    async with serving(tmp_path, script, "-r", "x") as (app, pilot, server):
        await asked(app, pilot)
        await pilot.press("g")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        assert chosen_of(app).model.name == "second"
        assert [request.body["model"] for request in server.requests] == ["test-model", "second"]


async def test_a_prompt_the_server_cut_is_said_and_teaches_nothing(tmp_path: Path) -> None:
    plain = load_counter(Model("test-model", "Test"))

    def cutting(received: Received) -> Reply:
        read = plain.count_messages(received.messages) * 58 // 100
        return framed("a.txt", "x\n", usage={"prompt_tokens": read, "completion_tokens": 9})

    async with _Open(tmp_path, cutting, "") as (app, pilot, _):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        assert any("it may have cut the prompt" in line for line in app.main.log_lines)
        assert chosen_of(app).calibration.runs == 0
        assert (
            load_calibration(tmp_path / "state", chosen_of(app).endpoint, chosen_of(app).model).runs
            == 0
        )
