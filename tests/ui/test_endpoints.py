"""Adding a server, testing it, and refreshing its models, by keys in the real App."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Button, Input, OptionList

from autocoder_tui.demo.server import DemoServer
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.endpoint_form import EndpointForm
from autocoder_tui.ui.screens.model_picker import ModelPicker, short_age
from tests.ui.driving import NARROW, chosen_of, driven, setup_for, until

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
        address = app.screen.query_one("#endpoint-url", Input)
        address.value = "nonsense"
        await pilot.press("enter")
        await until(pilot, lambda: "not a base URL" in said(app))
        address.value = server.base_url
        await pilot.press("enter")
        await until(pilot, lambda: "2 models" in said(app))
        await until(pilot, lambda: isinstance(app.focused, OptionList))
        await pilot.press("down", "enter")
        await until(pilot, lambda: chosen_of(app).model.name == "second")
        assert chosen_of(app).endpoint.provider.base_url == server.base_url
        assert server.base_url in (tmp_path / "config" / "models.toml").read_text()
        assert "sk-canary" not in (tmp_path / "config" / "models.toml").read_text()

        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker))
        await pilot.press("ctrl+r")
        listed = tmp_path / "state" / "listed-models.toml"
        await until(pilot, lambda: "lists 2 models" in listing(app))
        assert "first" in listed.read_text()
        names = [model.name for model in app.setup.catalog.models]
        assert {"first", "second"} <= set(names)
        await pilot.press("escape")


async def below_v1(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server as most are: its API is below /v1, and there is nothing elsewhere."""
    asked = (await reader.readuntil(b"\r\n\r\n")).split()[1]
    found = asked == b"/v1/models"
    body = b'{"data": [{"id": "near"}]}' if found else b'{"detail": "Not Found"}'
    status = b"200 OK" if found else b"404 Not Found"
    writer.write(b"HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body))
    await writer.drain()
    writer.close()


async def test_host_and_port_are_enough_of_an_address(tmp_path: Path) -> None:
    server = await asyncio.start_server(below_v1, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, driven(setup_for(tmp_path, environ=KEY)) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, EndpointForm))
        button = app.screen.query_one("#key-enter", Button)
        await until(pilot, lambda: "Test it" in str(button.label))
        await pilot.press(*f"127.0.0.1:{port}", "enter")
        await until(pilot, lambda: "1 model." in said(app))
        await until(pilot, lambda: "Choose" in str(button.label))
        address = app.screen.query_one("#endpoint-url", Input)
        assert address.value == f"http://127.0.0.1:{port}/v1"
        await pilot.press("enter")
        await until(pilot, lambda: chosen_of(app).model.name == "near")
        assert chosen_of(app).endpoint.provider.base_url == address.value


async def opened(app: AutocoderApp, pilot: Pilot[str]) -> ModelPicker:
    await until(pilot, lambda: app.screen is app.main)
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(app.screen, ModelPicker))
    await until(pilot, lambda: detail(app))
    assert isinstance(app.screen, ModelPicker)
    return app.screen


async def name_server(app: AutocoderApp, pilot: Pilot[str], server: DemoServer) -> None:
    """Enter the server's address in the form for a new one."""
    await opened(app, pilot)
    await pilot.press("ctrl+n")
    await until(pilot, lambda: isinstance(app.screen, EndpointForm))
    app.screen.query_one("#endpoint-url", Input).value = server.base_url
    await pilot.press("enter")


def detail(app: AutocoderApp) -> str:
    return str(app.screen.query_one("#model-detail").render())


def at_openrouter(name: str, dollars_per_token: str) -> dict[str, object]:
    prices = {"prompt": dollars_per_token, "completion": "0.00001"}
    return {"id": name, "context_length": 65_536, "pricing": prices}


async def test_figures_of_an_added_server_are_not_the_users_and_can_be_refreshed(
    tmp_path: Path,
) -> None:
    own = tmp_path / "config" / "models.toml"
    own.parent.mkdir()
    own.write_text("# mine, not to be lost\n")
    entries = [at_openrouter("dear", "0.000003"), at_openrouter("cheap", "0.0000001")]
    async with (
        DemoServer(models=entries) as server,
        driven(setup_for(tmp_path, environ=KEY)) as (app, pilot),
    ):
        await name_server(app, pilot, server)
        await until(pilot, lambda: isinstance(app.focused, OptionList))
        options = app.screen.query_one(OptionList)
        assert "65.5k ctx  $3.00 in  $10.00 out" in str(options.get_option_at_index(0).prompt)
        await pilot.press("enter")
        await until(pilot, lambda: chosen_of(app).model.name == "dear")
        assert chosen_of(app).model.input_price == 3
        assert "price" not in own.read_text()
        assert own.read_text().startswith("# mine, not to be lost\n")

        entries[0] = at_openrouter("dear", "0.000002")
        picker = await opened(app, pilot)
        assert f"as of {date.today()}" in detail(app)
        assert f"Context from 127.0.0.1/models, {date.today()}" in detail(app)
        await pilot.press(*"dear")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "127.0.0.1 lists 2 models." in listing(app))
        assert app.screen is picker
        assert app.screen.query_one("#model-filter", Input).value == "dear"
        await pilot.press("enter")
        await until(pilot, lambda: chosen_of(app).model.input_price == 2)


async def test_what_is_said_of_a_model_is_seen_below_however_many_there_are(
    tmp_path: Path,
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "models.toml").write_text(
        '[providers.Mine]\nbase_url = "http://127.0.0.1:1/v1"\n'
        + "".join(f'[[models]]\nname = "m{n}"\nprovider = "Mine"\n' for n in range(60))
    )
    async with driven(setup_for(tmp_path, "-m", "m3"), NARROW) as (app, pilot):
        await opened(app, pilot)
        for below in ("#model-detail", "#model-hint"):
            region = app.screen.query_one(below).region
            dialog = app.screen.query_one(".dialog").content_region
            assert dialog.contains_region(region), (below, region, dialog)


async def test_a_server_without_models_says_what_to_do(tmp_path: Path) -> None:
    async with (
        DemoServer(models=()) as server,
        driven(setup_for(tmp_path, environ=KEY)) as (app, pilot),
    ):
        await name_server(app, pilot, server)
        await until(pilot, lambda: "0 models. Load one there" in said(app))


async def test_a_server_named_on_the_command_line_lists_its_models_by_itself(
    tmp_path: Path,
) -> None:
    async with DemoServer(models=("first", "second")) as server:
        at = ("--base-url", server.base_url, "-m", "first")
        async with driven(setup_for(tmp_path, *at)) as (app, pilot):
            await pilot.press("ctrl+o")
            await until(pilot, lambda: isinstance(app.screen, ModelPicker))
            options = app.screen.query_one(OptionList)
            await until(pilot, lambda: "lists 2 models" in listing(app))
            shown = [
                str(options.get_option_at_index(n).prompt) for n in range(options.option_count)
            ]
            assert sum("second" in row for row in shown) == 1
            assert sum("first" in row for row in shown) == 1
            await pilot.press(*"second", "enter")
            await until(pilot, lambda: chosen_of(app).model.name == "second")
            assert chosen_of(app).endpoint.provider.base_url == server.base_url
            await until(
                pilot, lambda: any("window it gives second" in x for x in app.main.log_lines)
            )


async def test_why_a_named_server_lists_nothing_is_said(tmp_path: Path) -> None:
    at = ("--base-url", "http://127.0.0.1:1/v1", "-m", "first")
    async with driven(setup_for(tmp_path, *at)) as (app, pilot):
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker))
        await until(pilot, lambda: "connection refused" in listing(app))


async def test_nothing_is_fetched_unasked_for_a_model_of_the_table(tmp_path: Path) -> None:
    async with DemoServer(models=("first",)) as server:
        config = tmp_path / "config"
        config.mkdir()
        (config / "models.toml").write_text(
            f'[providers.Mine]\nbase_url = "{server.base_url}"\n'
            '[[models]]\nname = "first"\nprovider = "Mine"\ncontext_length = 4096\n'
        )
        async with driven(setup_for(tmp_path, "-m", "first")) as (app, pilot):
            await pilot.press("ctrl+o")
            await until(pilot, lambda: isinstance(app.screen, ModelPicker))
            await until(
                pilot, lambda: "Price" in str(app.screen.query_one("#model-detail").render())
            )
            assert listing(app) == ""


def listing(app) -> str:  # type: ignore[no-untyped-def]
    return str(app.screen.query_one("#model-listing").render())


def test_ages_are_short() -> None:
    today = date(2026, 11, 21)
    days = ("2026-11-21", "2026-11-09", "2026-08-01", "2024-12", "2026-11", "2020-01", None)
    ages = ["today", "12 d", "3 mo", "23 mo", "< 1 mo", "6 y", "?"]
    assert [short_age(day, today) for day in days] == ages
    assert short_age("version 0.2.3", today) == "v0.2.3"
    assert short_age(None, today, never="–") == "–"


async def test_a_window_that_was_listed_is_asked_for_again_where_the_server_is_local(
    tmp_path: Path,
) -> None:
    entry: dict[str, object] = {"id": "loaded", "loaded_context_length": 8192}
    async with DemoServer(models=[entry]) as server:
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "models.toml").write_text(
            f'[providers.Mine]\nbase_url = "{server.base_url}"\n'
            '[[models]]\nname = "loaded"\nprovider = "Mine"\n'
        )
        async with driven(setup_for(tmp_path, "-m", "loaded")) as (app, pilot):
            await until(pilot, lambda: chosen_of(app).model.context_length == 8192)
            await opened(app, pilot)
            assert "Context from Mine, asked now" in detail(app)
            await pilot.press("ctrl+r")
            await until(pilot, lambda: "Mine lists 1 model" in listing(app))
        # The model is loaded anew, with less room.
        entry["loaded_context_length"] = 4096
        async with driven(setup_for(tmp_path, "-m", "loaded")) as (app, pilot):
            await until(pilot, lambda: chosen_of(app).model.context_length == 4096)
