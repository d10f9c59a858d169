"""Keys are found by their shape, and ordinary files hold none."""

from __future__ import annotations

import base64
import hashlib
import random
import string
import uuid
from pathlib import Path

import pytest

from autocoder_tui.safety.key_patterns import find_keys
from autocoder_tui.safety.secret_files import looks_secret

ROOT = Path(__file__).parents[2]
RANDOM = random.Random(7)


WORD = "hunter" + "2"


def token(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(RANDOM.choice(alphabet) for _ in range(length - 2)) + "4k"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("an API key", f"sk-proj-{token(40)}"),
        ("an API key", f"OPENAI_API_KEY=sk-{token(48)}"),
        ("an API key", f"sk-ant-api03-{token(80)}"),
        ("an API key", f"gsk_{token(48)}"),
        ("an API key", f"hf_{token(34)}"),
        ("an API key", f"ghp_{token(36)}"),
        ("an API key", "AKIA" + token(16, string.ascii_uppercase + string.digits).upper()),
        ("an API key", f"xoxb-2847593048-{token(24)}"),
        ("an API key", f"xoxb-123456789012-123456789012-{token(24)}"),
        ("an API key", f"sk-proj-abCdEf{token(30)}"),
        ("a key or password", f"GITHUB_TOKEN={token(40)}"),
        ("an API key", f"AIza{token(35)}"),
        ("a bearer token", f"Authorization: Bearer {token(40)}"),
        ("a key or password", f'api_key = "{token(32)}"'),
        ("a key or password", f"HYPERBOLIC_API_KEY={token(40)}"),
        ("a key or password", f'"clientSecret": "x", "client_secret": "{token(32)}"'),
        ("a private key", f"-----BEGIN OPENSSH PRIVATE KEY-----\n{token(64)}\n"),
        ("a password in an address", f"postgres://app:{token(14)}@db.internal/shop"),
        ("a password in an address", f"postgres://app:{WORD}@db.internal/shop"),
        ("a password in an address", f"redis://:{WORD}@cache:6379/0"),
        ("a password", f'password = "{WORD}"'),
        ("a password", f"PGPASSWORD={WORD}"),
        ("a password", f"export MYSQL_PWD='{WORD}!'"),
        ("a password", f'  "smtpPassword": "{WORD}",'),
        ("a password", f"  password: {WORD}"),
        ("a password", f"Server=db;Uid=shop;Password={WORD};"),
        ("a password", f"DB_PASS={WORD}"),
        ("a password", f'{{"content": "password = \\"{WORD}\\""}}'),
    ],
)
def test_keys_are_found_in_their_line(kind: str, text: str) -> None:
    (found,) = find_keys(f"one\ntwo\n{text}\nfour\n")
    assert (found.line, found.kind) == (3, kind)
    assert text not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "OPENAI_API_KEY=sk-your-key-goes-right-here-1",
        "api_key = os.environ['OPENAI_API_KEY']",
        'api_key = "sk-xxxxxxxxxxxxxxxxxxxxxxxx"',
        'password = "correct horse battery staple"',
        "password=${DATABASE_PASSWORD_2}",
        "AKIAIOSFODNN7EXAMPLE",
        ".sk-folding-cube-animation-delay {}",
        "postgres://user:password@localhost/db",
        f"postgres://app:{WORD}@localhost/db",
        f"https://me:{WORD}@www.example.com/",
        'password = "secret1"',
        'PASSWORD = "test1234"',
        'password: "<your-passw0rd>"',
        "password1 = forms.CharField(max_length=128)",
        "if form.password1 == form.password2:",
        "password = get_password(user_id, 2)",
        "password=args.password2, timeout=30",
        'password="sha256$9f", user="me2"',
        '<input type="password" name="password2">',
        "PASSWORD_MIN_LENGTH = 12",
        "pwd = os.getcwd2()",
        "-----BEGIN PRIVATE KEY-----",
        'token_count = "1234567890123456"',
        f'api_key: "{uuid.uuid5(uuid.NAMESPACE_URL, "x")}"',
        f"sha256:{hashlib.sha256(b'x').hexdigest()}",
        f'"integrity": "sha512-{base64.b64encode(hashlib.sha512(b"x").digest()).decode()}"',
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4f' * 32}",
    ],
)
def test_what_only_resembles_a_key_is_passed_over(text: str) -> None:
    assert find_keys(text) == []


def test_our_own_files_and_piles_of_random_looking_text_hold_no_key() -> None:
    files = [
        path
        for folder in ("autocoder_tui", "tests", "themes")
        for path in (ROOT / folder).rglob("*")
        # The one file that is full of things made to look like keys.
        if path.suffix in (".py", ".toml", ".tcss", ".md") and path.name != "test_redaction.py"
    ]
    assert len(files) > 100
    wrong = {path.name: found for path in files if (found := find_keys(path.read_text()))}
    assert wrong == {}
    image = base64.b64encode(RANDOM.randbytes(60_000)).decode()
    lock = "\n".join(
        f'{{file = "p-{n}.whl", hash = "sha256:{RANDOM.randbytes(32).hex()}"}},'
        f" # {uuid.UUID(bytes=RANDOM.randbytes(16))}"
        for n in range(2000)
    )
    urls = "\n".join(f"https://x.example/{RANDOM.randbytes(20).hex()}?v={n}" for n in range(500))
    assert find_keys(f"<img src='data:image/png;base64,{image}'>") == []
    assert find_keys(lock + urls) == []


@pytest.mark.parametrize("name", [".env", "a/.env.local", "openai-api-key.txt", "deploy.pem"])
def test_one_list_of_secret_names_for_picking_and_for_proposals(name: str) -> None:
    from autocoder_tui.review.file_review import FileReview
    from autocoder_tui.review.warnings import warnings

    assert looks_secret(name)
    review = FileReview.of(path=name, before=None, after="x\n", complete=True, remark="")
    assert any("holds secrets" in warning for warning in warnings(review))
