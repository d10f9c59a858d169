"""Files that usually hold keys or passwords, by their names."""

from __future__ import annotations

import re
from fnmatch import translate

_SECRET_NAMES = (
    *(".env", ".env.*", "*.env", ".envrc", "*.pem", "*.key", "*.p8", "*.p12", "*.pfx", "*.jks"),
    *("*.keystore", "*.kdbx", "*.kdb", "*.ppk", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*"),
    *(".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".my.cnf", ".htpasswd", ".dockercfg"),
    *(".git-credentials", "credentials", "credentials.*", "credentials-*", "*.credentials"),
    *("secret", "secrets", "secret.*", "secrets.*", "*-api-key.txt", "*_api_key.txt", "*.tfstate"),
    *("*.tfvars", "service-account*.json", "*.ovpn", ".vault-token", "*.tfstate.backup"),
    *("api-key.txt", "api_key.txt"),
)
_HARMLESS_NAMES = (
    *(".env.example", ".env.sample", ".env.template", ".env.dist", ".env.defaults"),
    *("example.env", "sample.env", "*.pub", "*.example", "*.sample", "*.template"),
)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)))


_SECRET = _any_of(_SECRET_NAMES)
_HARMLESS = _any_of(_HARMLESS_NAMES)
_SECRET_FOLDERS = frozenset({".ssh", ".gnupg", ".aws", ".kube", ".docker"})
_CREDENTIALS_PREFIX = re.compile(r"credentials(?![a-z])")


def looks_secret(name: str) -> bool:
    """Whether a file of this name or path usually holds keys or passwords."""
    parts = name.lower().split("/")
    last = parts[-1]
    if _HARMLESS.match(last):
        return False
    return (
        _SECRET.match(last) is not None
        or _CREDENTIALS_PREFIX.match(last) is not None
        or any(part in _SECRET_FOLDERS for part in parts[:-1])
    )
