"""config.toml: defaults, what is wrong with it, and saving one value."""

from __future__ import annotations

import json
import stat
import tomllib
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.cli.docs import DOCS
from autocoder_tui.cli.main import main
from autocoder_tui.config.dirs import config_dir, state_dir
from autocoder_tui.config.errors import SettingsNotSaved
from autocoder_tui.config.setting_text import meant, reference, why_not
from autocoder_tui.config.settings import (
    SECTIONS,
    Settings,
    description_of,
    expected_of,
    load_settings,
    setting_names,
)
from autocoder_tui.config.settings_edit import save_setting
from autocoder_tui.engine.request import Limits
from autocoder_tui.system.atomic_write import write_atomically


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_no_file_is_all_defaults(file: Path) -> None:
    loaded = load_settings(file)
    assert (loaded.settings, loaded.problems) == (Settings(), ())
    assert loaded.settings.limits() == Limits()
    assert loaded.settings.model.default == "Qwen/Qwen2.5-Coder-32B-Instruct"


def test_every_setting(file: Path) -> None:
    file.write_text(
        """\ufeff
[network]
connect_timeout = 1
first_byte_timeout = 2.5
idle_timeout = 3
keepalive_timeout = 3.5
total_timeout = 4
max_attempts = 5
max_parts = 6
max_reply_mb = 0.5
[model]
default = "m"
temperature = 0.2
max_output_tokens = 100
[ui]
theme = "dusk"
diff_layout = "unified"
[cost]
max_cost = "0.50"
[git]
commit_after_accept = true
[keys]
"run.start" = "f5"
run.stop = "f6,escape"
""",
        encoding="utf-8",
    )
    settings, problems = load_settings(file).settings, load_settings(file).problems
    assert problems == ()
    assert settings.git.commit_after_accept
    assert settings.limits() == Limits(
        1.0,
        2.5,
        3.0,
        keepalive_timeout=3.5,
        total_timeout=4.0,
        max_attempts=5,
        max_parts=6,
        max_output_tokens=100,
        max_cost_usd=Decimal("0.50"),
        max_reply_bytes=524_288,
    )
    assert (settings.model.default, settings.model.temperature) == ("m", 0.2)
    assert (settings.ui.theme, settings.ui.diff_layout) == ("dusk", "unified")
    assert dict(settings.keys) == {"run.start": "f5", "run.stop": "f6,escape"}


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("[network\n", 1, "expected TOML"),
        ("\n[network]\nidle_timeout = 'soon'\n", 3, "a number of seconds above 0"),
        ("[network]\nidle_timeout = 0\n", 2, "found 0"),
        ("[network]\nidle_timeout = -1.5\n", 2, "found -1.5"),
        ("[network]\nidle_timeout = nan\n", 2, "seconds"),
        ("[network]\nidle_timeout = inf\n", 2, "seconds"),
        ("[network]\nidle_timeout = true\n", 2, "seconds"),
        (f"[network]\nidle_timeout = {10**400}\n", 2, "seconds"),
        ("[network]\nmax_parts = 1.5\n", 2, "a whole number from 1 to 1000"),
        ("[network]\nmax_part = 3\n", 2, 'the nearest is "max_parts"'),
        ("[model]\ntemperature = 9\n", 2, "from 0 to 2"),
        ("[ui]\ndiff_layout = 'sideways'\n", 2, '"auto", "side-by-side" or "unified"'),
        ("[ui]\ntheme = ''\n", 2, "for theme"),
        ("[cost]\nmax_cost = 'much'\n", 2, "US dollars"),
        ("[cost]\nmax_cost = 0\n", 2, "US dollars"),
        ("[keys]\n'run.start' = 5\n", 2, 'a key such as "f5" for run.start'),
        ("[netwrok]\n", 1, 'the nearest is "network"'),
        ("network = 3\n", 1, "expected a table [network]"),
        ("x = '''\n[network]\n'''\n[network]\nmax_parts = 0\n", 5, "max_parts"),
    ],
)
def test_wrong_settings_keep_their_default(file: Path, text: str, line: int, expected: str) -> None:
    file.write_text(text, encoding="utf-8")
    loaded = load_settings(file)
    assert loaded.settings == Settings()
    assert str(loaded.problems[-1]).startswith(f"config.toml, line {line}: ")
    assert expected in str(loaded.problems[-1])


def test_one_wrong_setting_leaves_the_others(file: Path) -> None:
    file.write_text('[network]\nidle_timeout = 5\nmax_parts = "x"\n[ui]\ntheme = "dusk"\n')
    loaded = load_settings(file)
    assert loaded.settings.network.idle_timeout == 5
    assert loaded.settings.network.max_parts == 8
    assert loaded.settings.ui.theme == "dusk"
    assert len(loaded.problems) == 1


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_content_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any-config.toml"
    file.write_bytes(content)
    for problem in load_settings(file).problems:
        assert "\x1b" not in str(problem)
        assert "\n" not in str(problem)


def test_every_setting_says_what_it_takes() -> None:
    for section in SECTIONS:
        for item in fields(getattr(Settings(), section)):
            expected = expected_of(section, item.name)
            default = getattr(getattr(Settings(), section), item.name)
            assert default is None or expected.check(default) == default


def test_saving_into_no_file(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "config.toml"
    save_setting(file, "ui", "theme", "dusk")
    assert file.read_text() == '[ui]\ntheme = "dusk"\n'
    save_setting(file, "model", "temperature", 0.7)
    save_setting(file, "cost", "max_cost", Decimal("0.50"))
    save_setting(file, "keys", "run.start", "f5")
    settings = load_settings(file).settings
    assert settings.model.temperature == 0.7
    assert settings.cost.max_cost == Decimal("0.50")
    assert dict(settings.keys) == {"run.start": "f5"}


def test_saving_keeps_comments_order_and_unknown_settings(file: Path) -> None:
    file.write_text(
        "# mine\n[ui]\ntheme = 'old' # nice\n\n[future]\nx = [1,\n  2]\n[network]\nmax_parts = 3\n"
    )
    save_setting(file, "ui", "theme", "dusk")
    save_setting(file, "network", "idle_timeout", 5)
    assert file.read_text() == (
        '# mine\n[ui]\ntheme = "dusk" # nice\n\n[future]\nx = [1,\n  2]\n[network]\n'
        "max_parts = 3\nidle_timeout = 5.0\n"
    )
    save_setting(file, "ui", "theme", None)
    assert file.read_text().startswith("# mine\n[ui]\n\n[future]")
    assert load_settings(file).settings.ui.theme == "autocoder-dark"


@pytest.mark.parametrize(
    "text",
    [
        "ui = { theme = 'old' }\nother = 1\n",
        "ui.theme = 'old'\nother = 1\n",
        'other = 1\n[ui]\ntheme = """\nold"""\n',
        "other = 1\r\n[ui]\r\ntheme = 'old'\r\n",
        'other = 1\n["ui"]\n"theme" = "a # b"\n',
        "other = 1\n\n[[list]]\na = 1\n",
        "other = 1",
    ],
)
def test_saving_changes_that_value_and_no_other(file: Path, text: str) -> None:
    file.write_text(text, newline="")
    before = tomllib.loads(text)
    save_setting(file, "ui", "theme", "dusk")
    after = tomllib.loads(file.read_bytes().decode())
    assert after.pop("ui") == {"theme": "dusk"}
    before.pop("ui", None)
    assert after == before
    assert b"\r\n" not in file.read_bytes() or "\r\n" in text


def test_saving_a_key_that_stands_as_a_nested_table(file: Path) -> None:
    file.write_text('[keys]\nrun.start = "f5"\nrun.stop = "f6"\n')
    save_setting(file, "keys", "run.start", "f7")
    assert dict(load_settings(file).settings.keys) == {"run.start": "f7", "run.stop": "f6"}


@pytest.mark.parametrize(
    ("text", "section", "name", "value"),
    [
        ('# a\n[keys] # b\nrun.start = "f5" # c\n\n# d\n[ui] # e\n', "keys", "run.start", "f7"),
        ('# a\n[keys] # b\n"run.start" = "f5" # c\n# d\n', "keys", "run.start", "f7"),
        ('# a\n[keys.run] # b\nstart = "f5" # c\n# d\n', "keys", "run.start", "f7"),
        ('# a\n[keys.run] # b\nstop = "f5" # c\n# d\n', "keys", "run.start", "f7"),
        ("# a\nui = { theme = 'old' } # b\n# c\n", "ui", "theme", "dusk"),
        ("# a\nui.theme = 'old' # b\n[x]#c\ny=1\n", "ui", "theme", "dusk"),
        ('# a\n[ui]\ntheme = """\nold""" # b\n# c\n[x]\n', "ui", "theme", "dusk"),
        ("# a\r\n[x]\r\n# b\r\n[ui] # c\r\n\r\n# d\r\n[y]\r\n", "ui", "theme", "dusk"),
        ("# a\n[ui]\n# b\n[x]\n# c\n[cost]\nmax_cost = '1' # d\n", "cost", "max_cost", "0.50"),
        ("# a\n[ui]\ntheme = 'old' # b\nz = 1 # c\n", "ui", "theme", "dusk"),
        ("# only a comment", "ui", "theme", "dusk"),
    ],
)
def test_no_comment_is_lost_by_saving(
    file: Path, text: str, section: str, name: str, value: str
) -> None:
    file.write_text(text, newline="")
    save_setting(file, section, name, value)
    saved = file.read_bytes().decode()
    comments = [line.partition("#")[2].strip() for line in text.splitlines() if "#" in line]
    assert [
        line.partition("#")[2].strip() for line in saved.splitlines() if "#" in line
    ] == comments
    loaded = load_settings(file).settings
    found = loaded.keys[name] if section == "keys" else getattr(getattr(loaded, section), name)
    assert found == (Decimal(value) if section == "cost" else value)
    if "\r\n" in text:
        assert "\n" not in saved.replace("\r\n", "")


@given(st.text(min_size=1, max_size=60))
def test_any_text_is_saved_as_it_is_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "roundtrip.toml"
    file.write_text('[ui]\ntheme = "x"\n')
    try:
        save_setting(file, "ui", "theme", text)
    except SettingsNotSaved:
        assert load_settings(file).settings.ui.theme == "x"
    else:
        assert load_settings(file).settings.ui.theme == text.strip()


def test_a_corrupt_file_is_never_overwritten(file: Path) -> None:
    file.write_text("[ui\ntheme = 1")
    with pytest.raises(SettingsNotSaved, match=r"config\.toml, line 1.*not saved"):
        save_setting(file, "ui", "theme", "dusk")
    assert file.read_text() == "[ui\ntheme = 1"
    file.write_text("ui = 3\n")
    with pytest.raises(SettingsNotSaved, match=r"expected a table \[ui\]"):
        save_setting(file, "ui", "theme", "dusk")
    assert file.read_text() == "ui = 3\n"


@pytest.mark.parametrize(
    ("section", "name", "value", "message"),
    [
        ("ui", "theme", 3, "for theme, found 3"),
        ("ui", "them", "dusk", 'nearest is "theme"'),
        ("uix", "theme", "dusk", "no such section"),
        ("network", "idle_timeout", float("nan"), "seconds above 0"),
    ],
)
def test_wrong_values_are_not_saved(
    file: Path, section: str, name: str, value: object, message: str
) -> None:
    with pytest.raises(SettingsNotSaved, match=message):
        save_setting(file, section, name, value)
    assert not file.exists()


def test_saving_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsNotSaved, match="cannot be written"):
        save_setting(tmp_path / "file" / "config.toml", "ui", "theme", "dusk")


def test_writing_keeps_mode_and_symlink(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("")
    real.chmod(0o640)
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    write_atomically(link, "a = 1\n")
    assert link.is_symlink()
    assert real.read_text() == "a = 1\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(tmp_path.iterdir()) == [link, real]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        write_atomically(tmp_path / "folder", "x")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_folders_can_be_named_by_the_environment(tmp_path: Path) -> None:
    named = {
        "AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "c"),
        "AUTOCODER_TUI_STATE_DIR": str(tmp_path / "s"),
    }
    assert config_dir(named) == tmp_path / "c"
    assert state_dir(named) == tmp_path / "s"
    assert config_dir({"AUTOCODER_TUI_CONFIG_DIR": " "}).name == "autocoder-tui"
    assert state_dir({}) != config_dir({})


def test_the_manual_has_every_setting_with_what_it_means() -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert reference() in page, "python -m tests.key_list writes it"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("edit_retries", "3", 3),
        ("temperature", "0.5", Decimal("0.5")),
        ("default", "gpt-4o", "gpt-4o"),
        ("fallback", "gpt-4o", ["gpt-4o"]),
        ("fallback", '["a", "b"]', ["a", "b"]),
        ("edit_retries", "many", "many"),
    ],
)
def test_a_typed_value_is_what_was_meant(name: str, text: str, value: object) -> None:
    assert meant("model", name, text) == value


def test_why_a_value_can_not_be_is_the_files_own_sentence() -> None:
    assert why_not("model", "edit_retries", "3") is None
    said = why_not("model", "edit_retries", "many")
    assert said == 'Expected a whole number from 0 to 5 for edit_retries, found "many".'
    assert "looks like a key" in str(why_not("model", "default", "sk-proj-" + "A1b2C3d4E5" * 5))


def test_the_schema_says_of_every_setting_what_the_table_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["schema", "config"]) == 0
    schema = json.loads(capsys.readouterr().out)
    said = {
        f"{section}.{name}": one["description"]
        for section, table in schema["properties"].items()
        if section != "keys"
        for name, one in table["properties"].items()
    }
    assert said == {name: description_of(*name.split(".", 1)) for name in setting_names()}
    assert main(["schema", "config", "--table"]) == 0
    assert capsys.readouterr().out.rstrip() == reference()
