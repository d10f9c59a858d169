"""One place says of what language a text is and whether it is well-formed."""

import json

import pytest

from autocoder_tui.text import syntax
from autocoder_tui.text.syntax import (
    LARGEST_PARSED,
    Language,
    is_well_formed,
    language_of,
    parse_error,
    parses,
)


@pytest.mark.parametrize(
    ("path", "info", "name"),
    [
        ("a.py", "", "Python"),
        ("src/a.PYI", "", "Python"),
        ("run.pyw", "toml", "Python"),
        ("a.json", "", "JSON"),
        ("map.geojson", "", "JSON"),
        ("book.ipynb", "", "JSON"),
        ("pyproject.toml", "", "TOML"),
        ("a.txt", "python", None),
        ("Makefile", "python", "Python"),
        ("dir.d/script", "python3 title", "Python"),
        ("", "json", "JSON"),
        ("script", "", None),
        ("script", "bash", None),
        ("tsconfig.json", "", None),
        ("tsconfig.build.json", "", None),
        (".vscode/settings.json", "", None),
        (".eslintrc.json", "", None),
    ],
)
def test_the_language_is_the_names_or_else_the_fences(
    path: str, info: str, name: str | None
) -> None:
    language = language_of(path, info)
    assert (language and language.name.split()[0]) == name


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("a.py", "x = (1\n", "line 1"),
        ("a.py", "return 1\n", "'return' outside function, line 1"),
        ("a.py", "x = 1\nif x:\n  y\n z\n", "line 4"),
        ("a.py", "x = 1\ny = '\0'\n", "line 2 holds a NUL"),
        ("a.py", "x = '\ud800'\n", "surrogates"),
        ("a.json", '{"a": 1,}', "line 1"),
        ("a.json", "[" * 100_000, "recursion"),
        ("a.toml", "a = \n", "line 1"),
    ],
)
def test_what_is_wrong_is_said_in_the_parsers_words(path: str, text: str, words: str) -> None:
    language = language_of(path)
    assert language is not None
    error = parse_error(language, text)
    assert error is not None
    assert words in error
    assert parses(path, text) is False


@pytest.mark.parametrize(
    ("path", "text"), [("a.py", "x = 1\nx is 1\n"), ("a.json", "[1]"), ("a.toml", "a = 1\n")]
)
def test_what_is_well_formed_passes_without_a_word(
    path: str, text: str, recwarn: pytest.WarningsRecorder
) -> None:
    assert parses(path, text) is True
    assert not list(recwarn)


def test_what_was_said_of_a_text_is_remembered_for_it_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(syntax, "_said", {})
    monkeypatch.setattr(syntax, "_REMEMBERED", 4)
    parsed: list[str] = []

    def parse(text: str) -> None:
        parsed.append(text)
        json.loads(text)

    one, other = Language("one", parse), Language("other", json.loads)
    for _ in range(3):
        assert parse_error(one, "[1") is not None
        assert parse_error(one, "[1]") is None
        assert parse_error(other, "[1") is not None
    assert parsed == ["[1", "[1]"]
    for number in range(20):
        assert parse_error(one, f"{number}") is None
        assert len(syntax._said) <= 4


def test_nothing_is_said_of_what_is_not_parsed() -> None:
    assert parses("a.c", "int") is None
    assert is_well_formed(None, "int") is None
    assert parses("a.py", "(" * (LARGEST_PARSED + 1)) is None
