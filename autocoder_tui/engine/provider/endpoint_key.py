"""The key of an endpoint as it can be sent."""

from __future__ import annotations

from autocoder_tui.engine.catalog import Endpoint
from autocoder_tui.engine.errors import RequestError


def checked_key(endpoint: Endpoint) -> str | None:
    """The key without surrounding blanks. Raises RequestError if it cannot be in a header."""
    if endpoint.key is None:
        return None
    key = endpoint.key.reveal().strip()
    source = endpoint.key_source or "an unnamed source"
    if not key:
        raise RequestError(f"The key from {source} is blank. Put the key there or remove it.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise RequestError(
            f"The key from {source} holds a blank, a line break or a character that no key has. "
            "Copy it again, alone."
        )
    return key
