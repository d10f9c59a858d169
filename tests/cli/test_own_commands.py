"""`config`, `docs`, `man` and `schema`."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from autocoder_tui.cli.docs import NoTopic, pages, sections, topic_name, topic_text, topics
from autocoder_tui.cli.every_parser import commands
from autocoder_tui.cli.main import _COMMANDS, main
from autocoder_tui.cli.man_page import man_page
from autocoder_tui.config.run_options import RUN_OPTIONS
from autocoder_tui.config.settings import load_settings, setting_names

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUTOCODER_TUI_CONFIG_DIR", str(tmp_path))
    return tmp_path / "config.toml"


def test_path_get_set_and_unset(file: Path, capsys: Capture) -> None:
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{file}\n"
    file.write_text("# mine\n[cost]\nmax_cost = '1'  # a dollar\n")
    for name, text, plain in (
        ("cost.max_cost", "0.5", "0.5"),
        ("model.default", "gpt-4o-mini", "gpt-4o-mini"),
        ("fallback", '["a", "b"]', '["a", "b"]'),
        ("check.commands", "pytest -q", '["pytest -q"]'),
        ("git.commit-after-accept", "true", "true"),
        ("network.max_parts", "3", "3"),
        ("keys.run.start", "f5", "f5"),
    ):
        assert main(["config", "set", name, text]) == 0, name
        assert main(["config", "get", name]) == 0
        assert capsys.readouterr().out.strip() == plain
    assert "# mine" in file.read_text()
    assert "# a dollar" in file.read_text()
    assert load_settings(file).problems == ()
    assert main(["config", "unset", "cost.max_cost"]) == 0
    assert main(["config", "get", "cost.max_cost"]) == 0
    assert capsys.readouterr().out == "\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("network.max_parts", "0", "expected a whole number from 1 to 1000 for max_parts, found 0"),
        ("network.max_parts", "many", 'for max_parts, found "many"'),
        ("cost.max_kost", "1", 'the nearest is "cost.max_cost"'),
        ("ui.theme", "sk-proj-" + "a1B2c3D4" * 5, "looks like a key"),
        ("keys", "x", "is not known here"),
    ],
)
def test_a_setting_that_will_not_do(
    file: Path, capsys: Capture, name: str, text: str, said: str
) -> None:
    assert main(["config", "set", name, text]) == 1
    assert said in capsys.readouterr().err
    assert not file.exists()


def test_show_is_toml_with_every_setting_and_no_key(file: Path, capsys: Capture) -> None:
    secret = "sk-proj-" + "a1B2c3D4" * 5
    file.write_text(f'[check]\ncommands = ["deploy {secret}"]\n[modell]\nx = 1\n')
    assert main(["config", "show"]) == 1
    out, err = capsys.readouterr()
    assert secret not in out
    assert 'the nearest is "model"' in err
    shown = tomllib.loads(out)
    for name in setting_names():
        section, _, key = name.partition(".")
        assert key in shown.get(section, {}) or f"# {key} is not set" in out


@pytest.mark.parametrize(
    ("content", "code"), [("[log]\nlevel = 2\n", 0), ("[log]\nlevel = 9\n", 1)]
)
def test_edit_says_what_is_wrong_afterwards(
    file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, content: str, code: int
) -> None:
    editor = file.parent / "editor.sh"
    editor.write_text(f"#!/bin/sh\nprintf '{content}' > \"$1\"\n".replace("\n[", "\n["))
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    assert main(["config", "edit"]) == code
    assert ("line 2: expected a whole number from 0 to 3" in capsys.readouterr().err) == bool(code)


def test_every_page_of_the_manual_is_listed_and_shown(capsys: Capture) -> None:
    assert main(["docs"]) == 0
    listed = capsys.readouterr().out.split("\n")
    assert max(map(len, listed)) <= 100
    for page in pages():
        assert any(re.fullmatch(rf"  {page.name} +{re.escape(page.summary)}", it) for it in listed)
        assert main(["docs", page.name]) == 0
        title = page.text.partition("\n")[0]
        assert title.startswith("# ")
        assert capsys.readouterr().out.startswith(f"{title[2:].upper()}\n")
    for name in topics():
        shown = topic_text(name)
        assert shown.strip()
        assert not re.search(r"^```|\]\(|<!--|<img", shown, re.MULTILINE), name


def test_a_part_of_a_page_is_a_topic_and_names_can_be_cut(capsys: Capture) -> None:
    assert main(["docs", "control"]) == 0
    assert capsys.readouterr().out.startswith("CONTROL FILES\n")
    assert main(["docs", "control_files"]) == 0
    assert capsys.readouterr().out.startswith("CONTROL FILES\n")
    assert main(["docs", "Half price"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("HALF PRICE\n")
    assert "--provider-batch" in out
    assert "--dask" not in out


def test_no_two_parts_of_the_manual_have_one_name() -> None:
    names = [page.name for page in pages()]
    for page in pages():
        parts = [topic_name(title) for title, _ in sections(page.text)]
        assert topic_name(page.text.partition("\n")[0]) not in {*names, *parts} - {page.name}
        names += parts
    assert len(names) == len(set(names)), sorted(it for it in set(names) if names.count(it) > 1)


def test_a_topic_that_is_not_there_names_the_nearest(capsys: Capture) -> None:
    with pytest.raises(NoTopic, match='the nearest is "control-files"'):
        topic_text("kontrol-files")
    assert main(["docs", "kontrol-files"]) == 1


def test_every_command_is_completed_and_described() -> None:
    # `complete` is for the scripts of the shells; the others are runs.
    assert {*commands()} == {*_COMMANDS, "run", "resume", "review"} - {"complete"}


def test_the_man_page_names_every_command_and_flag() -> None:
    page = man_page()
    for name in commands():
        assert f".SH {name.upper()}\n" in page
    for option in RUN_OPTIONS:
        for flag in option.flags:
            assert f"\\fB{flag.replace('-', chr(92) + '-')}\\fR" in page


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="there is no mandoc here")
def test_mandoc_finds_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / "page.1").write_text(man_page())
    done = subprocess.run(
        ["mandoc", "-T", "lint", tmp_path / "page.1"], capture_output=True, text=True
    )
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man here")
def test_man_renders_it(tmp_path: Path) -> None:
    (tmp_path / "page.1").write_text(man_page())
    done = subprocess.run(
        ["man", "--warnings", "-l", tmp_path / "page.1"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "--max-cost" in done.stdout
    assert done.stderr == ""


def test_the_schema_is_json(capsys: Capture) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["endpoint"]
