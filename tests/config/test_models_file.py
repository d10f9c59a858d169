"""models.toml: added to without harm, and over what was refreshed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from autocoder_tui.config.errors import SettingsNotSaved
from autocoder_tui.config.models_edit import save_endpoint, save_listed
from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.engine.catalog import Model, Provider

HERE = Provider("here", "http://127.0.0.1:8000/v1", "MY_API_KEY")
MODEL = Model("big/model", "here", Decimal("0.2"), Decimal("0.80"), 32768, priced_on="2026-11-21")


def test_an_endpoint_is_kept_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    save_endpoint(file, HERE, [MODEL])
    catalog, problems = load_catalog(file)
    assert not problems
    assert catalog.providers["here"] == HERE
    found = catalog.find("big/model")
    assert (found.input_price, found.context_length) == (Decimal("0.2"), 32768)


def test_comments_and_order_of_the_file_stay(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    before = '# mine\n[[models]]\nname = "gpt-4o-mini"  # cheap\ninput_price = "0.1"\n'
    file.write_text(before)
    save_endpoint(file, HERE, [MODEL])
    assert file.read_text().startswith(before)
    catalog, problems = load_catalog(file)
    assert not problems
    assert catalog.find("gpt-4o-mini").input_price == Decimal("0.1")
    assert catalog.find("big/model").provider == "here"


def test_an_entry_that_is_there_is_replaced_and_the_rest_kept(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    save_endpoint(file, HERE, [MODEL])
    moved = Provider("here", "http://127.0.0.1:9000/v1", "MY_API_KEY")
    save_endpoint(file, moved, [Model("big/model", "here", context_length=4096), MODEL])
    catalog, problems = load_catalog(file)
    assert not problems
    assert catalog.providers["here"].base_url == "http://127.0.0.1:9000/v1"
    assert len([model for model in catalog.models if model.name == "big/model"]) == 1


def test_a_broken_file_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text("[[models]\nname = ")
    with pytest.raises(SettingsNotSaved):
        save_endpoint(file, HERE, [MODEL])
    assert file.read_text() == "[[models]\nname = "


def test_what_the_user_wrote_wins_over_what_was_refreshed(tmp_path: Path) -> None:
    own, listed = tmp_path / "models.toml", tmp_path / "listed.toml"
    save_endpoint(own, HERE, [Model("big/model", "here", Decimal("9"), Decimal("9"))])
    fresh = [
        MODEL,
        Model("gpt-4o-mini", "OpenAI", Decimal("0.01"), Decimal("0.02"), source="api/models"),
    ]
    save_listed(listed, fresh)
    catalog, problems = load_catalog(own, listed)
    assert not problems
    assert catalog.find("big/model").input_price == 9
    assert catalog.find("big/model").source == "models.toml"
    assert catalog.find("big/model").context_length == 32768
    mini = catalog.find("gpt-4o-mini")
    assert (mini.input_price, mini.source, mini.context_length) == (
        Decimal("0.01"),
        "api/models",
        128000,
    )
    save_listed(listed, [Model("other", "here")])
    catalog, _ = load_catalog(own, listed)
    assert catalog.find("gpt-4o-mini").input_price == Decimal("0.01")


WRITTEN = """\
# my servers

[providers.here]   # the box under the desk
base_url = "http://127.0.0.1:8000/v1"  # port of vLLM
key_variable = "MY_API_KEY"
note = "kept though nobody reads it"

# the big one
[[models]]
name = "big/model"
provider = "here"
input_price = "0.10"  # what I pay for power
colour = "blue"

[[models]]  # another
name = "small"
provider = "here"
temperature = 0.25
"""


def test_editing_an_entry_keeps_comments_and_what_nobody_knows(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text(WRITTEN)
    moved = Provider("here", "http://127.0.0.1:9000/v1", "MY_API_KEY")
    save_endpoint(file, moved, [Model("big/model", "here", context_length=4096)])
    assert file.read_text() == WRITTEN.replace(":8000", ":9000").replace(
        'colour = "blue"\n', 'colour = "blue"\ncontext_length = 4096\n'
    )
    before = file.read_text()
    save_endpoint(file, moved, [Model("new", "here")])
    assert file.read_text().startswith(before)
    assert 'name = "new"' in file.read_text()


def test_saving_what_is_there_already_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text(WRITTEN)
    save_endpoint(file, HERE, [Model("small", "here")])
    assert file.read_text() == WRITTEN


@pytest.mark.parametrize(
    "text",
    [
        'models = [{name = "big/model", provider = "here"}] # inline\n',
        'providers.here.base_url = "http://127.0.0.1:1/v1" # dotted\n',
        '[providers]\nhere = {base_url = "http://127.0.0.1:1/v1"} # inline\n',
        "# crlf\r\n[providers.other]\r\nbase_url = 'http://127.0.0.1:1/v1'\r\n",
    ],
)
def test_a_file_in_an_unusual_form_is_changed_without_loss_or_left(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "models.toml"
    file.write_bytes(text.encode())
    try:
        save_endpoint(file, HERE, [MODEL])
    except SettingsNotSaved:
        assert file.read_bytes() == text.encode()
    else:
        assert text.split("#", 1)[1].split("\r")[0].strip() in file.read_text()
        catalog, problems = load_catalog(file)
        assert not problems
        assert catalog.providers["here"].base_url == HERE.base_url
        assert catalog.find("big/model").context_length == 32768
