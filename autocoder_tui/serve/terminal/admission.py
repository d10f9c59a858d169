"""Who gets a terminal, and how many do: links that work once, and places that are counted.

The state is shared by the workers of a server, which are forked from the process that made it.
"""

from __future__ import annotations

import hashlib
import hmac
import multiprocessing
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from autocoder_tui.errors import AutocoderError

_NONCE: Final = 22
"""Letters of the part of a cookie that is random."""


class TooManySessions(AutocoderError):
    kind = "too_many_sessions"


class Admission:
    """A link has a token that works once: it is changed for a cookie, and `show` is given the next
    one. The cookie is good for as long as the server runs."""

    def __init__(self, most_sessions: int, show: Callable[[str], object]) -> None:
        context = multiprocessing.get_context("fork")
        self._secret = secrets.token_bytes(32)
        self._links_used = context.Value("Q", 0)
        self._sessions = context.Value("Q", 0)
        self._most = most_sessions
        self._show = show

    @property
    def token(self) -> str:
        """The token of the link that has not been used yet."""
        return self._signed(b"link %d" % self._links_used.value)

    def show(self) -> None:
        """Say the link that has not been used yet."""
        self._show(self.token)

    def redeem(self, token: str) -> str | None:
        """The cookie for a token, None where it is not the one that has not been used yet."""
        with self._links_used.get_lock():
            if not hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode()):
                return None
            self._links_used.value += 1
        self.show()
        nonce = secrets.token_urlsafe(16)
        return nonce + self._signed(b"cookie " + nonce.encode())

    def knows(self, cookie: str) -> bool:
        """Whether this server gave the cookie."""
        nonce, signature = cookie[:_NONCE].encode(), cookie[_NONCE:].encode()
        return hmac.compare_digest(signature, self._signed(b"cookie " + nonce).encode())

    @contextmanager
    def place(self) -> Iterator[None]:
        """For as long as a session lasts. Raises TooManySessions."""
        with self._sessions.get_lock():
            if self._sessions.value >= self._most:
                raise TooManySessions(
                    f"All sessions that this server may have ({self._most}) are in use. Close "
                    "one, or start the server with a larger --app-sessions."
                )
            self._sessions.value += 1
        try:
            yield
        finally:
            with self._sessions.get_lock():
                self._sessions.value -= 1

    def _signed(self, text: bytes) -> str:
        digest = hmac.digest(self._secret, text, hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
