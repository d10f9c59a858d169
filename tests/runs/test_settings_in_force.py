"""Every setting says its value and where that comes from."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.config.project_file import PROJECT_FILE
from autocoder_tui.config.run_options import OPTION_OF_KEY
from autocoder_tui.config.settings import load_settings, setting_names
from autocoder_tui.runs.settings_in_force import (
    OPTION_OF_SETTING,
    SettingInForce,
    settings_in_force,
)
from autocoder_tui.runs.setup import Setup, with_settings
from tests.ui.driving import setup_for


def of(setup: Setup, name: str) -> SettingInForce:
    return next(one for one in settings_in_force(setup) if one.full_name == name)


def test_every_setting_is_there_and_says_what_it_is(tmp_path: Path) -> None:
    found = settings_in_force(setup_for(tmp_path))
    assert tuple(one.full_name for one in found) == setting_names()
    for one in found:
        assert one.says.endswith((".", "). ")), one.full_name
        assert one.value == one.default
        assert one.source == "default"
        assert one.stored is None


def test_every_option_of_a_setting_exists() -> None:
    assert set(OPTION_OF_SETTING) <= set(setting_names())
    assert set(OPTION_OF_SETTING.values()) <= set(OPTION_OF_KEY)


def test_the_nearest_source_is_said(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text(
        '[model]\ntemperature = 0.1\nedit_retries = 3\n[check]\nseconds = 5\n[ui]\ntheme = "dusk"\n'
    )
    control = tmp_path / "job.json"
    control.write_text('{"edit_retries": 4, "temperature": 0.3}')
    project = tmp_path / "project"
    project.mkdir()
    (project / PROJECT_FILE).write_text("[check]\nseconds = 7\n")
    flags = ("--control-file", str(control), "--temperature", "0.5")
    setup = setup_for(tmp_path, *flags, environ={"NO_COLOR": "1"})
    assert (of(setup, "model.temperature").value, of(setup, "model.temperature").source) == (
        0.5,
        "flag --temperature",
    )
    assert of(setup, "model.temperature").stored == 0.1
    assert of(setup, "model.edit_retries").value == 4
    assert of(setup, "model.edit_retries").source == "control file"
    assert of(setup, "check.seconds").value == 7
    assert PROJECT_FILE in of(setup, "check.seconds").source
    assert of(setup, "ui.theme").source.startswith("config.toml")
    assert "NO_COLOR" in of(setup, "ui.theme").source


def test_a_wrong_value_is_said_and_the_default_holds(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text('[log]\nlevel = 9\n[ui]\ntheme = "dusk"\n')
    setup = setup_for(tmp_path)
    level = of(setup, "log.level")
    assert (level.value, level.source) == (1, "default")
    assert "from 0 to 3" in level.trouble
    assert "9" in level.trouble
    assert of(setup, "ui.theme").trouble == ""


def test_flags_still_win_over_other_settings(tmp_path: Path) -> None:
    setup = setup_for(tmp_path, "--temperature", "0.5")
    file = tmp_path / "other.toml"
    file.write_text('[model]\ntemperature = 0.1\nmax_output_tokens = 9\n[ui]\ntheme = "dusk"\n')
    changed = with_settings(setup, load_settings(file).settings)
    assert changed.model.temperature == 0.5
    assert changed.limits.max_output_tokens == 9
    assert changed.theme == "dusk"
    assert changed.task == setup.task
