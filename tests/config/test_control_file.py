"""Control files: the options of a run in TOML or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.config.control_file import read_control_file
from autocoder_tui.config.errors import ControlFileUnusable

TOML = """
input_files = ["src/a.py", "tests/*.py", "/abs/b.py"]
output_file = "out.py"
requirements = "@wish.txt"
model = "gpt-4o-mini"
base_url = "http://localhost:8080/v1/"
force = true
debug_level = 2
temperature = 0.5
max_output = 1000
max_cost = "$0.50"
idle-timeout = 5
max_parts = 3
"""
JSON = {
    "input_files": ["src/a.py", "tests/*.py", "/abs/b.py"],
    "output_file": "out.py",
    "requirements": "@wish.txt",
    "model": "gpt-4o-mini",
    "base_url": "http://localhost:8080/v1/",
    "force": True,
    "debug_level": 2,
    "temperature": 0.5,
    "max_output": 1000,
    "max_cost": 0.50,
    "idle_timeout": 5,
    "max_parts": 3,
}


def load_control(path: Path) -> Mapping[str, Any]:
    return read_control_file(path, overridden=("input_files", "requirements")).usable()


def written(tmp_path: Path, text: str, name: str = "job.toml") -> Path:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("job.toml", TOML),
        ("job.json", json.dumps(JSON)),
        ("job.txt", json.dumps(JSON, indent=2)),
        ("job", TOML),
    ],
)
def test_both_forms_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    assert load_control(written(tmp_path, text, name)) == {
        "input_files": (f"{tmp_path}/src/a.py", f"{tmp_path}/tests/*.py", "/abs/b.py"),
        "output_file": f"{tmp_path}/out.py",
        "requirements": f"@{tmp_path}/wish.txt",
        "model": "gpt-4o-mini",
        "base_url": "http://localhost:8080/v1",
        "force": True,
        "debug_level": 2,
        "temperature": 0.5,
        "max_output": 1000,
        "max_cost": Decimal("0.5"),
        "idle_timeout": 5.0,
        "max_parts": 3,
    }


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert load_control(written(tmp_path, "")) == {}


def test_paths_are_relative_to_the_file_not_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "jobs[1]"
    folder.mkdir()
    written(folder, 'input_files = ["a.py", "*.py"]\nrequirements = "plain @text"\n')
    monkeypatch.chdir(tmp_path)
    control = load_control(Path("jobs[1]/job.toml"))
    # A pattern will be expanded, so the folder's own brackets are escaped in it.
    assert control["input_files"] == (f"{tmp_path}/jobs[1]/a.py", f"{tmp_path}/jobs[[]1]/*.py")
    assert control["requirements"] == "plain @text"


def test_one_input_file_needs_no_list(tmp_path: Path) -> None:
    control = load_control(written(tmp_path, 'input_files = "a.py"'))
    assert control["input_files"] == (f"{tmp_path}/a.py",)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("j.toml", "model = \n", "j.toml, line 1: expected TOML"),
        ("j.toml", 'x = 1\nmodl = "m"\n', "j.toml, line 1"),
        ("j.toml", 'modl = "m"\n', 'the nearest is "model"'),
        ("j.toml", "\nforce = 'yes'\n", 'line 2: expected true or false for force, found "yes"'),
        ("j.toml", "debug_level = 4\n", "a whole number from 0 to 3"),
        ("j.toml", "input_files = [1]\n", "a list of paths"),
        ("j.toml", "max_cost = -1\n", "US dollars"),
        ("j.toml", "idle_timeout = nan\n", "seconds"),
        ("j.toml", 'output_file = "a\\u0000b"\n', "for output_file"),
        ("j.toml", 'base_url = "localhost"\n', 'line 1: "localhost" is not a base URL'),
        ("j.json", '{\n"model": "m",\n"force": 1}', "j.json, line 3: expected true or false"),
        ("j.json", "[1]", "j.json, line 1: expected a JSON object"),
        ("j.json", '{"idle_timeout": 1e999}', "seconds"),
        ("j.json", '{"idle_timeout": NaN}', "seconds"),
        ("j.json", "[" * 100_000, "expected a JSON object"),
        ("j.json", '{"a":' + "[" * 100_000, "fewer braces and brackets"),
        ("j.json", "", "j.json, line 1: expected a JSON object, { ... }, found an empty file"),
        ("j.yaml", "model: m", "line 1: YAML is not read here; write the same as JSON or TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(ControlFileUnusable) as caught:
        load_control(written(tmp_path, text, name))
    assert message in caught.value.message


def test_all_problems_are_named(tmp_path: Path) -> None:
    with pytest.raises(ControlFileUnusable) as caught:
        load_control(written(tmp_path, "a = 1\nforce = 1\nmodel = 1\n"))
    assert [problem.line for problem in caught.value.problems] == [1, 2, 3]
    for words in ('line 1: "a" is not known', "line 2: expected true", "line 3: expected"):
        assert words in caught.value.message
    with pytest.raises(ControlFileUnusable, match=r"And 60 more\.$"):
        load_control(written(tmp_path, "".join(f"a{number} = 1\n" for number in range(100))))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ControlFileUnusable, match="does not exist"):
        load_control(tmp_path / "none.toml")
    with pytest.raises(ControlFileUnusable, match="regular file"):
        load_control(tmp_path)


@given(st.text(max_size=200), st.sampled_from(["any.toml", "any.json"]))
def test_any_text_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    file = tmp_path_factory.getbasetemp() / name
    file.write_bytes(text.encode("utf-8", "replace"))
    message = ""
    try:
        load_control(file)
    except ControlFileUnusable as error:
        message = error.message
    assert "\n" not in message
    assert "\x1b" not in message


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"model": ""', "expected a short text without control characters for model, found an "),
        ('"force": "yes"', 'expected true or false for force, found "yes".'),
        ('"force": 1', "expected true or false for force, found 1."),
        ('"model": true', "control characters for model, found true."),
        ('"max_parts": 0', "expected a whole number from 1 to 1000 for max_parts, found 0."),
        ('"max_parts": []', "from 1 to 1000 for max_parts, found an empty list."),
        ('"temperature": 2.5', "expected a number from 0 to 2 for temperature, found 2.5."),
        ('"temperature": {"a": 1}', "from 0 to 2 for temperature, found a table."),
    ],
)
def test_what_was_found_is_said_in_words(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "c.json"
    file.write_text(f"{{{line}}}")
    with pytest.raises(ControlFileUnusable) as caught:
        load_control(file)
    assert said in caught.value.message


@pytest.mark.parametrize("text", ["model =\n", "model = # mini\n", "model = mini\n"])
def test_a_value_that_is_none_is_said(tmp_path: Path, text: str) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text)
    with pytest.raises(ControlFileUnusable, match="line 1: expected TOML, found no value after"):
        load_control(file)
