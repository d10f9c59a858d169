"""What a server is started with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from autocoder_tui.runs.setup import Setup

MEGABYTE: Final = 1_048_576
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """`setup` says which model answers, its limits and caps, and where runs are kept. `rate` is a
    limit such as "60/minute" for each client, `at_once` how many of its requests may be under way
    in one worker; `limit_store` is "memory://" or the URL of a Redis that workers share."""

    setup: Setup
    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None
    """What a client has to show; None asks for nothing, which is for loopback alone."""
    hosts: tuple[str, ...] = ()
    """Names by which the server may be asked besides those of loopback."""
    allowed_urls: tuple[str, ...] = ()
    """The base URLs that a client may name as its own."""
    rate: str = "120/minute"
    at_once: int = 16
    limit_store: str = "memory://"
    most_body_bytes: int = 4 * MEGABYTE
    metrics: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can ask."""
        return self.host in LOOPBACK
