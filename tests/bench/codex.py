"""codex as a person runs it, its model a server on the loopback interface.

It is measured where it is found: as `codex` on the PATH, or where AUTOCODER_BENCH_CODEX says
(`npm install @openai/codex` into any folder; the program itself is below
`node_modules/@openai/codex-*/vendor/`). Its own folder is a new one each time.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench.run_bench import SIZE, end
from tests.bench.start_bench import environment
from tests.terminal.program import Pseudoterminal

VARIABLE = "AUTOCODER_BENCH_CODEX"
_PATIENCE = 90.0
"""Seconds for its start, which looks around on the machine and the network."""
_CONFIG = """
model = "bench-model"
model_provider = "bench"
approval_policy = "never"
sandbox_mode = "read-only"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.bench]
name = "bench"
base_url = "{url}"
wire_api = "responses"
[projects."{project}"]
trust_level = "trusted"
"""


def found() -> str | None:
    """The command, if there is one here."""
    return shutil.which(os.environ.get(VARIABLE) or "codex")


def version(command: str) -> str:
    """What it calls itself, as "codex-cli 0.1"."""
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.strip()


@contextmanager
def streaming(command: str, url: str) -> Iterator[Pseudoterminal]:
    """A session in which a reply of the server at `url` streams in and the prompt is empty."""
    # What it has started writes into its folder for a moment longer than it lives.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        home, project = place / "home", place / "shop"
        home.mkdir()
        project.mkdir()
        (project / "shop.py").write_text("x = 1\n")
        (home / "config.toml").write_text(_CONFIG.format(url=url, project=project))
        environ = environment(place) | {"CODEX_HOME": str(home), "HOME": str(place)}
        screen = Pseudoterminal([command], environ=environ, folder=project, size=SIZE, answers=True)
        try:
            screen.until_shows("›", seconds=_PATIENCE)
            screen.press("go")
            screen.until_shows("› go", seconds=_PATIENCE)
            screen.press("enter")
            screen.until_shows("turn0/", seconds=_PATIENCE)
            yield screen
        finally:
            end(screen)
            _end_servers(place)


def _end_servers(place: Path) -> None:
    """End what it leaves running: a server of its own, copied to below its home."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "exe").readlink().is_relative_to(place):
                os.kill(int(process.name), signal.SIGKILL)
