"""The one table of options, and what is made of it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.cli.arguments import run_parser, tui_parser
from autocoder_tui.cli.docs import DOCS
from autocoder_tui.cli.main import main
from autocoder_tui.config.control_file import read_control_file, read_job
from autocoder_tui.config.control_file_text import save_control_file
from autocoder_tui.config.control_schema import control_schema, options_table
from autocoder_tui.config.run_options import OPTION_OF_KEY, RUN_OPTIONS, RunOption, given_options
from autocoder_tui.errors import AutocoderError

_TEXT = (
    st.text(
        st.characters(exclude_categories=("Cc", "Cs", "Cf", "Co", "Cn", "Zl", "Zp")),
        min_size=1,
        max_size=20,
    )
    .map(str.strip)
    .filter(bool)
)
_NAME = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,5})?\.py", fullmatch=True)


def _values_of(option: RunOption) -> st.SearchStrategy[Any]:
    schema = option.expected.schema
    if option.is_switch:
        return st.booleans()
    if option.place == "url":
        return st.sampled_from(["http://127.0.0.1:8080/v1", "https://api.example.com/v1"])
    if option.place == "path":
        return _NAME
    if option.several:
        return st.lists(_NAME, min_size=1, max_size=3).map(tuple)
    if option.name == "max_cost":
        return st.decimals(Decimal("0.01"), Decimal(9000), places=2)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], schema["maximum"])
    if schema["type"] == "number":
        return st.floats(schema["minimum"], schema["maximum"])
    if option.place == "text":
        lines = st.lists(_TEXT, min_size=1, max_size=3).map("\n".join)
        return lines.map(lambda text: "@" + text if text.startswith("@") else text).filter(
            lambda text: text not in ("-", "@-")
        )
    return _NAME


_OPTIONS = st.fixed_dictionaries(
    {}, optional={option.name: _values_of(option) for option in RUN_OPTIONS}
)


@given(_OPTIONS, st.sampled_from(["job.json", "job.toml"]))
def test_a_written_control_file_reads_back_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, options: dict[str, Any], name: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "jobs"
    folder.mkdir(exist_ok=True)
    save_control_file(folder / name, options, replace=True, project=folder)
    read = read_control_file(folder / name, overridden=("input_files", "requirements"))
    wanted = dict(options)
    if "input_files" in wanted:
        wanted["input_files"] = tuple(f"{folder}/{item}" for item in wanted["input_files"])
    for path in {"output_file", "answers"} & wanted.keys():
        wanted[path] = f"{folder}/{wanted[path]}"
    assert read.usable() == wanted


def test_paths_of_the_project_are_relative_and_others_whole(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (project / "jobs", project / "src", elsewhere):
        folder.mkdir(parents=True)
    (project / "src" / "a.py").touch()
    options = {"input_files": ("src/a.py", "src/*.py"), "output_file": "jobs/b.py"}
    wanted = {
        "input_files": (f"{project}/src/a.py", f"{project}/src/*.py"),
        "output_file": f"{project}/jobs/b.py",
    }
    inside, outside = project / "jobs" / "job.json", elsewhere / "job.json"
    for file in (inside, outside):
        save_control_file(file, options, replace=False, project=project)
        assert read_control_file(file).usable() == wanted
    assert '"b.py"' in inside.read_text()
    assert '"../src/a.py"' in inside.read_text()
    assert str(tmp_path) not in inside.read_text()
    assert f'"{project}/src/a.py"' in outside.read_text()


def test_a_way_up_through_a_link_is_not_made_shorter(tmp_path: Path) -> None:
    project, far = tmp_path / "project", tmp_path / "far" / "away"
    project.mkdir()
    far.mkdir(parents=True)
    (project / "link").symlink_to(far)
    file = project / "job.json"
    file.write_text('{"output_file": "link/../x.py"}')
    assert read_control_file(file).usable()["output_file"] == f"{project}/link/../x.py"
    jobs = project / "link" / "job.json"
    save_control_file(jobs, {"output_file": "x.py"}, replace=False, project=project)
    assert read_control_file(jobs).usable()["output_file"] == f"{project}/x.py"


_SECRET = "sk-proj-" + "a1B2c3D4" * 5


@pytest.mark.parametrize(
    "options",
    [
        {"requirements": f"use {_SECRET}"},
        {"system_prompt": f"use {_SECRET}"},
        {"check_commands": ("pytest", f"deploy {_SECRET}")},
        {"base_url": f"https://x.example.com/v1?api_key={_SECRET}"},
        {"base_url": f"https://me:{_SECRET}@x.example.com/v1"},
    ],
)
def test_a_key_is_never_written(tmp_path: Path, options: dict[str, Any]) -> None:
    file = tmp_path / "job.json"
    with pytest.raises(AutocoderError, match=r"looks like a key|base URL") as caught:
        save_control_file(file, options, replace=False, project=tmp_path)
    assert _SECRET not in caught.value.message
    assert not file.exists()


def test_a_key_of_the_environment_is_not_written_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEAR_API_KEY", "plainwordsasakey")
    file = tmp_path / "job.json"
    flags = ["-r", "say plainwordsasakey", "--create-control-file", str(file)]
    assert main(["run", str(tmp_path), *flags]) == 1
    assert "plainwordsasakey" not in capsys.readouterr().err
    assert not file.exists()


def test_every_option_is_a_flag_where_it_means_something() -> None:
    flags = {action.dest for action in run_parser()._actions}
    screen = {action.dest for action in tui_parser()._actions}
    for option in RUN_OPTIONS:
        assert (option.name in flags) == option.headless, option.name
        assert option.name in screen


def test_no_flag_is_given_unless_it_is_said() -> None:
    assert given_options(run_parser().parse_args([])) == {}
    assert given_options(tui_parser().parse_args([])) == {}


@pytest.mark.parametrize("flag", ["--mod", "--input", "--edit", "--max", "--req", "--desp"])
def test_a_flag_is_written_out(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    for parser in (run_parser(), tui_parser()):
        with pytest.raises(SystemExit):
            parser.parse_args([flag, "x"])
        assert "unrecognized arguments" in capsys.readouterr().err


def test_the_schema_knows_every_key() -> None:
    schema = control_schema()
    assert set(schema["properties"]) == {"$schema", *OPTION_OF_KEY}
    for option in RUN_OPTIONS:
        assert "null" in schema["properties"][option.name]["type"]


def test_the_manual_has_the_table_as_it_is() -> None:
    page = (DOCS / "flags.md").read_text(encoding="utf-8")
    assert options_table() in page, "python -m tests.key_list writes it"


def test_a_switch_can_be_put_back_on_the_command_line() -> None:
    given_flags = given_options(run_parser().parse_args(["--no-force", "--no-json"]))
    assert given_flags == {"force": False, "json": False}


def test_a_job_has_the_same_keys_and_checks(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    line = '{"input_file": "a.py", "model": "m", "fix": 0, "modl": 1}'
    job = read_job(tmp_path / "jobs.jsonl", line, 7)
    assert job.values == {"input_files": (f"{tmp_path}/a.py",), "model": "m"}
    assert [problem.line for problem in job.problems] == [7, 7]
    assert "the nearest is" in str(job.problems[1])
