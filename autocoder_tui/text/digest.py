"""What a text is known by where it is not kept."""

from __future__ import annotations

import hashlib


def text_digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
