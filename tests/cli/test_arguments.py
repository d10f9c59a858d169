"""What is said of an argument that does not do: what was expected, and what was found."""

import re

import pytest

from autocoder_tui.cli.arguments import run_parser, tui_parser
from autocoder_tui.cli.every_parser import commands


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("-o", "", "argument -o/--output-file: expected a value, found an empty value"),
        ("-m", " ", "expected a value, found an empty value"),
        ("-c", "", "expected a value, found an empty value"),
        ("--fallback", "", "expected a value, found an empty value"),
        ("--temperature", "3", 'expected a number from 0 to 2, found "3"'),
        ("--temperature", "nan", 'expected a number from 0 to 2, found "nan"'),
        ("--temperature", "", "expected a number from 0 to 2, found an empty value"),
        ("--idle-timeout", "soon", 'expected a number of seconds above 0, found "soon"'),
        ("--max-parts", "1001", 'expected a whole number from 1 to 1000, found "1001"'),
        ("--max-parts", "2.5", 'expected a whole number from 1 to 1000, found "2.5"'),
        ("--max-output", "0", "expected a whole number of tokens from 1 to 10000000, found"),
        ("--max-cost", "free", 'expected US dollars above 0 such as 0.50, found "free"'),
        ("--max-cost", "", "above 0 such as 0.50, found an empty value"),
        ("-d", "4", 'expected a whole number from 0 to 3, found "4"'),
        ("-d", "x\x1b[2J", 'expected a whole number from 0 to 3, found "x'),
    ],
)
def test_a_value_that_does_not_do(
    capsys: pytest.CaptureFixture[str], flag: str, value: str, said: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        run_parser().parse_args([flag, value])
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert "invalid" not in error
    assert "\x1b" not in error


def test_the_help_names_every_command() -> None:
    said = tui_parser().description or ""
    listed = set(re.findall(r"^  autocoder-tui ([a-z]+) ", said, re.MULTILINE))
    assert listed == set(commands())


@pytest.mark.parametrize("name", ["", *commands()])
def test_a_usage_is_no_wall_of_flags(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    parser = commands()[name] if name else tui_parser()
    usage = parser.format_usage()
    assert usage.startswith(f"usage: autocoder-tui {name}".rstrip())
    assert usage.count("\n") <= 5
    for action in parser._actions:
        if not action.option_strings and action.metavar:
            assert str(action.metavar) in usage
    # What stands in it is said above what a person has to scroll to.
    sentence = (parser.description or "").split("\n")[0].split()[:3]
    assert " ".join(sentence) in parser.format_help()[:700]
