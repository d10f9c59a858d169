"""Where keys go, and what is said before they do."""

from __future__ import annotations

import os
from pathlib import Path

import httpx2
import pytest
from textual.widgets import Input, Static

from autocoder_tui.config.api_keys import find_key, missing_key_message
from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.engine.catalog import Endpoint, Provider, Secret
from autocoder_tui.engine.errors import RequestError
from autocoder_tui.engine.provider.chat import HttpSession
from autocoder_tui.engine.provider.transport import GuardedClient
from autocoder_tui.engine.request import Limits
from autocoder_tui.runs.setup import choose_model
from autocoder_tui.ui.screens.endpoint_form import EndpointForm
from tests.engine.conversation import converse
from tests.ui.driving import driven, framed, setup_for, until
from tests.watched_server import WatchedServer

OPENAI_ONLY = {"OPENAI_ORG_ID": "org-canary", "OPENAI_PROJECT_ID": "proj-canary"}


@pytest.fixture
def openai_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in OPENAI_ONLY.items():
        monkeypatch.setenv(name, value)


async def test_a_third_party_never_hears_of_the_organisation(openai_variables: None) -> None:
    outcome = await converse([framed("a.txt", "x\n")])
    assert outcome.server is not None
    headers = str(dict(outcome.server.requests[0].headers)).lower()
    assert "authorization" in headers
    assert "org-canary" not in headers
    assert "proj-canary" not in headers


async def test_openai_itself_does_and_over_tls_only(openai_variables: None) -> None:
    """The SDK's own request on its way to the wire, at the last step before it."""
    seen: dict[str, dict[str, str]] = {}

    class Recording(GuardedClient):
        async def send(self, request: httpx2.Request, **options: object) -> httpx2.Response:
            seen[str(request.url)] = dict(self._cleaned(request).headers)
            raise httpx2.ConnectError("far enough")

    import openai

    for url in ("https://api.openai.com/v1", "http://api.openai.com/v1", "https://x.example/v1"):
        client = openai.AsyncOpenAI(
            api_key="none",
            base_url=url,
            max_retries=0,
            http_client=Recording(url, connect_timeout=5),
        )
        with pytest.raises(openai.APIConnectionError):
            await client.models.list()
        await client.close()
    real, plain, other = seen.values()
    assert real["openai-organization"] == "org-canary"
    assert real["openai-project"] == "proj-canary"
    for headers in (plain, other):
        assert not {"openai-organization", "openai-project"} & headers.keys()


@pytest.mark.parametrize("key", ["", "  \n", "sk-a\nb", "sk-ä", "sk a", "sk-\x00"])
async def test_a_key_that_cannot_be_one_sends_nothing_and_says_so(key: str) -> None:
    async with WatchedServer() as server:
        endpoint = Endpoint(Provider("x", server.base_url), Secret(key), "X_API_KEY")
        with pytest.raises(RequestError, match="The key from X_API_KEY"):
            HttpSession(endpoint, Limits())
        assert server.connections == 0


def test_any_text_will_do_for_an_address_by_hand_that_checks_no_key() -> None:
    assert "any text will do" in missing_key_message(Provider("box", "http://box.lan/v1"))
    catalog, _ = load_catalog()
    assert "any text" not in missing_key_message(catalog.providers["OpenAI"])


def test_a_key_file_others_can_read_is_warned_about(tmp_path: Path) -> None:
    catalog, _ = load_catalog()
    file = tmp_path / "openai-api-key.txt"
    file.write_text("sk-file")
    environ = {"AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "config")}
    for mode, words in ((0o644, True), (0o640, True), (0o600, False)):
        file.chmod(mode)
        (warning,) = find_key(catalog.providers["OpenAI"], tmp_path, environ).warnings
        assert ("other users of this machine can read it" in warning) is words


def test_folders_we_make_are_for_their_owner(tmp_path: Path) -> None:
    from autocoder_tui.config.settings_edit import save_setting

    old = os.umask(0o022)
    try:
        save_setting(tmp_path / "config" / "config.toml", "ui", "theme", "paper")
    finally:
        os.umask(old)
    assert (tmp_path / "config").stat().st_mode & 0o777 == 0o700


def test_plain_http_is_warned_about_before_a_headless_run(tmp_path: Path) -> None:
    key = {"LOCAL_API_KEY": "sk-local-1"}
    setup = setup_for(tmp_path, "--base-url", "http://192.0.2.1/v1", "-m", "m", environ=key)
    (warning,) = choose_model(setup).warnings
    assert "over plain http" in warning
    setup = setup_for(tmp_path, "--base-url", "http://127.0.0.1/v1", "-m", "m", environ=key)
    assert choose_model(setup).warnings == ()


async def test_plain_http_is_warned_about_once_and_before_the_form_sends_a_key(
    tmp_path: Path,
) -> None:
    key = {"LOCAL_API_KEY": "sk-local-1"}
    flags = ("--base-url", "http://192.0.2.1/v1", "-m", "m")
    async with driven(setup_for(tmp_path, *flags, environ=key)) as (app, pilot):
        app.models.choose("m")
        app.models.choose("other")
        told = [line for line in app.main.log_lines if "over plain http" in line]
        assert len(told) == 1
        app.push_screen(EndpointForm(app.setup))
        await until(pilot, lambda: app.screen.query("#endpoint-url"))
        app.screen.query_one("#endpoint-url", Input).value = "http://192.0.2.2/v1"
        await pilot.press("enter")
        result = app.screen.query_one("#endpoint-result", Static)
        await until(pilot, lambda: "over plain http" in str(result.content))
        assert "Enter connects all the same" in str(result.content)
