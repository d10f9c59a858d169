"""Adding a server, testing it, and refreshing its models, by keys in the real App."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import OptionList

from autocoder_tui.demo.server import DemoServer
from autocoder_tui.ui.screens.endpoint_form import EndpointForm
from autocoder_tui.ui.screens.model_picker import ModelPicker
from tests.ui.driving import driven, setup_for, until

KEY = {"HYPERBOLIC_API_KEY": "sk-canary-1234567890"}


def said(app) -> str:  # type: ignore[no-untyped-def]
    return str(app.screen.query_one("#endpoint-result").render())


async def test_a_server_is_tested_added_and_refreshed(tmp_path: Path) -> None:
    async with (
        DemoServer(models=("first", "second")) as server,
        driven(setup_for(tmp_path, environ=KEY)) as (app, pilot),
    ):
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker))
        assert "months old" in str(app.screen.query_one("#model-detail").render())
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, EndpointForm))
        await pilot.press(*"http://127.0.0.1:1/v1", "enter")
        await until(pilot, lambda: "connection refused" in said(app))
        address = app.screen.query_one("#endpoint-url")
        address.value = "nonsense"
        await pilot.press("enter")
        await until(pilot, lambda: "not a base URL" in said(app))
        address.value = server.base_url
        await pilot.press("enter")
        await until(pilot, lambda: "2 models" in said(app))
        await until(pilot, lambda: isinstance(app.focused, OptionList))
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.chosen.model.name == "second")
        assert app.chosen.endpoint.provider.base_url == server.base_url
        assert server.base_url in (tmp_path / "config" / "models.toml").read_text()
        assert "sk-canary" not in (tmp_path / "config" / "models.toml").read_text()

        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker))
        await pilot.press("ctrl+r")
        listed = tmp_path / "state" / "listed-models.toml"
        await until(pilot, listed.exists)
        assert "first" in listed.read_text()
        await until(pilot, lambda: isinstance(app.screen, ModelPicker))
        names = [model.name for model in app.setup.catalog.models]
        assert {"first", "second"} <= set(names)
        await pilot.press("escape")
