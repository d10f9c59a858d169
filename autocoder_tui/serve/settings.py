"""What a server is started with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from autocoder_tui.values import dataclass

if TYPE_CHECKING:
    from autocoder_tui.runs.setup import Setup

MEGABYTE: Final = 1_048_576
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which the library for metrics knows where workers keep theirs."""
TOKEN_VARIABLE: Final = "AUTOCODER_TUI_SERVE_TOKEN"


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """How the full-screen program is started for a tab of a browser, and how often at once."""

    command: tuple[str, ...]
    environ: Mapping[str, str]
    sessions: int = 4
    idle_seconds: float | None = 7200.0
    """How long a session goes on without a key; None is for ever."""


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
    terminal: TerminalSettings | None = None
    """What `/app` needs; None where it is not served."""
    metrics: bool = False
    access_log: str | None = None
    """The file with a line for each request, "-" for standard output."""

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can ask."""
        return self.host in LOOPBACK
