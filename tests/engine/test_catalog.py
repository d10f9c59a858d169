"""The model table: the packaged one, the user's over it, and addresses given by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.base_url import (
    check_base_url,
    host_of,
    is_loopback,
    is_openai,
    is_plain_http,
    with_scheme,
)
from autocoder_tui.engine.catalog import Endpoint, Model, Provider, Secret
from autocoder_tui.engine.errors import RequestError, UnknownModel
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.chat import stream_reply
from autocoder_tui.engine.request import Limits

PACKAGED, _ = load_catalog()


def user_file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "models.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_packaged_models_are_the_four_of_autocoder() -> None:
    catalog, problems = load_catalog()
    assert problems == ()
    assert [
        (m.name, m.provider, m.input_price, m.output_price, m.context_length, m.max_tokens)
        for m in catalog.models
    ] == [
        ("gpt-4o-mini", "OpenAI", Decimal("0.15"), Decimal("0.6"), 128000, 16384),
        (
            "meta-llama/Llama-3.3-70B-Instruct",
            "Hyperbolic",
            Decimal("0.4"),
            Decimal("0.4"),
            131072,
            65535,
        ),
        (
            "Qwen/Qwen2.5-Coder-32B-Instruct",
            "Hyperbolic",
            Decimal("0.2"),
            Decimal("0.2"),
            131072,
            8192,
        ),
        ("Qwen/QwQ-32B-Preview", "Hyperbolic", Decimal("0.2"), Decimal("0.2"), 32768, 16384),
    ]
    assert {m.priced_on for m in catalog.models} == {"2024-12"}


def test_packaged_providers() -> None:
    assert PACKAGED.providers["OpenAI"] == Provider(
        "OpenAI",
        "https://api.openai.com/v1",
        "OPENAI_API_KEY",
        "openai-api-key.txt",
        "max_completion_tokens",
    )
    assert PACKAGED.providers["Hyperbolic"] == Provider(
        "Hyperbolic",
        "https://api.hyperbolic.xyz/v1",
        "HYPERBOLIC_API_KEY",
        "hyperbolic-api-key.txt",
        "max_tokens",
    )


def test_no_file_of_the_users_is_no_problem(tmp_path: Path) -> None:
    assert load_catalog(tmp_path / "none.toml") == (PACKAGED, ())


def test_unknown_model_names_the_nearest() -> None:
    for wrong in ("gpt-4o-mni", "GPT-4o-mini"):
        with pytest.raises(UnknownModel, match='Did you mean "gpt-4o-mini"'):
            PACKAGED.find(wrong)
    with pytest.raises(UnknownModel, match=r'"Qwen/Qwen2\.5-Coder-32B-Instruct"'):
        PACKAGED.find("qwen2.5-coder-32b")
    with pytest.raises(UnknownModel, match="--list-models"):
        PACKAGED.find("zzzzzz")
    with pytest.raises(UnknownModel, match="at Hyperbolic"):
        PACKAGED.find("gpt-4o-mini", "Hyperbolic")


def test_unknown_model_is_shown_safely() -> None:
    with pytest.raises(UnknownModel) as caught:
        PACKAGED.find("gpt\x1b]52;c;x\x07" + "y" * 500)
    assert "\x1b" not in caught.value.message
    assert len(caught.value.message) < 300


def test_model_of_unknown_provider() -> None:
    with pytest.raises(UnknownModel, match=r"models\.toml"):
        PACKAGED.provider_of(Model("x", "Nowhere"))


def test_users_file_wins_field_by_field(tmp_path: Path) -> None:
    file = user_file(
        tmp_path,
        """
[providers.Box]
base_url = "http://192.168.1.5:8000/v1/"

[[models]]
name = "gpt-4o-mini"
output_price = 0.7
cached_price = "0.075"
priced_on = 2025-03-01

[[models]]
name = "llama"
provider = "Box"
context_length = 4096
""",
    )
    catalog, problems = load_catalog(file)
    assert problems == ()
    mini = catalog.find("gpt-4o-mini")
    assert (mini.input_price, mini.output_price) == (Decimal("0.15"), Decimal("0.7"))
    assert (mini.priced_on, mini.cached_price) == ("2025-03-01", Decimal("0.075"))
    llama = catalog.find("llama")
    assert llama == Model("llama", "Box", context_length=4096, source_of_context="models.toml")
    assert (mini.source, mini.source_of_context) == ("models.toml", None)
    assert catalog.provider_of(llama) == Provider("Box", "http://192.168.1.5:8000/v1")
    assert len(catalog.models) == 5


def test_a_moved_provider_leaves_its_key_behind(tmp_path: Path) -> None:
    moved = user_file(tmp_path, '[providers.OpenAI]\nbase_url = "https://proxy.example/v1"\n')
    provider = load_catalog(moved)[0].providers["OpenAI"]
    assert (provider.key_variable, provider.key_file) == ("LOCAL_API_KEY", None)
    named = user_file(
        tmp_path,
        '[providers.OpenAI]\nbase_url = "https://proxy.example/v1"\n'
        'key_variable = "OPENAI_API_KEY"\n',
    )
    assert load_catalog(named)[0].providers["OpenAI"].key_variable == "OPENAI_API_KEY"
    same = user_file(tmp_path, '[providers.OpenAI]\nkey_variable = "WORK_API_KEY"\n')
    assert load_catalog(same)[0].providers["OpenAI"].base_url == "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("[[models]\n", 1, "expected TOML"),
        ('[[models]]\nname = "a"\n\nprovider = "OpenIA"\n', 4, 'the nearest is "OpenAI"'),
        ('[[models]]\nname = "a"\n', 1, "expected the name of a provider, found none"),
        ('[[models]]\nprovider = "OpenAI"\n', 1, "expected a name"),
        (
            '[[models]]\nname = "a"\nprovider = "OpenAI"\n[[models]]\nname = "b"\n'
            'provider = "OpenAI"\ninput_price = "cheap"\n',
            7,
            "US dollars per million",
        ),
        ('[[models]]\nname = "gpt-4o-mini"\ninput_price = -1\n', 3, "US dollars"),
        ('[[models]]\nname = "gpt-4o-mini"\ninput_price = nan\n', 3, "US dollars"),
        ('[[models]]\nname = "gpt-4o-mini"\ncontext_length = "8k"\n', 3, "a number of tokens"),
        ('[[models]]\nname = "gpt-4o-mini"\nmax_tokens = true\n', 3, "a number of tokens"),
        ('[[models]]\nname = "gpt-4o-mini"\npriced_on = "soon"\n', 3, "a month or day"),
        ('[[models]]\nname = "gpt-4o-mini"\ncontxt = 1\n', 3, "context_length"),
        ('[[models]]\nname = "a\\u001b[2J"\n', 2, "without control characters"),
        ("[models]\nname = 1\n", 1, "[[models]]"),
        ('[providers.X]\nbase_url = "ftp://x"\n', 2, "is not a base URL"),
        ('[providers.X]\nkey_variable = "A"\n', 1, "expected a base_url"),
        ('[providers.OpenAI]\nkey_variable = "sk-12345"\n', 2, "never the key itself"),
        ('[providers.OpenAI]\nkey_file = "../secret"\n', 2, "without a folder"),
        ('[providers.OpenAI]\nmax_tokens_parameter = "n"\n', 2, '"max_completion_tokens"'),
        ("providers = 3\n", 1, "[providers.NAME]"),
        ("model = 3\n", 1, 'the nearest is "models"'),
    ],
)
def test_malformed_files_are_named_and_defaults_kept(
    tmp_path: Path, text: str, line: int, expected: str
) -> None:
    catalog, problems = load_catalog(user_file(tmp_path, text))
    assert problems[0].line == line
    assert expected in str(problems[0])
    assert str(problems[0]).startswith(f"models.toml, line {line}: ")
    assert str(problems[0]).endswith(".")
    assert catalog.find("gpt-4o-mini") == PACKAGED.find("gpt-4o-mini")
    assert catalog.providers == PACKAGED.providers


def test_files_that_are_no_text(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"a = 1\n\xff\xfe")
    assert str(load_catalog(binary)[1][0]) == "binary.toml, line 2: expected UTF-8 text."
    assert "regular file" in str(load_catalog(tmp_path)[1][0])
    fifo = tmp_path / "fifo.toml"
    os.mkfifo(fifo)
    assert "regular file" in str(load_catalog(fifo)[1][0])
    deep = user_file(tmp_path, "a = " + "[" * 5000 + "]" * 5000)
    assert load_catalog(deep)[1][0].message.startswith("expected TOML")
    big = tmp_path / "big.toml"
    big.write_bytes(b"#" * 2_000_000)
    assert "at most 1024 KiB" in str(load_catalog(big)[1][0])


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_file_content_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any-models.toml"
    file.write_bytes(content)
    catalog, _ = load_catalog(file)
    assert set(PACKAGED.models) <= set(catalog.models)


def test_any_model_at_an_address_given_by_hand() -> None:
    model, provider = PACKAGED.for_base_url("http://localhost:11434/v1/", "gpt-4o-mini")
    assert model == Model("gpt-4o-mini", "localhost")  # no price or size assumed
    assert provider == Provider("localhost", "http://localhost:11434/v1")
    assert provider.needs_no_key
    model, provider = PACKAGED.for_base_url("https://api.openai.com/v1", "gpt-4o-mini")
    assert model == PACKAGED.find("gpt-4o-mini")
    assert provider.key_variable == "OPENAI_API_KEY"
    model, provider = PACKAGED.for_base_url("https://api.openai.com/v1", "gpt-9")
    assert (model, provider.name) == (Model("gpt-9", "OpenAI"), "OpenAI")
    _, provider = PACKAGED.for_base_url("https://evil.example/v1", "gpt-4o-mini")
    assert (provider.key_variable, provider.key_file) == ("LOCAL_API_KEY", None)
    assert not provider.needs_no_key


def test_users_models_count_at_their_address(tmp_path: Path) -> None:
    file = user_file(
        tmp_path,
        '[providers.Ollama]\nbase_url = "http://localhost:11434/v1"\n'
        '[[models]]\nname = "qwen"\nprovider = "Ollama"\ncontext_length = 8192\n',
    )
    catalog, _ = load_catalog(file)
    model, provider = catalog.for_base_url("http://localhost:11434/v1", "qwen")
    assert (model.context_length, provider.name) == (8192, "Ollama")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 300])
def test_model_names_that_cannot_be(name: str) -> None:
    with pytest.raises(RequestError, match="model name"):
        PACKAGED.for_base_url("http://localhost:1/v1", name)


@pytest.mark.parametrize(
    ("given_url", "base"),
    [
        (" https://Host.example/v1/ ", "https://host.example/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/v1/chat/completions", "http://127.0.0.1:8080/v1"),
        ("HTTP://[::1]:80/v1", "http://[::1]:80/v1"),
    ],
)
def test_base_urls(given_url: str, base: str) -> None:
    assert check_base_url(given_url) == base


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8080",
        "ftp://host",
        "file:///etc/passwd",
        "http://",
        "http:///v1",
        "http://host:99999/v1",
        "http://ho st/v1",
        "http://host/v1\n",
        "http://host\\@evil/v1",
        "http://[::1/v1",
        "http://host/\u202ev1",
        "http://host/v1?key=1",
        "http://host/v1#x",
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    if url.strip() != url:
        assert check_base_url(url) == url.strip()
        return
    with pytest.raises(RequestError):
        check_base_url(url)


@pytest.mark.parametrize("url", ["https://me:hunter2@host/v1", "htp://me:hunter2@host/v1"])
def test_a_password_in_a_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(RequestError) as caught:
        check_base_url(url)
    assert "hunter2" not in caught.value.message


def test_whose_machine_a_url_leads_to() -> None:
    for url in (
        "http://localhost:1",
        "http://127.0.0.1",
        "http://127.9.9.9",
        "http://[::1]:8",
        "http://[::ffff:127.0.0.1]",
        "http://api.localhost",
        "http://LOCALHOST.",
    ):
        assert is_loopback(url), url
        assert not is_plain_http(url), url
    for url in (
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://192.168.0.1",
        "http://127.0.0.1@evil.example",
        "http://0.0.0.0",
        "",
    ):
        assert not is_loopback(url), url
    assert is_openai("https://api.openai.com/v1")
    assert is_openai("https://eu.api.openai.com/v1")
    for url in (
        "http://api.openai.com/v1",
        "https://api.openai.com.evil.example",
        "https://xapi.openai.com",
        "https://evil.example/api.openai.com",
    ):
        assert not is_openai(url), url
    assert is_plain_http("http://host/v1")


@given(st.text(max_size=60))
def test_no_url_raises_anything_else(text: str) -> None:
    is_loopback(text), is_openai(text), host_of(text)
    try:
        base = check_base_url(text)
    except RequestError:
        return
    assert check_base_url(base) == base


def test_a_secret_never_shows() -> None:
    secret = Secret("sk-hunter2")
    endpoint = Endpoint(PACKAGED.providers["OpenAI"], secret, "somewhere")
    for shown in (repr(secret), str(secret), f"{secret}", repr(endpoint), str([endpoint])):
        assert "hunter2" not in shown
    assert secret.reveal() == "sk-hunter2"


def test_importing_loads_neither_textual_nor_openai_nor_tiktoken() -> None:
    script = (
        "import sys, autocoder_tui.engine.catalog, autocoder_tui.engine.metering.tokens, "
        "autocoder_tui.engine.metering.cost, autocoder_tui.config.models_file\n"
        "autocoder_tui.config.models_file.load_catalog(None)\n"
        "print(sorted({'textual', 'openai', 'tiktoken'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


async def test_parameters_of_a_model_are_sent_until_they_are_refused(tmp_path: Path) -> None:
    refusal = error_reply(400, "Unsupported parameter: reasoning_effort")
    async with DemoServer([Reply("one"), refusal, Reply("two")]) as server:
        file = tmp_path / "models.toml"
        file.write_text(
            f'[providers.Mine]\nbase_url = "{server.base_url}"\n'
            '[[models]]\nname = "thinker"\nprovider = "Mine"\ntemperature = 0.3\n'
            'reasoning_effort = "high"\nsystem_role = false\n'
        )
        catalog, problems = load_catalog(file)
        assert not problems
        model = catalog.find("thinker")
        assert model.temperature == 0.3
        messages = [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]
        known = Capabilities()
        for _ in range(2):
            endpoint = Endpoint(catalog.providers["Mine"])
            pieces = stream_reply(endpoint, model, messages, limits=Limits(), capabilities=known)
            assert [piece async for piece in pieces]
        bodies = [request.body for request in server.requests]
    assert [body.get("reasoning_effort") for body in bodies] == ["high", "high", None]
    assert bodies[0]["messages"] == [{"role": "user", "content": "a\n\nb"}]
    assert known.reasoning_effort is False


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2024-12", "as of 2024-12"),
        ("2026-01-31", "as of 2026-01-31"),
        ("fictional", "fictional"),
        (None, ""),
    ],
)
def test_only_a_date_is_said_to_be_one(day: str | None, said: str) -> None:
    assert Model("m", "p", priced_on=day).price_age == said


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        (" localhost ", "http://localhost"),
        ("[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("192.168.1.5/v1", "http://192.168.1.5/v1"),
        ("gpu:8000", "http://gpu:8000"),
        ("box.local:8000/v1", "http://box.local:8000/v1"),
        ("api.example.com/v1", "https://api.example.com/v1"),
        ("8.8.8.8", "https://8.8.8.8"),
        ("http://x", "http://x"),
        ("ftp://x", "ftp://x"),
    ],
)
def test_a_scheme_that_was_left_out_is_put_there(typed: str, url: str) -> None:
    assert with_scheme(typed) == url


@pytest.mark.parametrize("typed", ["", "sk-proj-abc", "id.secret", "sk/abc", "a b", "host:port"])
def test_what_may_be_a_key_does_not_become_a_name_to_look_up(typed: str) -> None:
    assert with_scheme(typed) == typed
