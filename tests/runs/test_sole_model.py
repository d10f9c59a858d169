"""A server given without a model: the one it lists is taken, several are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import choose_model
from autocoder_tui.runs.sole_model import sole_model
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.widgets.header_line import HeaderLine
from tests.headless.test_run import NEW, ended, framed, started
from tests.ui.driving import driven, setup_for, until
from tests.watched_server import WatchedServer


async def test_the_one_model_is_taken_without_the_screen(tmp_path: Path) -> None:
    async with DemoServer([Reply(framed(NEW))], models=("qwen",)) as server:
        done = await ended(await started(tmp_path, "--base-url", server.base_url, "-r", "x"))
    assert (done.code, done.out) == (0, NEW)
    assert "Using qwen, the one model the server lists." in done.err
    assert [(request.body or {})["model"] for request in server.requests] == ["qwen"]


async def test_the_one_model_is_taken_on_the_screen_without_a_key(tmp_path: Path) -> None:
    async with (
        DemoServer(models=("qwen",)) as server,
        driven(setup_for(tmp_path, "--base-url", server.base_url)) as (app, pilot),
    ):
        await until(pilot, lambda: app.main.query_one(HeaderLine).model.startswith("qwen"))
        assert app.chosen is not None
        assert app.chosen.ready
        assert app.screen is app.main


async def test_several_are_named_and_safe_to_show(tmp_path: Path) -> None:
    names = [f"model-{number}" for number in range(12)]
    async with DemoServer(models=("\x1b[31mevil", *names)) as server:
        setup = setup_for(tmp_path, "--base-url", server.base_url)
        with pytest.raises(AutocoderError, match="has 12 models: add -m NAME") as caught:
            await sole_model(setup)
        assert caught.value.message.endswith("model-8, model-9 and 2 more.")
        assert "\x1b" not in caught.value.message
        done = await ended(await started(tmp_path, "--base-url", server.base_url, "-r", "x"))
        assert (done.code, server.requests) == (1, [])
        assert "model-0, model-1" in done.err


async def test_several_are_named_on_the_screen(tmp_path: Path) -> None:
    async with DemoServer(models=("one", "two")) as server:
        setup = setup_for(tmp_path, "--base-url", server.base_url)
        app = AutocoderApp(setup)
        async with app.run_test(notifications=True) as pilot:
            await until(pilot, lambda: any("one, two" in line for line in app.main.log_lines))
            assert app.chosen is None
            assert app.main.query_one(HeaderLine).model == ""


@pytest.mark.parametrize("models", [(), None])
async def test_where_none_is_listed_one_must_be_named(
    tmp_path: Path, models: tuple[str, ...] | None
) -> None:
    async with DemoServer(models=models or ()) as server:
        address = server.base_url if models is not None else "http://127.0.0.1:1/v1"
        setup = setup_for(tmp_path, "--base-url", address)
        assert await sole_model(setup) is None
    with pytest.raises(AutocoderError, match="add -m NAME, a model that the server has"):
        choose_model(setup, None)


async def test_a_named_model_is_not_asked_for(tmp_path: Path) -> None:
    async with WatchedServer(models=("other",)) as server:
        assert (
            await sole_model(setup_for(tmp_path, "--base-url", server.base_url, "-m", "x")) is None
        )
        assert server.connections == 0
