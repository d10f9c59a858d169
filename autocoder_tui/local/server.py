"""One model server of ours: started, waited for, and ended with all it started."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final

from autocoder_tui.check import reaper
from autocoder_tui.engine.provider.local_servers import probe_local
from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.redaction import safe_line

_LOOK_EVERY: Final = 0.25
_TELL_EVERY: Final = 5.0
_LAST_LINES: Final = 6
_MOST_READ: Final = 16_384


class ServerFailed(AutocoderError):
    kind = "local_server"


def free_port() -> int:
    """A port of this machine nobody listens on at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class LocalModelServer:
    """`with LocalModelServer(command, environment, port)`: running until it is left.

    A guard process stands between us and the server; however we end, killed included, it ends
    the server and whatever that has started. Its output goes to a file that is removed at the end.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], port: int) -> None:
        self._command = list(command)
        self._environment = {**environment}
        self._log = Path(tempfile.mkdtemp(prefix="autocoder-tui-local-")) / "server.log"
        self.base_url = f"http://127.0.0.1:{port}/v1"
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> LocalModelServer:
        job = {
            "command": self._command,
            "cwd": str(Path.cwd()),
            "seconds": None,
            "processes": None,
            "file_bytes": None,
            "report": 2,
            "folder": str(self._log.parent),
        }
        with self._log.open("wb") as log:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", reaper.__file__, json.dumps(job)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **self._environment},
                start_new_session=True,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        guard = self._guard
        if guard is not None and guard.stdin is not None:
            with suppress(OSError):
                guard.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                guard.wait(10)
        reaper.remove_tree(str(self._log.parent))

    def wait(self, tell: Callable[[str], object], seconds: float) -> tuple[str, ...]:
        """Wait until it answers; the models it names, untrusted.

        `tell` hears now and then how long it has been. Raises ServerFailed where it ends, or
        does not answer within `seconds`.
        """
        assert self._guard is not None
        started = told = time.monotonic()
        while True:
            found = asyncio.run(probe_local(1.0, [("", self.base_url)]))
            if found:
                return found[0].models
            now = time.monotonic()
            if self._guard.poll() is not None:
                raise ServerFailed(
                    f"{self._command[0]} ended before it answered. {self.last_words()}"
                )
            if now - started > seconds:
                raise ServerFailed(
                    f"{self._command[0]} does not answer after {seconds:g} s, and was ended. "
                    f"Give it more time with --wait. {self.last_words()}"
                )
            if now - told >= _TELL_EVERY:
                told = now
                tell(f"Still loading, {now - started:.0f} s.")
            time.sleep(_LOOK_EVERY)

    def last_words(self) -> str:
        """The end of what it printed, safe to show; "" where it printed nothing."""
        try:
            with self._log.open("rb") as log:
                log.seek(max(0, self._log.stat().st_size - _MOST_READ))
                text = log.read().decode("utf-8", "replace")
        except OSError:
            return ""
        lines = [safe_line(line.strip())[:200] for line in text.splitlines() if line.strip()]
        return f"It said last: {' / '.join(lines[-_LAST_LINES:])}" if lines else ""
