"""Control files that people get wrong: all that is wrong with each in one answer, with its line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from autocoder_tui.config.control_file import read_control_file
from autocoder_tui.config.setting_sections import CheckSettings, CostSettings, NetworkSettings
from autocoder_tui.config.settings import Settings
from autocoder_tui.config.toml_statements import parse_all_toml

SETTINGS = Settings(
    cost=CostSettings(max_cost=Decimal("0.50")),
    network=NetworkSettings(allowed_servers=("127.0.0.1", ".example.com")),
    check=CheckSettings(check_before_accept=True),
)

BROKEN: list[tuple[str, str, list[tuple[int | None, str]]]] = [
    (
        "j.json",
        '{"requirements": "@.",\n"output_file": 3}',
        [(1, "is a folder; @"), (2, "found 3")],
    ),
    (
        "j.json",
        '{\n "modl": "m",\n "inputfile": "a.py",\n "zzzzz": 1\n}',
        [
            (2, '"modl" is not known here; the nearest is "model"'),
            (3, '"inputfile" is not known here; the nearest is "input_file"'),
            (4, '"zzzzz" is not known here; `autocoder-tui schema` names what is'),
        ],
    ),
    (
        "j.json",
        '{\n "model": "m"\n "force": true\n}',
        [(2, 'expected a comma or } before "force": true')],
    ),
    (
        "j.json",
        "{\n 'model': 'm',\n \"force\": 'x'\n}",
        [
            (2, "expected double quotes around 'model'"),
            (2, "expected double quotes around 'm'"),
            (3, "expected double quotes around 'x'"),
            (3, 'expected true or false for force, found "x"'),
        ],
    ),
    (
        "j.json",
        '{\n model: "m",\n force: true\n}',
        [
            (2, "expected double quotes around the name model"),
            (3, "expected double quotes around the name force"),
        ],
    ),
    (
        "j.json",
        '{\n "force": True,\n "check": None,\n "estimate_cost": yes\n}',
        [
            (2, "expected JSON, found True; write true"),
            (3, "expected JSON, found None; write null"),
            (4, "expected JSON, found yes; write true"),
        ],
    ),
    (
        "j.json",
        '{\n "model": gpt-4o-mini,\n "requirements": Add a flag\n}',
        [
            (2, "expected double quotes around the text gpt-4o-mini"),
            (3, "expected double quotes around the text Add a flag"),
        ],
    ),
    (
        "j.json",
        '{\n "model" = "m",\n "force" true\n}',
        [(2, 'expected a colon after "model", found ='), (3, 'expected a colon after "force"')],
    ),
    (
        "j.json",
        '{\n "model": ,\n "force":\n}',
        [(2, 'expected a value for "model"'), (3, 'expected a value for "force"')],
    ),
    (
        "j.json",
        '{\n "model": "m",\n "force": 1,\n "model": "n"\n}',
        [
            (3, "expected true or false for force, found 1"),
            (4, '"model" is given twice; the first is in line 2'),
        ],
    ),
    (
        "j.json",
        '{\n "input_file": "a.py",\n "input_files": ["a.py"]\n}',
        [(3, '"input_files" and "input_file" say the same; keep one of them')],
    ),
    (
        "j.json",
        '{\n "endpoint": "http://127.0.0.1/v1",\n "base_url": "http://127.0.0.1/v1"\n}',
        [(3, '"base_url" and "endpoint" say the same; keep one of them')],
    ),
    (
        "j.json",
        '{\n "model": "gpt,\n "force": 1\n}',
        [
            (2, 'the text that begins with "gpt is not closed'),
            (3, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.json",
        '{\n "requirements": "say "hi" to all",\n "force": 1\n}',
        [
            (2, "expected a comma after the text; a quotation mark in a text is"),
            (3, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.json",
        '{\n "model": "m",\n "force": 1\n',
        [(1, "the { has no }"), (3, "expected true or false for force, found 1")],
    ),
    (
        "j.json",
        '{\n "input_files": ["a.py", "b.py",\n "force": 1\n}',
        [
            (2, "the [ has no ]"),
            (2, "b.py does not exist (paths are relative to the control file)"),
            (3, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.json",
        '{\n "input_files": [\n  "a.py",\n  "b.py",\n  3,\n  "c.py"\n ]\n}',
        [(5, 'expected a list of paths or patterns such as ["src/*.py"] for')],
    ),
    (
        "j.json",
        '{\n "input_files": [\n  "a.py",\n  "b.py",\n  "c.py"\n ],\n "requirements": "@wish.txt"}',
        [
            (4, "b.py does not exist (paths are relative to the control file)"),
            (5, "c.py does not exist (paths are relative to the control file)"),
            (7, "wish.txt does not exist (paths are relative to the control file)"),
        ],
    ),
    ("j.json", '{"model": "m"} trailing\n', [(1, "expected nothing after the last }")]),
    (
        "j.json",
        '{,\n "model": "m",,\n "force": 1}',
        [
            (1, "found a comma with nothing before it"),
            (2, "found a comma with nothing before it"),
            (3, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.json",
        '{\n "temperature": .5,\n "max_parts": 01,\n "debug_level": +1\n}',
        [
            (2, "expected a number as JSON has it, such as 0.5, found .5"),
            (3, "expected a number as JSON has it, such as 0.5, found 01"),
            (4, "expected a number as JSON has it, such as 0.5, found +1"),
        ],
    ),
    (
        "j.json",
        '{\n "temperature": 2.5,\n "max_parts": 0,\n "max_cost": "free",\n "debug_level": "2"\n}',
        [
            (2, "expected a number from 0 to 2 for temperature, found 2.5"),
            (3, "expected a whole number from 1 to 1000 for max_parts, found 0"),
            (4, 'expected US dollars above 0 such as "0.50" for max_cost, found "free"'),
            (5, 'expected a whole number from 0 to 3 for debug_level, found "2"'),
        ],
    ),
    (
        "j.json",
        '{\n /* unclosed\n "model": "m"\n}',
        [(2, "the comment that begins with /* has no */")],
    ),
    ("j.json", '[\n "model"\n]', [(1, "expected a JSON object, { ... }")]),
    ("j.json", '"model"', [(1, "expected a JSON object, { ... }")]),
    ("j.json", "", [(1, "expected a JSON object, { ... }, found an empty file")]),
    (
        "j.json",
        '{\n "output_file": "C:\\work\\new.py",\n "force": 1\n}',
        [
            (2, "a backslash in a text is written \\\\, found \\w"),
            (2, "expected a short text without control characters for output_file,"),
            (3, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.json",
        '{\n "requirements": """Add\na flag""",\n "force": 1\n}',
        [
            (2, "three quotes are of TOML; in JSON one is enough, also for many lines"),
            (4, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.json",
        '{\n "max_cost": 5,\n "base_url": "http://evil.test/v1",\n "check": false\n}',
        [
            (2, "5 US dollars are more than the 0.50 that your settings allow a run"),
            (3, "evil.test is none of the servers that your settings allow"),
            (4, "your settings want every result checked (check_before_accept in"),
        ],
    ),
    (
        "j.json",
        '{\n "base_url": "localhost",\n "edit_format": "diff",\n "model": ""\n}',
        [
            (2, '"localhost" is not a base URL. Give one such as'),
            (3, 'expected "auto", "whole" or "edits" for edit_format, found "diff"'),
            (4, "expected a short text without control characters for model, found an"),
        ],
    ),
    (
        "j.json",
        '{\n "options": {"model": "m"},\n "fallback": {"a": 1}\n}',
        [
            (2, '"options" is not known here; options stand at the top of the file, in'),
            (3, 'expected a list of names such as ["gpt-4o-mini"] for fallback, found'),
        ],
    ),
    ("j.json", '{\n "model": "m"}}\n', [(2, "expected nothing after the last }")]),
    (
        "j.json",
        '{\n "requirements": "bad \\ud83d half",\n "theme": "a\\u0007b"\n}',
        [
            (2, "found half of a character, such as \\ud83d without its other half"),
            (3, "expected a short text without control characters for theme, found"),
        ],
    ),
    (
        "j.toml",
        'modl = "m"\ninputfile = "a.py"\n',
        [
            (1, '"modl" is not known here; the nearest is "model"'),
            (2, '"inputfile" is not known here; the nearest is "input_file"'),
        ],
    ),
    (
        "j.toml",
        "model = \nforce = yes\nmax_parts = 0\n",
        [
            (1, "expected TOML, found no value after the ="),
            (2, "expected TOML, found no value after the ="),
            (3, "expected a whole number from 1 to 1000 for max_parts, found 0"),
        ],
    ),
    (
        "j.toml",
        'input_files = ["a.py",\nmodel = "m"\nforce = 1\n',
        [
            (1, "expected TOML, found no end of what begins here with a quotation mark"),
            (3, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.toml",
        'model = "m\nforce = 1\n',
        [
            (1, "expected TOML, found no end of what begins here with a quotation mark"),
            (2, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.toml",
        'model = "m"\nforce = 1\nmodel = "n"\n',
        [
            (2, "expected true or false for force, found 1"),
            (3, '"model" is given twice; the first is in line 1'),
        ],
    ),
    (
        "j.toml",
        'requirements = """\nAdd a flag.\nmodel = "m"\n',
        [(1, "expected TOML, found no end of what begins here with a quotation mark")],
    ),
    (
        "j.toml",
        '[job]\nmodel = "m"\n',
        [(1, '"job" is not known here; options stand at the top of the file, in no')],
    ),
    (
        "j.toml",
        "model: m\nforce: true\n",
        [
            (1, "expected TOML, found no = after the name"),
            (2, "expected TOML, found no = after the name"),
        ],
    ),
    (
        "j.toml",
        'max_cost = "5"\nendpoint = "https://a.example.org/v1"\ncheck = false\n',
        [
            (1, "5 US dollars are more than the 0.50 that your settings allow a run"),
            (2, "a.example.org is none of the servers that your settings allow"),
            (3, "your settings want every result checked (check_before_accept in"),
        ],
    ),
    (
        "j.toml",
        'input_files = [\n  "a.py",\n  "gone.py",\n]\nrequirements = "@gone.md"\n',
        [
            (3, "gone.py does not exist (paths are relative to the control file)"),
            (5, "gone.md does not exist (paths are relative to the control file)"),
        ],
    ),
    (
        "j.toml",
        "model = 'm'\n\"force\" = 'x'\n= 3\n",
        [
            (2, 'expected true or false for force, found "x"'),
            (3, "expected TOML, invalid statement"),
        ],
    ),
    (
        "j.toml",
        "max-parts = 3\nmax_parts = 4\n",
        [(2, '"max_parts" and "max-parts" say the same; keep one of them')],
    ),
    (
        "j.yaml",
        "model: m\nforce: true\n",
        [(1, "YAML is not read here; write the same as JSON or TOML")],
    ),
    ("j", '// mine\n{\n "modl": 1\n}', [(3, '"modl" is not known here; the nearest is "model"')]),
    (
        "j.json",
        '{"input_files": "*.py", "fix": 0,\n"check_commands": [""],\n"system_prompt": 3}',
        [
            (1, "expected a whole number of rounds from 1 to 20 for fix, found 0"),
            (2, 'expected a list of commands such as ["pytest -q"] for'),
            (3, "expected a text for system_prompt, found 3"),
        ],
    ),
    (
        "j.json",
        '{\n "input_files": ["a.py"}\n "force": 1\n]',
        [
            (2, "expected ] to end what [ begins"),
            (2, 'expected a comma or } before "force": 1'),
            (3, "expected true or false for force, found 1"),
            (4, "expected } to end what { begins"),
        ],
    ),
    (
        "j.json",
        '{\n "model": "m";\n "check": true;\n "force": 1\n}',
        [
            (2, "expected a comma, found ;"),
            (3, "expected a comma, found ;"),
            (4, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.json",
        '{\n “model”: “m”,\n "requirements": `Add\na flag`,\n "force": 1\n}',
        [
            (2, 'expected straight double quotes (") around “model”'),
            (2, 'expected straight double quotes (") around “m”'),
            (3, 'expected straight double quotes (") around `Add'),
            (5, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.json",
        '{\n<<<<<<< HEAD\n "model": "m",\n=======\n "model": "n",\n>>>>>>> x\n "force": 1\n}',
        [
            (2, "a conflict of git is left here"),
            (4, "a conflict of git is left here"),
            (5, '"model" is given twice; the first is in line 3'),
            (6, "a conflict of git is left here"),
            (7, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.toml",
        '<<<<<<< HEAD\nmodel = "m"\n=======\nmodel = "n"\n>>>>>>> x\nforce = 1\n',
        [
            (1, "a conflict of git is left here"),
            (3, "a conflict of git is left here"),
            (4, '"model" is given twice; the first is in line 2'),
            (5, "a conflict of git is left here"),
            (6, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.toml",
        'model == "m"\nmodel := "m"\ncheck => true\nforce = 1\n',
        [
            (1, "expected TOML, found no value after the ="),
            (2, "expected TOML, found no = after the name"),
            (3, "expected TOML, found no value after the ="),
            (4, "expected true or false for force, found 1"),
        ],
    ),
    (
        "j.toml",
        "requirements = '''\nAdd a flag.\nforce = 1\n",
        [(1, "expected TOML, found no end of what begins here with a quotation mark")],
    ),
    (
        "j.toml",
        '[[jobs]]\nmodel = "m"\n[[jobs]]\nforce = 1\n',
        [(1, '"jobs" is not known here')],
    ),
    (
        "j.toml",
        'fix = 2\nmodel.name = "m"\n',
        [(2, "expected a short text without control characters for model, found a table")],
    ),
    (
        "j.json",
        '{"requirements": "@data.bin",\n"system_prompt": "@data.bin",\n"output_file": "."}',
        [(1, "is not text"), (2, "is not text"), (3, "is a folder; output_file names the file")],
    ),
    (
        "j.json",
        'model = "m"\n',
        [(1, "where this is TOML, the name of the file has to end in .toml")],
    ),
    (
        "j.json",
        '{\n "prompt": "x",\n "output": "b.py",\n "maxCost": 1,\n "api_key": "sk-x"\n}',
        [
            (2, 'the nearest is "requirements"'),
            (3, 'the nearest is "output_file"'),
            (4, 'the nearest is "max_cost"'),
            (5, "a key goes into the environment"),
        ],
    ),
]


@pytest.mark.parametrize(("name", "text", "expected"), BROKEN)
def test_all_that_is_wrong_is_said_at_once(
    tmp_path: Path, name: str, text: str, expected: list[tuple[int | None, str]]
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    (tmp_path / "a.py").touch()
    (tmp_path / "data.bin").write_bytes(b"\0\1")
    found = read_control_file(file, SETTINGS).problems
    assert [problem.line for problem in found] == [line for line, _ in expected], found
    for problem, (_, words) in zip(found, expected, strict=True):
        assert words in str(problem)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("".join(f'k{n} = "x"\n' for n in range(20_000)) + "b = \n", [20_001]),
        ("model = \n" * 40, list(range(1, 41))),
        ('model = "m"\nrequirements = """\n' + "x = 1\n" * 20_000, [2]),
        ("input_files = [\n" + "".join(f"x{n} = 1\n" for n in range(2000)), [1]),
    ],
)
def test_a_long_toml_file_names_its_mistakes_of_form(text: str, lines: list[int]) -> None:
    _, problems = parse_all_toml(Path("job.toml"), text)
    assert [problem.line for problem in problems] == lines


def test_a_folder_is_named_as_it_was_given() -> None:
    (problem,) = read_control_file(Path(), SETTINGS).problems
    assert str(problem) == ".: expected a regular file."
