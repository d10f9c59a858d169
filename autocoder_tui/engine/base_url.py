"""Base URLs: which are acceptable, and whose machine they lead to."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, parse_qsl, urlsplit

from autocoder_tui.engine.errors import RequestError
from autocoder_tui.safety.sanitize import visible

_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
_SECRET_WORDS = ("key", "token", "secret", "passw", "sig", "auth", "credential", "code")
_ENDPOINT_PATHS = ("/chat/completions", "/completions", "/models")


def check_base_url(url: str) -> str:
    """`url` as the base of an OpenAI-compatible API, without a slash at the end.

    A URL copied with its `/chat/completions` loses that part. Raises RequestError when it is
    not http or https, has no host, or carries a user name, password, fragment or a
    query with a key in it: a secret in a URL would show up in messages and logs. Any other query
    stays, as Azure's `?api-version=...` must.
    """
    parts = _split(url.strip())
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise RequestError(
            f'"{_for_message(url)}" is not a base URL. Give one such as http://127.0.0.1:8080/v1.'
        )
    if parts.username is not None or parts.password is not None:
        raise RequestError(
            "The base URL holds a user name or password. Leave them out; a key goes into an "
            "environment variable."
        )
    if parts.fragment or _may_hold_a_secret(parts.query):
        raise RequestError(
            "The base URL has a part after # or a key after ?. Leave it out; a key goes into an "
            "environment variable."
        )
    path = parts.path.rstrip("/")
    for ending in _ENDPOINT_PATHS:
        path = path.removesuffix(ending).rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.lower()}{path}{query}"


def with_scheme(typed: str) -> str:
    """An address as it was typed, with the scheme that was left out: http for this machine and a
    private network, else https.

    Only what can't be a key pasted into the wrong field is completed (an IP address or localhost,
    a port, a path behind a name with a dot): a name that is looked up is told to others.
    """
    text = typed.strip()
    parts = None if "://" in text else _split(f"http://{text}")
    if parts is None or not parts.hostname:
        return text
    host = parts.hostname
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        near = "." not in host or host.endswith((".local", ".localhost", ".lan", ".internal"))
        is_address = host == "localhost" or parts.port or ("." in host and len(parts.path) > 1)
        if not is_address:
            return text
    else:
        near = address.is_private
    return f"{'http' if near else 'https'}://{text}"


def below_v1(base_url: str) -> str | None:
    """Where most servers have their API when `base_url` names the server alone; else None."""
    parts = urlsplit(base_url)
    return None if parts.path or parts.query else f"{base_url}/v1"


def joined(base_url: str, path: str) -> str:
    """The URL of `path` ("/models") below a checked `base_url`, whose query stays behind it."""
    base, mark, query = base_url.partition("?")
    return f"{base.rstrip('/')}{path}{mark}{query}"


def is_azure(url: str) -> bool:
    """Whether `url` leads to Azure's own OpenAI service, which has its own header for the key."""
    return url.strip().lower().startswith("https:") and host_of(url).endswith(_AZURE)


def is_deployment(url: str) -> bool:
    """Whether `url` is that of one deployed model, which has no list of models beside it."""
    return "/deployments/" in urlsplit(url.strip()).path


def _may_hold_a_secret(query: str) -> bool:
    names = [name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)]
    secret = any(word in name for name in names for word in _SECRET_WORDS)
    # A part without "=" has no name that says what it is.
    return secret or any("=" not in part for part in query.split("&") if query)


def is_loopback(url: str) -> bool:
    """Whether the host of `url` is this machine by definition (no name is looked up)."""
    host = host_of(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_openai(url: str) -> bool:
    """Whether `url` leads to OpenAI itself over TLS, regional hosts included."""
    host = host_of(url)
    official = host == "api.openai.com" or host.endswith(".api.openai.com")
    return official and url.strip().lower().startswith("https:")


def is_plain_http(url: str) -> bool:
    """Whether what is sent to `url`, a key among it, crosses a network unencrypted."""
    return url.strip().lower().startswith("http:") and not is_loopback(url)


def shown_url(url: str) -> str:
    """`url` without user name, password, query and fragment, safe to show."""
    parts = _split(url.strip())
    if parts is None:
        return "a malformed URL"
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"[:200]


def host_of(url: str) -> str:
    """Host name of `url` in lower case, "" when there is none."""
    parts = _split(url.strip())
    return (parts.hostname or "").rstrip(".") if parts is not None else ""


def _split(url: str) -> SplitResult | None:
    if visible(url) != url or any(character.isspace() or character == "\\" for character in url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is not a number up to 65535
    except ValueError:
        return None
    return parts


def _for_message(url: str) -> str:
    shown = visible(url)[:80]
    # Whatever stands before an @ may be a password.
    return shown if "@" not in shown else "…@" + shown.rsplit("@", 1)[1]
