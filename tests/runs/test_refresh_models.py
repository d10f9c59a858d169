"""Prices from genai-prices: real figures of the installed package, with its version as date."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import genai_prices
import pytest

from autocoder_tui.config.models_edit import save_listed
from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.engine.catalog import Provider
from autocoder_tui.engine.provider.model_list import ListedModel
from autocoder_tui.runs.refresh_models import as_models, with_package_prices
from autocoder_tui.ui.screens.model_picker import age

OPENAI = Provider("OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY")
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*args: object, **more: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr("socket.socket.connect", refused)
    monkeypatch.setattr("socket.getaddrinfo", refused)


def test_what_the_endpoint_does_not_price_the_package_does() -> None:
    listed = [ListedModel("gpt-4o-mini"), ListedModel("no-such-model", 4096)]
    mini, unknown = with_package_prices(as_models(listed, OPENAI, TODAY), OPENAI)
    assert (mini.input_price, mini.output_price) == (Decimal("0.15"), Decimal("0.6"))
    assert mini.cached_price == Decimal("0.075")
    assert mini.context_length == 128_000
    assert mini.source == "genai-prices"
    assert mini.priced_on == f"version {genai_prices.__version__}"
    assert (unknown.input_price, unknown.priced_on) == (None, None)
    assert unknown.source_of_context == "api.openai.com/models, 2026-11-21"
    assert mini.source_of_context == f"genai-prices, version {genai_prices.__version__}"


def test_what_the_endpoint_prices_stays() -> None:
    listed = [ListedModel("gpt-4o-mini", None, None, Decimal(1), Decimal(2))]
    models = as_models(listed, OPENAI, TODAY)
    assert with_package_prices(models, OPENAI) == models
    assert models[0].priced_on == "2026-11-21"


def test_a_place_the_package_does_not_know_has_no_price() -> None:
    here = Provider("here", "http://127.0.0.1:8000/v1")
    models = as_models([ListedModel("gpt-4o-mini")], here, TODAY)
    assert with_package_prices(models, here) == models


def test_the_version_is_kept_and_shown_in_place_of_a_day(tmp_path: Path) -> None:
    models = with_package_prices(as_models([ListedModel("gpt-4o-mini")], OPENAI, TODAY), OPENAI)
    save_listed(tmp_path / "listed.toml", models)
    catalog, problems = load_catalog(tmp_path / "models.toml", tmp_path / "listed.toml")
    assert not problems
    mini = catalog.find("gpt-4o-mini")
    assert (mini.source, mini.priced_on) == (models[0].source, models[0].priced_on)
    assert re.fullmatch(r"version [\d.]+", age(mini.priced_on, TODAY))


def test_a_price_of_the_users_does_not_take_over_the_packaged_day(tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text('[[models]]\nname = "gpt-4o-mini"\ninput_price = "9"\n')
    catalog, problems = load_catalog(own)
    assert not problems
    assert catalog.find("gpt-4o-mini").priced_on is None
    assert catalog.find("gpt-4o-mini").source == "models.toml"
