"""Where a key is found, in which order, and that no message ever holds one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.config.api_keys import FoundKey, find_key, missing_key_message
from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.engine.catalog import Provider

CATALOG, _ = load_catalog()
OPENAI = CATALOG.providers["OpenAI"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config").mkdir()
    return {"AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "config")}


def value(found: FoundKey) -> str | None:
    return found.secret.reveal() if found.secret is not None else None


def test_nothing_found(project: Path, environ: dict[str, str]) -> None:
    assert find_key(OPENAI, project, environ) == FoundKey(None, "", ())
    message = missing_key_message(OPENAI)
    assert "OpenAI" in message
    assert "OPENAI_API_KEY" in message


def test_each_place_in_turn(project: Path, environ: dict[str, str], tmp_path: Path) -> None:
    in_config = tmp_path / "config" / "openai-api-key.txt"
    in_config.write_text("sk-config\n")
    in_config.chmod(0o600)
    found = find_key(OPENAI, project, environ)
    assert value(found) == "sk-config"
    assert found.source == "openai-api-key.txt in the configuration folder"
    assert len(found.warnings) == 1
    assert "insecure" in found.warnings[0]
    assert "chmod" not in found.warnings[0]

    in_project = project / "openai-api-key.txt"
    in_project.write_text("  sk-project\r\n")
    in_project.chmod(0o644)
    found = find_key(OPENAI, project, environ)
    assert value(found) == "sk-project"
    assert "chmod 600" in found.warnings[0]

    (project / ".env").write_text("OPENAI_API_KEY=sk-dotenv\n")
    found = find_key(OPENAI, project, environ)
    assert (value(found), found.source) == ("sk-dotenv", "OPENAI_API_KEY in .env")
    assert found.warnings == ()

    found = find_key(OPENAI, project, {**environ, "OPENAI_API_KEY": " sk-env "})
    assert (value(found), found.source) == ("sk-env", "OPENAI_API_KEY in the environment")


def test_each_provider_has_its_own_key(project: Path, environ: dict[str, str]) -> None:
    environ |= {"OPENAI_API_KEY": "sk-openai", "HYPERBOLIC_API_KEY": "hy", "LOCAL_API_KEY": "lo"}
    assert value(find_key(OPENAI, project, environ)) == "sk-openai"
    assert value(find_key(CATALOG.providers["Hyperbolic"], project, environ)) == "hy"
    for url in ("http://localhost:1234/v1", "https://elsewhere.example/v1"):
        _, provider = CATALOG.for_base_url(url, "gpt-4o-mini")
        assert value(find_key(provider, project, environ)) == "lo"
    del environ["LOCAL_API_KEY"]
    (project / "openai-api-key.txt").write_text("sk-file")
    assert find_key(provider, project, environ) == FoundKey(None, "", ())


def test_dotenv_as_people_write_it(project: Path, environ: dict[str, str]) -> None:
    (project / ".env").write_text(
        "\ufeff# keys\n\nOPENAI_BASE_URL=https://evil.example\n"
        "export OPENAI_API_KEY='sk-quoted' # mine\n",
        encoding="utf-8",
    )
    found = find_key(OPENAI, project, environ)
    assert (value(found), found.warnings) == ("sk-quoted", ())
    assert "OPENAI_BASE_URL" not in os.environ
    assert os.environ.get("OPENAI_API_KEY") != "sk-quoted"


def test_dotenv_does_not_look_into_the_environment(project: Path, environ: dict[str, str]) -> None:
    (project / ".env").write_text("LOCAL_API_KEY=${OPENAI_API_KEY}\n")
    provider = Provider("x", "http://localhost:1/v1")
    environ["OPENAI_API_KEY"] = "sk-hunter2"
    assert value(find_key(provider, project, environ)) == "${OPENAI_API_KEY}"


def test_dotenv_gives_only_names_of_keys(project: Path, environ: dict[str, str]) -> None:
    (project / ".env").write_text("MY_TOKEN=from-dotenv\n")
    provider = Provider("x", "https://x.example/v1", "MY_TOKEN")
    assert value(find_key(provider, project, environ)) is None
    assert value(find_key(provider, project, {**environ, "MY_TOKEN": "t"})) == "t"


def test_malformed_dotenv_lines_are_named(project: Path, environ: dict[str, str]) -> None:
    (project / ".env").write_text("A=1\n\n\nthis is sk-hunter2\nOPENAI_API_KEY=sk-good\n")
    found = find_key(OPENAI, project, environ)
    assert value(found) == "sk-good"
    assert found.warnings == (".env, line 4: expected NAME=value.",)


def test_unreadable_places_are_named(project: Path, environ: dict[str, str]) -> None:
    (project / ".env").mkdir()
    (project / "openai-api-key.txt").write_bytes(b"\xff\xfehunter2")
    found = find_key(OPENAI, project, environ)
    assert found.secret is None
    assert ".env: expected a regular file." in found.warnings
    assert "openai-api-key.txt, line 1: expected UTF-8 text." in found.warnings


def test_an_empty_key_file_is_named(project: Path, environ: dict[str, str]) -> None:
    (project / "openai-api-key.txt").write_text("\n")
    assert "empty file" in find_key(OPENAI, project, environ).warnings[0]


@pytest.mark.parametrize(
    "wrong", ["sk hunter2", "sk-a\nhunter2", "sk-hunter2é", "sk-\x1bhunter2", "hunter2\u200b"]
)
def test_what_cannot_be_a_key_is_passed_over_and_not_repeated(
    project: Path, environ: dict[str, str], wrong: str
) -> None:
    (project / ".env").write_text("OPENAI_API_KEY=sk-good\n")
    found = find_key(OPENAI, project, {**environ, "OPENAI_API_KEY": wrong})
    assert value(found) == "sk-good"
    assert len(found.warnings) == 1
    assert "OPENAI_API_KEY in the environment" in found.warnings[0]
    assert "hunter2" not in found.warnings[0]


def test_blank_counts_as_absent(project: Path, environ: dict[str, str]) -> None:
    environ["OPENAI_API_KEY"] = "  "
    assert find_key(OPENAI, project, environ) == FoundKey(None, "", ())


def test_plain_http_is_warned_about(project: Path, environ: dict[str, str]) -> None:
    environ["LOCAL_API_KEY"] = "k-hunter2"
    found = find_key(Provider("Box", "http://192.168.1.5/v1"), project, environ)
    assert value(found) == "k-hunter2"
    assert "plain http" in found.warnings[0]
    assert "hunter2" not in repr(found)
    local = find_key(Provider("Here", "http://127.0.0.1:1/v1"), project, environ)
    assert local.warnings == ()


@given(st.text(max_size=40), st.text(max_size=80), st.binary(max_size=40))
def test_whatever_is_found_is_a_clean_key_and_never_shown(
    tmp_path_factory: pytest.TempPathFactory, env: str, dotenv: str, in_file: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any-project"
    folder.mkdir(exist_ok=True)
    (folder / ".env").write_text(dotenv, encoding="utf-8", errors="replace")
    (folder / "openai-api-key.txt").write_bytes(in_file)
    environ = {"AUTOCODER_TUI_CONFIG_DIR": str(folder), "OPENAI_API_KEY": env + "hunter2"}
    found = find_key(OPENAI, folder, environ)
    key = value(found)
    assert key is None or (key.isascii() and key.isprintable() and " " not in key and key)
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("given", "taken_off"),
    [
        ('"sk-bare"', "The quotes around"),
        ("'sk-bare'", "The quotes around"),
        ("`sk-bare`", "The quotes around"),
        ("\u201csk-bare\u201d", "The quotes around"),
        ("'\"sk-bare\"'", "The quotes around"),
        ("Bearer sk-bare", 'The word "Bearer" around'),
        ('bearer "sk-bare"', 'The quotes and the word "Bearer" around'),
        ('\ufeff"Bearer sk-bare"\r\n', 'The quotes and the word "Bearer" around'),
    ],
)
def test_what_was_copied_with_a_key_is_taken_off_and_said(
    given: str, taken_off: str, project: Path, environ: dict[str, str]
) -> None:
    found = find_key(OPENAI, project, {**environ, "OPENAI_API_KEY": given})
    assert value(found) == "sk-bare"
    (note,) = found.warnings
    assert note.startswith(f"{taken_off} the key from OPENAI_API_KEY in the environment w")
    assert "sk-bare" not in note


def test_a_byte_order_mark_is_passed_over_in_silence(
    project: Path, environ: dict[str, str]
) -> None:
    found = find_key(OPENAI, project, {**environ, "OPENAI_API_KEY": "\ufeffsk-bare"})
    assert (value(found), found.warnings) == ("sk-bare", ())


@pytest.mark.parametrize("given", ['""', "''", "Bearer ", '"Bearer"'])
def test_quotes_around_nothing_are_no_key(
    given: str, project: Path, environ: dict[str, str]
) -> None:
    found = find_key(OPENAI, project, {**environ, "OPENAI_API_KEY": given})
    assert found.secret is None
