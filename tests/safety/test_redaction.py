"""No key is left in what is written down, in whatever form and place it stands."""

from __future__ import annotations

import base64
import json
import string
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.diagnostics.debug_log import cut_safely
from autocoder_tui.engine.catalog import Secret
from autocoder_tui.safety import redaction
from autocoder_tui.safety.redaction import REDACTED, SHORTEST, know, redacted, safe_line
from tests.effort import examples

KEYS = st.text(
    alphabet=string.ascii_letters + string.digits + "-_.+/=~!%&'\"\\*@:", min_size=12, max_size=80
)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys made up here, any word among them, must not be taken out of other tests' lines."""
    monkeypatch.setattr(redaction, "_known", set())
    monkeypatch.setattr(redaction, "_forms", None)


def forms_of(key: str) -> list[str]:
    data = key.encode()
    return [
        key,
        quote(key, safe=""),
        quote_plus(key),
        json.dumps(key),
        json.dumps({"key": key}),
        repr(key),
        data.hex(),
        f"Authorization: Bearer {key}",
        f"'authorization': 'Bearer {key}'",
        f"https://user:{key}@host/v1?api-key={quote(key)}",
    ]


@given(KEYS, st.text(max_size=40), st.text(max_size=40))
@examples(150)
def test_a_known_key_is_gone_in_every_form_wherever_it_stands(
    key: str, before: str, after: str
) -> None:
    know(key)
    for form in forms_of(key):
        assert key not in redacted(before + form + after)
        assert key not in safe_line(before + form + after)
    for text in (key, f"user:{key}", f"xy{key}z"):
        encoded = base64.b64encode(text.encode()).decode()
        assert encoded.strip("=") not in redacted(before + encoded + after)


@given(KEYS, st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_cut_leaves_no_half_of_a_key(key: str, place: int) -> None:
    know(key)
    shown = cut_safely("." * place + key + "." * 400, 200)
    assert key[: len(key) // 2 + 6] not in shown


def test_a_secret_is_known_from_the_moment_it_is_made() -> None:
    Secret("a-rather-odd-value-77")
    assert redacted("it is a-rather-odd-value-77!") == "it is [redacted]!"


@pytest.mark.parametrize(
    "line",
    [
        "sk-proj-Ab3dEf6hIj9kLmNoPqRsTu",
        "key=hyp-Qw8rTy2uIo5pAs9dFg1hJk",
        "Authorization: Basic dXNlcjpwYXNzd29yZA",
        '{"x-api-key": "Zx81Qw8rTy2u"}',
        "proxy-authorization: Bearer short9",
        "Set-Cookie: session=Qw8rTy2uIo5p",
        "curl -H 'Authorization: Bearer Qw8rTy2uIo5pAs9dFg1hJk'",
        'api_key = "Qw8rTy2uIo5pAs9dFg1hJk4l"',
        "postgres://app:Qw8rTy2uIo5p@db/x",
        "-----BEGIN RSA PRIVATE KEY-----\nQw8rTy2uIo5pAs9dFg1hJk4l\n-----END RSA PRIVATE KEY-----",
        "Incorrect API key provided: sk-Qw8r****************hJk4l",
        "AKIAQW8RTY2UIO5PAS9D",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.Qw8rTy2uIo5pAs9dFg1hJk",
    ],
)
def test_what_looks_like_a_key_is_gone_though_nobody_knows_it(line: str) -> None:
    left = redacted(line)
    assert "[redacted]" in left
    for part in ("Qw8r", "QW8R", "Zx81", "hJk4l", "dXNl", "Ab3dEf", "short9"):
        assert part not in left


@pytest.mark.parametrize(
    "line",
    [
        'request POST https://host/v1/chat/completions {"model": "gpt-4o-mini"}',
        "part 2: joined at character 1,204, proven by the repeated lines",
        "def read(key: str, password: str) -> None:",
        "char ***argv; a ** b; sk-folding",
        "commit 3f2504e04f8911d39a0c0305e82c3301d4e5f6a7",
    ],
)
def test_ordinary_lines_stay_as_they_are(line: str) -> None:
    assert redacted(line) == line


def test_a_value_too_short_or_well_known_is_no_secret() -> None:
    know("x" * (SHORTEST - 1))
    know("ollama")
    assert redacted("xxxxx ollama") == "xxxxx ollama"


@pytest.mark.parametrize(
    "text", ['password = "VALUE"', "PGPASSWORD=VALUE", 'chunk {"a": "password: \\"VALUE\\""}']
)
def test_a_short_password_is_taken_out(text: str) -> None:
    assert redacted(text.replace("VALUE", "hunter2")) == text.replace("VALUE", REDACTED)
